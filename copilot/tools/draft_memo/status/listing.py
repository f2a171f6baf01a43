"""The projects as tables and a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copilot.drawing.charts import stacked_bars
from copilot.language.formatting import humanize, number, percent, pluralize
from copilot.memos.memo import VERDICTS, Verdict
from copilot.tools.draft_memo.past_decisions import last_decision
from copilot.tools.draft_memo.ranking import next_gate
from copilot.tools.draft_memo.standing import GROUNDS, Standing, spent_share
from copilot.tools.draft_memo.status.inputs import STATES, StatusInputs
from copilot.tools.draft_memo.template import Shown, table_of
from copilot.tools.evidence import Row, name_of, number_of
from copilot.types import Cell, Chart

_SHORT = 3
"""Grounds in a cell, the gravest first."""
_CHART_WIDTH = 300
_LEAST_DRAWN, _MOST_BARS = 3, 8
_COLORS: Mapping[Verdict, str] = {
    "blocked": "#c8586a", "off_track": "#d08a2e", "at_risk": "#9a6bb5", "on_track": "#2f9e8f", "unknown": "#7d8894",
    "ended": "#aab2ba",
}  # fmt: skip
_NEXT_STEPS = {
    "unmet": "Meet the rules",
    "fallen": "Restore model",
    "open_incident": "Close incident",
    "obstacle": "Remove obstacle",
    "late": "Move it on or stop",
    "no_return": "Move it on or stop",
    "behind": "Raise its use",
    "spent_up": "Ask for money",
}
"""By what is the matter, what its owner does about it first."""


def listing(status: StatusInputs) -> Iterator[Shown]:
    """The worst of the projects with what is the matter and what comes next, and all of them in a chart."""
    basis = status.basis
    rows = [*status.rows] if basis.asked.projects else status.of("blocked", "off_track", "at_risk")[: basis.asked.top]
    if rows:
        records = basis.reading.rows("projects", rows)
        decided = basis.reading.rows("decisions", filter(None, (last_decision(basis, str(r["id"])) for r in rows)))
        columns = ("Project", "Owner", "Stage", "State", "What is the matter", "Last decided", "Next step", "Due")
        has_stages = len(rows) == 1 or len({row.get("stage") for row in status.rows}) > 1
        cells = [tuple(_cells(status, row, has_stages)) for row in rows]
        table = table_of("Projects that need something", columns, cells)
        yield Shown(table=table, evidence=(*records, *decided), is_own=True)
    if (chart := _chart(status)) is not None:
        yield Shown(chart=chart, is_own=True)


def _cells(status: StatusInputs, row: Row, has_stages: bool) -> Iterator[Cell]:
    """Without the stage where all are in one."""
    key, standing = str(row["id"]), status.standings[str(row["id"])]
    yield from (name_of(row), row.get("owner"), _stage(row) if has_stages else None)
    yield VERDICTS[status.state(row)]
    yield ", ".join([*_matters(standing)][:_SHORT]) or None
    decided = last_decision(status.basis, key)
    yield decided["date"] if decided else None
    yield _next_step(status, row)
    due = next(iter(status.dues.get(key, ())), None)
    yield due.day.isoformat() if due else None


def _matters(standing: Standing) -> Iterator[str]:
    for kind in standing.grounds:
        yield f"{pluralize(len(standing.rules), 'rule')} unmet" if kind == "unmet" else GROUNDS[kind][0]


def _stage(row: Row) -> str | None:
    return humanize(str(row["stage"])) if row.get("stage") else None


def _spent(row: Row) -> str | None:
    return percent(spent_share(row)) if spent_share(row) else None


def _next_step(status: StatusInputs, row: Row) -> str | None:
    """What its owner does next: see to what is the matter, else take it to the next gate."""
    if status.state(row) == "ended":
        return None
    grounds = status.standings[str(row["id"])].grounds
    step = next((step for kind, step in _NEXT_STEPS.items() if kind in grounds), None)
    return step or next_gate(status.basis, str(row["id"]))


def _chart(status: StatusInputs) -> Chart | None:
    """How many projects of each stage, or of each unit where all are in one, are in which state."""
    has_stages = len({row.get("stage") for row in status.rows}) > 1
    groups = _by_stage(status) if has_stages else _by_unit(status)
    if len(status.rows) < _LEAST_DRAWN or not 1 < len(groups) <= _MOST_BARS:
        return None
    states = [state for state in STATES if status.of(state)]
    parts = [
        (name, VERDICTS[state], float(sum(status.state(row) == state for row in rows)))
        for name, rows in groups.items()
        for state in states
    ]
    by = "stage" if has_stages else "unit"
    colors = {VERDICTS[state]: _COLORS[state] for state in states}
    chart = stacked_bars(f"Projects by {by} and state", by.capitalize(), "Projects", "State", parts, colors)
    return chart.model_copy(update={"spec": {**chart.spec, "usermeta": {"width": _CHART_WIDTH}}})


def _by_stage(status: StatusInputs) -> dict[str, list[Row]]:
    stages, groups = status.basis.sources.workspace.config.stages, dict[str, list[Row]]()
    for row in sorted(status.rows, key=lambda row: stages.place(row.get("stage"))):
        groups.setdefault((_stage(row) or "not recorded").capitalize(), []).append(row)
    return groups


def _by_unit(status: StatusInputs) -> dict[str, list[Row]]:
    groups = dict[str, list[Row]]()
    for row in sorted(status.rows, key=lambda row: str(row.get("unit") or "")):
        groups.setdefault(str(row.get("unit") or "No unit"), []).append(row)
    return groups


def everything(status: StatusInputs) -> Iterator[Shown]:
    """All the projects, where the first page does not hold them."""
    if status.basis.asked.projects or not status.rows:
        return
    money = f" {status.basis.currency}".rstrip()
    columns = ("Project", "Owner", "Stage", "Since", f"Budget{money}", "Spent", f"Benefit a year{money}", "State",
               "Due")  # fmt: skip
    rows = [
        (
            name_of(row),
            row.get("owner"),
            _stage(row),
            row.get("stage_since"),
            _amount(row, "budget"),
            _spent(row),
            _amount(row, "expected_benefit"),
            VERDICTS[status.state(row)],
            next((f"{due.day.isoformat()} {due.short}" for due in status.dues.get(str(row["id"]), ())), None),
        )
        for row in status.rows
    ]
    yield Shown(table=table_of("All projects", columns, rows), is_own=True)


def _amount(row: Row, column: str) -> str | None:
    value = number_of(row, column)
    return None if value is None else number(value)
