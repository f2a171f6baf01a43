"""How the screens are started."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from copilot.settings import Settings

APP = Path(__file__).resolve().parent / "app.py"


def command(port: int) -> list[str]:
    """The program to run. Everything but the port is in `.streamlit/config.toml` beside the app."""
    return [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}"]


def ui(port: Annotated[int, typer.Option("--port", help="Port of the web page.")] = 8501) -> None:
    """Open the chat in the browser."""
    from copilot.build import switch_off_telemetry

    switch_off_telemetry()
    typer.echo(f"Bearing is at http://localhost:{port}")
    settings = Settings.from_env()
    if settings.worker:
        _begin_worker(settings)
    argv = command(port)
    os.execv(argv[0], argv)


def _begin_worker(settings: Settings) -> None:
    """A worker that ends when the program does that takes this one's place."""
    from copilot.jobs.worker import attached

    reading, writing = os.pipe()
    # Held open by that program alone, without its knowing.
    os.set_inheritable(writing, True)
    attached(settings, reading)
    os.close(reading)
