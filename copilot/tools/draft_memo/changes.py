"""The smallest changes that would alter the recommendation, and the method."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import name_of
from copilot.tools.findings import count, quantity
from copilot.tools.ranking import Ranking, flip
from copilot.tools.ranking_findings import flip_finding
from copilot.types import Finding


def changes(basis: MemoInputs) -> Iterator[Told]:
    found = basis.found
    if found is None:
        return
    if basis.asked.projects:
        for call in basis.calls:
            yield from _turning(basis, found, basis.ids.index(call.project))
    elif basis.plan is None:
        for told in basis.of_ranking("flip"):
            places = 1 if told.values["goal"] == "first_place" else int(quantity(told, "top").value)
            yield Told(f"flip:{places}", told)
    if basis.has_sparse_scores:
        values = {"criteria": basis.absent}
        yield Told("record", Finding(kind="record_criteria", values=values, evidence=basis.carried))
    yield from (Told(f"set:{n}", f) for n, f in enumerate(basis.of_portfolio("next_best", "no_other_set"), 2))
    yield from (Told("more_budget", f) for f in basis.of_portfolio("more_budget"))
    yield from (Told(f"forced:{f.subject}", f) for f in basis.of_portfolio("forced_in"))
    for call in basis.calls:
        if call.blocked_by:
            name, rules = name_of(basis.row(call.project)), count(len(call.blocked_by), "blocking rule")
            told = Finding(kind="unblock", values={"name": name, "rules": rules}, evidence=basis.carried)
            yield Told(f"unblock:{call.project}", told)


def _turning(basis: MemoInputs, found: Ranking, position: int) -> Iterator[Told]:
    """What would bring a named project into the first places, or out of them."""
    if np.isnan(found.scores.score[position]) or len(found.order) <= found.top:
        return
    is_inside = int(found.places[position]) <= found.top
    change = (
        flip(found, position, int(found.order[found.top]))
        if is_inside
        else flip(found, int(found.order[found.top - 1]), position)
    )
    told = flip_finding(found, basis.reading, change, "before" if is_inside else "top")
    yield Told(f"flip:{basis.ids[position]}", told.model_copy(update={"evidence": basis.carried}))


def method(basis: MemoInputs) -> Iterator[Told]:
    """Weights, draws, and what is missing."""
    if basis.found is not None:
        yield from (Told("weights", f) for f in basis.of_ranking("weights"))
        yield from (Told("draws", f) for f in basis.of_ranking("method"))
        gaps = basis.of_ranking("absent_criteria", "missing_estimates", "incomplete")
        yield from (Told(f"missing:{n}", f) for n, f in enumerate(gaps))
    if basis.planned and basis.plan:
        yield from (Told(f.kind, f) for f in basis.of_portfolio("proof", "objective"))
        limits = [f for f in basis.planned.result.findings if f.role == "caveat" and f.kind != "hidden"]
        yield from (Told(f"caveat:{n}", f) for n, f in enumerate(limits))
