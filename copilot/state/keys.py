"""API keys, of which only hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import get_args

from copilot.errors import SettingsError
from copilot.state.database import Database, Row
from copilot.state.places import Place
from copilot.types import Frozen, ViewerRole

FILE = "keys.sqlite"
ROLES: tuple[ViewerRole, ...] = get_args(ViewerRole)

_PREFIX = "bearing"
# One entry a version of the schema; entries are only ever added.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE keys (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, viewer TEXT NOT NULL, role TEXT NOT NULL,
            sha256 TEXT NOT NULL, created TEXT NOT NULL, expires TEXT, revoked TEXT)""",
    ),
)
SHARED = MIGRATIONS
"""On PostgreSQL."""


class KeyInfo(Frozen):
    """What is known of a key; the key itself is shown once, when it is made."""

    id: str
    name: str
    viewer: str
    """As whom its holder reads: a name from workspace.yaml."""
    role: ViewerRole
    created: datetime
    expires: datetime | None
    revoked: datetime | None

    def is_live(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class Keys:
    def __init__(self, place: Place) -> None:
        self._database = Database(place, MIGRATIONS, SHARED)

    def close(self) -> None:
        self._database.close()

    def add(self, name: str, viewer: str, role: ViewerRole, expires: datetime | None = None) -> str:
        """A new key, which cannot be shown again: `bearing_ID_SECRET`. `expires` has a time zone."""
        id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO keys (id, name, viewer, role, sha256, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, name, viewer, role, _hash(secret), _now().isoformat(), expires and expires.isoformat()),
            )
        return f"{_PREFIX}_{id}_{secret}"

    def find(self, key: str) -> KeyInfo | None:
        """Whose key it is; None where there is none such, or it has expired or been revoked."""
        prefix, _, rest = key.partition("_")
        id, _, secret = rest.partition("_")
        rows = self._database.read("SELECT * FROM keys WHERE id = ?", id) if prefix == _PREFIX else []
        if not rows or not hmac.compare_digest(rows[0]["sha256"], _hash(secret)):
            return None
        found = _info(rows[0])
        return found if found.is_live(_now()) else None

    def list(self) -> tuple[KeyInfo, ...]:
        """All that were ever made, the oldest first."""
        return tuple(map(_info, self._database.read("SELECT * FROM keys ORDER BY created, id")))

    def revoke(self, id: str) -> None:
        """Ends a key at once. Raises SettingsError when there is no live key of that id."""
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", (_now().isoformat(), id)
            )
            if not changed.rowcount:
                raise SettingsError(f"There is no key {id!r} to revoke; `bearing keys list` shows those there are.")


def _hash(secret: str) -> str:
    # The secret has 256 random bits, which no dictionary holds: a slow hash would only slow every call down.
    return hashlib.sha256(secret.encode()).hexdigest()


def _info(row: Row) -> KeyInfo:
    return KeyInfo.model_validate({name: row[name] for name in KeyInfo.model_fields})


def _now() -> datetime:
    return datetime.now(UTC)
