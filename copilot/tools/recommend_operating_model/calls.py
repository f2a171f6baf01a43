"""How an operating model may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """For the organisation, or the unit that is named."""
    unit = asked.unit()
    yield Call("recommend_operating_model", {"unit": unit} if unit else {}, f"operating model of {unit or 'the whole'}")
