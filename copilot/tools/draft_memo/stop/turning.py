"""What would change the calls, the strongest case against stopping, and how the calls are made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from copilot.analysis.scoring import ranking, shares, weighted_sum
from copilot.language.formatting import humanize
from copilot.memos.memo import Call
from copilot.records.store import Filter
from copilot.tools.draft_memo.changes import method as of_ranking
from copilot.tools.draft_memo.inputs import LIKELY
from copilot.tools.draft_memo.money import months_to_return
from copilot.tools.draft_memo.past_decisions import decisions_told
from copilot.tools.draft_memo.standing import GROUNDS, LIGHT
from copilot.tools.draft_memo.stop.inputs import StopInputs, scored
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import left_to_spend, name_of, number_of
from copilot.tools.findings import amount, count, share
from copilot.tools.linking import fold
from copilot.tools.ranking import Ranking, flip
from copilot.tools.ranking_findings import flip_finding
from copilot.types import Finding, Value

_SOON = 24
"""Months within which what is left to spend comes back soon."""


def changes(stop: StopInputs) -> Iterator[Told]:
    """The smallest changes that would take a project out of the last places, or into them."""
    basis, found, line = stop.basis, stop.basis.found, stop.line
    if basis.has_sparse_scores:
        yield Told("record", Finding(kind="record_criteria", values={"criteria": basis.absent}, evidence=basis.carried))
    if found is None or line is None:
        return
    last = amount(stop.last, "project")
    for call in basis.calls:
        if call.project not in stop.shares:
            continue
        position = basis.ids.index(call.project)
        is_last = position in scored(found)[-stop.last :]
        change = flip(found, line, position) if is_last else flip(found, position, scored(found)[-stop.last])
        told = flip_finding(found, basis.reading, change, "leave_last" if is_last else "before")
        values = {**told.values, "top": last}
        yield Told(f"flip:{call.project}", told.model_copy(update={"values": values, "evidence": basis.carried}))


def dissent(stop: StopInputs) -> Iterator[Told]:
    """The case against stopping, from the same records."""
    basis, found = stop.basis, stop.basis.found
    to_stop = basis.verdicts("stop")
    if not to_stop or found is None:
        return
    yield from _spared(stop, found)
    yield from _doubled(stop, found)
    for call in to_stop:
        yield from _missing(stop, found, call)
    for call in to_stop:
        yield from _returns(stop, call)
    yield from _successes(stop)
    for call in to_stop:
        yield from _decided_for(stop, call)


def _told(stop: StopInputs, key: str, *evidence: str, **values: Value) -> Told:
    """A finding named after its key; it rests on the ranking where nothing is given."""
    return Told(key, Finding(kind=key.partition(":")[0], values=values, evidence=evidence or stop.basis.carried))


def _spared(stop: StopInputs, found: Ranking) -> Iterator[Told]:
    """The project that is nearest to being stopped and is not."""
    basis = stop.basis
    stopped = {call.project for call in basis.verdicts("stop")}
    others = {key: held for key, held in stop.shares.items() if key not in stopped and held > 0}
    if others:
        key = max(others, key=lambda k: others[k])
        name = found.candidates.name(basis.ids.index(key))
        values: dict[str, Value] = {"share": share(others[key]), "is_asked": bool(basis.asked.projects)}
        yield _told(stop, "spared", name=name, last=amount(stop.last), **values)


def _doubled(stop: StopInputs, found: Ranking) -> Iterator[Told]:
    """The weight whose doubling would take most of the projects to be stopped out of the last places."""
    basis = stop.basis
    stopped = [basis.ids.index(call.project) for call in basis.verdicts("stop")]
    spared: dict[str, tuple[str, ...]] = {}
    for j, criterion in enumerate(found.candidates.criteria):
        weights = np.array(found.weights.used, dtype=float)
        weights[j] *= 2
        scores = weighted_sum(found.candidates.estimates.likely, shares(weights))
        known = [int(i) for i in ranking(scores.score, scores.coverage) if int(i) in scored(found)]
        last = known[-stop.last :]
        spared[criterion.label.lower()] = tuple(found.candidates.short_name(i) for i in stopped if i not in last)
    most = max(spared, key=lambda label: len(spared[label]), default=None)
    if most is not None and spared[most]:
        yield _told(stop, "spared_by_weight", criterion=most, names=spared[most], last=amount(stop.last))


def _missing(stop: StopInputs, found: Ranking, call: Call) -> Iterator[Told]:
    """A project to be stopped whose missing estimates could take it out of the last places."""
    i, line = stop.basis.ids.index(call.project), stop.line
    known = found.candidates.estimates.known[i]
    if line is None or known.all() or found.scores.high[i] <= found.scores.score[line]:
        return
    lacks = tuple(c.label.lower() for c, k in zip(found.candidates.criteria, known, strict=True) if not k)
    highest = amount(found.scores.high[i] * 100, "of 100", 1)
    values: dict[str, Value] = {"criteria": lacks, "highest": highest, "last": amount(stop.last)}
    yield _told(stop, f"could_leave:{call.project}", name=found.candidates.name(i), **values)


def _returns(stop: StopInputs, call: Call) -> Iterator[Told]:
    """A project to be stopped that would bring back soon what it still costs."""
    row = stop.basis.row(call.project)
    months = months_to_return([row]) if left_to_spend(row) else None
    if months is None or months > _SOON:
        return
    basis = fold(str(row.get("expected_basis") or "")) or "no stated basis"
    benefit = amount(number_of(row, "expected_benefit") or 0.0, stop.basis.currency, 2, "recorded")
    record = stop.basis.reading.row("projects", row)
    values: dict[str, Value] = {"months": count(months, "month"), "benefit": benefit, "basis": basis}
    yield _told(stop, f"returns_soon:{call.project}", record, name=name_of(row), **values)


def _successes(stop: StopInputs) -> Iterator[Told]:
    """How many projects of the same field reached production: the view from outside."""
    view, stages = stop.basis.view, stop.basis.sources.workspace.config.stages
    if not view.has("projects", "domain") or not view.has("projects", "stage"):
        return
    own = [stop.basis.row(call.project) for call in stop.basis.verdicts("stop")]
    for domain in dict.fromkeys(row.get("domain") for row in own):
        rows = view.select("projects", [Filter(column="domain", value=domain)]) if domain else []
        live = [row for row in rows if stages.is_production(row.get("stage"))]
        if live:
            yield _told(
                stop,
                f"lives:{domain}",
                *stop.basis.reading.rows("projects", live),
                field=humanize(str(domain)),
                names=tuple(name_of(row) for row in own if row.get("domain") == domain),
                live=count(len(live), "project"),
                recorded=count(len(rows), "project"),
            )


def _decided_for(stop: StopInputs, call: Call) -> Iterator[Told]:
    """Earlier decisions that went for a project to be stopped, or at least not against it."""
    yield from decisions_told(stop.basis, call.project, are_against=False)


def method(stop: StopInputs) -> Iterator[Told]:
    """How the calls are made, on which weights, and what is missing."""
    if stop.last:
        values: dict[str, Value] = {
            "last": amount(stop.last),
            "likely": share(LIKELY),
            "grounds": tuple(words for kind, (_, words) in GROUNDS.items() if kind not in LIGHT),
            "light": tuple(words for kind, (_, words) in GROUNDS.items() if kind in LIGHT),
        }
        yield _told(stop, "stop_rule", **values)
    yield from of_ranking(stop.basis)
