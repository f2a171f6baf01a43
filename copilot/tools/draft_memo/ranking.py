"""The ranking of a memo: the reasons, a table, and a chart of value against difficulty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.language.formatting import number, percent
from copilot.memos.memo import VERDICTS
from copilot.tools.candidates import feasibility_position, value_position
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.past_decisions import last_decision
from copilot.tools.draft_memo.template import Shown, Told
from copilot.tools.evidence import name_of
from copilot.tools.plan_portfolio.findings import not_in_set
from copilot.tools.ranking import Ranking
from copilot.tools.ranking_findings import reason
from copilot.types import Cell, Finding, Table

_NO_CALL = "–"
# Pixels of a chart that stands beside text on a page.
CHART_SIZE = (340.0, 170.0)


def ranking(basis: MemoInputs) -> Iterator[Shown]:
    """The projects proposed and the first of the ranking, as a table and in the matrix."""
    found = basis.found
    if found is None:
        return
    shown = _shown(basis, found)
    records = basis.reading.rows("projects", (found.candidates.rows[i] for i in shown))
    decided = basis.reading.rows("decisions", filter(None, (last_decision(basis, basis.ids[i]) for i in shown)))
    yield Shown(table=_table(basis, found, shown), evidence=(*basis.carried, *records, *decided))
    points = [*_points(basis, found, shown)]
    if len(points) > 1:
        at = (value_position(found.candidates.criteria), feasibility_position(found.candidates.criteria))
        ends = [(0.0, 1.0) if j is None else found.candidates.criteria[j].scale for j in at]
        chart = value_difficulty("Value against difficulty", points, 0, ends[0], ends[1], CHART_SIZE)
        yield Shown(chart=chart, evidence=basis.carried[:1])


def reasons(basis: MemoInputs) -> Iterator[Told]:
    """Why each is where it is."""
    found = basis.found
    if found is None:
        return
    for i in _shown(basis, found):
        if basis.ids[i] in basis.proposed:
            told = reason(found, basis.reading, i)
            cited = (basis.carried[0], *told.evidence)
            yield Told(f"why:{basis.ids[i]}", told.model_copy(update={"evidence": cited}))
    yield from _left_out(basis)
    yield from (Told("quadrants", finding) for finding in basis.of_ranking("quadrants"))


def _left_out(basis: MemoInputs) -> Iterator[Told]:
    """Why a project of the first places is not in the best set."""
    if basis.plan is None:
        return
    for call in basis.calls:
        at = basis.plan.options.candidates.ids.index(call.project)
        if at not in basis.plan.selection.chosen and call.verdict != "hold":
            values = {**not_in_set(basis.plan, at).values, "name": name_of(basis.row(call.project))}
            told = Finding(kind="left_out", subject=call.project, values=values, evidence=basis.carried)
            yield Told(f"out:{call.project}", told)


def _shown(basis: MemoInputs, found: Ranking) -> list[int]:
    """What is proposed and the rest of the first places: what is to be funded first, each group by rank."""
    proposed = {basis.ids.index(key) for key in basis.proposed}
    order = [*VERDICTS.values(), _NO_CALL]
    return sorted(proposed | set(found.leaders), key=lambda i: (order.index(_call(basis, i)), int(found.places[i])))


def _call(basis: MemoInputs, position: int) -> str:
    key = basis.ids[position]
    call = next((c for c in basis.calls if c.project == key), None)
    if call is not None:
        return VERDICTS[call.verdict]
    return VERDICTS["hold"] if basis.blocked.get(key) else _NO_CALL


def _share_title(basis: MemoInputs, found: Ranking) -> str:
    return "In the set in" if basis.plan else f"Top {found.top} in"


def _share(basis: MemoInputs, position: int) -> str | None:
    share = basis.share(position)
    return None if np.isnan(share) else percent(share)


def _cost(basis: MemoInputs, position: int) -> float | None:
    if basis.plan is None:
        return None
    options = basis.plan.options
    cost = float(options.cost[options.candidates.ids.index(basis.ids[position])])
    return None if np.isnan(cost) else cost


def _table(basis: MemoInputs, found: Ranking, shown: Sequence[int]) -> Table:
    """Columns without a value for any of them are left out."""
    money = f" {basis.currency}".rstrip()
    columns = ("No.", "Project", "Owner", "Score", f"Cost{money}", f"Benefit a year{money}", _share_title(basis, found),
               "Last decided", "Next step", "Call")  # fmt: skip
    rows = [tuple(_cells(basis, found, i)) for i in shown]
    kept = [j for j in range(len(columns)) if j < 2 or any(row[j] is not None for row in rows)]
    return Table(
        title="Ranking",
        columns=tuple(columns[j] for j in kept),
        rows=tuple(tuple(row[j] for j in kept) for row in rows),
    )


def _cells(basis: MemoInputs, found: Ranking, i: int) -> Iterator[Cell]:
    row = found.candidates.rows[i]
    yield from (int(found.places[i]), found.candidates.name(i), row.get("owner"))
    yield None if np.isnan(found.score[i]) else number(round(float(found.score[i]), 1))
    for amount in (_cost(basis, i), row.get("expected_benefit")):
        yield number(amount) if isinstance(amount, int | float) else None
    yield _share(basis, i)
    decided = last_decision(basis, basis.ids[i])
    yield decided["date"] if decided else None
    yield _next_step(basis, i)
    yield _call(basis, i)


def _next_step(basis: MemoInputs, position: int) -> str | None:
    """What its owner does next: meet what blocks it, or take it to the next gate."""
    key = basis.ids[position]
    return "Meet the rules" if basis.blocked.get(key) else next_gate(basis, key)


def next_gate(basis: MemoInputs, project: str) -> str | None:
    gates = basis.gates
    passed = basis.row(project).get("gate")
    ahead = gates[gates.index(str(passed)) + 1 :] if str(passed) in gates else gates
    return f"Gate {ahead[0]}" if ahead else None


def _points(basis: MemoInputs, found: Ranking, shown: Sequence[int]) -> Iterator[Point]:
    """What a call is made on first, so that it is labelled and coloured before the rest."""
    calls = {i: _call(basis, i) for i in shown}
    others = [int(i) for i in found.order if int(i) not in calls]
    for i in [*sorted(shown, key=lambda i: calls[i] == _NO_CALL), *others]:
        if found.quadrant(i) == "not placed":
            continue
        call = calls.get(i, _NO_CALL)
        place = f"{int(found.places[i])}"
        yield Point(
            label=f"{place} {found.candidates.short_name(i)}",
            difficulty=round(found.difficulty(i), 3),
            value=round(found.value(i), 3),
            group="Other candidates" if call == _NO_CALL else call,
            detail=call,
            mark=place if i in calls else "",
        )
