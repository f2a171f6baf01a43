"""`bearing worker` and `bearing jobs`: long work that survives whoever asked for it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.commands.options import ViewerOption, WorkspaceOption
from copilot.errors import SettingsError
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.state.conversations import Conversations
    from copilot.state.jobs import Job, Jobs
    from copilot.types import Viewer

app = typer.Typer(help="Look after long work that workers do.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="Id of a job, as `bearing jobs list` shows it.")]


def worker(
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then end.")] = False,
    lease: Annotated[
        float, typer.Option("--lease", min=1, max=3600, help="After so many silent seconds others take its job over.")
    ] = 60.0,
    attached: Annotated[bool, typer.Option("--attached", help="End when standard input does.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Do the long work that people and programs ask for, until SIGTERM or Ctrl-C; what is begun is then given back."""
    from copilot.jobs.worker import Worker
    from copilot.state.jobs import FILE, Jobs
    from copilot.state.places import place

    settings = Settings.from_env(workspace=workspace)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if attached:
        threading.Thread(target=_stop_with_stdin, args=(stop,), daemon=True).start()
    with closing(Jobs(place(settings, FILE))) as jobs:
        taken = Worker(jobs, settings, lease).run(stop, once=once)
    typer.echo(f"{taken} taken.")


def _stop_with_stdin(stop: threading.Event) -> None:
    # Not through `sys.stdin`, whose lock a thread that still reads would hold at the end of the process.
    while os.read(0, 1024):
        pass
    stop.set()


@app.command()
def start(
    kind: Annotated[str, typer.Argument(help="memo, index or evaluation.")],
    arguments: Annotated[
        str, typer.Option("--arguments", help='As JSON: \'{"top": 8}\' of a memo, \'{"dataset": "dev"}\'.')
    ] = "",
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Ask for long work and print the id of the job."""
    from copilot.jobs.kinds import requested
    from copilot.jobs.kinds import start as start_job

    asked = requested(kind, _read(arguments))
    with _opened(workspace, viewer) as (jobs, conversations, who):
        typer.echo(start_job(jobs, conversations, asked, who).id)


@app.command("list")
def list_(
    everyones: Annotated[bool, typer.Option("--all", help="Everyone's, for who administers.")] = False,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """List the viewer's jobs, the newest first."""
    with _opened(workspace, viewer) as (jobs, _, who):
        for job in jobs.list_all(who) if everyones else jobs.list(who):
            told = job.result or job.failure
            about = f"{job.viewer}: " if everyones else ""
            typer.echo(f"{job.id}  {job.created:%Y-%m-%d %H:%M}  {job.kind:<11}{job.state:<10}{about}{told}".rstrip())


@app.command()
def show(id: IdArgument, workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """Print a job as JSON."""
    with _opened(workspace, viewer) as (jobs, _, who):
        _print(jobs.read(id, who))


@app.command()
def cancel(id: IdArgument, workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """End a job that waits or runs."""
    from copilot.jobs.kinds import cancel as cancel_job

    with _opened(workspace, viewer) as (jobs, conversations, who):
        cancel_job(jobs, conversations, id, who)
    typer.echo(f"{id} is cancelled.")


@contextmanager
def _opened(workspace: Path | None, viewer: str | None) -> Iterator[tuple[Jobs, Conversations, Viewer]]:
    from copilot.state.conversations import FILE as CONVERSATIONS
    from copilot.state.conversations import Conversations
    from copilot.state.jobs import FILE, Jobs
    from copilot.state.places import place
    from copilot.workspace import Workspace

    settings = Settings.from_env(workspace=workspace)
    who = Workspace.open(settings.workspace).viewer(viewer or settings.viewer)
    with (
        closing(Jobs(place(settings, FILE))) as jobs,
        closing(Conversations(place(settings, CONVERSATIONS))) as conversations,
    ):
        yield jobs, conversations, who


def _read(arguments: str) -> dict[str, object]:
    from json import loads

    try:
        given = loads(arguments or "{}")
    except ValueError as error:
        raise SettingsError(f"--arguments is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise SettingsError("--arguments is an object of JSON, in braces.")
    return given


def _print(job: Job) -> None:
    sys.stdout.buffer.write(job.model_dump_json(indent=2).encode() + b"\n")
