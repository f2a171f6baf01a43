"""The record tables of a workspace, typed by the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, count
from typing import TypeVar

from copilot.errors import KnowledgeError
from copilot.records.amounts import Marks, decimal_mark
from copilot.records.cells import BadCell, Hints, Value, guess_type, typed
from copilot.records.dates import Orders, date_order, days_of
from copilot.records.expressions import compute
from copilot.records.filling import Given
from copilot.records.grades import letters, spelled
from copilot.records.importing import (
    OwnColumn,
    kept_columns,
)
from copilot.records.left_out import LeftOut
from copilot.records.names import column_key, nearest
from copilot.records.schema import PROJECTS, STAGE_HISTORY, TABLES, Column, ColumnType, TableSchema, gate_column
from copilot.records.table_sources import Source, read_sources
from copilot.records.units import with_unit
from copilot.workspace import Gate, Workspace, WorkspaceConfig

_T = TypeVar("_T")

# Of a column that names the rows of a table, a few values may stand twice.
_NEARLY_UNIQUE = 0.85
_LONGEST_TITLE = 80
FIRST_REAL_YEAR = 1910

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
    empty: Mapping[str, int] = field(default_factory=dict)
    """By column of the file, how many cells say that there is nothing."""
    copies: tuple[int, ...] = ()
    """Rows that were left out, each being the same as an earlier one."""
    encoding: str = ""
    left_out: tuple[str, ...] = ()
    """What else of the file was not read."""
    hidden: LeftOut = LeftOut()
    """What was not read because the sheet does not show it."""
    header: int = 1
    """Row of the column names."""


def read_tables(workspace: Workspace) -> list[RecordTable]:
    """Every table the workspace brings, in the order of the schema, its own further tables last."""
    sources = read_sources(workspace.root)
    order = {name: position for position, name in enumerate(TABLES)}
    names = sorted(sources, key=lambda name: (order.get(name, len(order)), name))
    gates = workspace.listed_gates
    return [type_table(name, sources[name], workspace.config, gates) for name in names]


def type_table(name: str, source: Source, config: WorkspaceConfig, gates: Sequence[Gate]) -> RecordTable:
    """The text as values of the types the schema gives; what it does not know is typed by its looks."""
    schema = TABLES.get(name) or TableSchema(name, f"Table of its own: {source.path}.", ())
    schema = replace(schema, synonyms=tuple(c for c in source.called if column_key(c) != column_key(name)))
    expected = _expected(schema, config, gates)
    known = dict(expected)
    planned = _planned(source, expected)
    hints = _hints(planned, source, config)
    columns: dict[str, Column] = {}
    values: dict[str, list[Value]] = {}
    empty: dict[str, int] = {}
    bad: list[BadCell] = []
    for header, column in planned.items():
        texts = source.text.columns[header]
        read = typed(column.name, column.type, texts, source.text.rows, hints[header])
        columns[column.name] = with_unit(source.spelled(column), config.currency, texts)
        values[column.name] = _spelled_as(column, read.values)
        if source.mapping.years_as_days and column.type == "date":
            values[column.name] = [_year_of_days(value) for value in read.values]
        empty[column.name] = read.missing
        bad += read.bad
    _add_computed(source, config, known, columns, values)
    columns = _kept(name, source, columns)
    for target in source.mapping.expressions:
        expected.pop(column_key(target), None)
    unknown = tuple(name for name in columns if column_key(name) not in known)
    if name not in TABLES:
        schema = _identified(schema, columns, values)
    _order_grades(source, schema, known, columns, values)
    unkeyed = _complete_key(schema, columns, values, source.text.rows)
    return RecordTable(
        schema=_present(schema, columns),
        source=source.path,
        rows=source.text.rows,
        aliases=source.aliases,
        values=values,
        bad=bad,
        ragged=source.text.ragged,
        unknown=unknown,
        missing=tuple(c.name for c in schema.columns if c.required and column_key(c.name) in expected),
        unkeyed=unkeyed,
        empty=empty,
        copies=source.text.copies,
        encoding=source.text.encoding,
        left_out=source.text.left_out,
        hidden=source.text.hidden,
        header=source.text.header,
    )


def _planned(source: Source, expected: dict[str, Column]) -> dict[str, Column]:
    """The column that each column of the file becomes; takes those it finds out of the expected."""
    for name in (*source.mapping.columns, *source.mapping.grades):
        if column_key(name) not in {column_key(c) for c in (*source.text.columns, *source.mapping.expressions)}:
            near = ", ".join(nearest(name, source.text.columns))
            raise KnowledgeError(f"{source.where}: there is no column {name!r}; the nearest are {near}.")
    fixed = {"label", *(c.name for c in expected.values() if c.required or c.references)}
    if withheld := [n for n, own in source.mapping.columns.items() if own.access and column_key(n) in fixed]:
        raise KnowledgeError(f"{source.where}.columns: {withheld[0]!r} cannot be withheld, since rows are told by it.")
    planned: dict[str, Column] = {}
    graded = {column_key(name) for name in source.mapping.grades}
    for header, texts in source.text.columns.items():
        own, column = source.own(header), expected.pop(column_key(header), None)
        if column is None:
            kind = own.type or ("number" if column_key(header) in graded else guess_type(texts))
            free = _free_name(header, [c.name for c in planned.values()])
            column = Column(free, kind, own.description or "A column of its own.")
        if column_key(header) in graded and column.type not in ("number", "integer"):
            raise KnowledgeError(f"{source.where}.grades: {header!r} holds {column.type}; derive a number from it.")
        derived = source.mapping.derive.get(header)
        access = _access(source, header, derived.columns() if derived else (), planned)
        planned[header] = _described(column, own, access)
    return planned


def _described(column: Column, own: OwnColumn, access: str) -> Column:
    called = tuple(filter(None, (own.label, *own.synonyms)))
    meaning = own.description or column.meaning
    return replace(column, unit=own.unit or column.unit, synonyms=called, access=access, meaning=meaning)


def _access(source: Source, column: str, made_of: Iterable[str], there: Mapping[str, Column]) -> str:
    """The label of a column: its own, else that of the columns that it is made of, which must share one."""
    if own := source.own(column).access:
        return own
    renamed = {column_key(old): new for old, new in source.aliases.items()}
    known = {column_key(name): each.access for name, each in there.items()}
    keys = [column_key(renamed.get(column_key(part), part)) for part in made_of]
    labels = {known.get(key) or source.own(key).access for key in keys} - {""}
    if len(labels) > 1:
        raise KnowledgeError(
            f"{source.where}.columns: {column!r} is made of columns under several labels; give it one."
        )
    return labels.pop() if labels else ""


def _hints(planned: Mapping[str, Column], source: Source, config: WorkspaceConfig) -> dict[str, Hints]:
    """How each column is to be read: as somebody says, else as its cells tell, else as the others of the file do."""
    how, texts = source.mapping, source.text.columns
    dates = {name: date_order(set(texts[name])) for name, c in planned.items() if c.type == "date"}
    marks = {name: decimal_mark(set(texts[name])) for name, c in planned.items() if c.type in ("number", "integer")}
    order: Orders = _shared(dates.values())
    mark: Marks = _shared(marks.values())
    said: Marks = None if how.decimal is None else "." if how.decimal == "point" else ","
    grades = {column_key(name): grades for name, grades in how.grades.items()}
    scales = {column_key(criterion.column): criterion.scale for criterion in config.criteria}
    return {
        name: Hints(
            order=how.dates or dates.get(name) or order,
            mark=said or marks.get(name) or mark,
            unit=column.unit,
            grades=grades.get(column_key(name), ()),
            scale=scales.get(column_key(name)),
        )
        for name, column in planned.items()
    }


def _shared(told: Iterable[_T | None]) -> _T | None:
    """What all columns that tell anything tell."""
    found = {each for each in told if each not in (None, "mixed")}
    return found.pop() if len(found) == 1 else None


def _add_computed(
    source: Source,
    config: WorkspaceConfig,
    known: Mapping[str, Column],
    columns: dict[str, Column],
    values: dict[str, list[Value]],
) -> None:
    """Puts the columns of the mapping's expressions beside those of the file, or in their place."""
    expressions = source.mapping.expressions
    if not expressions:
        return
    given = {name: Given(column.type, values[name]) for name, column in columns.items()}
    where = f"{source.where}.derive"
    computed = compute(expressions, given, source.aliases, config.as_of or date.today(), where)
    for target, result in computed.items():
        column = known.get(column_key(target)) or Column(target, result.type, f"Computed: {expressions[target]}.")
        if not _fits(result.type, column.type):
            raise KnowledgeError(f"{where}.{target}: gives {result.type}, and {target} holds {column.type}.")
        access = _access(source, target, result.made_of, columns)
        columns[column.name] = with_unit(_described(column, source.own(target), access), config.currency)
        values[column.name] = _spelled_as(column, _as_type(column.type, result.values))


def _fits(given: ColumnType, wanted: ColumnType) -> bool:
    return given == wanted or {given, wanted} in ({"integer", "number"}, {"text", "list"})


def _as_type(kind: ColumnType, values: list[Value]) -> list[Value]:
    if kind == "integer":
        return [None if value is None else round(float(str(value))) for value in values]
    return values


def _kept(name: str, source: Source, columns: Mapping[str, Column]) -> dict[str, Column]:
    kept = kept_columns(name, source.mapping)
    return {own: column for own, column in columns.items() if kept is None or column_key(own) in kept}


def _identified(
    schema: TableSchema, columns: Mapping[str, Column], values: Mapping[str, Sequence[Value]]
) -> TableSchema:
    """A table of its own with the column whose values tell its rows apart, and the one that names them.

    The key is the first column that is filled and unique, of text, or of whole numbers that number the rows: the
    numbers of people who were invited may all differ and name nothing. The title is the first of text that nearly is
    unique, and whose values are mostly words; without one, rows have no name.
    """
    unique = {
        name: len({str(v).lower() for v in values[name] if v is not None}) / len(values[name])
        for name, column in columns.items()
        if column.type in ("text", "integer") and values[name]
    }
    opening = next(iter(columns), None)
    key = next(
        (
            name
            for name, share in unique.items()
            if share == 1.0
            and (columns[name].type == "text" or _number_rows(columns[name], values[name], is_first=name == opening))
        ),
        None,
    )
    title = next(
        (
            name
            for name, share in unique.items()
            if share >= _NEARLY_UNIQUE and columns[name].type == "text" and _are_words(values[name])
        ),
        None,
    )
    return replace(schema, key=key, title=title or key)


def _number_rows(column: Column, values: Sequence[Value], *, is_first: bool) -> bool:
    """Whether whole numbers that all differ name the rows: they open them, or run without a gap."""
    numbers = [v for v in values if isinstance(v, int)]
    is_run = len(numbers) == len(values) and max(numbers) - min(numbers) == len(numbers) - 1
    return not column.unit and (is_first or is_run)


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
        columns["stage"] = replace(columns["stage"], values=config.stages.names, spellings=config.stages.spellings)
    for column in _COLUMNS_OF_ANY_TABLE:
        columns.setdefault(column.name, column)
    return {column_key(name): column for name, column in columns.items()}


def _free_name(header: str, taken: Iterable[str]) -> str:
    folded = {name.lower() for name in taken}
    spellings = chain([header], (f"{header}_{number}" for number in count(2)))
    return next(name for name in spellings if name.lower() not in folded)


def _spelled_as(column: Column, values: list[Value]) -> list[Value]:
    """`Proof of concept` becomes `proof_of_concept` where that is what the column allows."""
    if not column.values:
        return values
    spelling = {column_key(value): value for value in column.values}
    spelling |= {column_key(text): value for value, texts in column.spellings.items() for text in texts}
    return [spelling.get(column_key(value), value) if isinstance(value, str) else value for value in values]


def _year_of_days(value: Value) -> Value:
    if not isinstance(value, date) or value.year >= FIRST_REAL_YEAR:
        return value
    return date(max(1, days_of(value)), 1, 1)


def _order_grades(
    source: Source,
    schema: TableSchema,
    known: Mapping[str, Column],
    columns: dict[str, Column],
    values: dict[str, list[Value]],
) -> None:
    """Gives columns of grades their order: as the mapping says, else that of letters in a column of the file's own."""
    for name, column in columns.items():
        own = source.own(name)
        if own.order and column.type != "text":
            raise KnowledgeError(f"{source.where}.columns: {name!r} holds {column.type}; only text has an `order`.")
        is_own = column_key(name) not in known and name not in (schema.key, schema.title)
        told = letters(str(v) for v in values[name] if v is not None) if is_own and column.type == "text" else ()
        if not (order := own.order or told):
            continue
        columns[name] = replace(
            column, order=order, is_order_assumed=not own.order, is_lower_better=own.direction == "down"
        )
        spelling = {grade.lower(): grade for grade in order}
        values[name] = [spelling.get(spelled(v).lower(), v) if isinstance(v, str) else v for v in values[name]]


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
