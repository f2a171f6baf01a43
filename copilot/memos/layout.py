"""What the documents of a memo have in common: the words around its sections, and how its tables are set."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.memos.memo import Line, Memo, Section, Source
from copilot.memos.plain import on_one_line
from copilot.types import Cell, Table

STATUS = "Draft, needs sign-off"
LEADS = {"decision": "Decision asked.", "recommendation": "Recommendation.", "firmness": "Firmness."}
# A word longer than this gets places where it may break; a shorter one fits any column.
_LONGEST_WORD = 22
# A cell longer than this wraps.
_WIDEST = 30
_BREAK = "\u200b"
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")
_NUMBER = re.compile(r"[-+−]?[\d,.]+\s?%?$|(?:more|less) than \d+%$")


def subtitle(memo: Memo) -> tuple[str, ...]:
    """For whom, of which day, in what state."""
    return (f"To: {memo.provenance.viewer}", f"As of {memo.provenance.today.isoformat()}", STATUS)


def footer(memo: Memo) -> str:
    return f"{memo.organisation} · memo {memo.id} · {memo.provenance.today.isoformat()}"


def headed(memo: Memo) -> list[tuple[str, Section]]:
    """The sections after the decision, with their headings."""
    return [
        (section.heading or section.name.capitalize(), section)
        for section in memo.sections
        if section.name != "decision"
    ]


def lead(line: Line) -> str:
    return LEADS.get(line.key, "")


def is_flag(line: Line) -> bool:
    """Whether a line warns of a rule that blocks."""
    return line.key.startswith("flag:")


def marks(markers: Sequence[int]) -> str:
    return ",".join(map(str, markers))


def reference(source: Source) -> str:
    """Where a source stands: "Search ranking, records/projects.csv, row 41 (2026-10-31)"."""
    evidence = source.evidence
    dated = f" ({evidence.as_of.isoformat()})" if evidence.as_of else ""
    return on_one_line(f"{evidence.title}, {evidence.source}, {evidence.locator}{dated}")


def provenance(memo: Memo) -> str:
    """How to have it again: who drafted it for what, with which weights, draws, seed and versions."""
    p = memo.provenance
    weights = ", ".join(f"{name} {share:.4g}" for name, share in p.weights.items()) or "none"
    versions = ", ".join(f"{name} {version}" for name, version in p.versions.items())
    arguments = ", ".join(f"{name}={value!r}" for name, value in p.arguments.items() if value) or "defaults"
    return (
        f"Arguments: {arguments}. Weights: {weights}. {p.draws:,} draws, seed {p.seed}. Versions: {versions}. "
        f"bearing memo check {memo.id} computes it again and says what still holds."
    )


def shown(cell: Cell) -> str:
    return "–" if cell is None else on_one_line(str(cell))


def is_numeric(table: Table, column: int) -> bool:
    cells = [shown(row[column]) for row in table.rows if row[column] is not None]
    return bool(cells) and all(_NUMBER.match(cell) for cell in cells)


def widths(table: Table) -> tuple[int, ...]:
    """How wide each column should be, in letters: its longest cell up to a limit, and no word of its heading cut."""

    def width(column: int) -> int:
        cell = max((len(shown(row[column])) for row in table.rows), default=0)
        heading = table.columns[column]
        word = max((len(part) for part in heading.split()), default=0)
        # A heading of several words takes two lines; the last term is the space around a cell.
        return max(min(cell, _WIDEST), min(max(word + 1, len(heading) // 2 + 1), _LONGEST_WORD)) + 3

    return tuple(width(column) for column in range(len(table.columns)))


def breakable(text: str) -> str:
    """The text with places to break inside words too long for a line."""
    return _LONG_WORD.sub(lambda word: _BREAK.join(re.findall(rf".{{1,{_LONGEST_WORD}}}", word.group())), text)
