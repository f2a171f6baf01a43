"""How what the governance rules say of projects may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """All projects, those of a unit, or the one that is named; before a gate, where one is named."""
    arguments: dict[str, object] = {}
    about = "all projects"
    if projects := asked.records("projects"):
        arguments["project"], about = projects[0].key, projects[0].name or projects[0].key
    elif unit := asked.unit():
        arguments["unit"], about = unit, f"the projects of {unit}"
    if gate := asked.named("gate"):
        arguments["gate"] = gate
    yield Call("check_governance", arguments, f"governance rules for {about}{f' before {gate}' if gate else ''}")
