"""Durable conversations, their answers, what people thought of them, and the audit trail.

Safe for several threads and processes. A turn is stored before it is answered, so that a killed process
leaves the question and the text so far. A deleted conversation is wiped, but its id stays taken, since the
audit trail knows it by that. These turns are also all that a chat model remembers.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import platform
import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.errors import SettingsError, StateError
from copilot.state import audit
from copilot.state.audit import AuditEntry, EvidenceHash, Verified
from copilot.state.conversation_rows import (
    BRANCH,
    LISTED,
    SHARES,
    TURNS,
    info_from,
    moment_text,
    now_text,
    share_from,
    storable,
    turn_from,
)
from copilot.state.conversation_schema import MIGRATIONS, SHARED
from copilot.state.database import Connection, Database, Row
from copilot.state.places import Place
from copilot.state.turns import ConversationInfo, Feedback, Share, Turn
from copilot.state.views import Views
from copilot.types import Answer, Evidence, Finding, Viewer

_log = logging.getLogger(__name__)

FILE = "conversations.sqlite"
TITLE_LENGTH = 60
_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 12
_MOST_TURNS = 1_000_000
# So long that a link cannot be guessed.
_LINK_BYTES = 18
_CALLERS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def title_of(question: str) -> str:
    """The question on one line, cut at a word."""
    text = " ".join(storable(question).split())
    if len(text) <= TITLE_LENGTH:
        return text
    cut = text[:TITLE_LENGTH]
    space = cut.rfind(" ")
    # Text without spaces, such as Japanese or one long word, is cut where it stands.
    return cut[: space if space > TITLE_LENGTH // 2 else TITLE_LENGTH - 1].rstrip(" ,;:-") + "…"


class Conversations:
    """`viewer` is the name of who asks: a conversation exists only for the viewer that began it."""

    def __init__(self, place: Place, versions: Mapping[str, str] | None = None) -> None:
        """`versions` are noted in the audit trail beside those of Bearing and Python."""
        self._database = Database(place, MIGRATIONS, SHARED)
        self.views = Views(self._database)
        self._versions = _own_versions() | dict(versions or {})

    def close(self) -> None:
        self._database.close()

    def start(self, viewer: str, title: str = "") -> str:
        """The id of a new conversation; with no title it takes that of its first question."""
        id = _new_id()
        self.ensure(id, viewer, title)
        return id

    def ensure(self, id: str, viewer: str, title: str = "") -> None:
        """Makes the conversation unless the viewer has it already; the id may be the caller's own."""
        if not _CALLERS_ID.fullmatch(id):
            raise SettingsError(
                f"{id!r} cannot be a conversation id: use up to 64 letters, digits and _ . : -, "
                "a letter or digit first."
            )
        now = now_text()
        with self._database.write() as connection:
            connection.execute(
                """INSERT INTO conversations (id, viewer, title, created, updated)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                (id, viewer, title_of(title), now, now),
            )
            if not self.belongs_to(id, viewer):
                raise SettingsError(f"Conversation {id!r} is not available; choose another id.")

    def belongs_to(self, id: str, viewer: str) -> bool:
        query = "SELECT 1 FROM conversations WHERE id = ? AND viewer = ? AND deleted IS NULL"
        return bool(self._database.read(query, id, viewer))

    def list(self, viewer: str, query: str = "", limit: int = 50) -> tuple[ConversationInfo, ...]:
        """The viewer's conversations, the last used first; `query` is sought in titles and questions."""
        if sought := storable(query).strip().casefold():
            rows = self._found(viewer, sought)[:limit]
        else:
            rows = self._database.read(f"{LISTED} LIMIT ?", viewer, limit)
        return tuple(info_from(row) for row in rows)

    def _found(self, viewer: str, sought: str) -> Sequence[Row]:
        # Compared here: no two databases agree on what is the same letter.
        asked = self._database.read(
            """SELECT conversation, question FROM turns JOIN conversations ON conversations.id = conversation
            WHERE viewer = ? AND deleted IS NULL""",
            viewer,
        )
        found = {row["conversation"] for row in asked if sought in row["question"].casefold()}
        return [
            row
            for row in self._database.read(LISTED, viewer)
            if row["id"] in found or sought in row["title"].casefold()
        ]

    def info(self, id: str, viewer: str) -> ConversationInfo:
        self._require(id, viewer)
        return info_from(self._database.read("SELECT id, title, updated FROM conversations WHERE id = ?", id)[0])

    def rename(self, id: str, viewer: str, title: str) -> None:
        with self._database.write() as connection:
            self._require(id, viewer)
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title_of(title), id))

    def delete(self, id: str, viewer: str) -> None:
        """Wipes the turns, ratings and title. The audit trail stays, and the id cannot be used again."""
        with self._database.write() as connection:
            self._require(id, viewer)
            self._wipe(connection, id)
            audit.append(connection, now_text(), viewer, "deleted conversation", id, {})

    @staticmethod
    def _wipe(connection: Connection, id: str) -> None:
        connection.execute("DELETE FROM turns WHERE conversation = ?", (id,))
        connection.execute("DELETE FROM shares WHERE conversation = ?", (id,))
        connection.execute("UPDATE conversations SET title = '', deleted = ? WHERE id = ?", (now_text(), id))

    def turns(self, conversation: str, viewer: str, last: int | None = None) -> tuple[Turn, ...]:
        """In the order they were asked, without those that others replaced; only the newest `last` when given."""
        self._require(conversation, viewer)
        query = f"""{BRANCH} {TURNS} WHERE turns.number IN (SELECT number FROM branch WHERE place <= ?)
            ORDER BY turns.number"""
        most = _MOST_TURNS if last is None else last
        return tuple(turn_from(row) for row in self._database.read(query, conversation, most, most))

    def turn(self, id: str, viewer: str) -> Turn:
        """One of the viewer's own turns, also one that another has replaced."""
        self.conversation_of(id, viewer)
        (row,) = self._database.read(f"{TURNS} WHERE turns.id = ?", id)
        return turn_from(row)

    def replaced(self, turn: str, viewer: str) -> tuple[Turn, ...]:
        """What was asked before in the place of one of the viewer's own turns, oldest first."""
        query = f"""{TURNS} JOIN turns AS own ON own.id = ? WHERE turns.conversation = own.conversation
            AND coalesce(turns.parent, '') = coalesce(own.parent, '') AND turns.number < own.number
            ORDER BY turns.number"""
        return tuple(turn_from(row) for row in self._database.read(query, turn)) if self._own_turn(turn, viewer) else ()

    def turns_of(self, viewer: str, last: int) -> tuple[Turn, ...]:
        """The newest turns of all the viewer's conversations, oldest first."""
        rows = self._database.read(
            f"""SELECT asked.* FROM ({TURNS}) AS asked JOIN conversations ON conversations.id = asked.conversation
            WHERE conversations.viewer = ? AND conversations.deleted IS NULL ORDER BY asked.number DESC LIMIT ?""",
            viewer, last,
        )  # fmt: skip
        return tuple(turn_from(row) for row in reversed(rows))

    def begin_turn(self, conversation: str, viewer: str, question: str, instead_of: str | None = None) -> str:
        """Stores a question before it is answered; it follows the newest turn, or stands in the place of another."""
        turn, now, question = _new_id(), now_text(), storable(question)
        with self._database.write() as connection:
            self._require(conversation, viewer)
            known = self._database.read(
                """SELECT id, parent FROM turns WHERE conversation = ? AND id = coalesce(?, id)
                ORDER BY number DESC LIMIT 1""",
                conversation, instead_of,
            )  # fmt: skip
            if instead_of is not None and not known:
                raise SettingsError(f"There is no turn {instead_of!r} in conversation {conversation!r}.")
            parent = known[0]["id" if instead_of is None else "parent"] if known else None
            connection.execute(
                """INSERT INTO turns (id, conversation, parent, question, state, asked_at, touched)
                VALUES (?, ?, ?, ?, 'answering', ?, ?)""",
                (turn, conversation, parent, question, now, now),
            )
            connection.execute(
                "UPDATE conversations SET updated = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (now, title_of(question), conversation),
            )
            about = {"conversation": conversation, "question": question, "versions": self._versions}
            audit.append(connection, now, viewer, "asked", turn, about)
        return turn

    def keep_partial(self, turn: str, text: str) -> None:
        """Stores the text so far, and that the turn is still being answered."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE turns SET partial = ?, touched = ? WHERE id = ? AND state = 'answering'",
                (storable(text), now_text(), turn),
            )

    def finish_turn(
        self,
        turn: str,
        answer: Answer,
        evidence: Sequence[Evidence] = (),
        findings: Mapping[str, Sequence[Finding]] | None = None,
    ) -> None:
        """Stores the answer with what its tools found, by the name of the tool."""
        now = now_text()
        found = {
            tool: [f.model_dump(mode="json", exclude={"calculation"}, exclude_defaults=True) for f in held]
            for tool, held in (findings or {}).items()
        }
        with self._database.write() as connection:
            # Deleted while it was being answered, it still gets its entry in the audit trail.
            connection.execute(
                """UPDATE turns SET answer = ?, findings = ?, partial = '', state = 'answered', touched = ?
                WHERE id = ?""",
                (answer.model_dump_json(), json.dumps(found), now, turn),
            )
            connection.execute(
                """UPDATE conversations SET updated = ?
                WHERE id = (SELECT conversation FROM turns WHERE id = ?)""",
                (now, turn),
            )
            audit.append_end(connection, now, turn, answer, evidence, self._versions)

    def interrupt_turn(self, turn: str, partial: str = "") -> None:
        """Ends a turn that was not answered, with the text so far."""
        now = now_text()
        with self._database.write() as connection:
            changed = connection.execute(
                """UPDATE turns SET state = 'interrupted', partial = coalesce(?, partial), touched = ?
                WHERE id = ? AND state = 'answering'""",
                (storable(partial) or None, now, turn),
            )
            if changed.rowcount:
                audit.append_end(connection, now, turn, None, (), self._versions)

    def append(
        self,
        conversation: str,
        viewer: str,
        question: str,
        answer: Answer,
        evidence: Sequence[Evidence] = (),
    ) -> str:
        """Stores a question with its answer; gives the id of the turn."""
        turn = self.begin_turn(conversation, viewer, question)
        self.finish_turn(turn, answer, evidence)
        return turn

    def share(self, conversation: str, viewer: Viewer) -> Share:
        """Lets others open one of the viewer's conversations as it stands; a link that there is already stays."""
        with self._database.write() as connection:
            self._require(conversation, viewer.name)
            connection.execute(
                """INSERT INTO shares (link, conversation, labels, at) VALUES (?, ?, ?, ?)
                ON CONFLICT (conversation) DO UPDATE SET labels = excluded.labels, at = excluded.at""",
                (
                    secrets.token_urlsafe(_LINK_BYTES),
                    conversation,
                    json.dumps(sorted(viewer.labels)),
                    now := now_text(),
                ),
            )
            audit.append(connection, now, viewer.name, "shared conversation", conversation, {})
        (row,) = self._database.read(f"{SHARES} WHERE conversation = ?", conversation)
        return share_from(row)

    def unshare(self, conversation: str, viewer: str) -> None:
        """From now on the link of one of the viewer's conversations opens nothing."""
        with self._database.write() as connection:
            self._require(conversation, viewer)
            if connection.execute("DELETE FROM shares WHERE conversation = ?", (conversation,)).rowcount:
                audit.append(connection, now_text(), viewer, "ended sharing", conversation, {})

    def share_of(self, conversation: str, viewer: str) -> Share | None:
        """Whether one of the viewer's conversations is shared, and how."""
        self._require(conversation, viewer)
        rows = self._database.read(f"{SHARES} WHERE conversation = ?", conversation)
        return share_from(rows[0]) if rows else None

    def shared(self, link: str) -> Share:
        rows = self._database.read(f"{SHARES} WHERE link = ?", link)
        if not rows:
            raise SettingsError("This link opens no conversation, or no longer does.")
        return share_from(rows[0])

    def rate(
        self,
        turn: str,
        viewer: str,
        thumbs_up: bool | None,
        reasons: Sequence[str] = (),
        comment: str = "",
    ) -> None:
        """Rates one of the viewer's own turns; None withdraws the rating. Earlier ratings are kept."""
        with self._database.write() as connection:
            self.conversation_of(turn, viewer)
            connection.execute(
                """INSERT INTO ratings (turn, viewer, at, thumbs_up, reasons, comment)
                VALUES (?, ?, ?, ?, ?, ?)""",
                (
                    turn,
                    viewer,
                    now_text(),
                    None if thumbs_up is None else int(thumbs_up),
                    json.dumps(list(reasons)),
                    storable(comment),
                ),
            )

    def conversation_of(self, turn: str, viewer: str) -> str:
        """The id of the conversation that one of the viewer's own turns is part of."""
        owner = self._database.read("SELECT conversation FROM turns WHERE id = ?", turn)
        if not owner or not self.belongs_to(owner[0]["conversation"], viewer):
            raise SettingsError(f"There is no turn {turn!r} for this viewer.")
        return str(owner[0]["conversation"])

    def feedback(self, viewer: Viewer) -> tuple[Feedback, ...]:
        """Every rated turn of everyone, in the order of asking: for evaluators."""
        viewer.require("evaluate")
        rows = self._database.read(
            f"""SELECT rated.*, conversations.viewer FROM ({TURNS}) AS rated
            JOIN conversations ON conversations.id = rated.conversation
            WHERE rated.thumbs_up IS NOT NULL ORDER BY rated.number"""
        )
        return tuple(
            Feedback(
                conversation=row["conversation"],
                viewer=row["viewer"],
                rated_at=row["rated_at"],
                turn=turn_from(row),
            )
            for row in rows
        )

    def findings_of(self, turn: str, viewer: str, tool: str) -> tuple[Finding, ...]:
        """What a tool found for one of the viewer's turns, without its calculations; nothing that is not on record."""
        rows = self._own_turn(turn, viewer)
        return tuple(Finding.model_validate(f) for row in rows for f in json.loads(row["findings"]).get(tool, ()))

    def evidence_of(self, turn: str, viewer: str) -> tuple[EvidenceHash, ...]:
        """The hashes of what the answer of one of the viewer's turns cited; none where it has no answer."""
        return audit.evidence_of(self._database, turn) if self._own_turn(turn, viewer) else ()

    def _own_turn(self, turn: str, viewer: str) -> Sequence[Row]:
        return self._database.read(
            """SELECT turns.* FROM turns JOIN conversations ON conversations.id = turns.conversation
            WHERE turns.id = ? AND viewer = ? AND deleted IS NULL""",
            turn, viewer,
        )  # fmt: skip

    def note(self, viewer: str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Adds to the audit trail what someone did beside asking in a conversation."""
        with self._database.write() as connection:
            audit.append(connection, now_text(), viewer, action, subject, dict(details or {}))

    def note_or_log(self, viewer: str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """`note` of what is done already: where the trail cannot be written, the log says so."""
        try:
            self.note(viewer, action, subject, details)
        except StateError:
            _log.error("not audited", extra={"action": action, "subject": subject})

    def note_answer(self, viewer: str, answer: Answer, evidence: Sequence[Evidence]) -> None:
        """Adds an answer that is part of no conversation to the audit trail."""
        about = {"conversation": "", "question": answer.question, "versions": self._versions}
        self.note(viewer, "answered", answer.id, about | audit.of_answer(answer, evidence))

    def audit(self, viewer: Viewer, after: int = 0, since: datetime | None = None) -> Iterator[AuditEntry]:
        """The audit trail, oldest first, from the entry that follows number `after` and from `since`, a moment with a
        time zone: for who administers."""
        viewer.require("administer")
        return audit.entries(self._database, after, moment_text(since.astimezone(UTC)) if since else "")

    def verify_audit(self, noted: Collection[str] = ()) -> Verified:
        """Whether every entry of the audit trail is as it was written; `noted` are heads that must be in it."""
        return audit.verify(self._database.read, noted)

    def last_noted(self, action: str) -> dict[str, Any]:
        """The details of the newest entry of that kind; empty where there is none."""
        rows = self._database.read("SELECT details FROM trail WHERE action = ? ORDER BY number DESC LIMIT 1", action)
        return dict(json.loads(rows[0]["details"])) if rows else {}

    def expire(self, days: float) -> tuple[tuple[str, str], ...]:
        """Wipes the conversations that nobody used for so many days and frees their space; viewer and id of each."""
        limit = moment_text(datetime.now(UTC) - timedelta(days=days))
        with self._database.write() as connection:
            found = connection.execute(
                "SELECT viewer, id FROM conversations WHERE updated < ? AND deleted IS NULL", (limit,)
            ).fetchall()
            for row in found:
                self._wipe(connection, row["id"])
                audit.append(connection, now_text(), "", "expired", row["id"], {"days": days})
        if found:
            self._database.vacuum()
        return tuple((row["viewer"], row["id"]) for row in found)

    def _require(self, conversation: str, viewer: str) -> None:
        # The same words whether it is missing or another's, so that nobody can find out what others have.
        if not self.belongs_to(conversation, viewer):
            raise SettingsError(f"There is no conversation {conversation!r} for this viewer.")


def _own_versions() -> dict[str, str]:
    try:
        bearing = importlib.metadata.version("bearing")
    except importlib.metadata.PackageNotFoundError:
        bearing = "not installed"
    return {"bearing": bearing, "python": platform.python_version()}


def _new_id() -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
