"""Imports point down, those hidden in functions included, and streamlit stays under ui/."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Lower number, lower room. A module may import its own room and those below.
ROOMS = {
    "copilot.types": 0, "copilot.errors": 0, "copilot.stopping": 0,
    "copilot.language": 1, "copilot.settings": 1, "copilot.logs": 1, "copilot.workspace": 1, "copilot.prompts": 1,
    "copilot.stages": 1,
    "copilot.verification": 2, "copilot.citations": 2, "copilot.drawing": 2, "copilot.state": 2,
    # Mathematics of the tools: may use types and the workspace's criteria, nothing else of ours.
    "copilot.analysis": 2,
    "copilot.memos": 3,
    "copilot.records": 4, "copilot.retrieval": 5, "copilot.gates": 5,
    "copilot.sources": 6, "copilot.upkeep": 6,
    "copilot.passages": 6, "copilot.reading": 6, "copilot.tools": 7, "copilot.models": 8, "copilot.source_pages": 8,
    "copilot.suggestions": 8, "copilot.sharing": 8, "copilot.boards": 8, "copilot.telemetry": 8,
    # Checks what the tools read.
    "copilot.upkeep.checking": 8,
    "copilot.answering": 9,
    "copilot.chat": 10, "copilot.build": 11, "copilot.jobs": 11, "copilot.serving": 11,
    "copilot.commands": 12,
    "copilot": 13, "copilot.__main__": 13,
    "evals": 14, "ui": 14,
}  # fmt: skip


def room(module: str) -> int | None:
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


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
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


def test_every_module_has_a_room_and_imports_only_its_own_and_lower_ones() -> None:
    rooms = {module: room(module) for module, _ in modules()}
    assert [module for module, own in rooms.items() if own is None] == [], "add it to ROOMS"
    wrong = [
        (module, name)
        for module, path in modules()
        for name in imports(path)
        if (there := room(name)) is not None and there > (rooms[module] or 0)
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = dict(modules())
    graph = {m: {i for i in imports(path) if i in known and i != m} for m, path in known.items()}
    sorter = TopologicalSorter(graph)
    sorter.prepare()


# The calls of a tool that another tool builds on, most of them of memos and comparisons. What several tools share
# stands beside their folders.
MOST_CROSSINGS = 18


def crossings() -> Iterator[tuple[str, str]]:
    """Each import statement in tools/ that leads into the folder of another tool: its file, and that folder."""
    tools = ROOT / "copilot" / "tools"
    folders = {folder.name for folder in tools.iterdir() if (folder / "__init__.py").is_file()}
    for path in sorted(tools.rglob("*.py")):
        own = path.relative_to(tools).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if own != "__init__.py" else ():
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("copilot.tools"):
                continue
            inside = (node.module or "").split(".")[2:3] or [alias.name for alias in node.names]
            yield from ((str(path.relative_to(tools)), name) for name in inside if name in folders - {own})


def test_tools_seldom_import_from_the_folder_of_another_tool() -> None:
    found = list(crossings())
    assert len(found) <= MOST_CROSSINGS, f"move what is shared beside the folders: {found}"


def test_the_picture_of_the_rooms_is_the_tree() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"^copilot/\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert picture
    here = ROOT / "copilot"
    rooms = {folder.name for folder in here.iterdir() if (folder / "__init__.py").is_file()}
    assert set(re.findall(r"^  (\w+)/ ", picture[1], re.MULTILINE)) == rooms
    loose = [line.split("   ")[0] for line in picture[1].splitlines() if not re.match(r"  \w+/ ", line)]
    assert {name for line in loose for name in line.split()} == {path.stem for path in here.glob("*.py")}


def test_the_judge_reads_text_without_the_language_code_of_what_it_judges() -> None:
    shared = {
        (module, name)
        for module, path in modules()
        if module.startswith("evals")
        for name in imports(path)
        if name.startswith("copilot.language")
    }
    assert shared == {("evals.text", "copilot.language.numbers")}


def test_streamlit_is_imported_only_by_the_screens() -> None:
    users = {module for module, path in modules() if any(name.startswith("streamlit") for name in imports(path))}
    assert all(module.startswith("ui") for module in users), users
