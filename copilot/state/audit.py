"""The audit trail: who asked what, what was read for the answer, and who changed or took away what.

Append-only, and chained: each entry holds the hash of the one before, so that none can be changed, removed or inserted
without the rest showing it. Whoever can write the file can also chain it anew; against that, note the hash of the last
entry elsewhere now and then, and let `verify` look for it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from copilot.state.database import Connection, Database, Row
from copilot.types import Answer, Evidence, Frozen

FIRST_SCHEMA = (
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
"""Before entries were chained."""
_ROWS = 1000
SHARED_SCHEMA = (
    """CREATE TABLE trail (
        number BIGINT PRIMARY KEY, at TEXT COLLATE "C" NOT NULL, viewer TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL, details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE INDEX trail_of_subject ON trail (subject, action)",
    """CREATE FUNCTION trail_keeps() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER trail_keeps BEFORE DELETE OR UPDATE OR TRUNCATE ON trail
        FOR EACH STATEMENT EXECUTE FUNCTION trail_keeps()""",
    # As SQLite keeps it by itself: the highest number that ever was.
    "CREATE TABLE sqlite_sequence (name TEXT PRIMARY KEY, seq BIGINT NOT NULL)",
    """CREATE FUNCTION trail_counts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
        $$ BEGIN
            INSERT INTO sqlite_sequence VALUES ('trail', NEW.number)
            ON CONFLICT (name) DO UPDATE SET seq = greatest(sqlite_sequence.seq, excluded.seq);
            RETURN NULL;
        END $$""",
    "CREATE TRIGGER trail_counts AFTER INSERT ON trail FOR EACH ROW EXECUTE FUNCTION trail_counts()",
)
"""The chained trail on PostgreSQL, as `chained_schema` leaves it in a file."""

Read = Callable[..., Sequence[Row]]
"""Gives the rows of a query with its values."""


class EvidenceHash(Frozen):
    id: str
    sha256: str
    """Of the text that was read."""


class AuditEntry(Frozen):
    """Something that happened."""

    number: int
    at: datetime
    viewer: str
    """Who did it; empty for Bearing itself."""
    action: str
    """`asked`, `answered`, `interrupted`, `opened`, `exported`, `kept memo`, `added document`, `changed rules`, …"""
    subject: str
    """What it was done to: the id of a turn, a memo, a document."""
    details: dict[str, Any]
    previous: str
    """Hash of the entry before; empty in the first."""
    hash: str
    """SHA-256 of all that stands above."""


class Verified(Frozen):
    """What looking through the trail found."""

    entries: int
    head: str
    """Number and hash of the last entry, to be noted elsewhere: `41:9f3c…`; empty where there is none."""
    faults: tuple[str, ...]
    """What was changed, removed or inserted, in the order of the trail."""
    gaps: tuple[str, ...]
    """Of the faults, the entries that are not there."""
    lost: tuple[str, ...] = ()
    """Of the gaps, those that were there when the file had been repaired, as the repair noted."""


def chained_schema(connection: sqlite3.Connection) -> None:
    """The chained trail in place of the first one, with what that held."""
    connection.execute(
        """CREATE TABLE trail (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, viewer TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL, details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)"""
    )
    connection.execute("CREATE INDEX trail_of_subject ON trail (subject, action)")
    for name, change in (("rows", "DELETE"), ("values", "UPDATE")):
        connection.execute(
            f"""CREATE TRIGGER trail_keeps_{name} BEFORE {change} ON trail
            BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"""
        )
    rows = connection.execute("SELECT * FROM audit ORDER BY number").fetchall()
    for row in rows:
        _carry_over(connection, row)
    if rows:
        append(connection, rows[-1]["at"], "", "chained", "audit", {"entries": len(rows)})
    connection.execute("DROP TABLE audit")


def _carry_over(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    details = {
        "conversation": row["conversation"],
        "question": row["question"],
        "versions": json.loads(row["versions"]),
    }
    if row["status"] in ("asked", "interrupted"):
        action = row["status"]
    else:
        action = "answered"
        read = {name: json.loads(row[name]) for name in ("evidence", "tool_calls")}
        details |= {"status": row["status"], "answer": row["answer_id"], "model": row["model"], **read}
    append(connection, row["at"], row["viewer"], action, row["turn"], details)


def append(connection: Connection, at: str, viewer: str, action: str, subject: str, details: dict[str, Any]) -> None:
    """Adds an entry inside a transaction; `details` are what JSON can hold."""
    # The number after the highest that ever was, so that entries cut off the end leave a gap.
    highest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'trail'").fetchone()
    last = connection.execute("SELECT hash FROM trail ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (highest[0] if highest else 0) + 1, last[0] if last else ""
    # PostgreSQL would store another character for this one, which the hash has to be of.
    viewer, subject = viewer.replace("\0", "\ufffd"), subject.replace("\0", "\ufffd")
    values = (number, at, viewer, action, subject, json.dumps(details, sort_keys=True, default=str), previous)
    connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, _hash(values)))


def append_end(
    connection: Connection,
    at: str,
    turn: str,
    answer: Answer | None,
    evidence: Sequence[Evidence],
    versions: Any,
) -> None:
    """Notes the end of a turn whose question was noted; with no answer it was interrupted."""
    asked = connection.execute(
        "SELECT viewer, details FROM trail WHERE subject = ? AND action = 'asked'", (turn,)
    ).fetchone()
    if asked is None:
        return
    about = json.loads(asked["details"])
    told = {"conversation": about["conversation"], "question": about["question"], "versions": versions}
    if answer is None:
        append(connection, at, asked["viewer"], "interrupted", turn, told)
    else:
        append(connection, at, asked["viewer"], "answered", turn, told | of_answer(answer, evidence))


def of_answer(answer: Answer, evidence: Sequence[Evidence]) -> dict[str, Any]:
    """What is kept of an answer: what it rested on and how it came about, not what it said."""
    return {
        "status": answer.status,
        "answer": answer.id,
        "model": answer.model,
        "seconds": answer.seconds.total,
        "usage": answer.usage.model_dump(),
        "tool_calls": [call.model_dump(mode="json") for call in answer.tool_calls],
        "evidence": [
            {
                "id": e.id,
                "source": e.source,
                "locator": e.locator,
                "sha256": hashlib.sha256(e.text.encode()).hexdigest(),
            }
            for e in evidence
        ],
    }


def entries(database: Database, after: int = 0, since: str = "") -> Iterator[AuditEntry]:
    """Oldest first, from the entry that follows number `after`, and of those the ones written `since` or later."""
    if since:
        first = database.read("SELECT min(number) FROM trail WHERE number > ? AND at >= ?", after, since)[0][0]
        if first is None:
            return
        after = first - 1
    for row in _rows(database.read, after):
        # The clock may have been set back in between.
        if row["at"] < since:
            continue
        yield AuditEntry.model_validate(dict(row) | {"details": json.loads(row["details"])})


def evidence_of(database: Database, turn: str) -> tuple[EvidenceHash, ...]:
    """The hashes of what the answer of a turn cited; none where it has no answer."""
    rows = database.read(
        "SELECT details FROM trail WHERE subject = ? AND action = 'answered' ORDER BY number DESC LIMIT 1", turn
    )
    cited = (item for row in rows for item in json.loads(row["details"])["evidence"])
    return tuple(EvidenceHash(id=item["id"], sha256=item["sha256"]) for item in cited)


def verify(read: Read, noted: Collection[str] = ()) -> Verified:
    """Looks whether every entry is as it was written. `noted` are heads that were noted elsewhere."""
    highest = [int(row[0]) for row in read("SELECT seq FROM sqlite_sequence WHERE name = 'trail'")]
    found = check_chain((tuple(row) for row in _rows(read, 0)), max([0, *highest]), noted)
    told = {gap for row in read("SELECT details FROM trail WHERE action = 'repaired'") for gap in _gaps_in(row[0])}
    return found.model_copy(update={"lost": tuple(gap for gap in found.gaps if gap in told)})


def check_chain(rows: Iterable[tuple[Any, ...]], highest: int, noted: Collection[str] = ()) -> Verified:
    """`rows` hold the columns of the trail in their order; `highest` is the number of the last entry ever written."""
    faults: list[str] = []
    gaps: list[str] = []
    count, last, previous, missing = 0, 0, "", set(noted)
    for number, *rest, link, own in rows:
        if number != last + 1:
            gaps.append(_gap(last + 1, number - 1))
            faults.append(gaps[-1])
        elif link != previous:
            faults.append(f"Entry {number} does not follow the entry before it: one was put in or replaced there.")
        if own != _hash((number, *rest, link)):
            faults.append(f"Entry {number} is not as it was written.")
        missing.discard(f"{number}:{own}")
        count, last, previous = count + 1, number, own
    if last < highest:
        gaps.append(_gap(last + 1, highest))
        faults.append(gaps[-1])
    faults += [f"The noted entry {head} is not in the trail." for head in sorted(missing)]
    head = f"{last}:{previous}" if count else ""
    return Verified(entries=count, head=head, faults=tuple(faults), gaps=tuple(gaps))


def _gaps_in(details: str) -> Sequence[Any]:
    """That a repair noted; someone may have changed the details."""
    try:
        gaps = json.loads(details)["gaps"]
    except (ValueError, TypeError, KeyError):
        return ()
    return [gap for gap in gaps if isinstance(gap, str)] if isinstance(gaps, list) else ()


def _gap(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _rows(read: Read, after: int) -> Iterator[Row]:
    while rows := read("SELECT * FROM trail WHERE number > ? ORDER BY number LIMIT ?", after, _ROWS):
        yield from rows
        after = rows[-1][0]


def _hash(values: Sequence[object]) -> str:
    # A value of a kind that Bearing never writes, such as bytes, is hashed too, as something else than before.
    return hashlib.sha256(json.dumps(list(values), default=repr).encode()).hexdigest()
