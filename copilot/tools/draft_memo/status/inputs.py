"""What a status memo is drafted from: the projects meant, how each stands, and what falls due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot.gates.rules import FILE
from copilot.memos.memo import Call, Verdict
from copilot.sources import Sources
from copilot.tools.candidates import excludes_ended
from copilot.tools.draft_memo.inputs import MemoInputs, Request
from copilot.tools.draft_memo.standing import Standing, read_standings
from copilot.tools.draft_memo.status.dues import Due, read_dues
from copilot.tools.evidence import Row, short_name_of
from copilot.tools.filters import linked
from copilot.tools.findings import Reading
from copilot.tools.governance import blocked_projects
from copilot.types import Viewer

_MONTHS, _MONTHS_OF_FEW = 3, 12
"""So far back it is told what has moved, of many projects and of few."""
_FEW = 2
"""Named projects of which each is told in full on the first page."""
OFF_TRACK = frozenset({"late", "fallen", "no_return", "behind"})
AT_RISK = frozenset({"spent_up", "obstacle", "open_incident"})
# One of these has to be on record for a state to be known.
_TELLING = ("stage_since", "budget", "blocker", "realised_benefit")
STATES: tuple[Verdict, ...] = ("blocked", "off_track", "at_risk", "on_track", "unknown", "ended")
"""The worst first."""


@dataclass(frozen=True)
class StatusInputs:
    basis: MemoInputs
    rows: tuple[Row, ...]
    """The projects meant, the worst first."""
    standings: Mapping[str, Standing]
    dues: Mapping[str, tuple[Due, ...]]
    """By project what falls due, the earliest first."""
    since: date

    @property
    def is_of_few(self) -> bool:
        """Whether so few projects are named that each is told in full on the first page."""
        return 0 < len(self.basis.asked.projects) <= _FEW

    def state(self, row: Row) -> Verdict:
        return next(call.verdict for call in self.basis.calls if call.project == row["id"])

    def of(self, *states: Verdict) -> list[Row]:
        wanted = {call.project for call in self.basis.calls if call.verdict in states}
        return [row for row in self.rows if row["id"] in wanted]


def read_status(sources: Sources, viewer: Viewer, asked: Request) -> StatusInputs:
    view = sources.records.view(viewer)
    blocked = blocked_projects(sources, viewer)
    basis = MemoInputs(sources, viewer, view, Reading(sources, view), asked, None, None, blocked, (), "none")
    rows = _meant(basis)
    standings = read_standings(basis, rows)
    verdicts = {str(row["id"]): _state(basis, standings[str(row["id"])]) for row in rows}
    ordered = sorted(rows, key=lambda row: _rank(basis, standings[str(row["id"])], verdicts[str(row["id"])]))
    calls = tuple(
        Call(
            project=(key := str(row["id"])),
            name=short_name_of(row),
            verdict=verdicts[key],
            blocked_by=tuple(blocked.get(key, ())),
        )
        for row in ordered
    )
    return StatusInputs(
        basis=replace(basis, calls=calls),
        rows=tuple(ordered),
        standings=standings,
        dues=read_dues(basis, rows),
        since=months_before(sources.today, _MONTHS_OF_FEW if 0 < len(asked.projects) <= _FEW else _MONTHS),
    )


def _meant(basis: MemoInputs) -> list[Row]:
    """The projects that are named, else those that meet the conditions and have not ended."""
    if basis.asked.projects:
        return [basis.row(key) for key in basis.asked.projects]
    filters = linked(basis.view, "projects", basis.asked.filters)
    rows: list[Row] = [row for row in basis.view.select("projects", filters) if row.get("id")]
    if not excludes_ended(filters, (), False):
        return rows
    return [row for row in rows if not basis.sources.workspace.config.stages.has_ended(row.get("stage"))]


def _state(basis: MemoInputs, standing: Standing) -> Verdict:
    """How a project stands; the gravest that is on record."""
    workspace, grounds = basis.sources.workspace, {*standing.grounds}
    if workspace.config.stages.has_ended(standing.row.get("stage")):
        return "ended"
    if standing.rules:
        return "blocked"
    if grounds & OFF_TRACK or standing.spent > 1:
        return "off_track"
    if grounds & AT_RISK:
        return "at_risk"
    is_judged = (workspace.root / FILE).is_file() or any(standing.row.get(name) is not None for name in _TELLING)
    return "on_track" if is_judged else "unknown"


def _rank(basis: MemoInputs, standing: Standing, state: Verdict) -> tuple[int, int, int, str]:
    """The worst state first; in it those furthest on, then those with most against them."""
    stages = basis.sources.workspace.config.stages
    place = stages.place(standing.row.get("stage"))
    return (STATES.index(state), -place, -len(standing.grounds), str(standing.row["id"]))


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last of that month."""
    years, month = divmod(day.month - 1 - months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
