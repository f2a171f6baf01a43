"""Views of a page that people have named: which filters it has, for each viewer by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from copilot.errors import SettingsError
from copilot.state.database import Database
from copilot.types import Frozen

SCHEMA = (
    """CREATE TABLE views (
        viewer TEXT NOT NULL, page TEXT NOT NULL, name TEXT NOT NULL, filters TEXT NOT NULL,
        PRIMARY KEY (viewer, page, name))""",
)
LONGEST_NAME = 60
MOST = 50
"""Of one viewer on one page."""


class View(Frozen):
    name: str
    filters: dict[str, tuple[str, ...]]
    """Values by filter; one that is not there lets everything through."""


class Views:
    def __init__(self, database: Database) -> None:
        """`database` has the tables of `SCHEMA`."""
        self._database = database

    def save(self, viewer: str, page: str, name: str, filters: Mapping[str, Sequence[str]]) -> None:
        """Keeps the filters under a name, in place of those that had it.

        Raises SettingsError where the name is empty or too long, or there are `MOST` others.
        """
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise SettingsError(f"Give the view a name of at most {LONGEST_NAME} letters.")
        kept = json.dumps({column: list(values) for column, values in filters.items() if values})
        with self._database.write() as connection:
            others = "SELECT count(*) FROM views WHERE viewer = ? AND page = ? AND name <> ?"
            if self._database.read(others, viewer, page, name)[0][0] >= MOST:
                raise SettingsError(f"There are {MOST} views already; remove one first.")
            connection.execute(
                """INSERT INTO views (viewer, page, name, filters) VALUES (?, ?, ?, ?)
                ON CONFLICT (viewer, page, name) DO UPDATE SET filters = excluded.filters""",
                (viewer, page, name, kept),
            )

    def list(self, viewer: str, page: str) -> tuple[View, ...]:
        """By name."""
        rows = self._database.read(
            "SELECT name, filters FROM views WHERE viewer = ? AND page = ? ORDER BY lower(name), name", viewer, page
        )
        return tuple(View(name=row["name"], filters=json.loads(row["filters"])) for row in rows)

    def remove(self, viewer: str, page: str, name: str) -> None:
        """One that is not there stays so."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM views WHERE viewer = ? AND page = ? AND name = ?", (viewer, page, name))
