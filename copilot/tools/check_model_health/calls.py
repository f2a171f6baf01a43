"""How the health of models may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.choosing import USES
from copilot.tools.model_health import COLUMNS, Aspect

_ASKED = 0.5
"""From here on the chooser is sure enough that a column is asked about."""
_OF: dict[Aspect, str] = {"quality": "health", "retraining": "retraining", "version": "running versions"}


def calls(asked: Asked) -> Iterator[Call]:
    """All live models, those of a unit, or the one that is named."""
    aspect = _aspect(asked)
    arguments: dict[str, object] = {"aspect": aspect} if aspect else {}
    about = "all live models"
    if models := asked.records("models"):
        arguments["model"], about = models[0].key, models[0].name or models[0].key
    elif projects := asked.records("projects"):
        arguments["project"], about = projects[0].key, f"the models of {projects[0].name or projects[0].key}"
    elif unit := asked.unit():
        arguments["unit"], about = unit, f"the live models of {unit}"
    yield Call("check_model_health", arguments, f"{_OF[aspect or 'quality']} of {about}")


def _aspect(asked: Asked) -> Aspect | None:
    """What alone is asked about: the aspect of whose columns the chooser is surest; None where it is sure of none."""
    judged = asked.judged("models")
    sure = {aspect: max(judged.sure(c, None, *USES) for c in columns) for aspect, columns in COLUMNS.items()}
    best = max(sure, key=lambda aspect: sure[aspect])
    return best if sure[best] >= _ASKED else None
