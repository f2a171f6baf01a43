"""Workspaces of a few files that a test writes, and the calls that a question makes over their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from copilot import Copilot, Settings, open_copilot

SMALL = {
    "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\n",
    "records/projects.csv": "id,name,unit,stage,business_value,risk\n"
    "H-01,Sepsis Warning,Halden General,pilot,9,8\nH-02,Bed Planner,Halden General,pilot,7,3\n"
    "H-03,Visit Router,Home Care,production,6,2\n",
    "policies/data-retention.md": "# Data retention\n\n"
    "Data that was copied for training a model is kept for twenty-four months and then deleted.\n",
}
"""Three projects and a document: enough to be asked, and indexed in half a second."""


def written(root: Path, files: Mapping[str, str]) -> Path:
    """The workspace of these files, by path, in this folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def opened(factory: pytest.TempPathFactory, files: Mapping[str, str]) -> Iterator[Copilot]:
    """A copilot on a workspace of these files, by path; closed by the fixture that yields from it."""
    root = written(factory.mktemp("workspace"), files)
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
