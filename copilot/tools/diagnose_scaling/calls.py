"""How a diagnosis of scaling may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.formatting import column_label
from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """All projects, those of a unit, those that entered the pilot since a day, or each group of them beside the others;
    what holds up a single one is in its record."""
    if asked.records("projects"):
        return
    arguments: dict[str, object] = {}
    if unit := asked.unit():
        arguments["unit"] = unit
    if asked.period is not None and asked.period.start < asked.today < asked.period.end:
        arguments["since"] = asked.period.start.isoformat()
    by = _group(asked)
    if by is not None:
        arguments["group_by"] = by
    yield Call(
        "diagnose_scaling",
        arguments,
        f"how projects scale{f' in {unit}' if unit else ''}{f' by {column_label(by)}' if by else ''}",
    )


def _group(asked: Asked) -> str | None:
    """The column of the projects by which a question sets them side by side."""
    groups = next((rows.groups for rows in asked.readings if rows.table == "projects"), ())
    return next((column for column in groups if column != "stage"), None)
