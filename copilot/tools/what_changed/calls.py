"""How what is different from earlier may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """Since a day, or since the last visit; of one project or unit where one is named."""
    arguments: dict[str, object] = {}
    if asked.period is not None and asked.period.start <= asked.today:
        arguments["since"] = asked.period.start.isoformat()
    if projects := asked.records("projects"):
        arguments["project"] = projects[0].key
    elif unit := asked.unit():
        arguments["unit"] = unit
    yield Call("what_changed", arguments, f"what changed since {arguments.get('since', 'the last visit')}")
