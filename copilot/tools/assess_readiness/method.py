"""The method by which readiness is judged: the workspace's own, else the one beside this file."""

from __future__ import annotations

from pathlib import Path

from copilot.methods import READINESS, ReadinessMethod, read_readiness
from copilot.workspace import Workspace

DEFAULT = Path(__file__).with_name(READINESS)


def read_method(workspace: Workspace) -> ReadinessMethod:
    own = workspace.root / READINESS
    return read_readiness(own if own.is_file() else DEFAULT)
