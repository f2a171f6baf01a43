"""The money of the projects reported on: budget, spending, and the benefit expected and realised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.tools.draft_memo.money import by_basis
from copilot.tools.draft_memo.standing import spent_share
from copilot.tools.draft_memo.status.inputs import StatusInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of, number_of
from copilot.tools.findings import amount, count, share
from copilot.types import Finding, Value

_NAMED = 2
_CITED = 12
"""Records that a sum over many projects cites."""


def money(status: StatusInputs) -> Iterator[Told]:
    rows = [row for row in status.rows if status.state(row) != "ended"] or [*status.rows]
    if not rows:
        return
    cited = status.basis.reading.rows("projects", rows) if len(rows) <= _CITED else ()
    for finding in (*_budget(status, rows), *_over(rows), *_benefit(status, rows)):
        yield Told(finding.kind, finding.model_copy(update={"evidence": cited}))


def _budget(status: StatusInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    currency = status.basis.currency
    known = [row for row in rows if number_of(row, "budget") is not None]
    if not known:
        return
    budget, spent = (sum(number_of(row, name) or 0.0 for row in known) for name in ("budget", "spend"))
    values: dict[str, Value] = {
        "budget": amount(budget, currency, 2),
        "spent": amount(spent, currency, 2) if status.basis.view.has("projects", "spend") else None,
        "share": share(spent / budget) if budget else None,
        "without": count(len(rows) - len(known), "project") if len(known) < len(rows) else None,
    }
    yield Finding(kind="budget", values=values)


def _over(rows: Sequence[Row]) -> Iterator[Finding]:
    over = sorted((row for row in rows if spent_share(row) > 1), key=spent_share, reverse=True)
    if over:
        values: dict[str, Value] = {
            "over": count(len(over), "project"),
            "names": tuple(name_of(row) for row in over[:_NAMED]),
            "shares": tuple(share(spent_share(row)) for row in over[:_NAMED]),
            "is_all": len(over) <= _NAMED,
        }
        yield Finding(kind="over_budget", values=values)


def _benefit(status: StatusInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    expected, realised = (
        [row for row in rows if number_of(row, f"{which}_benefit") is not None] for which in ("expected", "realised")
    )
    if expected:
        yield Finding(kind="benefit", values=by_basis(status.basis.currency, expected, "expected"))
    if realised:
        yield Finding(kind="realised", values=by_basis(status.basis.currency, realised, "realised"))
    without = [row for row in rows if row not in expected and row not in realised]
    if without and (expected or realised):
        names = tuple(map(name_of, without)) if len(without) <= _NAMED else None
        values: dict[str, Value] = {"without": count(len(without), "project"), "names": names}
        yield Finding(kind="without_benefits", values=values)
