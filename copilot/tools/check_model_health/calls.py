"""How the health of models may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """All live models, those of a unit, or the one that is named."""
    arguments: dict[str, object] = {}
    about = "all live models"
    if models := asked.records("models"):
        arguments["model"], about = models[0].key, models[0].name or models[0].key
    elif projects := asked.records("projects"):
        arguments["project"], about = projects[0].key, f"the models of {projects[0].name or projects[0].key}"
    elif unit := asked.unit():
        arguments["unit"], about = unit, f"the live models of {unit}"
    yield Call("check_model_health", arguments, f"health of {about}")
