"""What has moved lately: the stages that projects came to, what was decided, what went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize
from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.status.inputs import StatusInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, day_of, short_name_of
from copilot.tools.filters import linked
from copilot.tools.findings import count, listed
from copilot.tools.row_sentences import tell
from copilot.types import Finding, Value

_NAMED, _STAGES, _SHORT = 4, 2, 2
"""Projects of a stage, stages, and decisions or incidents that the first page has."""
_TOLD = 12
"""Decisions, and incidents, that are told in full."""


@dataclass(frozen=True)
class Moves:
    entered: Mapping[str, Sequence[Row]]
    """By stage the projects that came to it, the latest stage first."""
    decisions: Sequence[Row]
    """The latest first."""
    incidents: Sequence[Row]
    """The gravest first."""
    is_known: bool
    """Whether the records hold dates of any of these."""


def moves(status: StatusInputs) -> Moves:
    """Since the day that is looked back to; of projects that have ended since, too."""
    basis = status.basis
    meant = {str(row["id"]): row for row in (*status.rows, *_also_ended(basis))}
    stages = basis.sources.workspace.config.stages
    entered: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(meant.values(), key=lambda row: -stages.place(row.get("stage"))):
        since = str(row.get("stage_since") or "")
        if status.since.isoformat() <= since <= basis.sources.today.isoformat():
            entered[str(row["stage"])].append(row)
    incidents = _since(status, "incidents", meant)
    return Moves(
        entered,
        _since(status, "decisions", meant),
        sorted(incidents, key=_severity),
        basis.view.has("projects", "stage_since") or bool(incidents),
    )


def _also_ended(basis: MemoInputs) -> Sequence[Row]:
    if basis.asked.projects:
        return ()
    return basis.view.select("projects", linked(basis.view, "projects", basis.asked.filters))


def _since(status: StatusInputs, table: str, meant: dict[str, Row]) -> list[Row]:
    view = status.basis.view
    if not (view.has(table, "project_id") and view.has(table, "date")):
        return []
    lately = Filter(column="date", op=">=", value=status.since.isoformat())
    return [row for row in view.select(table, [lately], order_by=["-date"]) if row.get("project_id") in meant]


def _severity(row: Row) -> float:
    """1 is the gravest; last what has none."""
    value = row.get("severity")
    return float(value) if isinstance(value, int | float) else 99.0


def progress(status: StatusInputs) -> Iterator[Told]:
    """In short: who came to which stage, and the latest decisions and gravest incidents by their titles."""
    basis, found = status.basis, moves(status)
    for stage, rows in list(found.entered.items())[:_STAGES]:
        values: dict[str, Value] = {
            "names": listed([short_name_of(row) for row in rows], _NAMED),
            "stage": humanize(stage),
            "since": status.since,
        }
        cited = basis.reading.rows("projects", rows)
        yield Told(f"entered:{stage}", Finding(kind="entered", values=values, evidence=cited))
    for table, rows in (("decisions", found.decisions), ("incidents", found.incidents)):
        if rows and not status.is_of_few:
            title = basis.view.tables[table].title or "id"
            values = {
                "titles": tuple(str(row.get(title) or row["id"]).rstrip(".") for row in rows[:_SHORT]),
                "days": tuple(day for row in rows[:_SHORT] if (day := day_of(row.get("date")))),
                "more": count(len(rows) - _SHORT, "more") if len(rows) > _SHORT else None,
            }
            cited = basis.reading.rows(table, rows[:_SHORT])
            yield Told(table, Finding(kind=f"lately_{table}", values=values, evidence=cited))
    if not found.entered and found.is_known and not (found.decisions or found.incidents):
        yield Told("nothing", Finding(kind="nothing_moved", values={"since": status.since}))


def events(status: StatusInputs) -> Iterator[Told]:
    """The decisions and incidents in the words of their records."""
    basis, found = status.basis, moves(status)
    for table, rows in (("decisions", found.decisions), ("incidents", found.incidents)):
        for row in rows[:_TOLD]:
            text = tell(basis.view.tables[table], row)
            event = Finding(kind="event", text=text, evidence=(basis.reading.row(table, row),))
            yield Told(f"{table}:{row['id']}", event)
        if len(rows) > _TOLD:
            more = count(len(rows) - _TOLD, f"further {table.removesuffix('s')}")
            yield Told(f"{table}:more", Finding(kind="further_events", values={"more": more, "since": status.since}))
