"""How the documents may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from copilot.passages.versions import LEAST, SURE, odds_of_before
from copilot.reading.asked import Asked
from copilot.reading.call import Call

_VERSIONS = 3
"""So many documents that were replaced are asked, the last ones."""


def calls(asked: Asked) -> Iterator[Call]:
    """The question itself is what is looked for; documents that it names bind the search."""
    named = list(dict.fromkeys(x.name for x in asked.documents if x.name))
    about = f" in {' and '.join(named)}" if named else ""
    arguments: dict[str, object] = {"query": asked.topic}
    is_past = asked.period is not None and asked.period.end <= asked.today
    versions = list(_of_versions(asked, is_past))
    then = ""
    if asked.period is not None and is_past and not versions:
        # What was in force then, where the question speaks of the past.
        arguments["as_of"] = asked.period.last_day.isoformat()
        then = f" as of {arguments['as_of']}"
    yield Call("search_knowledge", arguments, f"passages of the documents{about}{then} on: {asked.text}")
    yield from versions


def _of_versions(asked: Asked, is_past: bool) -> Iterator[Call]:
    """The same of what was replaced last, as it held on its last day, and of what took its place, of documents that are
    named only of those; nothing where the question does not speak of what held before, or of a past time alone."""
    retriever = asked.sources.retriever
    documents = {d.id: d for d in retriever.documents(asked.viewer)} if retriever is not None else {}
    replaced = [(d.superseded_on, d) for d in documents.values() if d.superseded_on and d.superseded_on <= asked.today]
    if named := {x.key for x in asked.documents}:
        replaced = [(day, d) for day, d in replaced if named & {d.id, d.superseded_by}]
    # What held in a time is no question for two versions; that of a document which is named may be its own.
    least = SURE if is_past and not named else LEAST
    if not replaced or odds_of_before(asked.text) < least:
        return
    last = sorted(replaced, key=lambda found: (found[0], found[1].id), reverse=True)[:_VERSIONS]
    for day, document in last:
        arguments = {"query": asked.topic, "documents": [document.id], "as_of": (day - timedelta(days=1)).isoformat()}
        yield Call("search_knowledge", arguments, f"passages of {document.title}, replaced {day}, on: {asked.text}")
    for id in dict.fromkeys(d.superseded_by for _, d in last if d.superseded_by in documents):
        arguments = {"query": asked.topic, "documents": [id]}
        yield Call("search_knowledge", arguments, f"passages of {documents[id].title} on: {asked.text}")
