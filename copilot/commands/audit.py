"""`bearing audit`: whether the audit trail is whole, and what is in it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from copilot.commands.options import ViewerOption, WorkspaceOption
from copilot.errors import SettingsError
from copilot.settings import Settings

app = typer.Typer(help="The trail of who asked, saw, exported and changed what.", no_args_is_help=True)


@app.command()
def verify(
    noted: Annotated[
        list[str] | None, typer.Option("--noted", help="An end of the trail that was noted earlier, as NUMBER:HASH.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Look whether every entry is as it was written; exit 1 when one was changed, removed or inserted."""
    from copilot.upkeep.stores import read_audit

    found = read_audit(Settings.from_env(workspace=workspace), noted or ())
    for fault in found.faults:
        typer.echo(f"FAIL {fault}")
    if not found.faults:
        typer.echo(f"{found.entries} entries, each as it was written; the last is {found.head or 'none'}.")
    raise typer.Exit(1 if found.faults else 0)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; the terminal without it.")] = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Only the entries that follow this number.")] = 0,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Print the entries as JSON, one a line, oldest first; that it was done is an entry too."""
    from copilot.state.conversations import FILE, Conversations
    from copilot.state.places import place
    from copilot.workspace import Workspace

    settings = Settings.from_env(workspace=workspace)
    who = Workspace.open(settings.workspace).viewer(viewer or settings.viewer)
    with closing(Conversations(place(settings, FILE))) as conversations:
        lines = (f"{entry.model_dump_json()}\n" for entry in conversations.audit(who, after))
        if out is None:
            sys.stdout.buffer.writelines(line.encode() for line in lines)
        else:
            try:
                with out.open("w", encoding="utf-8") as file:
                    file.writelines(lines)
            except OSError as error:
                raise SettingsError(f"Cannot write {str(out)!r} ({error.strerror}).") from None
        conversations.note(who.name, "exported", "audit", {"after": after})
