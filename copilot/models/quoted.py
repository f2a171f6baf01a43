"""What documents say as Markdown: quotes, where each stands, and what a reader should know of their sources."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.citations import with_markers
from copilot.language.vocabulary import NEGATIONS
from copilot.language.words import words
from copilot.passages.conflicts import Conflict
from copilot.passages.quoting import Quote
from copilot.passages.units import Unit, said_in_full, without_numbers

_STOPS = (".", "?", "!")


def quoted(quotes: Sequence[Quote]) -> list[str]:
    """Quotes as Markdown: the first as a sentence, a list as a list, each document named where it begins."""
    lines: list[str] = []
    document = section = ""
    before: Unit | None = None
    for quote in quotes:
        unit = quote.unit
        if quote.why in ("now", "before"):
            lines.append(f"- {with_markers(_of_version(quote), (unit.evidence,))}")
            document, section, before = unit.document, unit.heading, unit
            continue
        opens = unit.document != document
        if unit.kind == "item" and unit.heading != section and quote.why != "list":
            # What stands under "Not allowed" says nothing without it.
            heading = without_numbers(unit.heading)
            place = f"**{unit.document} › {heading}:**" if heading else ""
            if place and not lines:
                document, section = unit.document, unit.heading
                is_told = unit.text.startswith("**") or _stands_alone(unit)
                text = _behind(unit.text, f"{document} › {heading}") if is_told else f"{place} {unit.text}"
                lines.append(with_markers(text, (unit.evidence,)))
                before = unit
                continue
            lines += [*([""] if lines else []), place]
            opens = opens and not unit.heading
        document, section = unit.document, unit.heading
        marked = with_markers(_located(quote, opens=opens, is_first=not lines), (unit.evidence,))
        goes_on = quote.why == "continuation" and before is not None and before.kind == unit.kind == "sentence"
        is_told = bool(lines) and quote.why == "condition" and not lines[-1].startswith("- ")
        before = unit
        is_next = unit.kind == "clause" and quote.why == "continuation"
        if unit.kind in ("item", "row") or is_next or (lines and quote.why in ("support", "list", "context")):
            lines.append(f"- {marked}")
        elif lines and (goes_on or is_told):
            lines[-1] = f"{lines[-1]} {marked}"
        else:
            lines += [*([""] if lines else []), marked]
    return _with_spaces(lines)


def _stands_alone(unit: Unit) -> bool:
    """Whether an item is a sentence that its heading does not turn around: what stands under "What is not allowed"
    does not open an answer."""
    return unit.text.endswith(_STOPS) and not any(w.text.lower() in NEGATIONS for w in words(unit.heading))


def first_pair(quotes: list[Quote]) -> list[Quote]:
    """What holds and what held before, up to what else holds."""
    return quotes[: next((n for n, quote in enumerate(quotes) if quote.why == "now"), len(quotes))]


def _of_version(quote: Quote) -> str:
    """What holds or held, with the document that says so."""
    unit = quote.unit
    number = unit.label if unit.kind == "clause" else ""
    text = unit.text.removeprefix(f"**{number}**").removeprefix(number).strip() if number else said_in_full(unit)
    where = f"{unit.document}, clause {number}" if number else unit.document
    return f"**{quote.why.capitalize()}:** {_behind(text.rstrip(';,'), where)}"


def _located(quote: Quote, *, opens: bool, is_first: bool) -> str:
    """The text of a quote with where it stands: after what opens an answer, so that this is the answer, else before."""
    unit = quote.unit
    number = unit.label if unit.kind == "clause" else ""
    text = unit.text.removeprefix(f"**{number}**").removeprefix(number).strip() if number else unit.text
    if not number and unit.label and unit.kind == "sentence" and quote.why in ("lead", "support"):
        text = said_in_full(unit)
    if not number and opens and quote.why == "lead":
        return text
    where = f"{unit.document}, clause {number}" if number else unit.document
    if is_first and text.endswith(_STOPS):
        return _behind(text, where)
    if opens:
        return f"**{where}:** {text}"
    return f"**Clause {number}:** {text}" if number else text


def _behind(text: str, where: str) -> str:
    """A text with where it stands in brackets."""
    return f"{text[:-1]} ({where}){text[-1]}" if text.endswith(_STOPS) else f"{text} ({where})"


def _with_spaces(lines: Sequence[str]) -> list[str]:
    """A blank line before the first item of a list."""
    spaced: list[str] = []
    for line in lines:
        if line.startswith("- ") and spaced and spaced[-1] and not spaced[-1].startswith("- "):
            spaced.append("")
        spaced.append(line)
    return spaced


def conflict_told(conflict: Conflict) -> str:
    """What a reader of the quotes should know of their sources."""
    first = conflict.units[0]
    if conflict.kind == "figures":
        other = conflict.units[1]
        return with_markers(f"Another source differs: **{other.document}:** {other.text}", (other.evidence,))
    if conflict.kind == "superseded":
        return with_markers(f"{conflict.document} was replaced on {conflict.replaced_on}.", (first.evidence,))
    return with_markers(f"{first.document} is a draft.", (first.evidence,))
