"""What an operator or a forger does to a store with SQL, past Bearing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from copilot import Settings
from copilot.state.places import Place


def execute(place: Place, statement: str) -> None:
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute(statement)
        return
    import psycopg

    with psycopg.connect(place.url) as connection:
        connection.execute(f"SET search_path TO {place.schema}")
        connection.execute(statement)


def variables(settings: Settings) -> dict[str, str]:
    """What tells another process where the state lies, beside its folder and the workspace."""
    return {"BEARING_STATE_URL": settings.state_url.get_secret_value()} if settings.state_url else {}
