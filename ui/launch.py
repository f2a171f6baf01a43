"""How the screens are started."""

from __future__ import annotations

import sys
from pathlib import Path

APP = Path(__file__).resolve().parent / "app.py"


def command(port: int) -> list[str]:
    """The program to run. Everything but the port is in `.streamlit/config.toml` beside the app."""
    return [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}"]
