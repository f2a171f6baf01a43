"""Which of the first projects of a ranking an unmet blocking rule of governance holds back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.language.formatting import join_and, join_first, pluralize, sentence
from copilot.sources import Sources
from copilot.tools.evidence import computed
from copilot.tools.prioritize_projects.ranking import Ranking
from copilot.types import Evidence

# Titles of rules are sentences of their own; of more than these the first are told.
_TITLES = 2


@dataclass(frozen=True)
class BlockedLeaders:
    positions: tuple[int, ...]
    """The candidates that are blocked, best first."""
    text: str
    evidence: Evidence


def blocked_leaders(
    sources: Sources, found: Ranking, pair: Sequence[int], blocked: Mapping[str, Sequence[str]]
) -> BlockedLeaders | None:
    """Those of the two compared, else of the first; `blocked` has the titles of the rules by project."""
    ids = found.candidates.ids
    held = [i for i in pair or found.leaders if blocked.get(ids[i])]
    if not held:
        return None
    by_project = (f"{found.candidates.name(i)} by {_rules(blocked[ids[i]])}" for i in held)
    among = "the two" if pair else f"the top {found.top}"
    are = "is" if len(held) == 1 else "are"
    why = "by governance rules that the records do not meet"
    text = sentence(f"{len(held)} of {among} {are} blocked today {why}: {join_first(by_project, rest='')}")
    lines = [f"{found.candidates.name(i)}: {'; '.join(blocked[ids[i]])}." for i in held]
    evidence = computed(
        sources.records.sources["projects"],
        "Blocking governance rules unmet among the first",
        f"blocking rules of gates.yaml, unmet, as of {sources.today.isoformat()}",
        [text, *lines],
        sources.today,
    )
    return BlockedLeaders(tuple(held), text, evidence)


def _rules(titles: Sequence[str]) -> str:
    named = [f"“{title}”" for title in titles[:_TITLES]]
    more = len(titles) - len(named)
    return join_and([*named, pluralize(more, "more rule")] if more > 0 else named)
