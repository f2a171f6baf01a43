"""How a diagnosis of scaling may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """All projects, those of a unit, or those that entered the pilot since a day; what holds up a single one is in its
    record."""
    if asked.records("projects"):
        return
    arguments: dict[str, object] = {}
    if unit := asked.unit():
        arguments["unit"] = unit
    if asked.period is not None and asked.period.start < asked.today < asked.period.end:
        arguments["since"] = asked.period.start.isoformat()
    yield Call("diagnose_scaling", arguments, f"how projects scale{f' in {unit}' if unit else ''}")
