"""What `bearing backup` and `bearing restore` do beside copying: the audit trail knows of both."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from copilot.errors import SettingsError, StateError
from copilot.settings import Settings
from copilot.state.conversations import Conversations
from copilot.state.places import Shared, place
from copilot.upkeep import stores
from copilot.upkeep.backup import Contents, back_up, restore


def keep(settings: Settings, file: Path) -> Contents:
    """Writes a backup of the workspace's state. Raises SettingsError where it lies in PostgreSQL."""
    _refuse_shared(settings, "back it up with `pg_dump --format=custom --schema={schema}`")
    state = settings.workspace_state()
    head = ""
    if (state / stores.CONVERSATIONS.file).is_file():
        with closing(_conversations(state)) as kept:
            kept.note("", "exported", "backup", {"file": file.name})
            head = kept.verify_audit().head
    return back_up(state, settings.workspace.name, file, head)


def bring_back(settings: Settings, file: Path) -> Contents:
    """Restores a backup. What was there before is backed up or, where it is damaged, set aside under `set-aside/`."""
    _refuse_shared(settings, "restore it with `pg_restore`, from a dump of the schema {schema}")
    state = settings.workspace_state()
    aside = stores.aside_folder(state)
    aside.mkdir(parents=True, exist_ok=True)
    with suppress(StateError):
        back_up(state, settings.workspace.name, aside / "before-restore.zip")
    contents = restore(file, state)
    with closing(_conversations(state)) as kept:
        kept.note("", "restored", file.name, {"made": contents.made.isoformat(), "audit_head": contents.audit_head})
    return contents


def _refuse_shared(settings: Settings, way: str) -> None:
    where = place(settings, stores.CONVERSATIONS.file)
    if isinstance(where, Shared):
        raise SettingsError(
            "Conversations, memos, feedback, audit trail and keys are in PostgreSQL: "
            f"{way.format(schema=where.schema)}; docs/operations.md says how, and what of the state folder to copy."
        )


def _conversations(state: Path) -> Conversations:
    return Conversations(state / stores.CONVERSATIONS.file)
