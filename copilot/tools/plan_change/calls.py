"""How a plan for change may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """For the organisation, a unit, or the project that is named."""
    if projects := asked.records("projects"):
        yield Call("plan_change", {"project": projects[0].key}, f"change plan for {projects[0].name}")
    else:
        unit = asked.unit()
        yield Call("plan_change", {"unit": unit} if unit else {}, f"change plan for {unit or 'all units'}")
