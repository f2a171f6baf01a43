"""How the documents may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """The question itself is what is looked for; documents that it names bind the search."""
    named = list(dict.fromkeys(x.name for x in asked.links.of("document") if x.name))
    about = f" in {' and '.join(named)}" if named else ""
    arguments: dict[str, object] = {"query": asked.topic}
    then = ""
    if asked.period is not None and asked.period.end <= asked.today:
        # What was in force then, where the question speaks of the past.
        arguments["as_of"] = asked.period.last_day.isoformat()
        then = f" as of {arguments['as_of']}"
    yield Call("search_knowledge", arguments, f"passages of the documents{about}{then} on: {asked.text}")
