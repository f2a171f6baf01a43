"""`bearing memo`: drafts, keeps, shows, writes and checks memos."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from copilot.commands.options import JsonOption, ViewerOption, WorkspaceOption
from copilot.errors import SettingsError
from copilot.memos.export import FORMATS, Format, export, require
from copilot.memos.layout import DRAFT
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.memos.comparison import Check, CheckedLine
    from copilot.memos.memo import Memo
    from copilot.memos.store import Memos
    from copilot.sources import Sources
    from copilot.state.conversations import Conversations
    from copilot.tools.draft_memo.tool import Purpose
    from copilot.types import Viewer

app = typer.Typer(help="Draft memos for decisions, and check later whether they still hold.", no_args_is_help=True)

FormatOption = Annotated[str, typer.Option("--format", help="md, docx, pdf or json.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="File to write; named after the memo's id without it.")]
IdArgument = Annotated[str, typer.Argument(help="Id of a memo, as `bearing memo list` shows it.")]


@app.command()
def new(
    projects: Annotated[
        list[str] | None, typer.Argument(help="Projects to write of, by name or id; all that are meant without any.")
    ] = None,
    purpose: Annotated[
        str, typer.Option("--purpose", help="fund: what to give money to; stop: what to stop; status: how they stand.")
    ] = "fund",
    top: Annotated[
        int | None,
        typer.Option("--top", min=1, max=20, help="How many projects come first at the most; of stop, last."),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help="Money there is to spend: 4m, €2.5m, 750k, 4,000,000.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only projects of this business unit.")] = None,
    must_have: Annotated[
        list[str] | None, typer.Option("--must-have", help="A project that must be funded; again for others.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="A project that must not be; again for others.")
    ] = None,
    addressee: Annotated[str, typer.Option("--to", help="Who it is for; the body that decides without it.")] = "",
    title: Annotated[str, typer.Option("--title", help="Title of the memo.")] = "",
    format: FormatOption = "md",
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Draft a memo, keep it, and write it; Markdown goes to the terminal unless --out names a file."""
    from copilot.tools.draft_memo.tool import Arguments, draft

    wanted, meant = _format(format), _purpose(purpose)
    settings, sources, who = _open(workspace, viewer)
    arguments = Arguments(
        purpose=meant,
        projects=projects or [],
        top=top,
        budget=_amount(budget, sources.workspace.config.currency) if budget else None,
        unit=unit,
        must_have=must_have or [],
        exclude=exclude or [],
        addressee=addressee,
        title=title,
    )
    memo = draft(sources, who, arguments)
    store = _store(settings)
    store.keep(memo)
    store.close()
    _note(settings, who, "kept memo", memo)
    for warning in memo.warnings:
        typer.echo(f"bearing: {warning}", err=True)
    _write(memo, wanted, out)


@app.command("list")
def list_(workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """List the viewer's memos, the newest first."""
    from copilot.memos.memo import FIRMNESS, KINDS

    settings, who = _settings(workspace, viewer)
    store = _store(settings)
    for info in store.list(who):
        typer.echo(
            f"{info.id}  {info.kept:%Y-%m-%d %H:%M}  {KINDS[info.kind]}, {info.proposal}, "
            f"{FIRMNESS[info.firmness]}: {info.title}"
        )
    store.close()


@app.command()
def show(id: IdArgument, workspace: WorkspaceOption = None, viewer: ViewerOption = None) -> None:
    """Print a memo as Markdown."""
    kept = _read(id, workspace, viewer)
    _print(export(kept.memo, "md", kept.status))


@app.command("export")
def export_(
    id: IdArgument,
    format: FormatOption = "pdf",
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Write a memo to a file."""
    wanted = _format(format)
    kept = _read(id, workspace, viewer)
    _write(kept.memo, wanted, out or Path(f"{kept.memo.id}.{wanted}"), kept.status)
    settings, who = _settings(workspace, viewer)
    _note(settings, who, "exported", kept.memo, wanted)


@app.command()
def text(
    id: IdArgument,
    section: Annotated[str, typer.Option("--section", help="Only this one, by name; all without it.")] = "",
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Print the text of a memo as `bearing memo edit` takes it: sections by name, sources behind each line."""
    from copilot.memos.editing import memo_text

    _print(memo_text(_read(id, workspace, viewer).memo, section).encode())


@app.command()
def edit(
    id: IdArgument,
    file: Annotated[Path, typer.Argument(help="The text, as `bearing memo text` prints it; - for standard input.")],
    name: Annotated[str, typer.Option("--name", help="Who changed it.")],
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Keep a new version with this text, and name each figure in it that no evidence of the memo holds.

    Sections that the text leaves out stay as they are.
    """
    from copilot.memos import desk
    from copilot.memos.editing import read_memo_text
    from copilot.memos.layout import unsourced_lines

    written = _text_of(file)
    with _opened(workspace, viewer) as (store, conversations, who):
        texts = read_memo_text(store.read(id, who), written)
        memo = desk.edit(store, conversations, who, id, texts, name)
    typer.echo(f"{memo.id}: {memo.title}")
    for line in unsourced_lines(memo):
        typer.echo(f"bearing: no source holds {line}", err=True)


@app.command()
def sign(
    id: IdArgument,
    name: Annotated[str, typer.Option("--name", help="Who reviews it or signs it off.")],
    state: Annotated[
        str, typer.Option("--state", help="in review, signed off, or draft to take it back.")
    ] = "signed off",
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="A figure without a source that is signed for all the same; once for each."),
    ] = None,
    workspace: WorkspaceOption = None,
    viewer: ViewerOption = None,
) -> None:
    """Take a memo into review or sign it off, by name; its documents and its history say so."""
    from copilot.memos import desk
    from copilot.memos.store import STATES, status

    wanted = next((known for known in STATES if state.casefold() == known), None)
    if wanted is None:
        raise SettingsError(f"There is no state {state!r}; there are {', '.join(STATES)}.")
    with _opened(workspace, viewer) as (store, conversations, who):
        step = desk.advance(store, conversations, who, id, wanted, name, accept or [])
    typer.echo(f"{id}: {status([step])}")


@app.command()
def check(
    id: IdArgument, workspace: WorkspaceOption = None, viewer: ViewerOption = None, json: JsonOption = False
) -> None:
    """Compute a memo again on today's data; exit 1 when what it says of the projects no longer holds."""
    from copilot.tools.draft_memo.check import check_memo

    settings, who = _settings(workspace, viewer)
    store = _store(settings)
    memo = store.read(id, who)
    store.close()
    _, sources, who = _open(workspace, viewer)
    found = check_memo(sources, who, memo)
    if json:
        _print(found.model_dump_json(indent=2).encode() + b"\n")
    else:
        _print_check(found)
    raise typer.Exit(0 if found.holds else 1)


def _settings(workspace: Path | None, viewer: str | None) -> tuple[Settings, Viewer]:
    from copilot.workspace import Workspace

    settings = Settings.from_env(workspace=workspace)
    return settings, Workspace.open(settings.workspace).viewer(viewer or settings.viewer)


def _open(workspace: Path | None, viewer: str | None) -> tuple[Settings, Sources, Viewer]:
    from copilot.build import open_sources

    settings = Settings.from_env(workspace=workspace)
    sources = open_sources(settings)
    return settings, sources, sources.workspace.viewer(viewer or settings.viewer)


def _store(settings: Settings) -> Memos:
    from copilot.memos.store import FILE, Memos
    from copilot.state.places import place

    return Memos(place(settings, FILE))


@contextmanager
def _opened(workspace: Path | None, viewer: str | None) -> Iterator[tuple[Memos, Conversations, Viewer]]:
    """The memos, and what keeps the audit trail."""
    from copilot.state.conversations import FILE, Conversations
    from copilot.state.places import place

    settings, who = _settings(workspace, viewer)
    with closing(_store(settings)) as store, closing(Conversations(place(settings, FILE))) as conversations:
        yield store, conversations, who


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if file == Path("-") else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"Cannot read {str(file)!r} ({reason}).") from None


def _note(settings: Settings, viewer: Viewer, action: str, memo: Memo, format: str = "") -> None:
    from copilot.state.conversations import FILE, Conversations
    from copilot.state.places import place

    with closing(Conversations(place(settings, FILE))) as conversations:
        conversations.note_or_log(
            viewer.name, action, memo.id, {"title": memo.title} | ({"format": format} if format else {})
        )


class _Kept(NamedTuple):
    memo: Memo
    status: str


def _read(id: str, workspace: Path | None, viewer: str | None) -> _Kept:
    settings, who = _settings(workspace, viewer)
    with closing(_store(settings)) as store:
        return _Kept(store.read(id, who), store.status(id, who))


def _format(asked: str) -> Format:
    for known in FORMATS:
        if asked.casefold().removeprefix(".") == known:
            require(known)
            return known
    raise SettingsError(f"There is no format {asked!r}; there are {', '.join(FORMATS)}.")


def _purpose(asked: str) -> Purpose:
    from copilot.tools.draft_memo.tool import PURPOSES

    for known in PURPOSES:
        if asked.casefold() == known:
            return known
    raise SettingsError(f"There is no purpose {asked!r}; there are {', '.join(PURPOSES)}.")


def _amount(text: str, currency: str) -> float:
    """An amount as people write it, in the workspace's currency."""
    from copilot.language.numbers import find_numbers

    found = find_numbers(text)
    if len(found) != 1 or found[0].text != text.strip() or found[0].value <= 0 or found[0].unit not in ("", currency):
        named = f" in {currency}" if currency else ""
        raise SettingsError(f"{text!r} is not an amount{named}; write it as 4m, 750k or 4,000,000.")
    return found[0].value


def _write(memo: Memo, format: Format, out: Path | None, status: str = DRAFT) -> None:
    if out is None and format in ("md", "json"):
        _print(export(memo, format))
        typer.echo(f"bearing: the memo is kept as {memo.id}.", err=True)
        return
    path = out or Path(f"{memo.id}.{format}")
    try:
        path.write_bytes(export(memo, format, status))
    except OSError as error:
        raise SettingsError(f"Cannot write {str(path)!r} ({error.strerror}); the memo is kept as {memo.id}.") from None
    typer.echo(f"{memo.id}: {memo.title}\n{path}")


def _print(content: bytes) -> None:
    # A memo is UTF-8 whatever the encoding of the terminal.
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print_check(found: Check) -> None:
    typer.echo(f"{found.memo} “{found.title}”, as of {found.drafted}, computed again as of {found.today}.")
    typer.echo(f"The {found.claim} {'still' if found.holds else 'no longer'} holds.")
    for reason in found.reasons:
        typer.echo(f"  {reason}")
    typer.echo(
        f"{found.count('holds')} lines hold, {found.count('changed')} changed, {found.count('gone')} cannot be checked "
        f"any more, {found.count('new')} are new; {len(found.sources_changed)} of {found.sources} records and "
        "passages read differently."
    )
    for line in found.lines:
        _print_line(line)
    for title in found.sources_changed:
        typer.echo(f"source changed    {title}")


def _print_line(line: CheckedLine) -> None:
    from copilot.memos.comparison import STATES

    head = f"{STATES[line.state]:<18}{line.section}  "
    if line.state == "changed":
        typer.echo(f"{head}{line.before}\n{'':<18}now: {line.after}")
        for before, after in line.figures:
            typer.echo(f"{'':<18}figure: {before or 'none'} -> {after or 'none'}")
    else:
        typer.echo(f"{head}{line.after if line.state == 'new' else line.before}")
