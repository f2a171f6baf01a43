"""The audit trail: who asked what, what was read for the answer, and with which versions. Append-only."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from copilot.state.database import Database
from copilot.types import Answer, Evidence, Frozen, ToolCall

SCHEMA = (
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, viewer TEXT NOT NULL,
        conversation TEXT NOT NULL, turn TEXT NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL,
        answer_id TEXT, evidence TEXT NOT NULL DEFAULT '[]', tool_calls TEXT NOT NULL DEFAULT '[]',
        model TEXT NOT NULL DEFAULT '', versions TEXT NOT NULL)""",
    "CREATE INDEX audit_of_turn ON audit (turn)",
    """CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)


class EvidenceHash(Frozen):
    id: str
    sha256: str
    """Of the text that was read."""


class AuditEntry(Frozen):
    """Something that happened to a turn: it was asked, answered or interrupted."""

    number: int
    at: datetime
    viewer: str
    conversation: str
    turn: str
    question: str
    status: str
    """`asked`, `interrupted`, or the status of the answer."""
    answer_id: str | None
    evidence: tuple[EvidenceHash, ...]
    tool_calls: tuple[ToolCall, ...]
    model: str
    versions: dict[str, str]


def record_question(
    connection: sqlite3.Connection,
    at: str,
    viewer: str,
    conversation: str,
    turn: str,
    question: str,
    versions: str,
) -> None:
    connection.execute(
        """INSERT INTO audit (at, viewer, conversation, turn, question, status, versions)
        VALUES (?, ?, ?, ?, ?, 'asked', ?)""",
        (at, viewer, conversation, turn, question, versions),
    )


def record_end(
    connection: sqlite3.Connection,
    at: str,
    turn: str,
    answer: Answer | None,
    evidence: Sequence[Evidence],
    versions: str,
) -> None:
    """Notes the end of a turn whose question was recorded; with no answer it was interrupted."""
    hashes = [{"id": e.id, "sha256": hashlib.sha256(e.text.encode()).hexdigest()} for e in evidence]
    calls = [call.model_dump(mode="json") for call in answer.tool_calls] if answer else []
    status, id, model = (answer.status, answer.id, answer.model) if answer else ("interrupted", None, "")
    connection.execute(
        """INSERT INTO audit
            (at, viewer, conversation, turn, question, status,
            answer_id, evidence, tool_calls, model, versions)
        SELECT ?, viewer, conversation, turn, question, ?, ?, ?, ?, ?, ?
        FROM audit WHERE turn = ? AND status = 'asked'""",
        (at, status, id, json.dumps(hashes), json.dumps(calls), model, versions, turn),
    )


def entries(database: Database, after: int = 0) -> tuple[AuditEntry, ...]:
    """Oldest first, from the entry that follows number `after`."""
    rows = database.read("SELECT * FROM audit WHERE number > ? ORDER BY number", after)
    decoded = ("evidence", "tool_calls", "versions")
    return tuple(
        AuditEntry.model_validate(dict(row) | {name: json.loads(row[name]) for name in decoded}) for row in rows
    )


def evidence_of(database: Database, answer: str) -> tuple[EvidenceHash, ...]:
    rows = database.read("SELECT evidence FROM audit WHERE answer_id = ? LIMIT 1", answer)
    return tuple(EvidenceHash.model_validate(item) for row in rows for item in json.loads(row["evidence"]))
