"""How the record of a project or model may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call

# At most so many records are read for one question.
_MOST = 2


def calls(asked: Asked) -> Iterator[Call]:
    """One call for each project or model that is named."""
    for link in asked.records("projects", "models")[:_MOST]:
        yield Call("project_record", {"project": link.key}, f"the record of {link.name or link.key}")
