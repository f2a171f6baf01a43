"""The rows of conversations: how they are asked for, and what each holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from copilot.state.database import Row
from copilot.state.turns import ConversationInfo, Share, Turn
from copilot.types import Answer

UNTITLED = "New conversation"
# An unanswered turn silent for this long was interrupted; longer than one model call may take.
SILENT_SECONDS = 90

TURNS = """SELECT turns.*, ratings.thumbs_up, ratings.reasons, ratings.comment, ratings.at AS rated_at,
    (SELECT count(*) FROM turns AS version WHERE version.conversation = turns.conversation
        AND coalesce(version.parent, '') = coalesce(turns.parent, '') AND version.number < turns.number) AS earlier
    FROM turns LEFT JOIN ratings
    ON ratings.number = (SELECT max(number) FROM ratings WHERE ratings.turn = turns.id)"""
# From the newest turn of a conversation back to its first, what was asked in place of others left out.
BRANCH = """WITH RECURSIVE branch AS (
    SELECT * FROM (SELECT number, parent, 1 AS place FROM turns WHERE conversation = ? ORDER BY number DESC LIMIT 1)
        AS newest
    UNION ALL SELECT turns.number, turns.parent, place + 1 FROM turns JOIN branch ON turns.id = branch.parent
        WHERE place < ?)"""
LISTED = """SELECT id, title, updated FROM conversations WHERE viewer = ? AND deleted IS NULL
    ORDER BY updated DESC, created DESC, id"""
SHARES = """SELECT shares.*, conversations.viewer FROM shares
    JOIN conversations ON conversations.id = shares.conversation"""


def info_from(row: Row) -> ConversationInfo:
    return ConversationInfo(id=row["id"], title=row["title"] or UNTITLED, updated=row["updated"])


def turn_from(row: Row) -> Turn:
    silent = row["touched"] < moment_text(datetime.now(UTC) - timedelta(seconds=SILENT_SECONDS))
    return Turn(
        id=row["id"],
        parent=row["parent"],
        question=row["question"],
        answer=Answer.model_validate_json(row["answer"]) if row["answer"] else None,
        partial=row["partial"],
        state="interrupted" if silent and row["state"] == "answering" else row["state"],
        asked_at=row["asked_at"],
        rating=row["thumbs_up"],
        reasons=json.loads(row["reasons"] or "[]"),
        comment=row["comment"] or "",
        earlier=row["earlier"],
    )


def share_from(row: Row) -> Share:
    return Share(
        link=row["link"],
        conversation=row["conversation"],
        viewer=row["viewer"],
        labels=frozenset(json.loads(row["labels"])),
        at=row["at"],
    )


def now_text() -> str:
    return moment_text(datetime.now(UTC))


def moment_text(moment: datetime) -> str:
    # A fixed width, so that the order of the texts is that of the moments.
    return moment.isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """Halves of surrogate pairs, as a shell may pass for bytes that are not UTF-8, become question marks."""
    return text.encode("utf-8", "replace").decode()
