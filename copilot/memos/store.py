"""The memos of a workspace, kept as JSON in one SQLite file.

A memo is kept once: its id is made from its content. It belongs to the viewer it was drafted for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from copilot.errors import SettingsError
from copilot.memos.memo import Firmness, Kind, Memo
from copilot.state.database import Database, Migration
from copilot.types import Frozen, Viewer

FILE = "memos.sqlite"
# One entry a version of the schema; entries are only ever added.
MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE memos (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL, viewer TEXT NOT NULL,
            kept TEXT NOT NULL, memo TEXT NOT NULL, UNIQUE (id, viewer))""",
    ),
)


class MemoInfo(Frozen):
    id: str
    kind: Kind
    title: str
    firmness: Firmness
    recommended: int
    """How many projects it recommends to fund."""
    kept: datetime


class Memos:
    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    def close(self) -> None:
        self._database.close()

    def keep(self, memo: Memo) -> None:
        """Stores a memo for the viewer it was drafted for; one that is there already stays as it is."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO memos (id, viewer, kept, memo) VALUES (?, ?, ?, ?)",
                (memo.id, memo.provenance.viewer, datetime.now(UTC).isoformat(), memo.model_dump_json()),
            )

    def read(self, id: str, viewer: Viewer) -> Memo:
        """The viewer's own memo, unless it holds what the viewer may no longer see."""
        rows = self._database.read("SELECT memo FROM memos WHERE id = ? AND viewer = ?", id, viewer.name)
        memo = Memo.model_validate_json(rows[0]["memo"]) if rows else None
        if memo is None or not memo.provenance.labels <= viewer.labels:
            raise SettingsError(f"There is no memo {id!r} for this viewer; `bearing memo list` shows those there are.")
        return memo

    def list(self, viewer: Viewer) -> tuple[MemoInfo, ...]:
        """The newest first."""
        rows = self._database.read("SELECT kept, memo FROM memos WHERE viewer = ? ORDER BY number DESC", viewer.name)
        memos = ((row["kept"], Memo.model_validate_json(row["memo"])) for row in rows)
        return tuple(
            MemoInfo(
                id=memo.id,
                kind=memo.kind,
                title=memo.title,
                firmness=memo.firmness,
                recommended=sum(call.verdict == "fund" for call in memo.calls),
                kept=kept,
            )
            for kept, memo in memos
            if memo.provenance.labels <= viewer.labels
        )
