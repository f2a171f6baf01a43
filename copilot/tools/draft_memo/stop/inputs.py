"""What a memo on stopping is drafted from: the end of the ranking, and what the records show against each project."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.analysis.acceptability import rank_acceptability
from copilot.memos.memo import Call, Firmness, Verdict
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows
from copilot.tools.draft_memo.inputs import (
    DRAWS,
    LIKELY,
    MemoInputs,
    Request,
    firmness_of,
    is_hardly_known,
    ranking_arguments,
)
from copilot.tools.draft_memo.standing import GROUNDS, LIGHT, Standing, read_standings
from copilot.tools.evidence import short_name_of
from copilot.tools.filters import linked
from copilot.tools.findings import Reading
from copilot.tools.governance import blocked_projects
from copilot.tools.prioritize_projects.tool import ranked
from copilot.tools.ranking import Ranking
from copilot.types import Viewer

# Where no number is asked for, the weakest quarter of the candidates is looked at, and no more than a page holds.
_PART, _MOST = 4, 8
# In which order the calls are told.
_ORDER: tuple[Verdict, ...] = ("stop", "conditional", "continue", "unknown", "ended")


@dataclass(frozen=True)
class StopInputs:
    basis: MemoInputs
    last: int
    """Places at the end of the ranking, of those that are scored well enough; 0 where there are too few of these."""
    shares: Mapping[str, float]
    """By project in what share of plausible weights and estimates it is among the last."""
    standings: Mapping[str, Standing]
    """Of the projects called."""

    @property
    def line(self) -> int | None:
        """The position of the weakest candidate that is not among the last."""
        return scored(self.basis.found)[-self.last - 1] if self.last else None

    @property
    def going(self) -> list[Call]:
        """The projects that are named and have not ended."""
        return [c for c in self.basis.calls if c.verdict != "ended"] if self.basis.asked.projects else []

    def is_low(self, key: str) -> bool:
        return self.shares.get(key, 0.0) >= LIKELY

    def grounds(self, key: str) -> tuple[str, ...]:
        """What the records show against a project, in words."""
        return tuple(GROUNDS[kind][1] for kind in self.standings[key].grounds)


def most_to_stop(sources: Sources, viewer: Viewer, asked: Request) -> Request:
    """The request with as many projects as are looked at where it does not say how many."""
    view = sources.records.view(viewer)
    rows = chosen_rows(view, sources.workspace.config, linked(view, "projects", asked.filters), (), (), False)
    return replace(asked, top=max(1, min(_MOST, math.ceil(len(rows) / _PART))))


def read_stop(sources: Sources, viewer: Viewer, asked: Request) -> StopInputs:
    view, stages = sources.records.view(viewer), sources.workspace.config.stages
    going = [key for key in asked.projects if not stages.has_ended((view.row("projects", key) or {}).get("stage"))]
    ranking = ranked(sources, viewer, ranking_arguments(asked), also=going)
    blocked = blocked_projects(sources, viewer)
    basis = MemoInputs(sources, viewer, view, Reading(sources, view), asked, ranking, None, blocked, (), "unknown")
    basis.take(ranking.result)
    order = scored(basis.found)
    last = min(asked.top, max(len(order) - 1, 0))
    shares = _last_shares(basis.found, order, last)
    keys = list(asked.projects) or _weakest(basis, order, last, shares)
    stop = StopInputs(basis, last, shares, read_standings(basis, [basis.row(key) for key in keys]))
    calls = _calls(stop, keys)
    is_over = all(call.verdict == "ended" for call in calls) and bool(calls)
    firmness: Firmness = "none" if is_over else firmness_of([*_firm_shares(stop, calls)], calls)
    return replace(stop, basis=replace(basis, calls=calls, firmness=firmness))


def scored(found: Ranking | None) -> list[int]:
    """The candidates whose score rests on enough of the criteria, the best first."""
    return [int(i) for i in found.order if not is_hardly_known(found, int(i))] if found else []


def _last_shares(found: Ranking | None, order: Sequence[int], last: int) -> dict[str, float]:
    """How often each is among the last: as often as it is not among those before them."""
    if found is None or not last:
        return {}
    known = found.candidates.estimates.rows(order)
    before = rank_acceptability(known, found.weights.used, len(order) - last, DRAWS).top
    return {found.candidates.ids[i]: 1.0 - float(share) for i, share in zip(order, before, strict=True)}


def _weakest(basis: MemoInputs, order: Sequence[int], last: int, shares: Mapping[str, float]) -> list[str]:
    """The last of the ranking, and whatever is among the last in most draws."""
    weakest = [basis.ids[i] for i in order[-last:]] if last else []
    return [key for key in shares if key in weakest or shares[key] >= LIKELY]


def _calls(stop: StopInputs, keys: Sequence[str]) -> tuple[Call, ...]:
    basis = stop.basis
    calls = [
        Call(
            project=key,
            name=short_name_of(basis.row(key)),
            verdict=_verdict(stop, key),
            blocked_by=tuple(basis.blocked.get(key, ())),
        )
        for key in keys
    ]
    return tuple(sorted(calls, key=lambda c: (_ORDER.index(c.verdict), -stop.shares.get(c.project, 0.0))))


def _verdict(stop: StopInputs, key: str) -> Verdict:
    """To be stopped is what is probably among the last and has something grave on record against it."""
    if stop.basis.sources.workspace.config.stages.has_ended(stop.basis.row(key).get("stage")):
        return "ended"
    if key not in stop.shares:
        return "unknown"
    grounds = {*stop.standings[key].grounds}
    if not grounds:
        return "continue"
    return "stop" if stop.is_low(key) and grounds - LIGHT else "conditional"


def _firm_shares(stop: StopInputs, calls: Sequence[Call]) -> Iterator[float]:
    """In what share of draws each call that rests on weights and estimates would be the same."""
    to_stop = [call for call in calls if call.verdict == "stop"]
    for call in calls if stop.basis.asked.projects or not to_stop else to_stop:
        share = stop.shares.get(call.project)
        if share is not None and (call.verdict == "stop" or share < LIKELY):
            yield share if call.verdict == "stop" else 1 - share
