"""Who decides, and who signs."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Shown
from copilot.types import Cell, Table

# Sponsors who sign; of more the first.
_SIGNING = 7


def addressee(basis: MemoInputs) -> str:
    """The body that decided on these projects, else that decided most of what is on record; empty without any."""
    if not basis.view.has("decisions", "body"):
        return ""
    scopes: list[list[Filter]] = [[]]
    if basis.proposed and basis.view.has("decisions", "project_id"):
        scopes.insert(0, [Filter(column="project_id", op="in", value=tuple(basis.proposed))])
    for filters in scopes:
        rows = basis.view.aggregate("decisions", ["body"], filters=filters)
        if found := next((str(row["body"]) for row in rows if row["body"]), ""):
            return found
    return ""


def signature(basis: MemoInputs) -> Iterator[Shown]:
    """A line for the body that decides and one for each sponsor of what is proposed."""
    if not basis.proposed:
        return
    rows: list[tuple[Cell, ...]] = []
    if body := addressee(basis):
        rows.append((body, "For the decision", None, None))
    sponsored: dict[str, list[str]] = {}
    signing = [call.project for call in basis.calls if call.verdict in ("fund", "hold") or basis.asked.projects]
    for key in signing:
        row = basis.row(key)
        if sponsor := row.get("sponsor"):
            sponsored.setdefault(str(sponsor), []).append(key)
    for sponsor, names in list(sponsored.items())[:_SIGNING]:
        rows.append((sponsor, f"Sponsor of {', '.join(names)}", None, None))
    if rows:
        cited = basis.reading.rows("projects", map(basis.row, basis.proposed))
        yield Shown(
            table=Table(title="Signatures", columns=("Name", "Role", "Date", "Signature"), rows=tuple(rows)),
            evidence=cited,
        )
