"""Passages as the units that may be quoted: sentences, list items, numbered clauses and table rows, with their places.

Every word of a passage stands in one unit, or in what names units: a heading, or the row with the names of columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.language.sentences import split_sentences
from copilot.retrieval.references import is_head
from copilot.types import Evidence

Kind = Literal["sentence", "item", "clause", "row"]

MOST_WORDS = 75
"""A longer item or clause is several units, its sentences."""
_LONGEST_HEADING = 60
_LONGEST_LABEL = 16
_FEW_WORDS = 3
"""A sentence of no more says nothing alone."""
_ROWS_ITEM = r"[-*+–—•▪◦‣●■]|--|\d{1,2}[.)]|\((?:\d{1,2}|[a-z]{1,4})\)|[a-z]\)"
_ITEM = re.compile(rf"\s*(?:{_ROWS_ITEM})\s+(?:\([a-z]{{1,4}}\)\s+)?(?=\S)")
_SUBJECT = re.compile(r"\s*\*\*(?:\d{1,2}[.)]\s+)?(?P<name>[^*]{2,120}[.:?])\*\*\s+(?=\S)")
_CLAUSE = re.compile(r"\s*(?:\*\*(?P<bold>\d+(?:\.\d+)*)\.?\*\*|(?P<plain>\d{1,2}(?:\.\d{1,3})+)\.?(?=\s))\s*(?=\S)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"!?\[([^\]]+)\]\([^)]+\)")
_MARKUP = re.compile(r"\s*(?:#|```|~~~|---|\*\*\*\s*$|<!--|!\[)")
_TABLE = re.compile(r"\s*\|")
_RULE = re.compile(r"[\s|:-]+")
_QUOTE = re.compile(r"\s*>+\s?")
# A page's foot: an address and a number.
_ADDRESS = re.compile(r"(?:\d+/\d+ )?(?:\w+: )?https?://\S+(?: \d+(?:/\d+)?)?\s*")
_WORD = re.compile(r"[^\W\d_]{3}")
_HEADING = re.compile(r"[\"“‘(§\d]?[A-Z§\d].*[^.,;:!?…]")
_BEGINS = re.compile(r"\s*(?:[-*+] |[\"“‘(*]*[A-Z\d§])")
# "SECTION 5 Standards", "Article 64: The Office **1.**": what stands as a paragraph and ends with no stop.
_ENDS = re.compile(r"[.!?;:,…][\"'”’)\]*_]*$")
_HEADING_NUMBER = re.compile(r"(?:^|(?<=› ))\d+(?:(?:\.\d+)*[.)]|(?:\.\d+)+)\s+")
_NUMBER_END = re.compile(r"\s*(?:\*\*\d+(?:\.\d+)*\.?\*\*|\d+(?:\.\d+)*)$")
_CAPTION = re.compile(r"\W*(table|fig(ure|\.)?|exhibit)\s*\d", re.IGNORECASE)


def said_in_full(unit: Unit) -> str:
    """The text of a unit, after what it is about where its paragraph has said that before."""
    if not unit.label or unit.kind != "sentence":
        return unit.text
    return f"{unit.label}{'' if unit.label.endswith('?') else ':'} {unit.text}"


def without_numbers(headings: str) -> str:
    """Headings without the numbers whose stops would end a sentence: of "Handbook › 3. Trials" "Handbook › Trials"."""
    return _HEADING_NUMBER.sub("", headings)


@dataclass(frozen=True)
class Unit:
    """A part of a passage that can be quoted as it stands."""

    text: str
    """Without list marks, link addresses and line breaks; of a table row each cell after the name of its column."""
    start: int
    """Where it stands in the text of its passage."""
    end: int
    kind: Kind
    order: int
    """Its place among the units of its passage, from 0."""
    group: int
    """Number of its paragraph, list or table: items of one list have the same."""
    evidence: str
    document: str
    heading: str
    lead: int | None = None
    """Place of the unit that opens its list or table."""
    label: str = ""
    """The number of a clause, the bold words with which an item begins, or those with which the paragraph of a sentence
    begins, where it is not the first: "**Night Lens.** It is lengthened. The sum is raised."."""
    is_label: bool = False
    """A caption or a heading that stands as a paragraph: it says nothing alone."""
    columns: tuple[str, ...] = ()
    """Of a table row."""


@dataclass(frozen=True)
class _Block:
    """Lines that belong together, from where to where."""

    kind: Kind
    start: int
    end: int
    group: int
    heading: str
    columns: tuple[str, ...] = ()


def units(evidence: Evidence, columns: tuple[str, ...] = ()) -> list[Unit]:
    """The units of a passage, in their order; `columns` are of the table with whose rows it goes on."""
    document, _, heading = evidence.title.partition(" › ")
    found: list[Unit] = []
    for block in _blocks(evidence.text, columns):
        under = " › ".join(filter(None, (heading, block.heading)))
        lead = _lead(found, block, under)
        for start, end, text, label in _parts(block, evidence.text):
            found.append(
                Unit(
                    text, start, end, block.kind, len(found), block.group, evidence.id, document,
                    under, lead, label, block.kind in ("sentence", "clause") and _is_label(text), block.columns,
                )
            )  # fmt: skip
    # All that a passage says is more than a label.
    return [replace(unit, is_label=False) for unit in found] if len(found) == 1 else found


def _lead(found: Sequence[Unit], block: _Block, heading: str) -> int | None:
    """The unit that opens a list or table: the sentence above it that announces something, or stands alone."""
    if block.kind not in ("item", "row") or not found:
        return None
    above = found[-1]
    if above.group == block.group:
        return above.lead
    if above.kind not in ("sentence", "clause") or above.heading != heading:
        return None
    is_alone = len(found) == 1 or found[-2].group != above.group
    return above.order if is_alone or above.text.rstrip("*_ ").endswith(":") else None


def _parts(block: _Block, passage: str) -> Iterator[tuple[int, int, str, str]]:
    """The units of a block: start, end, text, label."""
    raw = re.sub(r"\n\s*>*", lambda line: " " * len(line[0]), passage[block.start : block.end])
    if block.kind == "row":
        yield block.start, block.end, _row(raw, block.columns), ""
        return
    mark = {"item": _ITEM, "clause": _CLAUSE}.get(block.kind, _QUOTE).match(raw)
    offset = mark.end() if mark else 0
    label = ""
    if block.kind == "clause" and mark:
        label, offset = mark["bold"] or mark["plain"], 0
    elif block.kind == "item" and (bold := _BOLD.match(raw, offset)):
        label = bold[1].rstrip(".:")
    subject = _SUBJECT.match(raw) if block.kind == "sentence" else None
    is_whole = block.kind in ("item", "clause") and len(raw.split()) <= MOST_WORDS
    for piece in [raw[offset:]] if is_whole else _together(split_sentences(raw[offset:])):
        text = piece.strip()
        start = block.start + offset + len(piece) - len(piece.lstrip())
        offset += len(piece)
        if text:
            yield start, start + len(text), " ".join(_LINK.sub(r"\1", text).split()), label
        if subject and offset >= subject.end():
            label = subject["name"].rstrip(".:")


def _together(pieces: Iterable[str]) -> list[str]:
    """Sentences, one of a few words with that before it, or behind it at the beginning: "They asked to train on the
    archive. Refused." is one, and so is "Yes. Staff may use it."."""
    found: list[str] = []
    for piece in pieces:
        is_short = found and min(len(piece.split()), len(found[-1].split())) <= _FEW_WORDS
        if is_short and not piece.lstrip().startswith("**"):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _row(raw: str, columns: Sequence[str]) -> str:
    cells = _cells(raw)
    if len(columns) != len(cells):
        return "; ".join(filter(None, cells))
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(columns, cells, strict=True) if cell)


def _cells(line: str) -> list[str]:
    return [" ".join(_LINK.sub(r"\1", cell).split()) for cell in line.strip().strip("|").split("|")]


def _blocks(text: str, columns: tuple[str, ...]) -> Iterator[_Block]:
    """The paragraphs, items, clauses and rows of a text; what only names them is their heading or their columns."""
    lines = list(_lines(text))
    heading: list[str] = []
    has_body, is_apart, group = False, True, 0
    current: _Block | None = None
    last: Kind | None = None
    for at, (start, end) in enumerate(lines):
        line = text[start:end]
        if not line.strip() or _ADDRESS.fullmatch(line) or (is_apart and not _WORD.search(line) and not _begun(line)):
            # A page ends within a list, a sentence or a table as it likes.
            if current:
                yield current
            current, is_apart = None, True
            continue
        if _is_heading(text, lines, at, is_apart or (bool(heading) and not has_body)):
            if current:
                yield current
            current = None
            if has_body:
                heading, has_body, last = [], False, None
            heading.append(line.strip("#* \t"))
            continue
        kind = _begun(line)
        if kind is None and _MARKUP.match(line):
            if current:
                yield current
            current, is_apart = None, True
        elif kind == "row" and (_RULE.fullmatch(line) or _is_head_of_table(text, lines, at)):
            columns = columns if _RULE.fullmatch(line) else tuple(_cells(line))
            if current:
                yield current
            current, last = None, last if last == "row" else None
        elif kind is None and current and current.kind != "row":
            current = replace(current, end=end)
        else:
            if current:
                yield current
            kind = kind or "sentence"
            columns = columns if kind == "row" else ()
            group += kind != last or kind in ("sentence", "clause")
            current, last, has_body = _Block(kind, start, end, group, " › ".join(heading), columns), kind, True
        is_apart = current is None
    if current:
        yield current


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _begun(line: str) -> Kind | None:
    """What a line begins; None where it goes on with what is above it, or begins a paragraph."""
    if _TABLE.match(line):
        return "row"
    if _CLAUSE.match(line):
        return "clause"
    return "item" if _ITEM.match(line) else None


def _is_head_of_table(text: str, lines: Sequence[tuple[int, int]], at: int) -> bool:
    below = text[slice(*lines[at + 1])] if at + 1 < len(lines) else ""
    return bool(_TABLE.match(below) and _RULE.fullmatch(below) and "-" in below)


def _is_heading(text: str, lines: Sequence[tuple[int, int]], at: int, is_apart: bool) -> bool:
    """Whether a line is a heading that the reader of the file left in the text."""
    line = text[slice(*lines[at])]
    if is_head(line) or line.lstrip().startswith("#"):
        return True
    # "Unit: Sales" is a cell of a row and its name.
    if not is_apart or len(line) > _LONGEST_HEADING or ": " in line or not _HEADING.fullmatch(line.strip()):
        return False
    following = (text[start:end] for start, end in lines[at + 1 :])
    return bool(_BEGINS.match(next((below for below in following if below.strip()), "")))


def _is_label(text: str) -> bool:
    bare = _NUMBER_END.sub("", text)
    return bool(_CAPTION.match(bare)) or (len(bare.split()) <= _LONGEST_LABEL and not _ENDS.search(bare))
