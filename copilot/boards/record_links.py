"""Which record each row of a table is about, so that one can go from a figure to what it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from copilot.records.schema import TableSchema
from copilot.records.store import Filter, RecordView
from copilot.types import Cell, Table

Page = Literal["project", "model"]
_PAGES: Mapping[str, Page] = {"projects": "project", "models": "model"}
# "Case P-1 (P-1)", "Case P-1 (P-1, Shop)"
_ID_BEHIND_NAME = re.compile(r"\(([^(),]+)(?:, [^()]*)?\)$")
_LONGEST = 200
"""Letters of a cell that may name a record."""


class RecordLink(NamedTuple):
    page: Page
    """What shows the record; of a row that has no page of its own, its project's."""
    id: str
    column: int
    """Position of the cell that names it."""


def record_links(view: RecordView, table: Table) -> dict[int, RecordLink]:
    """The link of each row, by its position: of the first cell that is an id, ends with one, or is a name that only one
    record has. A row whose record the viewer may not see, or that is about none, has no link."""
    named = {(i, j): cell for i, row in enumerate(table.rows) for j, cell in enumerate(row) if _may_name(cell)}
    words = {word for cell in named.values() for word in _words(str(cell))}
    pages: dict[str, tuple[Page, str]] = {}
    # A word that names rows of two tables means the one that has a page.
    for name in sorted(view.tables, key=lambda name: name not in _PAGES):
        pages = {**_of_table(view, view.tables[name], words), **pages}
    links: dict[int, RecordLink] = {}
    for (i, j), cell in named.items():
        if i not in links and (found := next((pages[w] for w in _words(str(cell)) if w in pages), None)):
            links[i] = RecordLink(*found, j)
    return links


def _may_name(cell: Cell) -> bool:
    return isinstance(cell, str) and 0 < len(cell) <= _LONGEST


def _words(cell: str) -> Iterator[str]:
    """What of a cell may be an id or a name."""
    yield cell
    if found := _ID_BEHIND_NAME.search(cell):
        yield found[1]


def _of_table(view: RecordView, schema: TableSchema, words: set[str]) -> dict[str, tuple[Page, str]]:
    """The page of each word that is the key of a row of this table, or the name of one row alone."""
    project = next((c.name for c in schema.columns if (c.references or "").startswith("projects.")), None)
    page = _PAGES.get(schema.name)
    if schema.key is None or not words or (page is None and project is None):
        return {}
    found: dict[str, tuple[Page, str]] = {}
    for column in filter(None, (schema.title if page else None, schema.key)):
        rows = view.select(schema.name, [Filter(column=column, op="in", value=tuple(sorted(words)))])
        said = [str(row[column]) for row in rows]
        for row, word in zip(rows, said, strict=True):
            target = row[schema.key] if page else row.get(project or "")
            if target is not None and said.count(word) == 1:
                found[word] = (page or "project", str(target))
    return found
