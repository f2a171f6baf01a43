"""Record rows as documents, so that a question finds a project by what it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from copilot.records.referring import referred_first
from copilot.records.schema import TableSchema
from copilot.records.store import ROW, Records, RecordView
from copilot.records.visibility import shown_columns
from copilot.retrieval.types import Document, Section
from copilot.types import Cell, Viewer

# Columns that say in a word or two where a row belongs; numbers and dates are asked for through the tools.
_CONTEXT = ("unit", "domain", "stage", "jurisdiction", "kind", "status", "scaling", "blocker", "conditions")


_JOINED = " + "


class _Indexer(Viewer):
    """Reads every row: its label goes into the index, and each query is filtered by it."""

    def may_see(self, label: str | None) -> bool:
        return True


def record_documents(records: Records) -> Iterator[Document]:
    """Each row of the tables that have words to search."""
    view = records.view(_Indexer(name="indexer"))
    labels = _Labels(view)
    for name, table in view.tables.items():
        # A chunk is for all who may see its row, so it holds no column that only some of them may.
        shown = shown_columns(table, frozenset())
        if table.key and shown.text:
            for row in view.select(name):
                if row.get(table.key) not in (None, ""):
                    yield _document(row, shown, table.key, view.sources[name], labels.needed(row, table))


class _Labels:
    """The labels that a viewer must hold to see a row: its own and those of the rows that it is about."""

    def __init__(self, view: RecordView) -> None:
        self._of_name: dict[tuple[str, str], frozenset[str]] = {}
        """By the column that names a row and its value there."""
        naming = {column.references for table in view.tables.values() for column in table.columns if column.references}
        for name in referred_first(view.tables):
            table = view.tables[name]
            named = [column.name for column in table.columns if f"{name}.{column.name}" in naming]
            for row in view.select(name) if named else ():
                if needed := self._all(row, table):
                    self._of_name |= {(f"{name}.{column}", str(row[column]).lower()): needed for column in named}

    def needed(self, row: Mapping[str, Cell], table: TableSchema) -> str | None:
        # A chunk has one label. A row that needs several is found by nobody: the record tools still show it.
        return _JOINED.join(sorted(self._all(row, table))) or None

    def _all(self, row: Mapping[str, Cell], table: TableSchema) -> frozenset[str]:
        needed = frozenset([str(row["label"])]) if row.get("label") else frozenset()
        for column in table.columns:
            if column.references and column.type != "list" and row.get(column.name):
                target = column.references, str(row[column.name]).lower()
                needed |= self._of_name.get(target, frozenset())
        return needed


def _document(row: Mapping[str, Cell], table: TableSchema, key: str, source: str, label: str | None) -> Document:
    identity = str(row[key])
    title = str(row.get(table.title or key) or identity)
    text = _sentences(row, table)
    line = int(str(row.get(ROW) or 1))
    content = "\0".join((title, text, str(line), label or ""))
    return Document(
        id=f"{source}#{identity}",
        title=title,
        sections=(Section((), text, line, line),),
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        kind="record",
        label=label,
    )


def _sentences(row: Mapping[str, Cell], table: TableSchema) -> str:
    words = [str(row[column]).strip().rstrip(".") for column in table.text if row.get(column)]
    others = [column.name for column in table.columns if column.name not in table.text]
    context = [f"{column}: {row[column]}" for column in _CONTEXT if column in others and row.get(column)]
    parts = [*words, *(["; ".join(context)] if context else [])]
    return ". ".join(parts).replace("_", " ") + "."
