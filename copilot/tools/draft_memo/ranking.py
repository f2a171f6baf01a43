"""The ranking of a memo: the reasons, a table, and a chart of value against difficulty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.language.formatting import number, percent
from copilot.memos.memo import VERDICTS
from copilot.tools.candidates import feasibility_position, value_position
from copilot.tools.draft_memo.inputs import Basis, name_of
from copilot.tools.draft_memo.template import Shown, Told
from copilot.tools.plan_portfolio.findings import not_in_set
from copilot.tools.prioritize_projects.findings import reason
from copilot.tools.prioritize_projects.ranking import Ranking
from copilot.types import Cell, Finding, Table

_NO_CALL = "–"


def ranking(basis: Basis) -> Iterator[Told | Shown]:
    """The projects proposed and the first of the ranking, with score, firmness and what is recommended."""
    found = basis.found
    if found is None:
        return
    shown = _shown(basis, found)
    for i in shown:
        if basis.ids[i] in basis.proposed:
            told = reason(found, basis.reading, i)
            cited = (basis.carried[0], *told.evidence)
            yield Told(f"why:{basis.ids[i]}", told.model_copy(update={"evidence": cited}))
    yield from _left_out(basis)
    yield from (Told("quadrants", finding) for finding in basis.of_ranking("quadrants"))
    records = basis.reading.rows("projects", (found.candidates.rows[i] for i in shown))
    yield Shown(table=_table(basis, found, shown), evidence=(*basis.carried, *records))
    points = [*_points(basis, found, shown)]
    if len(points) > 1:
        count = sum(found.quadrant(i) != "not placed" for i in shown)
        chart = value_difficulty("Value against difficulty", points, count)
        yield Shown(chart=chart, evidence=basis.carried[:1])


def _left_out(basis: Basis) -> Iterator[Told]:
    """Why a project of the first places is not in the best set."""
    if basis.plan is None:
        return
    for call in basis.calls:
        at = basis.plan.options.candidates.ids.index(call.project)
        if at not in basis.plan.selection.chosen and not call.blocked_by:
            values = {**not_in_set(basis.plan, at).values, "name": name_of(basis.row(call.project))}
            told = Finding(kind="left_out", subject=call.project, values=values, evidence=basis.carried)
            yield Told(f"out:{call.project}", told)


def _shown(basis: Basis, found: Ranking) -> list[int]:
    """What is proposed and the rest of the first places, by rank."""
    proposed = {basis.ids.index(key) for key in basis.proposed}
    return sorted(proposed | set(found.leaders), key=lambda i: int(found.places[i]))


def _call(basis: Basis, position: int) -> str:
    key = basis.ids[position]
    call = next((c for c in basis.calls if c.project == key), None)
    if call is not None:
        return VERDICTS[call.verdict]
    return VERDICTS["hold"] if basis.blocked.get(key) else _NO_CALL


def _share_title(basis: Basis, found: Ranking) -> str:
    return "In the best set in" if basis.plan else f"Top {found.top} in"


def _share(basis: Basis, position: int) -> str | None:
    share = basis.share(position)
    return None if np.isnan(share) else percent(share)


def _cost(basis: Basis, position: int) -> float | None:
    if basis.plan is None:
        return None
    options = basis.plan.options
    cost = float(options.cost[options.candidates.ids.index(basis.ids[position])])
    return None if np.isnan(cost) else cost


def _table(basis: Basis, found: Ranking, shown: Sequence[int]) -> Table:
    criteria = found.candidates.criteria
    columns = [j for j in (value_position(criteria), feasibility_position(criteria)) if j is not None]
    columns = list(dict.fromkeys(columns))
    has_risk = basis.view.has("projects", "risk_class")

    def cells(i: int) -> Iterator[Cell]:
        row = found.candidates.rows[i]
        yield from (int(found.places[i]), found.candidates.name(i))
        for j in columns:
            value = found.candidates.raw[i, j]
            yield None if np.isnan(value) else number(round(float(value), 1))
        yield None if np.isnan(found.score[i]) else number(round(float(found.score[i]), 1))
        if basis.plan is not None:
            cost = _cost(basis, i)
            yield None if cost is None else number(cost)
        yield _share(basis, i)
        if has_risk:
            yield row.get("risk_class")
        yield _call(basis, i)

    cost = (f"Cost {basis.currency}".strip(),) if basis.plan is not None else ()
    return Table(
        title="Ranking",
        columns=(
            "No.", "Project", *(criteria[j].label for j in columns), "Score", *cost,
            _share_title(basis, found), *(("Risk",) if has_risk else ()), "Call",
        ),
        rows=tuple(tuple(cells(i)) for i in shown),
    )  # fmt: skip


def _points(basis: Basis, found: Ranking, shown: Sequence[int]) -> Iterator[Point]:
    """What a call is made on first, so that it is labelled and coloured before the rest."""
    calls = {i: _call(basis, i) for i in shown}
    others = [int(i) for i in found.order if int(i) not in calls]
    for i in [*sorted(shown, key=lambda i: calls[i] == _NO_CALL), *others]:
        if found.quadrant(i) == "not placed":
            continue
        call = calls.get(i, _NO_CALL)
        yield Point(
            label=f"{int(found.places[i])} {found.candidates.short_name(i)}",
            difficulty=round(found.difficulty(i), 3),
            value=round(found.value(i), 3),
            group="Other candidates" if call == _NO_CALL else call,
            detail=call,
        )
