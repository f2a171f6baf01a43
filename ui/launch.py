"""How the screens are started."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

APP = Path(__file__).resolve().parent / "app.py"


def command(port: int) -> list[str]:
    """The program to run. Everything but the port is in `.streamlit/config.toml` beside the app."""
    return [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}"]


def ui(port: Annotated[int, typer.Option("--port", help="Port of the web page.")] = 8501) -> None:
    """Open the chat in the browser."""
    from copilot.build import switch_off_telemetry

    switch_off_telemetry()
    typer.echo(f"Bearing is at http://localhost:{port}")
    argv = command(port)
    os.execv(argv[0], argv)
