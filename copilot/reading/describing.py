"""Records that a question describes in other words than their names: "the flood score" for a flood exposure score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from copilot.language.vocabulary import ROW_STEMS
from copilot.language.words import content_stems
from copilot.reading.building import WHOLE
from copilot.reading.question import Link, Links, Reading, Role, Span
from copilot.records.store import RecordView
from copilot.retrieval.retriever import Retriever
from copilot.types import Viewer

# Descriptions with a project in mind had a cosine of .51 to .77 to its title and at least .13 less to the next one,
# those of nothing there .38 at the most (docs/decisions/0036).
LIKE, APART = 0.5, 0.13
SCORE = 0.8
"""Of the link: whole, though not by the very name."""
SAID = 2
"""So many words of a name, and of no other that comes near, tell which is meant."""
_NEAR = 8
_TABLES = ("projects", "models")
_ROLES: tuple[Role, ...] = ("scope", "filter")
"""Parts of a question that may describe a record."""


def described(
    text: str,
    links: Links,
    reading: Reading,
    retriever: Retriever,
    view: RecordView,
    viewer: Viewer,
) -> Links:
    """The links, with a record for each part that names none and comes near to the title of one; where
    there is no such part, for the question as a whole. A part that is all values by their names describes none."""
    if any(x.score >= WHOLE for x in links.of("record")):
        return links
    spans = [s for s in reading.of(*_ROLES) or (Span("scope", 0, len(text), text),) if _describes(s, links)]
    found = [link for span in spans if (link := _nearest(span, retriever, view, viewer))]
    known = {(x.table, x.key) for x in found}
    kept = [x for x in links.links if x.kind != "record" or (x.table, x.key) not in known]
    return replace(links, links=tuple(sorted([*kept, *found], key=lambda x: (x.start, -x.end, x.kind))))


def _describes(span: Span, links: Links) -> bool:
    """Whether a part says more than the values that it names: "production systems" are those in production."""
    named = links.within(span.start, span.end, "value", "table")
    said = {stem for link in named if link.score >= WHOLE for stem in content_stems(link.text)}
    return not set(content_stems(span.text)) - ROW_STEMS <= said


def _nearest(span: Span, retriever: Retriever, view: RecordView, viewer: Viewer) -> Link | None:
    near = list(dict.fromkeys(_records(span.text, retriever, view, viewer)))
    if not near:
        return None
    # "The claims triage model" is the one whose name holds these words, whatever else of claims comes near.
    said = set(content_stems(span.text)) - ROW_STEMS
    holding = [(table, key, title) for table, key, title in near if said <= set(content_stems(title))]
    if len(said) >= SAID and len(holding) == 1:
        return _link(span, *holding[0])
    likeness = retriever.likeness(span.text, [title for _, _, title in near])
    best, *others = sorted(zip(likeness, near, strict=True), key=lambda pair: -pair[0])
    if best[0] < LIKE or any(other > best[0] - APART for other, _ in others[:1]):
        return None
    return _link(span, *best[1])


def _link(span: Span, table: str, key: str, title: str) -> Link:
    return Link("record", key, span.start, span.end, span.text, table, score=SCORE, name=title)


def _records(text: str, retriever: Retriever, view: RecordView, viewer: Viewer) -> Iterator[tuple[str, str, str]]:
    """Table, key and title of the projects and models whose rows come near to a text."""
    for scored in retriever.search(text, viewer, top_k=_NEAR, kind="record"):
        source, _, key = scored.chunk.document_id.partition("#")
        table = next((name for name in _TABLES if view.has(name) and view.sources[name] == source), None)
        title = view.tables[table].title if table else None
        row = view.row(table, key) if table else None
        if table and title and row and row.get(title):
            yield table, key, str(row[title])
