"""The Markdown of a draft: which ids its sentences cite, and what is structure rather than a claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass

from copilot.language.sentences import split_sentences

MARKER = re.compile(r"[ \t]*\[#([A-Za-z0-9_.:/-]+)\]")
NOTE = "note"
"""What a footnote mark of a source is read as; never the id of evidence."""
_GROUP = re.compile(r"[\[【]\s*(#?[A-Za-z][\w.:/-]*(?:\s*[,;]\s*#?[A-Za-z][\w.:/-]*)*)\s*[\]】](?!\()")
_FOOTNOTE = re.compile(r"[ \t]?(?<!!)\[\d{1,3}\](?!\(|\[(?!#))")
# A label, an ordinal or a day does not end a sentence: "**Costs:** …", "**1. Name …", "seit dem 1. Januar".
_OPEN = re.compile(
    r":[*_]*\s*$|^\W*\d{1,2}\.\s*$|\b(?:am|dem|den|der|zum|vom|bis|ab|im|ca|Mio|Mrd|Tsd|bzw|Nr|z\.\s?B|Dr|Prof|St|Mme|M|env)\s*\d{0,2}\.\s*$"
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_ITEM = re.compile(r"^\s*(?:[-*+•]\s+|[*_]*\d{1,2}[.)]\s+)")
_ROW = re.compile(r"^\s*\|.*\|\s*(?:(?:\[#[^\]\s]+\]\s*)*)$")
_RULE = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_BOLD_LINE = re.compile(r"^\s*\*\*[^*]+\*\*:?\s*$")
_SOURCES = re.compile(r"^[\s*_(]*(?:[^\W\d_]+\s*:)?[\s*_]*$")


@dataclass(frozen=True)
class Piece:
    """A sentence with its markers taken out, and where they stood."""

    text: str
    markers: tuple[tuple[int, str], ...]
    """Each with its place in the text."""
    raw: str
    """As the draft has it."""

    @property
    def ids(self) -> list[str]:
        return list(dict.fromkeys(id for _, id in self.markers))

    def render(self, edits: list[tuple[int, int, str]], marks: Callable[[list[str]], str], added: list[str]) -> str:
        """The sentence with parts replaced and its markers numbered; added ids stand at its end."""
        body = self.text.rstrip()
        stop = len(body) - len(re.search(r"[.!?:|*_\")\]]*$", body)[0])  # type: ignore[index]
        runs: dict[int, list[str]] = {}
        for place, id in self.markers:
            runs.setdefault(place, []).append(id)
        if added:
            runs.setdefault(
                max([stop, *(p for p in runs if p <= len(body))]) if body.endswith("|") else stop, []
            ).extend(added)
        inserts = [(place, place, marks(ids)) for place, ids in runs.items()]
        text = self.text
        for start, end, new in sorted([*inserts, *edits], key=lambda e: (e[0], e[1]), reverse=True):
            text = text[:start] + new + text[end:]
        return text


def normalised(line: str, known: Container[str], unknown: list[str] | None = None) -> str:
    """The line with every form of citation as `[#id]`; the mark of a source's own note cites nothing, as `[#note]`.

    Ids that are not known are added to `unknown`.
    """

    def ids(match: re.Match[str]) -> str:
        named = [part.strip() for part in re.split("[,;]", match[1])]
        plain = [name.removeprefix("#") for name in named]
        if not any(name.startswith("#") for name in named) and not all(p in known for p in plain):
            return match[0]
        if unknown is not None:
            unknown.extend(p for p in plain if p not in known and p != NOTE)
        return "".join(f"[#{p}]" for p in plain)

    return _FOOTNOTE.sub(f"[#{NOTE}]", _GROUP.sub(ids, line))


def pieces(line: str) -> list[Piece]:
    """The sentences of a line; a row of a table is one."""
    return [_piece(part) for part in ([line] if is_row(line) else split(line))]


def split(text: str) -> list[str]:
    """The sentences of a text; joined they give the text back."""
    parts: list[str] = []
    for part in split_sentences(text):
        if parts and "\n" not in parts[-1] and _OPEN.search(parts[-1]):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _piece(text: str) -> Piece:
    bare, markers, at = "", [], 0
    for m in MARKER.finditer(text):
        bare += text[at : m.start()]
        markers.append((len(bare), m[1]))
        at = m.end()
    return Piece(bare + text[at:], tuple(markers), text)


def is_heading(line: str) -> bool:
    return bool(_HEADING.match(line) or _BOLD_LINE.match(MARKER.sub("", line)))


def is_item(line: str) -> bool:
    return bool(_ITEM.match(line))


def is_row(line: str) -> bool:
    return bool(_ROW.match(line.rstrip("\n")))


def is_rule(line: str) -> bool:
    """The line between the head of a table and its rows."""
    return "-" in line and bool(_RULE.match(line.strip("\n")))


def is_sources(line: str) -> bool:
    """Nothing but markers, perhaps behind "Sources:"."""
    return bool(MARKER.search(line)) and bool(_SOURCES.match(MARKER.sub("", line).strip("\n")))


def prefix(text: str) -> int:
    """How long the list marker is with which a sentence begins."""
    m = _ITEM.match(text)
    return m.end() if m else 0
