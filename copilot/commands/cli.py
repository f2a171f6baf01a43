"""The command line: parses, calls one function, prints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import entry_points
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from copilot import logs
from copilot.commands.audit import app as audit_commands
from copilot.commands.jobs import app as jobs_commands
from copilot.commands.jobs import worker
from copilot.commands.library import app as library_commands
from copilot.commands.memos import app as memo_commands
from copilot.commands.options import JsonOption, ViewerOption, WorkspaceOption
from copilot.commands.serving import keys_commands, mcp, serve
from copilot.commands.usage import usage
from copilot.commands.workspace import app as workspace_commands
from copilot.errors import CopilotError, SettingsError, ToolError
from copilot.settings import Settings
from copilot.workspace import Feeds, Workspace, seconds_of

if TYPE_CHECKING:
    from copilot.chat import Copilot
    from copilot.retrieval.types import SyncReport
    from copilot.types import Answer
    from copilot.upkeep.feeds import Pulled

app = typer.Typer(
    help="Bearing answers strategy questions from your playbook, policies and project records.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(workspace_commands, name="workspace")
app.add_typer(memo_commands, name="memo")
app.add_typer(library_commands, name="library")
app.add_typer(keys_commands, name="keys")
app.add_typer(jobs_commands, name="jobs")
app.command()(worker)
app.command()(serve)
app.command()(mcp)
app.command()(usage)
app.add_typer(audit_commands, name="audit")

COMMANDS = "bearing.commands"
"""Group of entry points by which other packages add commands."""

# What a terminal shows of a table; all of it is in the JSON and in the browser.
_COLUMNS, _ROWS = 6, 12


@app.command()
def index(
    workspace: WorkspaceOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and index every change until Ctrl-C.")] = False,
    every: Annotated[
        str | None, typer.Option("--every", help="Stay, and do it again so often: 30m, 6h, 1d; feeds as they say.")
    ] = None,
    copy_to: Annotated[
        Path | None, typer.Option("--copy-to", help="Then copy the index to the state folder of another machine.")
    ] = None,
) -> None:
    """Bring the index up to date with the workspace's files, and these with its feeds."""
    from copilot.build import index as build_index
    from copilot.commands.watching import Schedule, repeat

    settings = Settings.from_env(workspace=workspace)
    schedule = Schedule(seconds_of(every)) if every else None
    feeds = Workspace.open(settings.workspace).config.feeds
    pulled = _pull(settings, feeds)
    with _progress() as show:
        report, records = build_index(settings, show)
    typer.echo(
        f"{settings.workspace.name}: {report.documents} documents, {report.chunks} chunks, "
        f"{report.records} records searchable in {len(records.tables)} tables "
        f"({_changes(report)}, {report.unchanged} unchanged; {report.seconds:.1f} s)."
    )
    _echo_details(report)
    if copy_to:
        from copilot.build import copy_index

        typer.echo(f"Copied to {copy_index(settings, copy_to)}.")
    if watch:
        from copilot.commands.watching import watch as follow

        typer.echo(f"Watching {settings.workspace}; Ctrl-C ends it.")
        follow(settings, report=_echo_change, refused=lambda reason: typer.echo(f"  {reason}"))
    if schedule is not None:
        schedule.note(feeds, pulled)
        typer.echo(f"Again every {every}; Ctrl-C ends it.")
        repeat(settings, schedule, _pull, report=_echo_change, refused=lambda reason: typer.echo(f"  {reason}"))
    elif any(feed.error for feed in pulled):
        raise typer.Exit(1)


def _pull(settings: Settings, feeds: Feeds) -> list[Pulled]:
    from copilot.upkeep.feeds import pull

    pulled = pull(settings, feeds)
    for feed in pulled:
        typer.echo(f"  feed {feed}", err=bool(feed.error))
    return pulled


def _changes(report: SyncReport) -> str:
    renamed = f", {len(report.renamed)} renamed" if report.renamed else ""
    return f"{report.added} added, {report.changed} changed, {report.removed} removed{renamed}"


def _echo_change(report: SyncReport) -> None:
    typer.echo(f"{_changes(report)}; {report.chunks} chunks ({report.seconds:.1f} s).")
    _echo_details(report)


def _echo_details(report: SyncReport) -> None:
    for old, new in report.renamed:
        typer.echo(f"  renamed {old} to {new}")
    if report.health:
        typer.echo(f"  checked: {report.health}")
    for remark in report.remarked():
        typer.echo(f"  {remark}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    workspace: WorkspaceOption = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Id of a conversation to go on with, or a new one.")
    ] = None,
    viewer: ViewerOption = None,
    json: JsonOption = False,
) -> None:
    """Answer one question."""
    copilot = _open(workspace, quiet=json)
    answer = copilot.ask(question, conversation=conversation, viewer=viewer)
    if json:
        # JSON is UTF-8 whatever the encoding of the terminal.
        sys.stdout.buffer.write(answer.model_dump_json(indent=2).encode() + b"\n")
    else:
        _print(answer)


@app.command()
def chat(
    workspace: WorkspaceOption = None,
    conversation: Annotated[str | None, typer.Option("--conversation", help="A conversation to go on with.")] = None,
    viewer: ViewerOption = None,
) -> None:
    """Ask and answer until an empty line or Ctrl-D."""
    from copilot.types import Final, Restart, Step, TextDelta

    copilot = _open(workspace)
    thread = conversation or copilot.conversations.start(copilot.viewer(viewer).name)
    typer.echo(f"{copilot.title}. An empty line ends the conversation ({thread}).")
    while question := _read_line():
        for event in copilot.stream(question, conversation=thread, viewer=viewer):
            if isinstance(event, Step) and not event.done:
                typer.secho(f"  {event.label} …", dim=True)
            elif isinstance(event, TextDelta):
                typer.echo(event.text, nl=False)
            elif isinstance(event, Restart):
                typer.secho(f"\n  {event.reason}", dim=True)
            elif isinstance(event, Final):
                typer.echo()
                _print_apparatus(event.answer)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    help="Run one tool without a chat; without a name, list them all.",
)
def tool(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which tool.")] = None,
    arguments: Annotated[str | None, typer.Option("--arguments", help="Arguments as JSON, `-` or `@FILE`.")] = None,
    json: JsonOption = False,
    help: Annotated[bool, typer.Option("--help", "-h", help="Show the arguments of the tool.")] = False,
    viewer: ViewerOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    from copilot.build import open_sources
    from copilot.commands import tools as tool_cli
    from copilot.tools import named, run

    if name is None:
        typer.echo(tool_cli.overview())
        return
    if help:
        typer.echo(tool_cli.help_of(named(name)))
        return
    given = tool_cli.read_arguments(named(name), context.args, arguments)
    settings = Settings.from_env(workspace=workspace)
    with _progress() as show:
        sources = open_sources(settings, show)
    result = run(name, sources, sources.workspace.viewer(viewer or settings.viewer), given)
    if json:
        sys.stdout.buffer.write(result.model_dump_json(indent=2).encode() + b"\n")
    else:
        _print(tool_cli.as_answer(result))
    if result.choices:
        raise ToolError(f"The call may mean more than one thing; name one of: {'; '.join(result.choices)}.")


@app.command()
def doctor(
    workspace: WorkspaceOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="First mend what can be mended; the rest is set aside.")
    ] = False,
) -> None:
    """Check versions, workspace, state, index and model without writing; exit 1 when something is wrong."""
    from copilot.commands.doctor import examine
    from copilot.commands.doctor import repair as mend

    if repair:
        for done in mend(Settings.from_env(workspace=workspace)):
            typer.echo(f"mended {done}")
    checks = examine(Settings.from_env(workspace=workspace))
    for item in checks:
        typer.echo(f"{'ok  ' if item.ok else 'FAIL'} {item.name}: {item.detail}")
    raise typer.Exit(0 if all(item.ok for item in checks) else 1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, a ZIP archive.")], workspace: WorkspaceOption = None
) -> None:
    """Write conversations, memos, audit trail and snapshots to one file, also while people ask."""
    from copilot.commands.keeping import keep

    settings = Settings.from_env(workspace=workspace)
    contents = keep(settings, file)
    typer.echo(f"{file}: {', '.join(contents.sha256) or 'nothing is kept yet'}.")
    if contents.audit_head:
        typer.echo(f"The audit trail ends with {contents.audit_head}; note it elsewhere for `bearing audit verify`.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `bearing backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: what is there now is replaced.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Bring conversations, memos, audit trail and snapshots back from a backup, also while people ask."""
    from copilot.commands.keeping import bring_back

    if not yes:
        raise CopilotError(f"This replaces what is kept now by what {file} holds; say --yes to do it.")
    settings = Settings.from_env(workspace=workspace)
    contents = bring_back(settings, file)
    typer.echo(f"Restored {', '.join(contents.sha256)} of {contents.made:%Y-%m-%d %H:%M} UTC.")
    typer.echo(f"What was there before is under {settings.workspace_state() / 'set-aside'}.")


@app.command()
def sbom(
    lock: Annotated[
        Path | None,
        typer.Option("--lock", help="A file of pip's hashes, such as requirements.txt, for those of packages."),
    ] = None,
) -> None:
    """Print what this installation is made of, with licences and hashes, as CycloneDX JSON."""
    from json import dumps

    from copilot.commands.sbom import bill

    try:
        content = lock.read_text(encoding="utf-8") if lock else ""
    except OSError as error:
        raise SettingsError(f"Cannot read {str(lock)!r} ({error.strerror}).") from None
    typer.echo(dumps(bill(content), indent=2))


def _open(workspace: Path | None, quiet: bool = False) -> Copilot:
    from copilot.build import open_copilot

    settings = Settings.from_env(workspace=workspace)
    if quiet:
        return open_copilot(settings)
    with _progress() as show:
        return open_copilot(settings, show)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error that appears once there is something to embed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("Indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    task = None

    def show(done: int, total: int) -> None:
        nonlocal task
        if task is None:
            bar.start()
            task = bar.add_task("index", total=total)
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        if task is not None:
            bar.stop()


def _read_line() -> str:
    try:
        return input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _print(answer: Answer) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=min(100, Console().width))
    console.print(Markdown(answer.text.replace("[", r"\[")))
    _print_apparatus(answer)


def _print_apparatus(answer: Answer) -> None:
    """What belongs to an answer beside its text: tables, sources, warnings, what to ask next."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=min(100, Console().width))
    for table in answer.tables:
        drawn = Table(title=escape(table.title), title_justify="left")
        for column in table.columns[:_COLUMNS]:
            drawn.add_column(escape(str(column)))
        for row in table.rows[:_ROWS]:
            drawn.add_row(*("" if cell is None else escape(str(cell)) for cell in row[:_COLUMNS]))
        console.print()
        console.print(drawn)
        if len(table.columns) > _COLUMNS or len(table.rows) > _ROWS:
            console.print(f"({len(table.rows)} rows of {len(table.columns)} columns with --json)", style="dim")
    if answer.citations:
        console.print()
    for citation in answer.citations:
        dated = f", {citation.as_of}" if citation.as_of else ""
        console.print(
            f"[{citation.marker}] {citation.title} ({citation.source}, {citation.locator}{dated})",
            markup=False, highlight=False, style="dim",
        )  # fmt: skip
    for warning in answer.warnings:
        console.print(f"Note: {warning}", markup=False, style="yellow")
    if answer.usage.input_tokens:
        console.print(str(answer.usage), markup=False, highlight=False, style="dim")
    if answer.follow_ups:
        console.print("\nAsk next:", *(f"  {q}" for q in answer.follow_ups), sep="\n", markup=False, style="dim")


def _add_contributed_commands() -> None:
    """Commands of the packages above this one, which name them as entry points: a group of commands, or a function."""
    for entry in sorted(entry_points(group=COMMANDS), key=lambda e: e.name):
        found = entry.load()
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=entry.name)
        else:
            app.command(entry.name)(found)


_add_contributed_commands()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a command; a wrong call and a CopilotError become one line on standard error and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that lacks a character shows a question mark.
            stream.reconfigure(errors="replace")
    # The command that needs a setting says what is wrong with it; `--help` needs none.
    with suppress(SettingsError):
        logs.configure(Settings.from_env())
    try:
        sys.exit(app(arguments, standalone_mode=False))
    except typer.TyperException as error:
        # It has no text where a command without arguments has printed its help.
        if text := error.format_message():
            typer.echo(f"bearing: {text.rstrip('.')}; see --help.", err=True)
        sys.exit(2)
    except CopilotError as error:
        typer.echo(f"bearing: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
