"""Single rows as sentences, whatever table they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from copilot.language.formatting import humanize, lowercase_first, sentence
from copilot.records.schema import TableSchema
from copilot.tools.evidence import Row


def tell(table: TableSchema, row: Row) -> str:
    """What a row says, in one sentence with its id."""
    known = _TOLD.get(table.name)
    return known(row) if known else _plain(table, row)


def incident(row: Row) -> str:
    parts = [
        f"severity {row['severity']}" if row.get("severity") is not None else "",
        str(row.get("status") or ""),
    ]
    kind = ", ".join(part for part in parts if part)
    description = f" – {_bare(row['description'])}" if row.get("description") else ""
    return sentence(f"Incident {row['id']} of {row['date']}{f' ({kind})' if kind else ''}: {row['title']}{description}")


def decision(row: Row) -> str:
    body = f" by {row['body']}" if row.get("body") else ""
    reason = f"; reason: {_bare(row['reason'])}" if row.get("reason") else ""
    conditions = f"; conditions: {_bare(row['conditions'])}" if row.get("conditions") else ""
    return sentence(f"Decision {row['id']} of {row['date']}{body}: {_bare(row['decision'])}{reason}{conditions}")


def project(row: Row) -> str:
    unit = f" of {row['unit']}" if row.get("unit") else ""
    stage = f" is in {humanize(str(row['stage']))}" if row.get("stage") else " has no recorded stage"
    since = f" since {row['stage_since']}" if row.get("stage") and row.get("stage_since") else ""
    what = f": {lowercase_first(_bare(row['description']))}" if row.get("description") else ""
    blocker = f"; what holds it up: {lowercase_first(_bare(row['blocker']))}" if row.get("blocker") else ""
    return sentence(f"{row.get('name') or row['id']} ({row['id']}){unit}{stage}{since}{what}{blocker}")


def model(row: Row) -> str:
    of = f" of project {row['project_id']}" if row.get("project_id") else ""
    status = f" is {humanize(str(row['status']))}" if row.get("status") else ""
    purpose = row.get("purpose") or row.get("description")
    what = f": {lowercase_first(_bare(purpose))}" if purpose else ""
    return sentence(f"Model {row.get('name') or row['id']} ({row['id']}){of}{status}{what}")


def _plain(table: TableSchema, row: Row) -> str:
    title = str(row.get(table.title or "") or row.get(table.key or "") or "")
    said = [_bare(row[name]) for name in table.text if row.get(name) and name != table.title]
    return sentence(f"{title}: {'; '.join(said)}" if said else title)


def _bare(value: object) -> str:
    return str(value).strip().rstrip(".")


_TOLD: Mapping[str, Callable[[Row], str]] = {
    "incidents": incident,
    "decisions": decision,
    "projects": project,
    "models": model,
}
