"""The ranking of a memo: in sentences, as a table, and as a chart of value against difficulty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.language.formatting import money, number, percent, sentence
from copilot.memos.memo import VERDICTS
from copilot.memos.writer import Writer
from copilot.tools.candidates import feasibility_position, value_position
from copilot.tools.draft_memo import ranking_words as say
from copilot.tools.draft_memo.inputs import Basis, name_of
from copilot.tools.evidence import computed
from copilot.tools.plan_portfolio.findings import reason_values
from copilot.tools.plan_portfolio.phrasing import why
from copilot.tools.prioritize_projects.ranking import Ranking
from copilot.types import Cell, Table

_NO_CALL = "–"


def write_ranking(basis: Basis, writer: Writer) -> None:
    """The projects proposed and the first of the ranking, with score, firmness and what is recommended."""
    found = basis.found
    if found is None:
        return
    shown = _shown(basis, found)
    read = [basis.record(basis.ids[i]) for i in shown]
    x = basis.ranked.result.evidence[0]
    said = [(f"why:{basis.ids[i]}", say.why(found, i)) for i in shown if basis.ids[i] in basis.proposed]
    said += [*_left_out(basis)]
    said += [("quadrants", say.quadrants(found))]
    y = computed(
        x.source, "Ranking of this memo", x.locator, [*(text for _, text in said), *_cells_said(basis, found, shown)],
        basis.sources.today,
    )  # fmt: skip
    writer.read([y, *read])
    by_id = {basis.ids[i]: e.id for i, e in zip(shown, read, strict=True)}
    for key, text in said:
        own = by_id.get(key.partition(":")[2])
        writer.say("ranking", key, text, [x.id, y.id, *([own] if own else [])])
    carried = [x.id, y.id, *(e.id for e in read)]
    writer.tabulate("ranking", _table(basis, found, shown), carried)
    points = [*_points(basis, found, shown)]
    if len(points) > 1:
        count = sum(found.quadrant(i) != "not placed" for i in shown)
        writer.draw("ranking", value_difficulty("Value against difficulty", points, count), [x.id])


def _left_out(basis: Basis) -> Iterator[tuple[str, str]]:
    """Why a project of the first places is not in the best set."""
    if basis.plan is None:
        return
    options = basis.plan.options
    for call in basis.calls:
        at = options.candidates.ids.index(call.project)
        if at in basis.plan.selection.chosen or call.blocked_by:
            continue
        reason = why(reason_values(basis.plan.reason(at)))
        yield f"out:{call.project}", sentence(f"{name_of(basis.row(call.project))} is left out: it {reason}")


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


def _cells_said(basis: Basis, found: Ranking, shown: Sequence[int]) -> Iterator[str]:
    """The figures of the table in words, for what it cites."""
    title = _share_title(basis, found).lower()
    for i in shown:
        cost = f", cost {money(c, basis.currency)}" if (c := _cost(basis, i)) is not None else ""
        often = f", {title} {share} of draws" if (share := _share(basis, i)) else ""
        yield f"{found.candidates.name(i)}: {say.score(found, i)}{often}{cost}."


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
