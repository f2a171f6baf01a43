"""Counts, groups, sums, shares and lists over all rows of a record table."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.gates.stated import computed_with
from copilot.language.formatting import noun, pluralize
from copilot.records.importing import load_mapping
from copilot.sources import Sources
from copilot.tools.find_projects.arguments import Arguments
from copilot.tools.find_projects.calculation import whole
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.findings import found
from copilot.tools.find_projects.opening import open_query
from copilot.tools.find_projects.phrasing import WORDING
from copilot.tools.find_projects.tables import charts, tables
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.types import Finding, ToolResult, Viewer

__all__ = ["Arguments", "find_projects"]

_RETRAINING = frozenset({"models.retrain_every_days", "models.retraining_due"})


def find_projects(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Figures over all rows that match, groups of them, and the first of the rows."""
    query = open_query(sources, viewer, arguments)
    rows, reading = query.rows(), Reading(sources, query.view)
    shown = tuple(tables(query, rows))
    return build_result(
        (*found(query, rows, reading), *_stated_otherwise(reading, viewer, query.table, arguments)),
        WORDING,
        Computation(
            source=query.view.sources[query.table],
            title=f"{noun(query.table).capitalize()}, counted over all rows",
            locator=f"{canonical(query.meant, query.view)}, {pluralize(query.matching, 'row')}",
            calculation=whole(query, shown),
        ),
        reading,
        Attachments(
            tables=shown,
            charts=tuple(charts(query)),
            hidden_rows=query.view.hidden(query.table, query.all_filters),
        ),
    )


def _stated_otherwise(reading: Reading, viewer: Viewer, table: str, arguments: Arguments) -> Iterator[Finding]:
    """Intervals of the mapping by which the columns that are asked for were computed."""
    mapping = load_mapping(reading.sources.workspace.root)
    named = (*(c.column for c in (*arguments.filters, *arguments.among)), *arguments.columns, *arguments.group_by,
             *(m.column for m in arguments.measures if m.column), (arguments.order_by or "").lstrip("-"))  # fmt: skip
    used = {f"{table}.{column}" for column in computed_with(mapping, table, named)}
    if used & _RETRAINING:
        used.add("retraining")
    if mapping is not None or "retraining" in used:
        yield from stated_otherwise(reading, viewer, lambda rule: rule.subject in used)
