"""The memos of a workspace, kept as JSON in one SQLite file.

A memo is kept once: its id is made from its content. It belongs to the viewer it was drafted for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

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
    (
        """CREATE TABLE steps (
            number INTEGER PRIMARY KEY, memo TEXT NOT NULL, viewer TEXT NOT NULL,
            state TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL)""",
        "CREATE INDEX steps_of_memo ON steps (memo, viewer)",
    ),
)


State = Literal["draft", "in review", "signed off"]


class Step(Frozen):
    """A memo came into a state."""

    state: State
    name: str
    """Of the person who brought it there, as given; empty for the first draft."""
    at: datetime


class MemoInfo(Frozen):
    id: str
    kind: Kind
    title: str
    firmness: Firmness
    recommended: int
    """How many projects it recommends to fund."""
    kept: datetime
    step: Step
    """The latest."""
    projects: tuple[str, ...]
    """Ids of those that it decides on."""
    arguments: dict[str, Any]
    """What it was drafted for; memos of the same are versions of one."""


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

    def advance(self, id: str, viewer: Viewer, state: State, name: str) -> None:
        """Notes that a person brought a memo of the viewer into a state.

        Raises PermissionDenied for whose role does not allow it, and SettingsError where nobody is named.
        """
        viewer.require("sign_memo")
        if not name.strip():
            raise SettingsError("Say who you are: a memo is reviewed and signed off by name.")
        self.read(id, viewer)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO steps (memo, viewer, state, name, at) VALUES (?, ?, ?, ?, ?)",
                (id, viewer.name, state, name.strip(), datetime.now(UTC).isoformat()),
            )

    def steps(self, id: str, viewer: Viewer) -> tuple[Step, ...]:
        """What became of a memo, the oldest first; none while it is the draft it was."""
        rows = self._database.read(
            "SELECT state, name, at FROM steps WHERE memo = ? AND viewer = ? ORDER BY number", id, viewer.name
        )
        return tuple(Step(state=row["state"], name=row["name"], at=row["at"]) for row in rows)

    def naming(self, project: str, viewer: Viewer) -> tuple[MemoInfo, ...]:
        """Those that decide on a project, the newest first."""
        return tuple(info for info in self.list(viewer) if project in info.projects)

    def versions(self, id: str, viewer: Viewer) -> tuple[MemoInfo, ...]:
        """This memo and the others that were drafted for the same, the newest first."""
        infos = self.list(viewer)
        own = next((info for info in infos if info.id == id), None)
        return tuple(info for info in infos if own and info.arguments == own.arguments)

    def list(self, viewer: Viewer) -> tuple[MemoInfo, ...]:
        """The newest first."""
        rows = self._database.read("SELECT kept, memo FROM memos WHERE viewer = ? ORDER BY number DESC", viewer.name)
        memos = ((row["kept"], Memo.model_validate_json(row["memo"])) for row in rows)
        return tuple(self._info(memo, kept, viewer) for kept, memo in memos if memo.provenance.labels <= viewer.labels)

    def _info(self, memo: Memo, kept: str, viewer: Viewer) -> MemoInfo:
        steps = self.steps(memo.id, viewer)
        return MemoInfo(
            id=memo.id,
            kind=memo.kind,
            title=memo.title,
            firmness=memo.firmness,
            recommended=sum(call.verdict == "fund" for call in memo.calls),
            kept=datetime.fromisoformat(kept),
            step=steps[-1] if steps else Step(state="draft", name="", at=datetime.fromisoformat(kept)),
            projects=tuple(call.project for call in memo.calls),
            arguments=memo.provenance.arguments,
        )
