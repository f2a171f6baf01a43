"""How many tokens remote models used, by day: in a file of its own, since a question may leave no trace elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from copilot.state.database import Database
from copilot.state.places import Place

FILE = "spending.sqlite"
# One entry a version of the schema; entries are only ever added.
MIGRATIONS: tuple[tuple[str, ...], ...] = (("CREATE TABLE spending (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL)",),)
SHARED = (("CREATE TABLE spending (day TEXT PRIMARY KEY, tokens BIGINT NOT NULL)",),)


class Spending:
    """Safe for several threads and processes. Days are those of UTC."""

    def __init__(self, place: Place) -> None:
        self._database = Database(place, MIGRATIONS, SHARED)

    def close(self) -> None:
        self._database.close()

    def add(self, tokens: int) -> None:
        """Counts tokens to the day that is now."""
        with self._database.write() as connection:
            connection.execute(
                """INSERT INTO spending (day, tokens) VALUES (?, ?)
                ON CONFLICT (day) DO UPDATE SET tokens = spending.tokens + excluded.tokens""",
                (_day(), tokens),
            )

    def today(self) -> int:
        """The tokens of the day that is now."""
        rows = self._database.read("SELECT tokens FROM spending WHERE day = ?", _day())
        return int(rows[0]["tokens"]) if rows else 0


def _day() -> str:
    return datetime.now(UTC).date().isoformat()
