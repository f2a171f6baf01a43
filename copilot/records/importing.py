"""`records/mapping.yaml`: foreign exports become our tables, without code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from copilot.errors import KnowledgeError
from copilot.records.cells import DateOrder, normalise
from copilot.records.delimited import read_delimited
from copilot.records.names import column_key, nearest
from copilot.records.schema import TABLES, ColumnType
from copilot.records.sheets import SUFFIXES as SHEETS
from copilot.records.sheets import read_sheet
from copilot.records.text_table import TextTable
from copilot.workspace import read_yaml

FILE = "records/mapping.yaml"

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_NEARLY_THE_SAME = 85.0
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
    expression: str | None = None
    """An SQL expression over columns, computed once all cells are read. A text alone is one."""

    @model_validator(mode="before")
    @classmethod
    def _text_is_an_expression(cls, written: object) -> object:
        return {"expression": written} if isinstance(written, str) else written

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


def _spellings(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


Grade = Annotated[tuple[Text, ...], BeforeValidator(_spellings)]


class GeneratedKey(_Strict):
    """A key for rows that bring none that is unique: the prefix and the row number in the file."""

    prefix: str
    digits: int = Field(default=4, ge=1, le=9)


class OwnColumn(_Strict):
    """What the file does not say of a column."""

    type: ColumnType | None = None
    """Where its looks would not tell."""
    unit: str = ""
    """What its numbers are in: an ISO currency, `share`, `percent`, or a noun in the singular."""
    order: tuple[Text, ...] = ()
    """Of text that holds grades: its values, the lowest first; they keep their words."""
    direction: Literal["up", "down"] = "up"
    """Of grades: which way is better."""
    label: str = ""
    """What people call it."""
    synonyms: tuple[Text, ...] = ()
    description: str = ""
    """What it holds, in a sentence."""
    access: str = ""
    """Access label; viewers who do not hold it do not know of the column."""


class TableMapping(_Strict):
    """How a table is read from a foreign file: missing, rename, derive, values, defaults, grades, key, in order."""

    source: str
    """The file, relative to `records/`: delimited text, or a workbook."""
    sheet: str | None = None
    """Sheet of a workbook; the one with the most cells when absent."""
    header: int | None = Field(default=None, ge=1)
    """Row of the column names; found below titles when absent."""
    hidden: Literal["leave out", "read"] = "leave out"
    """Rows and columns that a sheet does not show, by hand or by a filter."""
    encoding: str | None = None
    """Such as cp1252; found out when absent."""
    delimiter: Literal[",", ";", "\t"] | None = None
    dates: DateOrder | None = None
    """How 3/4/2025 is meant: `day first` or `month first`; told from the column itself when absent."""
    decimal: Literal["point", "comma"] | None = None
    """Which mark stands before a fraction, for numbers like 1,450; told from the column itself when absent."""
    years_as_days: bool = False
    """Dates before 1910 are bare years that a spreadsheet took for a count of days: 7/15/1905 is 2023."""
    missing: tuple[Text, ...] = ()
    """What stands for an empty cell in any column, such as N/A."""
    rename: dict[str, str] = {}
    """Column of the file to column of the table. `Is there*` is the column that begins so."""
    values: dict[str, ValueMap] = {}
    """For a column of the table: text to value, in any case. `Yes*` is what begins so, `*` all the rest."""
    derive: dict[str, Derivation] = {}
    defaults: dict[str, Text] = {}
    """Value of a column where it is empty."""
    grades: dict[str, tuple[Grade, ...]] = {}
    """For a column of grades: the lowest first, a list where one grade has several spellings. It becomes a number,
    on the scale of the criterion that it is, else from 1."""
    columns: dict[str, OwnColumn] = {}
    """What the file does not say of a column."""
    synonyms: tuple[Text, ...] = ()
    """What people call the rows, beside the name of the table and that of the file."""
    key: GeneratedKey | None = None
    keep_unknown: bool = True
    """Keep the columns of the file that are named neither here nor in our table."""
    duplicates: Literal["drop", "keep"] = "drop"
    """Of rows that are alike in every cell keep the first, in tables whose rows have a key."""

    @property
    def expressions(self) -> dict[str, str]:
        return {target: how.expression for target, how in self.derive.items() if how.expression is not None}

    @model_validator(mode="after")
    def _computed_last(self) -> TableMapping:
        if twice := sorted({*self.defaults, *self.grades} & self.expressions.keys()):
            raise ValueError(f"{twice[0]} is an expression; write its default into it, such as coalesce(…, 0)")
        return self


class RecordMapping(_Strict):
    tables: dict[str, TableMapping]

    @model_validator(mode="after")
    def _tables_are_ours(self) -> RecordMapping:
        for name in self.tables:
            if name not in TABLES and (near := nearest(name, TABLES)[0]) and _are_alike(name, near):
                raise ValueError(
                    f"there is no table {name!r}; {near} may be meant, which is one of {', '.join(TABLES)}"
                )
        return self


def _are_alike(name: str, other: str) -> bool:
    """Whether a name is another but for an ending or a slip."""
    from rapidfuzz import fuzz

    return bool(fuzz.ratio(name.lower(), other) >= _NEARLY_THE_SAME)


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


def read_file(path: Path, mapping: TableMapping | None = None) -> TextTable:
    """The table of a file of records, as it is written."""
    if path.suffix.lower() in SHEETS:
        return (
            read_sheet(path, mapping.sheet, mapping.header, mapping.hidden == "read") if mapping else read_sheet(path)
        )
    if mapping is None:
        return read_delimited(path)
    return read_delimited(path, mapping.encoding, mapping.delimiter, mapping.header)


def import_table(root: Path, name: str, mapping: TableMapping) -> TextTable:
    """The rows of a foreign file under the names and values of our table, but for what expressions compute."""
    read = read_file(source_path(root, mapping), mapping)
    table_key = TABLES[name].key if name in TABLES else None
    if table_key and mapping.duplicates == "drop":
        read = read.without_copies()
    blank = {normalise(word).lower() for word in mapping.missing}
    original = {
        header: ["" if text.lower() in blank else text for text in texts] if blank else texts
        for header, texts in read.columns.items()
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
    if mapping.key and table_key:
        prefix, digits = mapping.key.prefix, mapping.key.digits
        columns = {table_key: [f"{prefix}{row:0{digits}}" for row in read.rows], **columns}
    return replace(read, columns=columns)


def kept_columns(name: str, mapping: TableMapping) -> frozenset[str] | None:
    """The columns that a mapping without `keep_unknown` keeps, in their comparable form; None for all of them."""
    if mapping.keep_unknown:
        return None
    ours = [column.name for column in TABLES[name].columns] if name in TABLES else []
    named = (*ours, *mapping.rename.values(), *mapping.derive, *mapping.defaults, *mapping.columns, *mapping.grades)
    return frozenset(column_key(column) for column in named)


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
        if derivation.expression is not None:
            continue
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
