"""Counts, groups, sums, shares and lists over all rows of a record table."""

from __future__ import annotations

from copilot.language.formatting import noun, pluralize
from copilot.sources import Sources
from copilot.tools.find_projects.arguments import Arguments
from copilot.tools.find_projects.calculation import whole
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.findings import found
from copilot.tools.find_projects.opening import open_query
from copilot.tools.find_projects.phrasing import WORDING
from copilot.tools.find_projects.tables import charts, tables
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.types import ToolResult, Viewer

__all__ = ["Arguments", "find_projects"]


def find_projects(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Figures over all rows that match, groups of them, and the first of the rows."""
    query = open_query(sources, viewer, arguments)
    rows, reading = query.rows(), Reading(sources, query.view)
    shown = tuple(tables(query, rows))
    return build_result(
        found(query, rows, reading),
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
