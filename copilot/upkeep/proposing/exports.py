"""The files of records in a folder, and what their columns look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.language.units import unit_in, unit_of_cells
from copilot.records.cells import NOTHING, guess_type
from copilot.records.dates import Orders, date_order, parse_date
from copilot.records.importing import read_file
from copilot.records.names import column_key
from copilot.records.schema import ColumnType
from copilot.records.sheets import SUFFIXES as SHEETS
from copilot.records.sheets import explained
from copilot.records.table_sources import FOLDER, SUFFIXES
from copilot.records.text_table import TextTable

_FEWEST_ROWS, _FEWEST_COLUMNS = 2, 2


@dataclass(frozen=True)
class Export:
    """A file of records, with what its columns look like."""

    path: Path
    there: Path
    """Where it will be."""
    table: TextTable
    terms: Mapping[str, str] = field(default_factory=dict)
    """What the file says its words mean, on a sheet of two columns beside the table."""

    @cached_property
    def kinds(self) -> dict[str, ColumnType]:
        return {name: guess_type(texts) for name, texts in self.table.columns.items()}

    @cached_property
    def held(self) -> dict[str, list[str]]:
        """By column the cells that do not say that there is nothing."""
        return {name: [t for t in texts if t.lower() not in NOTHING] for name, texts in self.table.columns.items()}

    @cached_property
    def spelled(self) -> dict[str, Counter[str]]:
        """By column how often it holds each text, in its comparable form."""
        return {name: Counter(map(column_key, texts)) for name, texts in self.held.items()}

    @cached_property
    def units(self) -> dict[str, str]:
        return {name: unit_of_cells(texts) or unit_in(name) for name, texts in self.held.items()}

    @cached_property
    def order(self) -> Orders:
        """How its dates mean 3/4/2025, as far as one of them tells."""
        told = {date_order(texts) for name, texts in self.held.items() if self.kinds[name] == "date"} - {None, "mixed"}
        return told.pop() if len(told) == 1 else None

    @cached_property
    def days(self) -> dict[str, list[date | None]]:
        """The cells of the columns of dates."""
        dates = {name: texts for name, texts in self.table.columns.items() if self.kinds[name] == "date"}
        return {name: [parse_date(text, self.order, serials=True) for text in texts] for name, texts in dates.items()}

    @cached_property
    def unique(self) -> dict[str, float]:
        """By column the share of its rows that it tells apart."""
        count = max(1, len(self.table.rows))
        return {name: len({t.lower() for t in texts if t}) / count for name, texts in self.table.columns.items()}


def exports_of(root: Path, notes: list[str]) -> Iterator[Export]:
    for folder in (root / FOLDER, root):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix.lower() not in SUFFIXES or path.name.startswith((".", "~$")) or not path.is_file():
                continue
            try:
                table = read_file(path).without_copies()
            except KnowledgeError as error:
                notes.append(str(error))
                continue
            terms = explained(path) if path.suffix.lower() in SHEETS else {}
            if len(table.rows) >= _FEWEST_ROWS and len(table.columns) >= _FEWEST_COLUMNS:
                yield Export(path, root / FOLDER / path.name, table, terms)
