"""The files of a workspace that hold record tables, as text, with what the mapping says of them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from copilot.records.importing import FILE as MAPPING
from copilot.records.importing import OwnColumn, TableMapping, import_table, load_mapping, read_file, source_path
from copilot.records.names import column_key
from copilot.records.schema import TABLES, Column
from copilot.records.sheets import SUFFIXES as SHEETS
from copilot.records.text_table import TextTable

FOLDER = "records"
SUFFIXES = (".csv", ".tsv", *SHEETS)

_MONTHS = frozenset(m.lower() for m in (*calendar.month_name, *calendar.month_abbr))


def record_files(root: Path) -> dict[str, Path]:
    """Table name to file, for every delimited file and workbook of the records folder."""
    folder = root / FOLDER
    if not folder.is_dir():
        return {}
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))
    return {column_key(path.stem): path for path in files if path.is_file()}


@dataclass(frozen=True)
class Source:
    """A table's text and where it is from."""

    text: TextTable
    path: str
    """Inside the workspace."""
    mapping: TableMapping = TableMapping(source="")
    where: str = ""
    """How an error names the mapping."""

    def own(self, column: str) -> OwnColumn:
        """What the mapping says of a column."""
        named = {column_key(name): own for name, own in self.mapping.columns.items()}
        return named.get(column_key(column), OwnColumn())

    def spelled(self, column: Column) -> Column:
        """The column with what the file calls its values; people who know the file ask in its words."""
        spellings = {value: list(texts) for value, texts in column.spellings.items()}
        for name, replaced in self.mapping.values.items():
            if column_key(name) == column_key(column.name):
                for text, value in replaced.items():
                    if value and (called := text.rstrip("*").strip()):
                        spellings.setdefault(value, []).append(called)
        return replace(column, spellings={value: tuple(texts) for value, texts in spellings.items()})

    @property
    def called(self) -> tuple[str, ...]:
        """What people call the rows: as the mapping says, and as the file is called, less the dates in its name."""
        words = [w for w in re.findall(r"[^\W\d_]+", Path(self.path).stem.lower()) if w not in _MONTHS]
        return tuple(dict.fromkeys([*self.mapping.synonyms, *([" ".join(words)] if words else [])]))

    @property
    def aliases(self) -> dict[str, str]:
        """What the file calls a column that was renamed, to the name it has here."""
        return {old.rstrip("*"): new for old, new in self.mapping.rename.items()}


def read_sources(root: Path) -> dict[str, Source]:
    return {name: read() for name, read in source_readers(root).items()}


def source_readers(root: Path) -> dict[str, Callable[[], Source]]:
    """How to read each table: mapped ones from the file their mapping names, the others from their own."""
    mapping = load_mapping(root)
    mapped = mapping.tables if mapping else {}
    readers: dict[str, Callable[[], Source]] = {name: partial(_import, root, name, how) for name, how in mapped.items()}
    claimed = {(root / FOLDER / how.source).resolve() for how in mapped.values()}
    for name, path in record_files(root).items():
        if name not in readers and path.resolve() not in claimed:
            readers[name] = partial(_read, root, name, path)
    return readers


def _read(root: Path, name: str, path: Path) -> Source:
    text = read_file(path)
    is_keyed = name in TABLES and TABLES[name].key
    return Source(text.without_copies() if is_keyed else text, path.relative_to(root).as_posix())


def _import(root: Path, name: str, mapping: TableMapping) -> Source:
    path = source_path(root, mapping).relative_to(root.resolve()).as_posix()
    return Source(import_table(root, name, mapping), path, mapping, f"{root / MAPPING}: tables.{name}")
