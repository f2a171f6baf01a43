"""Workspaces of a few files that a test writes, and the calls that a question makes over their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from copilot import Copilot, Settings, open_copilot


def opened(factory: pytest.TempPathFactory, files: Mapping[str, str]) -> Iterator[Copilot]:
    """A copilot on a workspace of these files, by path; closed by the fixture that yields from it."""
    root: Path = factory.mktemp("workspace")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with closing(open_copilot(Settings(workspace=root, state_dir=factory.mktemp("state")))) as copilot:
        yield copilot


def copilot_on(files: Mapping[str, str]) -> Callable[[pytest.TempPathFactory], Iterator[Copilot]]:
    """The fixture of a module: a copilot on a workspace of these files, by path."""

    @pytest.fixture(scope="module")
    def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
        yield from opened(tmp_path_factory, files)

    return copilot


def call(copilot: Copilot, question: str) -> dict[str, Any]:
    """The arguments of the call over the rows."""
    answer = copilot.ask(question)
    return next(dict(c.arguments) for c in answer.tool_calls if c.name == "find_projects")
