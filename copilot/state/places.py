"""Where a store lies: in a file of the state folder, or in a PostgreSQL database that several machines share."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from copilot.errors import SettingsError
from copilot.settings import Settings


@dataclass(frozen=True)
class Shared:
    """A store in a schema of a PostgreSQL database."""

    url: str = field(repr=False)
    schema: str
    """Of one workspace; several may share a database."""
    store: str
    """Has its own version and its own lock in the schema."""


Place = Path | Shared


def place(settings: Settings, file: str) -> Place:
    """Where the store lies that is called `file` in the state folder."""
    if settings.state_url is None:
        return settings.workspace_state() / file
    try:
        import_module("psycopg")
    except ImportError:
        raise SettingsError('BEARING_STATE_URL needs psycopg: pip install "bearing[postgres]".') from None
    return Shared(settings.state_url.get_secret_value(), f"bearing_{settings.workspace_key()}", Path(file).stem)
