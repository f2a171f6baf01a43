"""What has to be seen to before a project is stopped, and what the others have to meet to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.memos.memo import Call
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.standing import TERMS, live_models, read_standings
from copilot.tools.draft_memo.stop.inputs import StopInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of, short_name_of
from copilot.tools.findings import count
from copilot.types import Finding, Value

# Conditions that are told on the first page.
_CONDITIONS = 4


def leaving(stop: StopInputs) -> Iterator[Told]:
    basis = stop.basis
    leaves = basis.verdicts("stop") or stop.going
    rows = [basis.row(call.project) for call in leaves]
    yield from _needed(basis, leaves)
    for call in leaves:
        if models := live_models(basis, call.project):
            names = tuple(short_name_of(model) for model in models)
            yield _told(basis, f"live_models:{call.project}", [basis.row(call.project)], models=names)
    if held := [row for row in rows if row.get("personal_data") is True]:
        yield _told(basis, "personal_data", held)
    if supplied := [row for row in rows if row.get("vendor")]:
        yield _told(basis, "supplied", supplied, vendors=tuple(str(row["vendor"]) for row in supplied))
    conditional = basis.verdicts("conditional")
    yield from (condition(stop, call) for call in conditional[:_CONDITIONS])
    if further := conditional[_CONDITIONS:]:
        rows = [basis.row(call.project) for call in further]
        yield _told(basis, "further_conditions", rows, further=count(len(further), "further project"))
    yield from _others(stop)


def _others(stop: StopInputs) -> Iterator[Told]:
    """In what state the candidates are on which nothing is proposed."""
    basis, called = stop.basis, {call.project for call in stop.basis.calls}
    rows = [row for row in basis.found.candidates.rows if row["id"] not in called] if basis.found else []
    if basis.asked.projects or not rows:
        return
    standings = read_standings(basis, rows).values()
    blocked, late = sum(bool(s.rules) for s in standings), sum(s.late is not None for s in standings)
    if blocked or late:
        values: dict[str, Value] = {
            "others": count(len(rows), "project"),
            "blocked": count(blocked, "project"),
            "late": count(late, "project"),
        }
        yield Told("others", Finding(kind="others", values=values, evidence=basis.carried))


def condition(stop: StopInputs, call: Call) -> Told:
    """What has to be met for a project to go on, and who answers for it."""
    row, terms = stop.basis.row(call.project), tuple(TERMS[kind] for kind in stop.standings[call.project].grounds)
    return _told(stop.basis, f"condition:{call.project}", [row], terms=terms, owner=str(row.get("owner") or "") or None)


def _needed(basis: MemoInputs, leaves: Sequence[Call]) -> Iterator[Told]:
    """The projects that wait for one that is to be stopped, or run on it."""
    if not basis.view.has("projects", "depends_on") or not leaves:
        return
    ended = basis.sources.workspace.config.stages.has_ended
    leaving = {call.project for call in leaves}
    others = [r for r in basis.view.select("projects") if r["id"] not in leaving and not ended(r.get("stage"))]
    needed = False
    for call in leaves:
        waiting = [row for row in others if call.project in _needs(row)]
        if waiting:
            needed = True
            row = basis.row(call.project)
            yield _told(basis, f"needed_by:{call.project}", [row, *waiting], by=tuple(map(name_of, waiting)))
    if not needed:
        rows = [basis.row(call.project) for call in leaves]
        yield _told(basis, "not_needed", rows, is_partial=bool(basis.view.hidden("projects")))


def _needs(row: Row) -> set[str]:
    return {key.strip() for key in str(row.get("depends_on") or "").split(";")}


def _told(basis: MemoInputs, key: str, rows: Sequence[Row], **values: Value) -> Told:
    """A finding on projects, named after its key."""
    names: dict[str, Value] = {"name": name_of(rows[0]), "names": tuple(map(name_of, rows))}
    cited = basis.reading.rows("projects", rows)
    return Told(key, Finding(kind=key.partition(":")[0], values=names | values, evidence=cited))
