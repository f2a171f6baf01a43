"""What the documents of a memo have in common: the words around its sections, and how its tables are set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from copilot.memos.memo import Line, Memo, Section, Source, Unsourced
from copilot.memos.plain import on_one_line
from copilot.types import Cell, Chart, Table

DRAFT = "Draft, needs sign-off"
NO_SOURCE = "[no source]"
"""Stands behind a figure that no evidence of an edited memo holds."""
WITHOUT_SOURCE = "Figures without a source"
_ANNEXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEADS = {"motion": "Motion.", "choice": "Choice.", "firmness": "Firmness.", "state": "State.", "change": "Change."}
# A word longer than this gets places where it may break; a shorter one fits any column.
_LONGEST_WORD = 22
# A cell longer than this wraps.
_WIDEST = 42
# Letters that a line of a table holds, and the space around a cell.
_LINE, _AROUND = 125, 3
# The least share of their size that letters of a table may have, and still be read.
_SMALLEST = 0.85
_BREAK = "\u200b"
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")
_NUMBER = re.compile(r"[-+−]?[\d,.]+\s?%?$|(?:more|less) than \d+%$")


@dataclass(frozen=True)
class Part:
    """A section as a document sets it."""

    heading: str
    section: Section
    beside: Chart | None = None
    """Stands beside its lines, where there is room for it."""

    @property
    def is_form(self) -> bool:
        """Whether its table is there to be filled in by hand."""
        return self.section.name == "signature"

    @property
    def chart(self) -> Chart | None:
        """Stands below its table."""
        return self.section.chart


def subtitle(memo: Memo, status: str) -> tuple[str, ...]:
    """For whom, of which day, in what state; of an edited memo also by whom, and how much of it has no source."""
    addressee = f"To: {memo.addressee}" if memo.addressee else f"To: whoever decides at {memo.organisation}"
    last = memo.edits[-1] if memo.edits else None
    by = f"Text edited by {on_one_line(last.name)} on {written(last.at.date())}" if last else ""
    said = (addressee, f"As of {written(memo.provenance.today)}", status, by, without_source(memo.unsourced))
    return tuple(part for part in said if part)


def without_source(unsourced: Sequence[Unsourced]) -> str:
    """ "2 figures without a source"; empty where there is none."""
    return f"{figures(len(unsourced))} without a source" if unsourced else ""


def figures(number: int) -> str:
    """ "1 figure", "2 figures"."""
    return f"{number} figure{'' if number == 1 else 's'}"


def flagged(memo: Memo) -> Memo:
    """The memo with a mark behind each figure that no evidence holds."""
    sections = (
        s.model_copy(update={"lines": tuple(_flagged(line, _in_line(memo, s, line)) for line in s.lines)})
        for s in memo.sections
    )
    return memo.model_copy(update={"sections": tuple(sections)}) if memo.unsourced else memo


def _in_line(memo: Memo, section: Section, line: Line) -> list[Unsourced]:
    return [u for u in memo.unsourced if (u.section, u.key) == (section.name, line.key)]


def _flagged(line: Line, unsourced: Sequence[Unsourced]) -> Line:
    text = line.text
    for figure in sorted(unsourced, key=lambda u: -u.end):
        text = f"{text[: figure.end]} {NO_SOURCE}{text[figure.end :]}"
    return line.model_copy(update={"text": text})


def unsourced_lines(memo: Memo) -> list[str]:
    """Each figure that no evidence holds, with the line in which it stands: for the end of a document."""
    headings = {section.name: heading(section) for section in memo.sections}
    return [
        f"{u.text}, in “{headings[u.section]}”: {line.text}"
        for u in memo.unsourced
        for line in memo.section(u.section).lines
        if line.key == u.key
    ]


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def footer(memo: Memo) -> str:
    return f"{memo.organisation} · memo {memo.id} · {memo.provenance.today.isoformat()}"


def front(memo: Memo) -> list[Part]:
    """What follows the decision on the first page; its chart stands beside what is said of money."""
    sections = [s for s in memo.sections if s.name != "decision" and not s.is_annex]
    has_room = any(s.name == "money" and s.lines for s in sections)
    drawn = next((s for s in sections if s.chart is not None), None) if has_room else None
    parts = []
    for section in sections:
        moved = section.model_copy(update={"chart": None}) if section is drawn else section
        parts.append(Part(heading(section), moved, drawn.chart if drawn and section.name == "money" else None))
    return parts


def annexes(memo: Memo) -> list[Part]:
    sections = [s for s in memo.sections if s.is_annex]
    return [Part(f"{letter}  {heading(section)}", section) for letter, section in zip(_ANNEXES, sections, strict=False)]


def heading(section: Section) -> str:
    return section.heading or section.name.capitalize()


def lead(line: Line) -> str:
    return LEADS.get(line.key, "")


class Run(NamedTuple):
    """Sources one after the other: "4–11"."""

    first: int
    text: str


def runs(markers: Sequence[int]) -> list[Run]:
    """The numbers of sources, ascending; three or more in a row as one run."""
    found: list[list[int]] = []
    for marker in sorted(markers):
        if found and marker == found[-1][-1] + 1:
            found[-1].append(marker)
        else:
            found.append([marker])
    return [
        Run(part[0], text)
        for run in found
        for part, text in (
            [(run, f"{run[0]}–{run[-1]}")] if len(run) > 2 else [([marker], str(marker)) for marker in run]
        )
    ]


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
    arguments = ", ".join(f"{name}={_argument(value)}" for name, value in p.arguments.items() if value) or "defaults"
    drawn = f"Weights: {weights}. {p.draws:,} draws, seed {p.seed}. " if p.draws else ""
    edits = "".join(
        f"Version {e.of} edited by {on_one_line(e.name)} on {e.at:%Y-%m-%d %H:%M} UTC. " for e in memo.edits
    )
    return (
        f"{edits}Arguments: {arguments}. {drawn}Versions: {versions}. "
        f"bearing memo check {memo.id} computes it again and says what still holds."
    )


def _argument(value: Any) -> str:
    """A value as a call has it, without what its parts leave empty."""
    if isinstance(value, dict):
        return repr({name: part for name, part in value.items() if part not in ("", [], None)})
    return f"[{', '.join(map(_argument, value))}]" if isinstance(value, list) else repr(value)


def shown(cell: Cell) -> str:
    return "–" if cell is None else on_one_line(str(cell))


def is_numeric(table: Table, column: int) -> bool:
    cells = [shown(row[column]) for row in table.rows if row[column] is not None]
    return bool(cells) and all(_NUMBER.match(cell) for cell in cells)


def widths(table: Table) -> tuple[int, ...]:
    """How wide each column should be, in letters: its longest cell up to a limit, and no word of its heading cut.

    Where that is more than a line holds, the columns of several words give way, and their cells take more lines.
    """
    wanted = [_wanted(table, column) for column in range(len(table.columns))]
    least = [min(width, _least(table, column)) for column, width in enumerate(wanted)]
    over, free = sum(wanted) - _LINE, sum(wanted) - sum(least)
    if over <= 0 or not free:
        return tuple(wanted)
    kept = max(1 - over / free, 0.0)
    return tuple(low + round((width - low) * kept) for width, low in zip(wanted, least, strict=True))


def letters(table: Table, size: float) -> float:
    """The size of letters with which no word of a table is cut: the given one, or less where its columns are many."""
    return size * max(min(_LINE / sum(widths(table)), 1.0), _SMALLEST)


def _wanted(table: Table, column: int) -> int:
    cell = max((len(shown(row[column])) for row in table.rows), default=0)
    heading = table.columns[column]
    # A heading of several words takes two lines.
    return max(min(cell, _WIDEST), min(max(_word(heading) + 1, len(heading) // 2 + 1), _LONGEST_WORD)) + _AROUND


def _least(table: Table, column: int) -> int:
    """With no word cut."""
    words = (_word(text) for text in (table.columns[column], *(shown(row[column]) for row in table.rows)))
    return min(max(words), _LONGEST_WORD) + _AROUND


def _word(text: str) -> int:
    """The letters of the longest word."""
    return max(map(len, text.split()), default=0)


def breakable(text: str) -> str:
    """The text with places to break inside words too long for a line."""
    return _LONG_WORD.sub(lambda word: _BREAK.join(re.findall(rf".{{1,{_LONGEST_WORD}}}", word.group())), text)
