"""Who decides, and who signs."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.memos.memo import Verdict
from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Shown
from copilot.types import Cell, Table

# Sponsors who sign; of more the first.
_SIGNING = 7
# Projects that stand behind a sponsor's name.
_NAMED = 3
# What its sponsor answers for.
_SIGNED: frozenset[Verdict] = frozenset({"fund", "hold", "stop", "conditional", "blocked", "off_track"})


def addressee(basis: MemoInputs) -> str:
    """Who is named, else the body that decided on these projects, else that decided most; empty without any."""
    if basis.asked.addressee:
        return basis.asked.addressee
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


def signature(basis: MemoInputs, role: str = "For the decision", most: int = _SIGNING) -> Iterator[Shown]:
    """A line for the body that decides and one for each sponsor of what is proposed."""
    if not basis.proposed:
        return
    rows: list[tuple[Cell, ...]] = []
    if body := addressee(basis):
        rows.append((body, role, None, None))
    sponsored: dict[str, list[str]] = {}
    is_named = bool(basis.asked.projects)
    signing = [c.project for c in basis.calls if c.verdict in _SIGNED or (is_named and c.verdict != "ended")]
    for key in signing:
        row = basis.row(key)
        if sponsor := row.get("sponsor"):
            sponsored.setdefault(str(sponsor), []).append(key)
    for sponsor, names in list(sponsored.items())[:most]:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        rows.append((sponsor, f"Sponsor of {', '.join(names[:_NAMED])}{more}", None, None))
    if rows:
        cited = basis.reading.rows("projects", map(basis.row, basis.proposed))
        yield Shown(
            table=Table(title="Signatures", columns=("Name", "Role", "Date", "Signature"), rows=tuple(rows)),
            evidence=cited,
        )
