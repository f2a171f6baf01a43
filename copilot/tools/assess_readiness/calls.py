"""How readiness may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """The organisation, a unit, or the project that is named."""
    arguments: dict[str, object] = {}
    about = "the organisation"
    if projects := asked.records("projects"):
        arguments["project"], about = projects[0].key, projects[0].name or projects[0].key
    elif unit := asked.unit():
        arguments["unit"], about = unit, unit
    yield Call("assess_readiness", arguments, f"readiness of {about}")
