"""The names by which people call the things of one workspace."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from copilot.gates.rules import FILE as GATES_FILE
from copilot.language.countries import said_otherwise
from copilot.language.vocabulary import PRONOUNS
from copilot.language.words import STOP_WORDS
from copilot.reading.people import are_people
from copilot.reading.question import LinkKind
from copilot.records.schema import TableSchema
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.types import Viewer
from copilot.workspace import Workspace, read_yaml

STAGE = "stage"
UNIT = "unit"
"""The column of business units."""
# A column with more distinct values than this, or longer ones, holds free text and no categories.
MOST_VALUES = 150
LONGEST_VALUE = 48
_REPEATED = 5
"""Rows a value from which on a column holds categories, however many, and though a few of them are long."""
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z0-9&.-]{1,9})\)")


@dataclass(frozen=True)
class Name:
    """One way to call something."""

    kind: LinkKind
    text: str
    key: str
    table: str = ""
    column: str = ""
    title: str = ""
    """For a person, where the key is a code."""


def workspace_names(sources: Sources, viewer: Viewer) -> Iterator[Name]:
    """All names that a viewer may use; what the viewer may not see has none."""
    view = sources.records.view(viewer)
    records = {name.text for table in view.tables.values() for name in _record_names(view, table)}
    units = units_of(view)
    for table in view.tables.values():
        for text in (table.name, *table.synonyms):
            yield Name("table", spoken(text), table.name, table.name)
        yield from _record_names(view, table)
        yield from _column_names(view, table, records, units)
    yield from _stage_names(sources.workspace, view)
    for criterion in sources.workspace.config.criteria:
        for text in (criterion.label, criterion.name, *criterion.synonyms):
            yield Name("criterion", spoken(text), criterion.name)
    for name, metric in sources.metrics.metrics.items() if sources.metrics else ():
        for text in (metric.label, name, *metric.synonyms):
            yield Name("metric", spoken(text), name, title=metric.label)
    for document in sources.retriever.documents(viewer) if sources.retriever else ():
        for text in document_names(document.title):
            yield Name("document", text, document.id, title=document.title)
    for gate in gate_names(sources.workspace):
        yield Name("gate", gate, gate)


def _stage_names(workspace: Workspace, view: RecordView) -> Iterator[Name]:
    """What people say of projects in a stage, by what it means."""
    for table in view.tables:
        held = view.values(table, STAGE) if view.has(table, STAGE) else []
        for stage, texts in workspace.config.stages.spoken.items():
            yield from (Name("value", text, stage, table, STAGE) for text in texts if stage in held)


def _record_names(view: RecordView, table: TableSchema) -> Iterator[Name]:
    if not (table.key and table.title):
        return
    for row in view.select(table.name, columns=[table.key, table.title]):
        key, title = str(row[table.key] or ""), str(row[table.title] or "")
        for text in dict.fromkeys(filter(None, (key, title if key else ""))):
            yield Name("record", text, key, table.name, title=title)


def units_of(view: RecordView) -> frozenset[str]:
    """What business units are called, in any table: no names of people, wherever they stand."""
    return frozenset(value for table in view.tables if view.has(table, UNIT) for value in view.values(table, UNIT))


def _column_names(
    view: RecordView, table: TableSchema, records: Collection[str], units: Collection[str]
) -> Iterator[Name]:
    aliases, rows = view.aliases(table.name), rows_of(view, table.name)
    for column in table.columns:
        for text in (column.name, *aliases.get(column.name, ())):
            yield Name("column", spoken(text), column.name, table.name)
        if column.type in ("text", "list") and column.name not in (table.key, table.title, *table.text):
            values = view.values(table.name, column.name)
            # A column that refers to records holds their names, not categories of its own.
            if sum(value in records for value in values) <= len(values) / 2:
                yield from value_names(table.name, column.name, values, units, rows)
            for value, spellings in column.spellings.items():
                for text in spellings if value in values else ():
                    yield Name("value", spoken(text), value, table.name, column.name)


def rows_of(view: RecordView, table: str) -> int:
    return int(str(view.aggregate(table)[0]["count"]))


def are_categories(values: Collection[str], rows: int) -> bool:
    """Whether the values of so many rows are categories or names, and no free text."""
    if not values:
        return False
    lengths = sorted(map(len, values))
    if len(values) <= MOST_VALUES and lengths[-1] <= LONGEST_VALUE:
        return True
    return rows >= _REPEATED * len(values) and lengths[int(0.9 * (len(lengths) - 1))] <= LONGEST_VALUE


def value_names(
    table: str, column: str, values: Iterable[str], units: Collection[str] = (), rows: int = 0
) -> Iterator[Name]:
    """The values of a column of categories or of people in so many rows; none of a column of free text."""
    known = [value for value in values if value]
    if not are_categories(known, rows):
        return
    kind: LinkKind = "person" if column != STAGE and are_people(spoken(column), known, units) else "value"
    for value in known:
        if spoken(value).casefold() not in PRONOUNS:
            yield Name(kind, spoken(value), value, table, column)
        if kind == "value":
            yield from (Name(kind, text, value, table, column) for text in said_otherwise(spoken(value)))
        words = spoken(value).split()
        if kind == "value" and len(words) > 2 and all(word.isalpha() for word in words):
            # A proof of concept is a PoC, or a POC.
            capitals = "".join(word[0].lower() if word in STOP_WORDS else word[0].upper() for word in words)
            for text in dict.fromkeys((capitals, capitals.upper())):
                yield Name(kind, text, value, table, column)


def document_names(title: str) -> Iterator[str]:
    """A title, its parts before and after a colon or dash, and its abbreviation: "(CRA)", or its capitals."""
    yield title
    bare = _ABBREVIATION.sub("", title).strip()
    if bare != title:
        yield bare
    yield from _ABBREVIATION.findall(title)
    parts = [part.strip() for part in re.split(r"\s*[:–—]\s+|\s+-\s+", bare)]
    if len(parts) > 1:
        yield from (part for part in parts if len(part.split()) > 1)
    capitals = "".join(word[0] for word in re.findall(r"[^\W_]+", parts[0]) if word[0].isupper())
    if len(capitals) > 2:
        yield capitals


def gate_names(workspace: Workspace) -> tuple[str, ...]:
    """The approval gates that the workspace's rules name, in their order."""
    path = workspace.root / GATES_FILE
    written = read_yaml(path) if path.is_file() else None
    rules = written.get("rules", ()) if isinstance(written, dict) else ()
    return tuple(dict.fromkeys(str(rule["gate"]) for rule in rules if isinstance(rule, dict) and rule.get("gate")))


def spoken(name: str) -> str:
    """A column, stage or table as a person says it."""
    return name.replace("_", " ").strip()
