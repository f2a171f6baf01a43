"""A memo as Markdown. Its chart is told by the table: a Markdown file carries no image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.memos import layout
from copilot.memos.memo import Line, Memo
from copilot.memos.plain import on_one_line
from copilot.types import Table

# What CommonMark, its tables and the usual extensions for maths, HTML and strikethrough read inside a line.
_MARKS = re.compile(r"([\\`*_\[\]<>|~$&])")
# What they read only where a line starts.
_FIRST = re.compile(r"^([#+=!:-])")
_ORDERED = re.compile(r"^(\d+)([.)])(?=\s)")


def write(memo: Memo, status: str) -> str:
    return "\n".join(_lines(layout.flagged(memo), status)).rstrip() + "\n"


def _lines(memo: Memo, status: str) -> Iterator[str]:
    yield f"# {escape(memo.title)}"
    yield ""
    yield " · ".join(escape(part) for part in layout.subtitle(memo, status))
    yield ""
    for line in memo.section("decision").lines:
        lead = layout.lead(line)
        yield f"{f'**{lead}** ' if lead else ''}{_sentence(line)}"
        yield ""
    for part in layout.front(memo):
        yield from _section(part)
    yield "---"
    yield ""
    for part in layout.annexes(memo):
        yield from _section(part)
    yield "## Evidence"
    yield ""
    yield from (f"- \\[{source.marker}\\] {escape(layout.reference(source))}" for source in memo.sources)
    yield ""
    if memo.unsourced:
        yield f"## {layout.WITHOUT_SOURCE}"
        yield ""
        yield from (f"- {escape(line)}" for line in layout.unsourced_lines(memo))
        yield ""
    yield f"{escape(layout.footer(memo))}. {escape(layout.provenance(memo))}"


def _section(part: layout.Part) -> Iterator[str]:
    section = part.section
    yield f"## {part.heading}"
    yield ""
    if section.table:
        yield from table_lines(section.table)
        yield ""
        if not part.is_form:
            yield f"Figures of the table: {_marked(section.table_markers)}"
            yield ""
    if chart := part.chart or part.beside:
        yield f"Chart in the PDF and Word versions: {escape(chart.title)}."
        yield ""
    for line in section.lines:
        yield f"- {_sentence(line)}"
    yield ""


def table_lines(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(escape(column) for column in table.columns)} |"
    rules = ("---:" if layout.is_numeric(table, j) else "---" for j in range(len(table.columns)))
    yield f"| {' | '.join(rules)} |"
    for row in table.rows:
        yield f"| {' | '.join(escape(layout.shown(cell)) for cell in row)} |"


def _sentence(line: Line) -> str:
    return f"{escape(line.text)} {_marked(line.markers)}".rstrip()


def _marked(markers: tuple[int, ...]) -> str:
    return "".join(f"\\[{marker}\\]" for marker in markers)


def escape(text: str) -> str:
    """Text on one line that Markdown shows as it is written."""
    flat = _MARKS.sub(r"\\\1", on_one_line(text))
    return _ORDERED.sub(r"\1\\\2", _FIRST.sub(r"\\\1", flat))
