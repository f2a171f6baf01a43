"""How work that is done twice may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """All projects, those of units, or what resembles the one that is named."""
    if projects := asked.records("projects"):
        name = projects[0].name or projects[0].key
        yield Call("find_duplicates", {"project": projects[0].key}, f"projects that resemble {name}")
    else:
        units = asked.units()
        yield Call("find_duplicates", {"units": units} if units else {}, "projects that do the same")
