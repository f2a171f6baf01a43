"""Consulting content as data: a YAML file beside its module, which a workspace may replace by a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from copilot.errors import KnowledgeError
from copilot.records.schema import Column
from copilot.workspace import METHOD_FOLDER, Workspace, WorkspaceConfig, read_yaml

Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True)
class Context:
    """What the content may refer to."""

    config: WorkspaceConfig
    columns: tuple[Column, ...]
    """Of the projects table of the workspace."""


@dataclass(frozen=True)
class Method(Generic[Content]):
    """What a tool takes for granted: its causes, levers, criteria or thresholds."""

    name: str
    content: type[Content]
    """What the file must hold; its validators find a `Context` in the validation context under "method"."""
    folder: Path
    """Where the default `<name>.yaml` lies."""

    @property
    def file(self) -> str:
        """The place of a workspace's own, in the workspace."""
        return f"{METHOD_FOLDER}/{self.name}.yaml"

    def load(self, workspace: Workspace, columns: Iterable[Column] = ()) -> Content:
        """The workspace's own content, else the default; a KnowledgeError says what is wrong in the file."""
        own = workspace.root / self.file
        path = own if own.is_file() else self.folder / f"{self.name}.yaml"
        data = read_yaml(path)
        try:
            context = {"method": Context(workspace.config, tuple(columns))}
            return self.content.model_validate(data, context=context)
        except ValidationError as error:
            first = error.errors()[0]
            problem = first["msg"].removeprefix("Value error, ")
            raise KnowledgeError(f"{path}: {_place(data, first['loc'])}: {problem}.") from None


def _place(data: object, keys: Sequence[int | str]) -> str:
    """The keys that lead to a value, an entry of a list by its name: `causes: 'Data not ready': when`."""
    named: list[str] = []
    for key in keys:
        entries = data if isinstance(data, list) else None
        data = data.get(key) if isinstance(data, dict) else entries[int(key)] if entries else None
        name = data.get("name") if entries and isinstance(data, dict) else None
        named.append(repr(name) if name else f"number {int(key) + 1}" if entries else str(key))
    return ": ".join(named) or "the file"
