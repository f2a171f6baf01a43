"""`bearing serve`, `bearing mcp` and `bearing keys`: Bearing for other programs."""

from __future__ import annotations

import ipaddress
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.commands.options import WorkspaceOption
from copilot.errors import SettingsError
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.chat import Copilot
    from copilot.serving.callers import Callers
    from copilot.serving.serving import Serving
    from copilot.state.keys import Keys

keys_commands = typer.Typer(help="Look after the keys by which programs call `bearing serve`.", no_args_is_help=True)

ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=256, help="How many questions run at once.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 for any free one.")]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for all of this machine's.")]

# So many more questions wait than run; a person gives up on one that waits longer.
_WAITING_PER_THREAD = 16
# How long answers that are being made when the server is stopped may still take.
_LAST_SECONDS = 30


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8700,
    threads: ThreadsOption = 4,
    rate: Annotated[
        int | None, typer.Option("--rate", min=1, help="Calls a minute of each caller; BEARING_RATE without it.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the HTTP API, the OpenAI protocol and MCP, for other programs."""
    from copilot.jobs.worker import beside

    settings = Settings.from_env(workspace=workspace)
    with _opened(settings, threads, rate or settings.rate) as here:
        if here.callers.local is not None:
            if not _is_loopback(host):
                raise SettingsError(
                    f"Whoever reaches {host} could read everything: make a key with `bearing keys add`, or name an "
                    "issuer of tokens in BEARING_TOKEN_ISSUER."
                )
            typer.echo("There are no keys: only programs on this machine can call, as the default viewer.", err=True)
        here.copilot.prepare()
        with beside(settings):
            _run(here, host, port)


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP, as `bearing serve` does at /mcp.")] = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8700,
    threads: ThreadsOption = 4,
    viewer: Annotated[
        str | None, typer.Option("--viewer", help="Who asks over standard input: a name from workspace.yaml.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve tools, `ask` and documents over the Model Context Protocol, on standard input and output."""
    if http:
        serve(host, port, threads, workspace=workspace)
        return
    import asyncio

    from copilot.jobs.worker import beside

    with _extra("mcp"):
        from copilot.serving.callers import local_caller
        from copilot.serving.mcp import serve_stdio

    settings = Settings.from_env(workspace=workspace, viewer=viewer)
    with _opened(settings, threads, rate=1) as here, beside(settings):
        asyncio.run(serve_stdio(here, local_caller(here.copilot.viewer().name), version("bearing")))


@keys_commands.command()
def add(
    name: Annotated[str, typer.Argument(help="For whom or what: a person, a program.")],
    viewer: Annotated[str, typer.Option("--viewer", help="As whom it reads: a name from workspace.yaml.")],
    role: Annotated[str, typer.Option("--role", help="leader, pm, evaluator or admin.")] = "leader",
    days: Annotated[int | None, typer.Option("--days", min=1, help="How long it is valid; for good without.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a key and print it, this once."""
    from copilot.state.keys import ROLES
    from copilot.workspace import Workspace

    settings = Settings.from_env(workspace=workspace)
    who = Workspace.open(settings.workspace).viewer(viewer).name
    chosen = next((known for known in ROLES if known == role), None)
    if chosen is None:
        raise SettingsError(f"There is no role {role!r}; there are {', '.join(ROLES)}.")
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with _keys(settings) as keys:
        typer.echo(keys.add(name, who, chosen, expires))


@keys_commands.command("list")
def list_(workspace: WorkspaceOption = None) -> None:
    """Name the keys with their viewers and roles."""
    with _keys(Settings.from_env(workspace=workspace)) as keys:
        for key in keys.list():
            ends = f"revoked {key.revoked:%Y-%m-%d}" if key.revoked else ""
            ends = ends or (f"until {key.expires:%Y-%m-%d}" if key.expires else "valid")
            typer.echo(f"{key.id}  {key.created:%Y-%m-%d}  {key.viewer}  {key.role}  {ends}  {key.name}")


@keys_commands.command()
def revoke(
    id: Annotated[str, typer.Argument(help="Id of the key, as `bearing keys list` shows it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """End a key, at once."""
    with _keys(Settings.from_env(workspace=workspace)) as keys:
        keys.revoke(id)
    typer.echo(f"{id} is revoked.")


@contextmanager
def _keys(settings: Settings) -> Iterator[Keys]:
    from copilot.state.keys import FILE, Keys
    from copilot.state.places import place

    keys = Keys(place(settings, FILE))
    try:
        yield keys
    finally:
        keys.close()


@contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SettingsError(f'{error.name} is not installed: pip install "bearing[{name}]".') from None


@contextmanager
def _opened(settings: Settings, threads: int, rate: int) -> Iterator[Serving]:
    """A copilot with what serving it needs, closed at the end."""
    from copilot.build import open_copilot
    from copilot.state.jobs import FILE as JOBS
    from copilot.state.jobs import Jobs
    from copilot.state.places import place
    from copilot.upkeep.library import Library

    with _extra("mcp"):
        from copilot.serving.rates import Rates
        from copilot.serving.serving import Serving
        from copilot.serving.work import Workers

    copilot = open_copilot(settings)
    workers = Workers(threads, threads * _WAITING_PER_THREAD)
    try:
        with _keys(settings) as keys, closing(Jobs(place(settings, JOBS))) as jobs:
            retriever = copilot.sources.retriever
            assert retriever is not None, "open_copilot opens the index"
            library = Library(copilot.sources.workspace, settings.workspace_state(), retriever, copilot.conversations)
            callers = _callers(settings, keys, copilot)
            yield Serving(copilot, library, callers, Rates(rate), workers, jobs)
    finally:
        workers.close()
        copilot.close()


def _callers(settings: Settings, keys: Keys, copilot: Copilot) -> Callers:
    from copilot.serving.callers import Callers, local_caller
    from copilot.serving.tokens import Tokens

    tokens = None
    if settings.token_issuer is not None:
        if settings.token_audience is None:
            raise SettingsError("BEARING_TOKEN_ISSUER needs BEARING_TOKEN_AUDIENCE: what its tokens call this server.")
        if not copilot.signs_in:
            raise SettingsError(
                "BEARING_TOKEN_ISSUER needs `sign_in` in workspace.yaml: who its tokens let in, as what."
            )
        tokens = Tokens(settings.token_issuer, settings.token_audience)
    # Once a key was made calls need one, also when the last has expired: a proxy may stand before this server.
    local = None if tokens or keys.list() else local_caller(copilot.viewer().name)
    return Callers(keys, copilot.sign_in, tokens, local)


def _run(here: Serving, host: str, port: int) -> None:
    with _extra("serve"):
        import uvicorn

        from copilot.serving.app import create_app

    config = uvicorn.Config(
        create_app(here, version("bearing")),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    server = uvicorn.Server(config)
    typer.echo(f"Bearing is served at http://{host}:{port}", err=True)
    # uvicorn ends what runs and then sends itself the signal again; what is open shall be closed before the end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with suppress(KeyboardInterrupt):
        server.run()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
