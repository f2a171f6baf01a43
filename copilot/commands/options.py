"""Options that many commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[Path | None, typer.Option("--workspace", help="The folder; the shipped one by default.")]
ViewerOption = Annotated[str | None, typer.Option("--viewer", help="Who asks: a name from workspace.yaml.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
