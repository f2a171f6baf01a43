"""What a workspace held on earlier days: dated snapshots of its records and documents, in one SQLite file.

A snapshot names its parts by the hash of their content, so that a part that stays as it was is kept once; one is
taken only when something has changed. It is loaded into the same `Records` that answers read from today.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copilot.records.reading import RecordTable
from copilot.records.schema import TABLES, Column, ColumnType, TableSchema
from copilot.records.store import ROW, Records
from copilot.records.units import with_unit
from copilot.records.visibility import shown_columns
from copilot.retrieval.states import DocumentState
from copilot.state.database import Database, Migration
from copilot.types import Frozen
from copilot.workspace import Workspace, WorkspaceConfig

MIGRATIONS: tuple[Migration, ...] = (
    (
        "CREATE TABLE blocks (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL)",
        """CREATE TABLE snapshots (
            number INTEGER PRIMARY KEY AUTOINCREMENT, taken TEXT NOT NULL, day TEXT NOT NULL,
            signature TEXT NOT NULL, contents TEXT NOT NULL)""",
    ),
)

# Rows that grow at the end leave the blocks before them as they were.
_ROWS_IN_BLOCK = 5_000
MOST_ROWS = 250_000
"""Larger tables are not kept: a copy of each state would cost more than it tells."""
# All of the newest days, then the last snapshot of each day, then of each month, within a size on disk.
_ALL_OF, _DAILY_OF = timedelta(days=14), timedelta(days=90)
_MOST_BYTES = 200_000_000


class _Table(Frozen):
    name: str
    source: str
    key: str | None
    title: str | None
    time: str | None
    columns: tuple[tuple[str, ColumnType, str | None], ...]
    """Name, type, and what it references."""
    blocks: tuple[str, ...]


class DocumentMark(Frozen):
    """What is remembered of a document: that it was there, under which title, and the hash of its content."""

    id: str
    title: str
    sha256: str
    effective: date | None = None
    superseded_by: str | None = None
    superseded_on: date | None = None
    label: str | None = None


class _Contents(Frozen):
    config: WorkspaceConfig
    tables: tuple[_Table, ...]
    too_large: tuple[str, ...]
    documents: str
    """Block of the document marks."""


class Snapshot(Frozen):
    number: int
    taken: datetime
    day: date
    """The day that the records then described."""


@dataclass(frozen=True)
class State:
    """A snapshot, loaded."""

    snapshot: Snapshot
    workspace: Workspace
    """With the configuration of then; the files in its folder are those of today."""
    records: Records
    documents: tuple[DocumentMark, ...]
    too_large: tuple[str, ...]
    """Tables that were not kept."""


class Snapshots:
    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    def close(self) -> None:
        self._database.close()

    def take(
        self,
        workspace: Workspace,
        records: Records,
        documents: Sequence[DocumentState],
        day: date,
        now: datetime | None = None,
    ) -> bool:
        """Keeps what there is; False when the newest snapshot holds the same."""
        marks = document_marks(documents)
        signature = _signature(workspace, records, marks)
        newest = self._database.read("SELECT number, signature, contents FROM snapshots ORDER BY number DESC LIMIT 1")
        if newest and newest[0]["signature"] == signature:
            return False
        blocks: dict[str, bytes] = {}
        contents = _contents(workspace, records, marks, blocks).model_dump_json()
        taken = now or datetime.now(UTC)
        with self._database.write() as connection:
            if newest and newest[0]["contents"] == contents:
                # A file was only touched.
                connection.execute(
                    "UPDATE snapshots SET signature = ? WHERE number = ?", (signature, newest[0]["number"])
                )
                return False
            for block in blocks.items():
                connection.execute("INSERT OR IGNORE INTO blocks VALUES (?, ?)", block)
            connection.execute(
                "INSERT INTO snapshots (taken, day, signature, contents) VALUES (?, ?, ?, ?)",
                (taken.isoformat(timespec="microseconds"), day.isoformat(), signature, contents),
            )
        self._forget(taken)
        return True

    def all(self) -> tuple[Snapshot, ...]:
        """Oldest first."""
        rows = self._database.read("SELECT number, taken, day FROM snapshots ORDER BY number")
        return tuple(Snapshot.model_validate(dict(row)) for row in rows)

    def load(self, snapshot: Snapshot, workspace: Workspace) -> State:
        contents = self._contents(snapshot.number)
        currency = contents.config.currency
        tables = [_record_table(table, self._blocks(table.blocks), currency) for table in contents.tables]
        marks = next(self._blocks([contents.documents]))
        return State(
            snapshot,
            replace(workspace, config=contents.config),
            Records(tables),
            tuple(DocumentMark.model_validate(mark) for mark in marks),
            contents.too_large,
        )

    def drop_incomplete(self) -> None:
        """Forgets the snapshots of which a part is missing or cannot be read, as after a repair."""
        held = {row["sha256"] for row in self._database.read("SELECT sha256 FROM blocks")}
        for row in self._database.read("SELECT number, contents FROM snapshots"):
            try:
                used = _blocks_of(_Contents.model_validate_json(row["contents"]))
            except ValidationError:
                used = frozenset([""])
            if not used <= held:
                with self._database.write() as connection:
                    connection.execute("DELETE FROM snapshots WHERE number = ?", (row["number"],))

    def _contents(self, number: int) -> _Contents:
        row = self._database.read("SELECT contents FROM snapshots WHERE number = ?", number)[0]
        return _Contents.model_validate_json(row["contents"])

    def _blocks(self, shas: Sequence[str]) -> Iterator[Any]:
        for sha in shas:
            row = self._database.read("SELECT body FROM blocks WHERE sha256 = ?", sha)[0]
            yield json.loads(zlib.decompress(row["body"]))

    def _forget(self, now: datetime) -> None:
        """Drops the snapshots beyond the retention, and the blocks that none of the others uses."""
        kept = _kept(self.all(), now)
        used = {snapshot.number: self._used(snapshot.number) for snapshot in kept}
        sizes = {row["sha256"]: row["size"] for row in self._database.read(
            "SELECT sha256, length(body) AS size FROM blocks")}  # fmt: skip
        while len(kept) > 1 and sum(sizes[sha] for sha in set().union(*used.values())) > _MOST_BYTES:
            del used[kept.pop(0).number]
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM snapshots WHERE number NOT IN ({','.join(map(str, used))})")
            for sha in sizes.keys() - set().union(*used.values()):
                connection.execute("DELETE FROM blocks WHERE sha256 = ?", (sha,))

    def _used(self, number: int) -> frozenset[str]:
        return _blocks_of(self._contents(number))


def _blocks_of(contents: _Contents) -> frozenset[str]:
    return frozenset([contents.documents, *(sha for table in contents.tables for sha in table.blocks)])


def _kept(snapshots: Sequence[Snapshot], now: datetime) -> list[Snapshot]:
    """The newest always; of earlier days and months the last of each."""
    last: dict[object, Snapshot] = {}
    for snapshot in snapshots:
        age = now - snapshot.taken
        day = snapshot.taken.date()
        place: object = snapshot.number if age <= _ALL_OF else day if age <= _DAILY_OF else (day.year, day.month)
        last[place] = snapshot
    return sorted(last.values(), key=lambda snapshot: snapshot.number)


def document_marks(documents: Sequence[DocumentState]) -> tuple[DocumentMark, ...]:
    return tuple(
        DocumentMark(
            id=state.info.id,
            title=state.info.title,
            sha256=state.sha256,
            effective=state.info.effective,
            superseded_by=state.info.superseded_by,
            superseded_on=state.info.superseded_on,
            label=state.info.label,
        )
        for state in documents
        if state.kind == "passage"
    )


def _signature(workspace: Workspace, records: Records, marks: Sequence[DocumentMark]) -> str:
    """Tells whether anything can have changed, without reading a row."""
    paths = {workspace.root / source for source in records.sources.values()} | {workspace.root / "workspace.yaml"}
    paths |= set((workspace.root / "records").rglob("*"))
    stats = ((path, path.stat()) for path in sorted(paths) if path.is_file())
    parts = [f"{path}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats]
    return _sha("\0".join([*parts, *(mark.model_dump_json() for mark in marks)]).encode())


def _contents(
    workspace: Workspace, records: Records, marks: Sequence[DocumentMark], blocks: dict[str, bytes]
) -> _Contents:
    """What there is, by the hashes of its blocks, which are added to those given."""
    sizes = {name: int(str(records.whole().aggregate(name)[0]["count"])) for name in records.tables}
    tables = [
        _table(records, schema, blocks) for name, schema in sorted(records.tables.items()) if sizes[name] <= MOST_ROWS
    ]
    documents = _keep([mark.model_dump(mode="json") for mark in marks], blocks)
    too_large = tuple(sorted(name for name, size in sizes.items() if size > MOST_ROWS))
    return _Contents(config=workspace.config, tables=tuple(tables), too_large=too_large, documents=documents)


def _table(records: Records, schema: TableSchema, blocks: dict[str, bytes]) -> _Table:
    # What changed is told to all who may see a row, so columns that only some of them may see are left out.
    schema = shown_columns(schema, frozenset())
    names = [ROW, *(column.name for column in schema.columns)]
    rows = [[row[name] for name in names] for row in records.whole().select(schema.name)]
    parts = [rows[start : start + _ROWS_IN_BLOCK] for start in range(0, len(rows), _ROWS_IN_BLOCK)]
    return _Table(
        name=schema.name,
        source=records.sources[schema.name],
        key=schema.key,
        title=schema.title,
        time=schema.time,
        columns=tuple((column.name, column.type, column.references) for column in schema.columns),
        blocks=tuple(_keep(part, blocks) for part in parts),
    )


def _keep(part: object, blocks: dict[str, bytes]) -> str:
    body = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
    sha = _sha(body)
    blocks[sha] = zlib.compress(body, 6)
    return sha


def _sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _record_table(table: _Table, blocks: Iterator[Any], currency: str) -> RecordTable:
    rows = [row for block in blocks for row in block]
    known = {column.name: column for column in TABLES[table.name].columns} if table.name in TABLES else {}
    columns = [
        with_unit(replace(known.get(name, Column(name, kind, "")), type=kind, references=references), currency)
        for name, kind, references in table.columns
    ]
    schema = TableSchema(table.name, "", tuple(columns), key=table.key, title=table.title, time=table.time)
    values = {column.name: [row[at] for row in rows] for at, column in enumerate(columns, 1)}
    return RecordTable(schema, table.source, [row[0] for row in rows], {}, values)
