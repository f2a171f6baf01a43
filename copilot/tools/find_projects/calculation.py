"""How the figures of a table came about, for a person who checks them."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.formatting import column_label
from copilot.records.differences import sides
from copilot.records.store import Filter
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.query import Query
from copilot.types import Calculation, Table

_ROWS_USED = 50


def whole(query: Query, tables: Sequence[Table]) -> Calculation:
    """The call in English and as SQL, with the groups, or the rows that were counted."""
    inputs = [Table(title="Rows", columns=("All", "That match"), rows=((query.total, query.matching),))]
    if query.groups:
        inputs += tables[:1]
    elif query.filters:
        inputs.append(used(query, query.all_filters, [f.column for f in query.all_filters]))
    stored = [m.stored for m in query.measures]
    return Calculation(
        method=canonical(query.meant, query.view),
        query=query.view.written(query.table, query.keys, stored, query.all_filters),
        inputs=tuple(inputs),
    )


def used(query: Query, filters: Sequence[Filter], columns: Sequence[str]) -> Table:
    """The rows that went in, by name, with the columns that matter."""
    rows = query.view.select(query.table, filters, limit=_ROWS_USED)
    shown = list(dict.fromkeys(n for name in columns for n in (*sides(name), name)))
    return Table(
        title=f"The first {_ROWS_USED} rows used" if len(rows) == _ROWS_USED else "The rows used",
        columns=("Row", *(column_label(c).capitalize() for c in shown)),
        rows=tuple((query.name(row), *(row[c] for c in shown)) for row in rows),
    )
