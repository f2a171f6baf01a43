"""How the documents may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from copilot.passages.versions import asks_for_before
from copilot.reading.asked import Asked
from copilot.reading.call import Call

_VERSIONS = 3
"""So many documents that were replaced are asked, the last ones."""


def calls(asked: Asked) -> Iterator[Call]:
    """The question itself is what is looked for; documents that it names bind the search."""
    named = list(dict.fromkeys(x.name for x in asked.documents if x.name))
    about = f" in {' and '.join(named)}" if named else ""
    arguments: dict[str, object] = {"query": asked.topic}
    versions = list(_of_versions(asked))
    then = ""
    if asked.period is not None and asked.period.end <= asked.today and not versions:
        # What was in force then, where the question speaks of the past.
        arguments["as_of"] = asked.period.last_day.isoformat()
        then = f" as of {arguments['as_of']}"
    yield Call("search_knowledge", arguments, f"passages of the documents{about}{then} on: {asked.text}")
    yield from versions


def _of_versions(asked: Asked) -> Iterator[Call]:
    """The same of what was replaced last, as it held on its last day, and of what took its place; nothing where the
    question does not speak of what held before."""
    retriever = asked.sources.retriever
    documents = {d.id: d for d in retriever.documents(asked.viewer)} if retriever is not None else {}
    replaced = [(d.superseded_on, d) for d in documents.values() if d.superseded_on and d.superseded_on <= asked.today]
    if not replaced or not asks_for_before(asked.text):
        return
    last = sorted(replaced, key=lambda found: (found[0], found[1].id), reverse=True)[:_VERSIONS]
    for day, document in last:
        arguments = {"query": asked.topic, "documents": [document.id], "as_of": (day - timedelta(days=1)).isoformat()}
        yield Call("search_knowledge", arguments, f"passages of {document.title}, replaced {day}, on: {asked.text}")
    for id in dict.fromkeys(d.superseded_by for _, d in last if d.superseded_by in documents):
        arguments = {"query": asked.topic, "documents": [id]}
        yield Call("search_knowledge", arguments, f"passages of {documents[id].title} on: {asked.text}")
