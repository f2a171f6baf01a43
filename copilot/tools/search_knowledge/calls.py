"""How the documents may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """The question itself is what is looked for; documents that it names bind the search."""
    named = list(dict.fromkeys(x.name for x in asked.links.of("document") if x.name))
    about = f" in {' and '.join(named)}" if named else ""
    yield Call("search_knowledge", {"query": asked.text}, f"passages of the documents{about} on: {asked.text}")
