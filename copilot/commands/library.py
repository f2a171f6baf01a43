"""`bearing library`: the documents of a workspace from the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from copilot.commands.options import ViewerOption, WorkspaceOption
from copilot.errors import CopilotError, KnowledgeError
from copilot.retrieval.types import DocumentInfo, SyncReport
from copilot.settings import Settings
from copilot.types import Viewer
from copilot.upkeep.library import About, Library

app = typer.Typer(help="Look after the documents of a workspace.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The document's path inside the workspace.")]
File = Annotated[Path, typer.Argument(help="The file to copy in.")]
Title = Annotated[str | None, typer.Option("--title", help="Its title, where the file has none or a wrong one.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Who answers for it.")]
Effective = Annotated[
    datetime | None, typer.Option("--effective", formats=["%Y-%m-%d"], help="Day from which it is in force.")
]
Label = Annotated[str | None, typer.Option("--label", help="Access label; only its holders see the document.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given several times.")]

# How much of a chunk a list shows.
_SHOWN = 60


@app.command("list")
def list_documents(workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """Name the documents with title, owner and the days between which each is in force."""
    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    report = _indexed(settings)
    library, who = _open(settings)
    for info in library.list(who):
        typer.echo(f"{info.id}  {_line(info)}")
    _echo_skipped(report)


@app.command()
def show(id: Id, workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """Print what is known of a document, its chunks, and what its owner should mend."""
    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    report = _indexed(settings)
    for path, reason in report.skipped:
        if path == id:
            raise KnowledgeError(f"{id} is not read: {reason}.")
    library, who = _open(settings)
    shown = library.show(id, who)
    typer.echo(f"{shown.info.id}\n  {_line(shown.info)}")
    if shown.info.tags:
        typer.echo(f"  tags: {', '.join(shown.info.tags)}")
    for warning in shown.warnings:
        typer.echo(f"  note: {warning}")
    typer.echo(f"  {len(shown.chunks)} chunks")
    for chunk in shown.chunks:
        words = " ".join(chunk.text.split())
        start = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        typer.echo(f"  {chunk.id}  {chunk.locator}  {' › '.join(chunk.heading_path) or chunk.title}: {start}")


@app.command()
def add(
    file: File,
    to: Annotated[str, typer.Option("--to", help="Folder of the workspace to put it in.")] = "documents",
    title: Title = None,
    owner: Owner = None,
    effective: Effective = None,
    label: Label = None,
    tag: Tags = None,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Copy a file into the workspace and index it."""
    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    library, who = _open(settings)
    id = library.add(file, _about(title, owner, effective, label, tag), to, viewer=who)
    typer.echo(f"{id} is in the library.")
    _echo_skipped(_indexed(settings))


@app.command()
def replace(
    id: Id,
    file: File,
    effective: Effective = None,
    title: Title = None,
    owner: Owner = None,
    label: Label = None,
    tag: Tags = None,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Put a new version in a document's place; the old one stays, superseded from the day the new one begins."""
    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    _indexed(settings)
    library, who = _open(settings)
    done = library.replace(id, file, who, _about(title, owner, effective, label, tag))
    typer.echo(f"{done.current} is the new version; {done.kept} is kept for questions about earlier days.")
    _echo_skipped(_indexed(settings))


@app.command()
def remove(
    id: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: nothing is kept.")] = False,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Delete a document from the workspace and the index."""
    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    _indexed(settings)
    library, who = _open(settings)
    info = library.show(id, who).info
    if not yes:
        raise CopilotError(f"This deletes {info.id} ({info.title}); say --yes to do it, or replace it to keep it.")
    library.remove(id, who)
    typer.echo(f"{id} is gone.")
    _indexed(settings)


def _open(settings: Settings) -> tuple[Library, Viewer]:
    from copilot.build import open_library

    library = open_library(settings)
    return library, library.workspace.viewer(settings.viewer)


def _indexed(settings: Settings) -> SyncReport:
    from copilot.build import index

    report, _ = index(settings)
    return report


def _about(
    title: str | None, owner: str | None, effective: datetime | None, label: str | None, tags: list[str] | None
) -> About:
    return About(title, owner, effective.date() if effective else None, label, tuple(tags or ()))


def _line(info: DocumentInfo) -> str:
    until = f" until {info.superseded_on or 'replaced'} (now {info.superseded_by})" if info.superseded_by else ""
    parts = [
        info.title,
        f"owner {info.owner}" if info.owner else "no owner",
        (f"from {info.effective}" if info.effective else "no date") + until,
        f"label {info.label}" if info.label else "",
    ]
    return "; ".join(part for part in parts if part)


def _echo_skipped(report: SyncReport) -> None:
    # What is said of a successor may name one that this viewer does not see; `bearing index` is for who may see all.
    for path, reason in report.skipped:
        typer.echo("  " + " ".join(f"not read: {path}: {reason}".split()))
