"""A result as a chat model reads it: nothing twice, and no more than a model needs to answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import accumulate

from copilot.types import Cell, Evidence, Finding, Table, ToolResult

MOST_ROWS = 8
"""Of a table; the figures of the findings take all rows."""
MOST_PASSAGE_CHARACTERS = 6000
"""Of all passages of one result, best first: about 1,500 tokens."""


def tell(result: ToolResult, told: Collection[str] = ()) -> str:
    """The findings with their evidence ids, the rows that they do not say, then the passages that they do not quote.

    Of passages whose ids are in `told` only the name is repeated.
    """
    lines = [_cited(finding, result) for finding in result.findings if finding.kind != "passage"]
    if result.choices:
        lines.append("Ambiguous; ask which is meant: " + "; ".join(result.choices))
    for table in result.tables:
        lines += _table(table, result.findings)
    return "\n".join([*lines, *_passages(result, told)]).strip() or "Nothing was found."


def _cited(finding: Finding, result: ToolResult) -> str:
    """A finding with its ids, without those of rows: a row can be cited by its key, and its part says the same."""
    kinds = {item.id: item.kind for item in result.evidence}
    first, *others = finding.evidence or ("",)
    ids = [first, *(id for id in others if kinds.get(id) != "record")]
    return " ".join([finding.text, *(f"[#{id}]" for id in ids if id)])


def _table(table: Table, findings: Sequence[Finding]) -> list[str]:
    """The rows that the findings do not say; what is the same in all of them once."""
    of_all = [n for n in range(len(table.columns)) if len({row[n] for row in table.rows}) == 1 < len(table.rows)]
    kept = [n for n in range(len(table.columns)) if n not in of_all]
    said = [f"{f.text} {' '.join(f.evidence)}".casefold() for f in findings]
    rows = [row for row in ([_text(row[n]) for n in kept] for row in table.rows) if not _is_said(row, said)]
    if not rows:
        return []
    same = "; ".join(f"{table.columns[n]} {_text(table.rows[0][n])}" for n in of_all if table.rows[0][n] is not None)
    lines = ["", f"Table: {table.title}{f' (all: {same})' if same else ''}", "|".join(table.columns[n] for n in kept)]
    lines += ["|".join(row) for row in rows[:MOST_ROWS]]
    return [*lines, f"and {len(rows) - MOST_ROWS} more rows"] if len(rows) > MOST_ROWS else lines


def _is_said(row: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether the sentences that name a row hold all that stands in it."""
    cells = [cell.casefold() for cell in row if cell not in ("", "0")]
    name = next((cell for cell in cells if not cell[0].isdigit()), "")
    about = " ".join(text for text in texts if name in text)
    return all(re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", about) for cell in cells)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool) or cell is None:
        return "" if cell is None else str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return f"{int(cell):,}"
    return f"{cell:,}" if isinstance(cell, int | float) else cell


def passages_told(result: ToolResult) -> set[str]:
    """The ids of the passages whose text `tell` gives."""
    return {item.id for item in _shown(result)}


def _passages(result: ToolResult, told: Collection[str]) -> list[str]:
    lines: list[str] = []
    for item in _shown(result):
        if item.id in told:
            lines.append(f"[#{item.id}] {item.title}: given above")
        else:
            near = f", relevance {item.relevance:.2f}" if item.relevance is not None else ""
            lines += ["", f"[#{item.id}] {item.title} ({item.source}{near})", item.text]
    return lines


def _shown(result: ToolResult) -> list[Evidence]:
    """The passages of a search, as far as there is room; other tools quote theirs in their findings."""
    if not any(finding.kind == "passage" for finding in result.findings):
        return []
    passages = [item for item in result.evidence if item.kind == "passage"]
    before = accumulate((len(item.text) for item in passages), initial=0)
    return [item for item, characters in zip(passages, before, strict=False) if characters < MOST_PASSAGE_CHARACTERS]
