"""What a board is asked to note and to settle, how the projects stand, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.formatting import humanize
from copilot.memos.memo import VERDICTS
from copilot.tools.draft_memo.status.inputs import STATES, StatusInputs
from copilot.tools.draft_memo.status.progress import moves
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, day_of, name_of, short_name_of
from copilot.tools.findings import count, listed
from copilot.types import Finding, Value

_TITLES = 2
"""Rules that the motion names of one project."""


def decision(status: StatusInputs) -> Iterator[Told]:
    basis = status.basis
    if not status.rows:
        yield Told("motion", _finding("nothing_to_report", meant=basis.meant("project")))
        return
    yield Told("motion", _motion(status))
    blocked = status.of("blocked")
    if blocked and not status.is_of_few:
        yield Told("motion", _finding("settle_blocks", names=listed([short_name_of(row) for row in blocked])))
    if status.is_of_few:
        yield from (Told("motion", finding) for row in status.rows for finding in _to_decide(status, row))
        yield from (Told("state", _of_one(status, str(row["id"]))) for row in status.rows)
    else:
        yield Told("state", _state(status))
        yield from _change(status)
    if basis.is_partial:
        yield Told("partial", Finding(kind="partial_counts", role="caveat"))


def _motion(status: StatusInputs) -> Finding:
    rows = status.rows
    if status.basis.asked.projects:
        return _finding("note_named", names=listed([name_of(row) for row in rows]))
    meant = status.basis.meant("project" if len(rows) == 1 else "projects")
    return _finding("note", projects=count(len(rows), "project"), meant=meant)


def _to_decide(status: StatusInputs, row: Row) -> Iterator[Finding]:
    state, rules = status.state(row), status.standings[str(row["id"])].rules
    if state == "blocked":
        yield _finding("settle_rules", name=short_name_of(row), titles=listed(rules, _TITLES, "more"))
    if state == "off_track":
        yield _finding("decide_on", name=short_name_of(row))


def _state(status: StatusInputs) -> Finding:
    groups = {state: len(status.of(state)) for state in STATES if status.of(state)}
    return _finding(
        "states",
        counts=tuple(count(number, "project") for number in groups.values()),
        states=tuple(VERDICTS[state].lower() for state in groups),
    )


def _of_one(status: StatusInputs, key: str) -> Finding:
    row = status.basis.row(key)
    stage = row.get("stage")
    return _finding(
        "state_of_one",
        name=short_name_of(row),
        state=VERDICTS[status.state(row)].lower(),
        stage=humanize(str(stage)) if stage else None,
        since=day_of(row.get("stage_since")),
        owner=str(row.get("owner") or "") or None,
    )


def _change(status: StatusInputs) -> Iterator[Told]:
    """How many projects came to which stage, and what was decided and happened."""
    found = moves(status)
    if found.is_known:
        stages = {stage: len(rows) for stage, rows in found.entered.items()}
        values: dict[str, Value] = {
            "since": status.since,
            "counts": tuple(count(number, "project") for number in stages.values()),
            "stages": tuple(humanize(stage) for stage in stages),
            "decisions": count(len(found.decisions), "decision"),
            "incidents": count(len(found.incidents), "incident"),
        }
        yield Told("change", _finding("moved", **values))


def _finding(kind: str, **values: Value) -> Finding:
    return Finding(kind=kind, role="headline", values=values)
