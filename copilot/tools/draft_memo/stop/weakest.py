"""The weakest projects: a table of them, a chart, and what the records show against each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.language.formatting import number, percent
from copilot.memos.memo import VERDICTS, Call
from copilot.tools.candidates import feasibility_position, value_position
from copilot.tools.draft_memo.past_decisions import last_decision
from copilot.tools.draft_memo.ranking import CHART_SIZE, next_gate
from copilot.tools.draft_memo.standing import GROUNDS, findings, live_models, model_levels
from copilot.tools.draft_memo.stop.inputs import StopInputs
from copilot.tools.draft_memo.stop.leaving import condition
from copilot.tools.draft_memo.template import Shown, Told, table_of
from copilot.tools.evidence import left_to_spend, name_of
from copilot.tools.ranking import Ranking
from copilot.tools.ranking_findings import reason
from copilot.types import Cell, Table

_SHORT = 3
"""Grounds in a cell, the gravest first."""
_OTHERS = "Other candidates"


def weakest(stop: StopInputs) -> Iterator[Shown]:
    """The projects called, as a table and in the matrix."""
    basis = stop.basis
    if not basis.calls:
        return
    records = basis.reading.rows("projects", map(basis.row, basis.proposed))
    decided = basis.reading.rows("decisions", filter(None, (last_decision(basis, key) for key in basis.proposed)))
    yield Shown(table=_table(stop), evidence=(*basis.carried, *records, *decided), is_own=True)
    if basis.found is None:
        return
    points = [*_points(stop, basis.found)]
    if len(points) > 1:
        criteria = basis.found.candidates.criteria
        at = (value_position(criteria), feasibility_position(criteria))
        ends = [(0.0, 1.0) if j is None else criteria[j].scale for j in at]
        chart = value_difficulty("Value against difficulty", points, 0, ends[0], ends[1], CHART_SIZE)
        yield Shown(chart=chart, evidence=basis.carried[:1])


def _table(stop: StopInputs) -> Table:
    """Columns without a value for any of them are left out."""
    money = f" {stop.basis.currency}".rstrip()
    columns = ("No.", "Project", "Owner", f"Left to spend{money}", f"Benefit a year{money}", f"Last {stop.last} in",
               "On record against it", "Last decided", "Next step", "Call")  # fmt: skip
    title = "Projects" if stop.basis.asked.projects else "The weakest projects"
    return table_of(title, columns, [tuple(_cells(stop, call)) for call in stop.basis.calls])


def _cells(stop: StopInputs, call: Call) -> Iterator[Cell]:
    basis, row, key = stop.basis, stop.basis.row(call.project), call.project
    yield int(basis.found.places[basis.ids.index(key)]) if basis.found and key in basis.ids else None
    yield from (name_of(row), row.get("owner"))
    for amount in (left_to_spend(row), row.get("expected_benefit")):
        yield number(amount) if isinstance(amount, int | float) else None
    yield percent(stop.shares[key]) if key in stop.shares else None
    yield ", ".join([GROUNDS[kind][0] for kind in stop.standings[key].grounds][:_SHORT]) or None
    decided = last_decision(basis, key)
    yield decided["date"] if decided else None
    yield _next_step(stop, call)
    yield VERDICTS[call.verdict]


def _next_step(stop: StopInputs, call: Call) -> str | None:
    """What its owner does next under the call."""
    standing = stop.standings[call.project]
    if call.verdict == "stop":
        if live_models(stop.basis, call.project):
            return "Switch off"
        return "Release budget" if left_to_spend(standing.row) else "Close it"
    if call.verdict == "conditional":
        return "Meet the rules" if standing.rules else "Remove obstacle" if standing.obstacle else "Report back"
    return next_gate(stop.basis, call.project) if call.verdict in ("continue", "unknown") else None


def _points(stop: StopInputs, found: Ranking) -> Iterator[Point]:
    """What a call is made on first, so that it is numbered and coloured before the rest."""
    called = {found.candidates.ids.index(c.project): c for c in stop.basis.calls if c.project in found.candidates.ids}
    for i in [*called, *(int(i) for i in found.order if int(i) not in called)]:
        if found.quadrant(i) == "not placed":
            continue
        call, place = called.get(i), f"{int(found.places[i])}"
        yield Point(
            label=f"{place} {found.candidates.short_name(i)}",
            difficulty=round(found.difficulty(i), 3),
            value=round(found.value(i), 3),
            group=VERDICTS[call.verdict] if call else _OTHERS,
            detail=VERDICTS[call.verdict] if call else "",
            mark=place if call else "",
        )


def reasons(stop: StopInputs) -> Iterator[Told]:
    """Of each project its place, what it is strongest and weakest on, and what the records show against it."""
    basis, found = stop.basis, stop.basis.found
    for call in basis.calls:
        key = f"why:{call.project}"
        has_place = found is not None and call.project in basis.ids
        if found is not None and has_place and not np.isnan(found.score[basis.ids.index(call.project)]):
            told = reason(found, basis.reading, basis.ids.index(call.project))
            values = {**told.values, "top_share": None}
            yield Told(key, told.model_copy(update={"values": values, "evidence": (*basis.carried, *told.evidence)}))
        standing = stop.standings[call.project]
        against = [f for f in findings(basis, standing) if f.kind != "fallen"] + [*model_levels(basis, standing.row)]
        lead = "" if has_place else f"{name_of(basis.row(call.project))}: "
        yield from (Told(key, finding, "" if n else lead) for n, finding in enumerate(against))
        if call.verdict == "conditional":
            yield replace(condition(stop, call), key=key)
