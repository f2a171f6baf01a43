"""Consulting content as data: the defaults, what a workspace replaces, and what its check says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from copilot.tools import METHODS
from copilot.tools.method import Method
from copilot.upkeep.checking import check
from copilot.workspace import Workspace, WorkspaceConfig

ROOT = Path(__file__).resolve().parents[2]

each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


def keys(model: type[BaseModel]) -> Iterator[str]:
    """The keys of a file and of what it nests."""
    for name, field in model.model_fields.items():
        yield name
        for part in parts(field.annotation):
            yield from keys(part)


def parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from parts(inner)


@each_method
def test_the_default_can_be_read_and_is_what_a_workspace_without_its_own_gets(method: Method, tmp_path: Path) -> None:
    assert isinstance(method.load(Workspace(tmp_path, WorkspaceConfig())), method.content)


@each_method
def test_its_file_and_keys_are_documented(method: Method) -> None:
    page = (ROOT / "docs" / "workspace.md").read_text(encoding="utf-8")
    section = page.partition(f"### {method.file}\n")[2].partition("\n### ")[0]
    assert [key for key in keys(method.content) if f"`{key}`" not in section] == []


@each_method
def test_a_copy_of_the_default_is_a_valid_file_of_a_workspace(method: Method, tmp_path: Path) -> None:
    default = (method.folder / f"{method.name}.yaml").read_text(encoding="utf-8")
    assert checked(tmp_path, method.file, default) == []


@each_method
def test_the_check_names_an_unknown_key(method: Method, tmp_path: Path) -> None:
    default = (method.folder / f"{method.name}.yaml").read_text(encoding="utf-8")
    (found,) = checked(tmp_path, method.file, f"{default}\ncolour: red\n")
    assert found.startswith(f"error: {method.file}: colour: Extra inputs are not permitted. Correct it;")


def test_the_check_names_a_file_that_no_tool_reads(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, "method/stall_cause.yaml", "causes: []\n")
    assert found.startswith("warning: method/stall_cause.yaml: No tool reads this file. Name it like one of method/")


def checked(root: Path, file: str, text: str) -> list[str]:
    (root / "method").mkdir(exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    (root / "notes.md").write_text("# Notes\n\nSome text.\n")
    return [str(issue) for issue in check(root)]
