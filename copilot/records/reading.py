"""The record tables of a workspace, read from its files and typed by the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain, count
from pathlib import Path

from copilot.records.cells import BadCell, DateOrder, Value, guess_type, typed
from copilot.records.delimited import TextTable, read_delimited
from copilot.records.importing import TableMapping, import_table, load_mapping, source_path
from copilot.records.names import column_key
from copilot.records.schema import PROJECTS, STAGE_HISTORY, TABLES, Column, ColumnType, TableSchema, gate_column
from copilot.records.units import with_unit
from copilot.workspace import Gate, Workspace, WorkspaceConfig

# Of a column that names the rows of a table, a few values may stand twice.
_NEARLY_UNIQUE = 0.85
_LONGEST_TITLE = 80
FOLDER = "records"
SUFFIXES = (".csv", ".tsv")

_FIRST_REAL_YEAR = 1910
_SPREADSHEET_DAY_0 = date(1899, 12, 30)

_COLUMNS_OF_ANY_TABLE = (
    Column("project_id", "text", "The project.", references="projects.id"),
    Column("model_id", "text", "The model.", references="models.id"),
    Column("label", "text", "Access label; empty for everyone."),
)
"""What makes the rows of any table belong to a project or a model, or be withheld."""


@dataclass(frozen=True)
class RecordTable:
    """One table as values, and what could not be understood."""

    schema: TableSchema
    """With the columns that are there only, those of the file that the schema does not know included."""
    source: str
    rows: list[int]
    aliases: Mapping[str, str]
    """What the file calls a column that was renamed, to the name it has here."""
    values: dict[str, list[Value]]
    bad: list[BadCell] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    """Columns the schema does not know."""
    missing: tuple[str, ...] = ()
    """Required columns that are not there."""
    unkeyed: tuple[tuple[int, str], ...] = ()
    """Rows whose key was empty or taken, with the key found; they were given one made of the row number."""


def record_files(root: Path) -> dict[str, Path]:
    """Table name to file, for every delimited file of the records folder."""
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
    order: DateOrder | None = None
    """How 3/4/2025 is meant; None when the column itself must tell."""
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    """Types of columns the schema does not know."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units of columns of numbers."""
    years_as_days: bool = False
    """Dates before 1910 are years that a spreadsheet took for a count of days."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What the file calls a column that was renamed, to the name it has here."""


def read_tables(workspace: Workspace) -> list[RecordTable]:
    """Every table the workspace brings, in the order of the schema, its own further tables last."""
    sources = read_sources(workspace.root)
    order = {name: position for position, name in enumerate(TABLES)}
    names = sorted(sources, key=lambda name: (order.get(name, len(order)), name))
    gates = workspace.listed_gates
    return [type_table(name, sources[name], workspace.config, gates) for name in names]


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
            readers[name] = partial(_read, root, path)
    return readers


def _read(root: Path, path: Path) -> Source:
    return Source(read_delimited(path), path.relative_to(root).as_posix())


def _import(root: Path, name: str, mapping: TableMapping) -> Source:
    path = source_path(root, mapping).relative_to(root.resolve()).as_posix()
    text = import_table(root, name, mapping)
    aliases = {old.rstrip("*"): new for old, new in mapping.rename.items()}
    return Source(text, path, mapping.dates, mapping.types, mapping.units, mapping.years_as_days, aliases)


def type_table(name: str, source: Source, config: WorkspaceConfig, gates: Sequence[Gate] = ()) -> RecordTable:
    """The text as values of the types the schema gives; what it does not know is typed by its looks."""
    schema = TABLES.get(name) or TableSchema(name, f"Table of its own: {source.path}.", ())
    columns: dict[str, Column] = {}
    values: dict[str, list[Value]] = {}
    bad: list[BadCell] = []
    unknown: list[str] = []
    expected = _expected(schema, config, gates)
    for header, texts in source.text.columns.items():
        column = expected.pop(column_key(header), None)
        if column is None:
            kind = source.types.get(header) or guess_type(texts)
            column = Column(_free_name(header, columns), kind, "A column of its own.")
            unknown.append(column.name)
        read = typed(column.name, column.type, texts, source.text.rows, source.order)
        column = with_unit(replace(column, unit=source.units.get(header, column.unit)), config.currency, texts)
        columns[column.name] = column
        values[column.name] = _spelled_as(column.values, read.values)
        if source.years_as_days and column.type == "date":
            values[column.name] = [_year_of_days(value) for value in read.values]
        bad += read.bad
    if name not in TABLES:
        schema = _identified(schema, columns, values)
    unkeyed = _complete_key(schema, columns, values, source.text.rows)
    return RecordTable(
        schema=_present(schema, columns),
        source=source.path,
        rows=source.text.rows,
        aliases=source.aliases,
        values=values,
        bad=bad,
        ragged=source.text.ragged,
        unknown=tuple(unknown),
        missing=tuple(c.name for c in schema.columns if c.required and column_key(c.name) in expected),
        unkeyed=unkeyed,
    )


def _identified(
    schema: TableSchema, columns: Mapping[str, Column], values: Mapping[str, Sequence[Value]]
) -> TableSchema:
    """A table of its own with the column whose values tell its rows apart, and the one that names them.

    The key is the first column of text or whole numbers that is filled and unique. The title is the first of text
    that nearly is, and whose values are mostly words; without one, rows have no name.
    """
    unique = {
        name: len({str(v).lower() for v in values[name] if v is not None}) / len(values[name])
        for name, column in columns.items()
        if column.type in ("text", "integer") and values[name]
    }
    key = next((name for name, share in unique.items() if share == 1.0), None)
    title = next(
        (
            name
            for name, share in unique.items()
            if share >= _NEARLY_UNIQUE and columns[name].type == "text" and _are_words(values[name])
        ),
        None,
    )
    return replace(schema, key=key, title=title or key)


def _are_words(values: Sequence[Value]) -> bool:
    """Whether most values are names made of letters, rather than codes or sentences."""
    texts = [str(v) for v in values if v is not None]
    words = sum(any(c.islower() for c in t) and len(t) <= _LONGEST_TITLE for t in texts)
    return words > len(texts) / 2


def _expected(schema: TableSchema, config: WorkspaceConfig, gates: Sequence[Gate]) -> dict[str, Column]:
    """The columns whose type is known beforehand, under their comparable names."""
    columns = {column.name: column for column in schema.columns}
    if schema.name == PROJECTS.name:
        columns["gate"] = gate_column(gates)
        for criterion in config.criteria:
            for name in (criterion.column, f"{criterion.column}_low", f"{criterion.column}_high"):
                columns.setdefault(name, Column(name, "number", f"Criterion {criterion.label}."))
    if schema.name in (PROJECTS.name, STAGE_HISTORY.name):
        columns["stage"] = replace(columns["stage"], values=config.stages)
    for column in _COLUMNS_OF_ANY_TABLE:
        columns.setdefault(column.name, column)
    return {column_key(name): column for name, column in columns.items()}


def _free_name(header: str, taken: Mapping[str, Column]) -> str:
    folded = {name.lower() for name in taken}
    spellings = chain([header], (f"{header}_{number}" for number in count(2)))
    return next(name for name in spellings if name.lower() not in folded)


def _spelled_as(allowed: Sequence[str], values: list[Value]) -> list[Value]:
    """`Proof of concept` becomes `proof_of_concept` where that is what the column allows."""
    if not allowed:
        return values
    spelling = {column_key(value): value for value in allowed}
    return [spelling.get(column_key(value), value) if isinstance(value, str) else value for value in values]


def _year_of_days(value: Value) -> Value:
    if not isinstance(value, date) or value.year >= _FIRST_REAL_YEAR:
        return value
    return date(max(1, value.toordinal() - _SPREADSHEET_DAY_0.toordinal()), 1, 1)


def _complete_key(
    schema: TableSchema, columns: dict[str, Column], values: dict[str, list[Value]], rows: Sequence[int]
) -> tuple[tuple[int, str], ...]:
    """Gives each row without a key of its own one made of its row number, so that every row can be cited."""
    if schema.key is None:
        return ()
    if schema.key not in columns:
        columns[schema.key] = next(column for column in schema.columns if column.name == schema.key)
        values[schema.key] = [None] * len(rows)
    taken: set[str] = set()
    unkeyed: list[tuple[int, str]] = []
    keys = values[schema.key]
    for position, (row, key) in enumerate(zip(rows, keys, strict=True)):
        text = "" if key is None else str(key)
        if not text or text.lower() in taken:
            unkeyed.append((row, text))
            keys[position] = f"{text or 'row'}-{row}"
        taken.add(str(keys[position]).lower())
    return tuple(unkeyed)


def _present(schema: TableSchema, columns: Mapping[str, Column]) -> TableSchema:
    """The schema, less what the file does not have."""
    return replace(
        schema,
        columns=tuple(columns.values()),
        title=schema.title if schema.title in columns else None,
        time=schema.time if schema.time in columns else None,
        text=tuple(name for name in schema.text if name in columns),
    )
