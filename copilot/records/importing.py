"""`records/mapping.yaml`: foreign exports become our tables, without code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from copilot.errors import KnowledgeError
from copilot.records.cells import DateOrder, normalise
from copilot.records.delimited import TextTable, read_delimited
from copilot.records.names import nearest
from copilot.records.schema import TABLES, ColumnType
from copilot.workspace import read_yaml

FILE = "records/mapping.yaml"

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"[+-]?\d[\d,.]*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def _scalar_text(value: object) -> object:
    """What YAML reads as something else than text, as the text that was meant."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, (int, float, date)) else value


def _text_keys(value: object) -> object:
    return {_scalar_text(key): item for key, item in value.items()} if isinstance(value, dict) else value


Text = Annotated[str, BeforeValidator(_scalar_text)]
ValueMap = Annotated[dict[str, Text], BeforeValidator(_text_keys)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Derivation(_Strict):
    """A column made of others. Exactly one way is given; columns are named as in the file or as renamed."""

    constant: Text | None = None
    """The same value in every row."""
    template: str | None = None
    """Text with `{column}` in it; empty when all its columns are."""
    first: tuple[str, ...] | None = None
    """The first of these columns that is not empty."""
    number: str | None = None
    """The first number in this column: `about 1,200 a year` gives 1200."""
    year: str | None = None
    """The first year in this column, as its first of January."""

    @model_validator(mode="after")
    def _one_way(self) -> Derivation:
        if len(self.model_fields_set) != 1:
            ways = ", ".join(type(self).model_fields)
            raise ValueError(f"give exactly one of {ways}")
        return self

    def columns(self) -> tuple[str, ...]:
        named = tuple(_PLACEHOLDER.findall(self.template or ""))
        return named + (self.first or ()) + tuple(name for name in (self.number, self.year) if name)

    def value(self, cells: Mapping[str, str]) -> str:
        """The derived text of one row, given the cells of `columns()`."""
        if self.template is not None:
            if not any(cells.values()):
                return "" if cells else self.template
            return normalise(_PLACEHOLDER.sub(lambda found: cells[found[1]], self.template))
        if self.first is not None:
            return next((cells[name] for name in self.first if cells[name]), "")
        if self.number is not None:
            found = _NUMBER.search(cells[self.number])
            return found[0].rstrip(".,") if found else ""
        if self.year is not None:
            found = _YEAR.search(cells[self.year])
            return f"{found[0]}-01-01" if found else ""
        return self.constant or ""


class GeneratedKey(_Strict):
    """A key for rows that bring none that is unique: the prefix and the row number in the file."""

    prefix: str
    digits: int = Field(default=4, ge=1, le=9)


class TableMapping(_Strict):
    """How a table is read from a foreign file: missing, rename, derive, values, defaults, key, in order."""

    source: str
    """The file, relative to `records/`."""
    encoding: str | None = None
    """Such as cp1252; found out when absent."""
    delimiter: Literal[",", ";", "\t"] | None = None
    dates: DateOrder | None = None
    """How 3/4/2025 is meant: `day first` or `month first`; told from the column itself when absent."""
    years_as_days: bool = False
    """Dates before 1910 are bare years that a spreadsheet took for a count of days: 7/15/1905 is 2023."""
    missing: tuple[Text, ...] = ()
    """What stands for an empty cell in any column, such as N/A."""
    rename: dict[str, str] = {}
    """Column of the file to column of the table. `Is there*` is the column that begins so."""
    values: dict[str, ValueMap] = {}
    """For a column of the table: text to value, in any case. `Yes*` is what begins so, `*` all the rest."""
    derive: dict[str, Derivation] = {}
    types: dict[str, ColumnType] = {}
    """Type of a column that our table does not have, where its looks would not tell."""
    units: dict[str, str] = {}
    """What the numbers of a column are in: an ISO currency, `share`, `percent`, or a noun in the singular."""
    defaults: dict[str, Text] = {}
    """Value of a column where it is empty."""
    key: GeneratedKey | None = None
    keep_unknown: bool = True
    """Keep the columns of the file that are named neither here nor in our table."""


class RecordMapping(_Strict):
    tables: dict[str, TableMapping]

    @model_validator(mode="after")
    def _tables_are_ours(self) -> RecordMapping:
        if unknown := [name for name in self.tables if name not in TABLES]:
            raise ValueError(f"there is no table {unknown[0]!r}; ours are {', '.join(TABLES)}")
        return self


def load_mapping(root: Path) -> RecordMapping | None:
    path = root / FILE
    if not path.is_file():
        return None
    try:
        return RecordMapping.model_validate(read_yaml(path) or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KnowledgeError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}.") from None


def source_path(root: Path, mapping: TableMapping) -> Path:
    """The mapped file, which must lie in the workspace."""
    path = (root / "records" / mapping.source).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise KnowledgeError(f"{root / FILE}: source: there is no file {mapping.source!r} under records/.")
    return path


def import_table(root: Path, name: str, mapping: TableMapping) -> TextTable:
    """The rows of a foreign file under the names and values of our table."""
    read = read_delimited(source_path(root, mapping), mapping.encoding, mapping.delimiter)
    blank = {normalise(word).lower() for word in mapping.missing}
    original = {
        header: ["" if text.lower() in blank else text for text in texts] for header, texts in read.columns.items()
    }
    where = f"{root / FILE}: tables.{name}"
    columns = _renamed(original, mapping.rename, where)
    _derive(columns, original, mapping, len(read.rows), where)
    for column, replacements in mapping.values.items():
        found = _find(column, columns, f"{where}.values")
        columns[found] = _replaced(columns[found], replacements)
    for column, value in mapping.defaults.items():
        texts = columns.get(column) or [""] * len(read.rows)
        columns[column] = [text or value for text in texts]
    if mapping.key and (key := TABLES[name].key):
        prefix, digits = mapping.key.prefix, mapping.key.digits
        columns = {key: [f"{prefix}{row:0{digits}}" for row in read.rows], **columns}
    if not mapping.keep_unknown:
        kept = {column.name for column in TABLES[name].columns}
        kept |= {*mapping.rename.values(), *mapping.derive, *mapping.defaults}
        columns = {column: texts for column, texts in columns.items() if column in kept}
    return TextTable(read.rows, columns, read.ragged)


def _renamed(columns: Mapping[str, list[str]], rename: Mapping[str, str], where: str) -> dict[str, list[str]]:
    targets = {_find(old, columns, f"{where}.rename"): new for old, new in rename.items()}
    renamed = {targets.get(header, header): texts for header, texts in columns.items()}
    if len(renamed) < len(columns):
        names = [targets.get(header, header) for header in columns]
        twice = next(name for name in names if names.count(name) > 1)
        raise KnowledgeError(f"{where}.rename: two columns would be called {twice!r}; use derive with first.")
    return renamed


def _derive(
    columns: dict[str, list[str]],
    original: Mapping[str, list[str]],
    mapping: TableMapping,
    rows: int,
    where: str,
) -> None:
    """Adds the derived columns, each seeing the file's columns and those made before it."""
    for target, derivation in mapping.derive.items():
        seen = {**original, **columns}
        names = {name: _find(name, seen, f"{where}.derive.{target}") for name in derivation.columns()}
        texts = {name: seen[found] for name, found in names.items()}
        columns[target] = [derivation.value({name: cells[row] for name, cells in texts.items()}) for row in range(rows)]


def _find(name: str, columns: Mapping[str, list[str]], where: str) -> str:
    """The column of that name, in any case and with any blanks; `Is there*` is the one that begins so."""
    wanted = normalise(name).lower()
    if found := [column for column in columns if column.lower() == wanted]:
        return found[0]
    if wanted.endswith("*"):
        found = [column for column in columns if column.lower().startswith(wanted[:-1])]
        if len(found) == 1:
            return found[0]
    known = ", ".join(repr(column) for column in found[:3] or nearest(name.rstrip("*"), columns))
    problem = "is several columns" if found else "is no column of the file; the nearest are"
    raise KnowledgeError(f"{where}: {name!r} {problem}: {known}.".replace("are:", "are"))


def _replaced(texts: list[str], replacements: Mapping[str, str]) -> list[str]:
    exact = {normalise(old).lower(): new for old, new in replacements.items()}
    beginnings = sorted((old[:-1] for old in exact if old.endswith("*")), key=len, reverse=True)

    def replace(text: str) -> str:
        folded = text.lower()
        if not text or folded in exact:
            return exact.get(folded, text)
        return next((exact[f"{start}*"] for start in beginnings if folded.startswith(start)), text)

    known = {text: replace(text) for text in set(texts)}
    return [known[text] for text in texts]
