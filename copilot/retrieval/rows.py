"""Record rows as documents, so that a question finds a project by what it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from copilot.records.schema import TableSchema
from copilot.records.store import ROW, Records, RecordView
from copilot.retrieval.types import Document, Section
from copilot.types import Cell, Viewer

# Columns that say in a word or two where a row belongs; numbers and dates are asked for through the tools.
_CONTEXT = ("unit", "domain", "stage", "jurisdiction", "kind", "status", "scaling", "blocker", "conditions")


class _Indexer(Viewer):
    """Reads every row: its label goes into the index, and each query is filtered by it."""

    def may_see(self, label: str | None) -> bool:
        return True


def record_documents(records: Records) -> Iterator[Document]:
    """Each row of the tables that have words to search."""
    view = records.view(_Indexer(name="indexer"))
    project_labels = _project_labels(view)
    for name, table in view.tables.items():
        if table.key and table.text:
            for row in view.select(name):
                if row.get(table.key) not in (None, ""):
                    yield _document(row, table, table.key, view.sources[name], project_labels)


def _project_labels(view: RecordView) -> Mapping[str, str]:
    if not view.has("projects", "label"):
        return {}
    return {str(row["id"]): str(row["label"]) for row in view.select("projects") if row["label"]}


def _document(
    row: Mapping[str, Cell], table: TableSchema, key: str, source: str, project_labels: Mapping[str, str]
) -> Document:
    identity = str(row[key])
    title = str(row.get(table.title or key) or identity)
    text = _sentences(row, table)
    line = int(str(row.get(ROW) or 1))
    label = str(row.get("label") or project_labels.get(str(row.get("project_id")), "")) or None
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
    context = [f"{column}: {row[column]}" for column in _CONTEXT if column not in table.text and row.get(column)]
    parts = [*words, *(["; ".join(context)] if context else [])]
    return ". ".join(parts).replace("_", " ") + "."
