"""Search of the documents: playbook, policies and whatever else the workspace holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.sentences import split_sentences
from copilot.language.words import content_stems, query_expansions
from copilot.retrieval.references import Reference, asked_for, is_titled, opens_with
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.types import Chunk, ScoredChunk
from copilot.sources import Sources
from copilot.types import Evidence, Finding, ToolResult, Viewer

UNMENTIONED = "unmentioned"
"""Kind of the finding that no document has what a question refers to, such as "Article 214"."""
# A list cut into several chunks is read whole for this many of the best chunks.
WHOLE_SECTIONS = 6
# So much of a part that the query names is read.
PART_CHUNKS = 8
# So many words of a query are looked for in all that there is.
_MOST_WORDS = 12


class Arguments(BaseModel):
    """Search the playbook, the policies and the other documents for passages about a topic.

    For what, why, how, which rule applies, definitions and advice. Passages are a sample: for counts, sums, rankings or
    facts about projects call the record tools.
    """

    model_config = ConfigDict(extra="forbid")

    query: str = Field(description="What to look for, in English; one topic a call.", min_length=1)
    top_k: int = Field(default=10, ge=1, le=30, description="Passages at the most.")
    as_of: date | None = Field(
        default=None,
        description="Read what was in force on this day (YYYY-MM-DD); today without it.",
    )
    documents: tuple[str, ...] = Field(
        default=(),
        description="Only these documents, such as playbook/mlops.md.",
    )
    whole_document: bool = Field(
        default=False,
        description="Also the rest of the best document, to compare or summarise it.",
    )


def search_knowledge(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The passages nearest to a query, best first, with the whole list where the best ones are parts of one."""
    retriever = sources.retriever
    if retriever is None:
        raise ToolError("This workspace holds no documents; ask about its records instead.")
    scored = retriever.search(
        arguments.query,
        viewer,
        top_k=arguments.top_k,
        expansions=query_expansions(arguments.query),
        as_of=arguments.as_of or sources.today,
        kind="passage",
        documents=arguments.documents or None,
    )
    names, today = asked_for(arguments.query), sources.today
    named = _rest_of_parts(retriever, viewer, [s.chunk for s in scored if s.is_exact], names)
    known = {chunk.id for chunk in named}
    evidence = [_evidence(s.chunk, today, s, (s.is_exact and bool(names)) or s.chunk.id in known) for s in scored]
    known = {e.id for e in evidence}
    evidence += [_evidence(chunk, today, is_named=True) for chunk in named if chunk.id not in known]
    known |= {chunk.id for chunk in named}
    rest = _rest_of_sections(retriever, viewer, scored, content_stems(arguments.query))
    if arguments.whole_document and scored:
        rest += retriever.chunks_of(_main_document(scored), viewer)
    for chunk in rest:
        if chunk.id not in known:
            known.add(chunk.id)
            evidence.append(_evidence(chunk, today))
    unknown = retriever.unknown_references(arguments.query, viewer, as_of=arguments.as_of or sources.today)
    missing = (
        Finding(kind=UNMENTIONED, subject=name, role="caveat", text=f"No document has or mentions “{name}”.")
        for name in unknown
    )
    absent = _absent(retriever, viewer, arguments.query)
    named_nowhere = [Finding(kind="absent", role="caveat", text=f"Nothing mentions {absent}.")] if absent else []
    # The words of a passage rest on the passage alone.
    quoted = (
        Finding(kind="passage", subject=e.source, text=_opening(e.text), evidence=(e.id,))
        for e in evidence[: len(scored)]
    )
    return ToolResult(findings=(*missing, *named_nowhere, *quoted), evidence=tuple(evidence))


def _absent(retriever: Retriever, viewer: Viewer, query: str) -> str:
    """The words of a query that stand in no passage and no record that the viewer may see, in quotation marks."""
    words = [word for word in dict.fromkeys(re.findall(r"\w{4,}", query)) if content_stems(word)]
    return ", ".join(f"“{word}”" for word in words[:_MOST_WORDS] if not retriever.mentions(word, viewer))


def _rest_of_sections(
    retriever: Retriever, viewer: Viewer, scored: list[ScoredChunk], asked: Sequence[str]
) -> list[Chunk]:
    """The rest of the best chunks' sections, and of those that are named after what is asked."""
    titled = [s for s in scored[WHOLE_SECTIONS:] if is_titled(" ".join(s.chunk.heading_path[-1:]), asked)]
    return [
        sibling
        for s in [*scored[:WHOLE_SECTIONS], *titled]
        for sibling in retriever.siblings(s.chunk, viewer)
        if sibling.heading_path == s.chunk.heading_path and abs(sibling.position - s.chunk.position) <= 4
    ]


def _rest_of_parts(
    retriever: Retriever, viewer: Viewer, named: Sequence[Chunk], names: Sequence[Reference]
) -> list[Chunk]:
    """What stands under the headings that are the parts a query names, from their beginnings."""
    found: dict[str, Chunk] = {}
    for chunk in named:
        for depth, heading in enumerate(chunk.heading_path, 1):
            if any(opens_with(heading, name) for name in names):
                under = [
                    c
                    for c in retriever.chunks_of(chunk.document_id, viewer)
                    if c.heading_path[:depth] == chunk.heading_path[:depth] and c.position >= chunk.position
                ]
                found |= {c.id: c for c in under[:PART_CHUNKS]}
                break
    return [*found.values()]


def _main_document(scored: list[ScoredChunk]) -> str:
    """The document with most of the best passages, the better ones counting more."""
    weights: Counter[str] = Counter()
    for place, s in enumerate(scored):
        weights[s.chunk.document_id] += 1 / (1 + place)  # type: ignore[assignment]
    return weights.most_common(1)[0][0]


def _evidence(chunk: Chunk, today: date, found: ScoredChunk | None = None, is_named: bool = False) -> Evidence:
    path = [h for h in chunk.heading_path if h != chunk.title]
    also = "; ".join(f"{copy.document_id}, {copy.locator}" for copy in (found.copies if found else ()))
    return Evidence(
        id=chunk.id,
        kind="passage",
        source=chunk.document_id,
        locator=chunk.locator,
        title=" › ".join([_dated_title(chunk, today), *path]) + (f" (the same in {also})" if also else ""),
        text=chunk.text,
        as_of=chunk.effective,
        relevance=found.cosine if found else None,
        score=found.score if found else None,
        bm25=found.bm25 if found else None,
        position=chunk.position,
        document=chunk.title,
        replaced_on=chunk.superseded_on if _is_replaced(chunk, today) else None,
        replaced_by=(chunk.superseded_by or "") if _is_replaced(chunk, today) else "",
        is_named=is_named,
    )


def _dated_title(chunk: Chunk, today: date) -> str:
    """The title, with the day from which another document holds."""
    if chunk.superseded_on is None:
        return chunk.title
    told = "replaced" if _is_replaced(chunk, today) else "in force until"
    return f"{chunk.title} ({told} {chunk.superseded_on})"


def _is_replaced(chunk: Chunk, today: date) -> bool:
    return chunk.superseded_on is not None and chunk.superseded_on <= today


def _opening(text: str) -> str:
    return next((s.strip() for s in split_sentences(text) if s.strip()), text)[:400]
