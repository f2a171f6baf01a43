"""A memo as PDF, set by typst. The layout is `memo.typ`; the memo's text reaches it as JSON, never as markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from copilot.memos import layout
from copilot.memos.drawing import FONTS, svg
from copilot.memos.memo import Line, Memo, Section
from copilot.types import Table

_TEMPLATE = Path(__file__).with_name("memo.typ")
# A table of no more rows is not broken over two pages.
_ROWS_TOGETHER = 14


def write(memo: Memo, status: str) -> bytes:
    import typst

    data = json.dumps(_data(layout.flagged(memo), status), ensure_ascii=False)
    # Fonts of the machine are a fallback for scripts that the shipped ones do not cover.
    document: bytes = typst.compile(str(_TEMPLATE), format="pdf", font_paths=[str(FONTS)], sys_inputs={"memo": data})
    return document


def _data(memo: Memo, status: str) -> dict[str, Any]:
    return {
        "title": layout.breakable(memo.title),
        "organisation": memo.organisation,
        "subtitle": [layout.breakable(part) for part in layout.subtitle(memo, status)],
        "footer": layout.breakable(layout.footer(memo)),
        "decision": [_line(line) for line in memo.section("decision").lines],
        "front": [_part(part) for part in layout.front(memo)],
        "annexes": [_part(part) for part in layout.annexes(memo)],
        "sources": [
            {"mark": source.marker, "text": layout.breakable(layout.reference(source))} for source in memo.sources
        ],
        "unsourced": [layout.breakable(line) for line in layout.unsourced_lines(memo)],
        "without": layout.WITHOUT_SOURCE,
        "provenance": layout.breakable(layout.provenance(memo)),
    }


def _part(part: layout.Part) -> dict[str, Any]:
    section = part.section
    return {
        "heading": part.heading,
        "beside": svg(part.beside) if part.beside else "",
        "chart": svg(part.chart) if part.chart else "",
        "table": _table(section.table, section, part.is_form) if section.table else None,
        "lines": [_line(line) for line in section.lines],
    }


def _marks(markers: Sequence[int]) -> list[dict[str, Any]]:
    return [run._asdict() for run in layout.runs(markers)]


def _line(line: Line) -> dict[str, Any]:
    return {
        "lead": layout.lead(line),
        "text": layout.breakable(line.text),
        "marks": _marks(line.markers),
        "caveat": line.is_caveat,
    }


def _table(table: Table, section: Section, is_form: bool) -> dict[str, Any]:
    columns = [
        {"title": layout.breakable(title), "numeric": layout.is_numeric(table, j), "width": width}
        for j, (title, width) in enumerate(zip(table.columns, layout.widths(table), strict=True))
    ]
    return {
        "columns": columns,
        "rows": [
            ["" if is_form and cell is None else layout.breakable(layout.shown(cell)) for cell in row]
            for row in table.rows
        ],
        "marks": _marks(section.table_markers),
        "form": is_form,
        "together": len(table.rows) <= _ROWS_TOGETHER,
    }
