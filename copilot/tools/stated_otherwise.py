"""Rules of the workspace's data that a document states otherwise, as caveats of the tools that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from copilot.gates.rules import Gates
from copilot.gates.stated import StatedRule, other_subjects, stated_rules
from copilot.language.formatting import says
from copilot.passages.contradictions import contradictions
from copilot.passages.units import units
from copilot.records.importing import load_mapping
from copilot.tools.evidence import passage_of
from copilot.tools.findings import Phrase, Reading
from copilot.types import Finding, Viewer

STATED_OTHERWISE: dict[str, Phrase] = {
    "stated_otherwise": says(
        "Another rule stands in a document: {place} says {said}, which counts here, and {source} states {stated}"
    )
}
_FOUND = 6
"""Passages that are looked at for a rule."""


def stated_otherwise(
    reading: Reading, viewer: Viewer, is_used: Callable[[StatedRule], bool], gates: Gates | None = None
) -> Iterator[Finding]:
    """Of the rules that a call has used, what documents that the viewer may read state otherwise."""
    sources = reading.sources
    if sources.retriever is None:
        return
    config, view = sources.workspace.config, reading.view
    rules = stated_rules(
        config,
        gates,
        sources.metrics.metrics if sources.metrics else None,
        load_mapping(sources.workspace.root),
        lambda table, column: view.values(table, column) if view.has(table, column) else (),
    )
    others = (*rules, *other_subjects(config.currency))
    for rule in filter(is_used, rules):
        found = {}
        for question in rule.questions:
            for scored in sources.retriever.search(question, viewer, _FOUND, as_of=sources.today, kind="passage"):
                found[scored.chunk.id] = passage_of(scored.chunk)
        parts = [unit for evidence in found.values() for unit in units(evidence)]
        for contradiction in contradictions(rule, others, parts, sources.retriever.embed):
            passage = found[contradiction.unit.evidence]
            yield Finding(
                kind="stated_otherwise",
                subject=rule.subject,
                role="caveat",
                values={
                    "place": f"{contradiction.key} in {rule.file}",
                    "said": contradiction.said,
                    "source": f"{passage.source}, {passage.locator},",
                    "stated": contradiction.stated,
                },
                evidence=(reading.add(passage),),
            )
