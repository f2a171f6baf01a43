"""What stopping frees, what it gives up, and what going on would bring back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.tools.draft_memo.money import by_basis, no_budget, payback
from copilot.tools.draft_memo.stop.inputs import StopInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, left_to_spend, name_of, number_of
from copilot.tools.findings import amount, count, listed
from copilot.tools.linking import fold
from copilot.types import Finding, Value

_NAMED = 3
"""Projects of which something is not recorded."""


def money(stop: StopInputs) -> Iterator[Told]:
    """Of the projects to be stopped; of those asked about where none is."""
    basis = stop.basis
    rows = [basis.row(call.project) for call in basis.verdicts("stop") or stop.going]
    if not rows:
        return
    cited = basis.reading.rows("projects", rows)
    for finding in (*_frees(stop, rows), *_gives_up(stop, rows), *_going_on(rows), *no_budget(rows)):
        yield Told(finding.kind, finding.model_copy(update={"evidence": cited}))


def _frees(stop: StopInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    """The budget not yet spent, running costs and hands; and what is spent, which no choice brings back."""
    left = [value for row in rows if (value := left_to_spend(row)) is not None]
    sums = {name: _sum(rows, name) for name in ("production_budget", "headcount", "spend")}
    if sum(left) or sums["headcount"]:
        values: dict[str, Value] = {
            "left": amount(sum(left), stop.basis.currency, 2) if sum(left) else None,
            "running": amount(sums["production_budget"], stop.basis.currency, 2) if sums["production_budget"] else None,
            "hands": amount(sums["headcount"], "FTE", 1) if sums["headcount"] else None,
        }
        yield Finding(kind="frees", values=values)
    if sums["spend"]:
        yield Finding(kind="sunk", values={"spent": amount(sums["spend"], stop.basis.currency, 2)})


def _sum(rows: Sequence[Row], column: str) -> float:
    return sum(number_of(row, column) or 0.0 for row in rows)


def _gives_up(stop: StopInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    known = [row for row in rows if number_of(row, "expected_benefit") is not None]
    without = [name_of(row) for row in rows if row not in known]
    if not known:
        yield Finding(kind="no_benefit_known", values={"names": listed(without, _NAMED)})
        return
    missing = listed(without, _NAMED) if without else None
    values = {**by_basis(stop.basis.currency, known, "expected"), "missing": missing}
    yield Finding(kind="given_up", values=values)
    if realised := [row for row in rows if number_of(row, "realised_benefit")]:
        yield Finding(kind="brought_in", values=by_basis(stop.basis.currency, realised, "realised"))


def _going_on(rows: Sequence[Row]) -> Iterator[Finding]:
    """The payback of going on, and that there would be none if what is only assumed did not count."""
    is_assumed = all(fold(str(row.get("expected_basis") or "")) not in ("measured", "estimated") for row in rows)
    for finding in payback(rows):
        values = {**finding.values, "is_assumed": is_assumed, "projects": count(len(rows), "project")}
        yield finding.model_copy(update={"kind": "going_on", "values": values})
