"""Imports point down, those hidden in functions included, and streamlit stays under ui/."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lower number, lower room. A module may import its own room and those below.
ROOMS = {
    "copilot.types": 0, "copilot.errors": 0,
    "copilot.numbers": 1, "copilot.settings": 1, "copilot.workspace": 1, "copilot.database": 1,
    "copilot.prompts": 1,
    "copilot.charts": 1, "copilot.matrix_chart": 1, "copilot.audit": 2, "copilot.citations": 2,
    "copilot.conversations": 3, "copilot.memos": 3,
    "copilot.records": 4, "copilot.retrieval": 5, "copilot.gates": 5,
    "copilot.snapshots": 6, "copilot.sources": 6,
    "copilot.library": 6, "copilot.watching": 11, "copilot.library_commands": 13,
    "copilot.models": 7, "copilot.tools": 8, "copilot.source_pages": 8, "copilot.suggestions": 8,
    "copilot.checking": 8, "copilot.chat": 9, "copilot.tool_cli": 9, "copilot.build": 10, "copilot.doctor": 11,
    "copilot": 12, "evals": 13, "ui": 13, "copilot.memo_commands": 13, "copilot.cli": 14, "copilot.__main__": 15,
}  # fmt: skip
# Pure mathematics of the tools: may use types, numbers and the workspace's criteria, nothing else of ours.
MATHS = (
    "copilot.scoring",
    "copilot.acceptability",
    "copilot.flips",
    "copilot.drift",
    "copilot.funnel",
    "copilot.operating_model",
    "copilot.overlap",
    "copilot.portfolio",
    "copilot.changes",
    "copilot.pairwise",
)


def room(module: str) -> int | None:
    if module.startswith(MATHS):
        return 3
    parts = module.split(".")
    for size in range(len(parts), 0, -1):
        name = ".".join(parts[:size])
        if name in ROOMS and (name != "copilot" or module == "copilot"):
            return ROOMS[name]
    return None


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("copilot", "evals", "ui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path


def imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked = {id(n) for block in ast.walk(tree) if _is_type_checking(block) for n in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in checked:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = ROOT / Path(*node.module.split("."), f"{alias.name}.py")
                yield f"{node.module}.{alias.name}" if submodule.is_file() else node.module


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda v: v if isinstance(v, str) else "")
def test_a_module_imports_only_its_own_room_and_lower_ones(module: str, path: Path) -> None:
    own = room(module)
    assert own is not None, f"{module} has no room; add it to ROOMS"
    wrong = [name for name in imports(path) if (there := room(name)) is not None and there > own]
    assert wrong == []


def test_streamlit_is_imported_only_by_the_screens() -> None:
    users = {module for module, path in modules() if any(name.startswith("streamlit") for name in imports(path))}
    assert all(module.startswith("ui") for module in users), users
