"""What `import copilot` offers, and what it does not cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from small_workspaces import SMALL, written

import copilot

HEAVY = {"langchain", "langchain_core", "langgraph", "chromadb", "onnxruntime", "duckdb", "openai", "streamlit"}


def names_for_type_checkers() -> set[str]:
    tree = ast.parse(Path(copilot.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("name", copilot.__all__)
def test_every_exported_name_can_be_imported(name: str) -> None:
    assert getattr(copilot, name).__class__ is not None


def test_nothing_but_the_exported_names_is_offered() -> None:
    assert set(copilot.__all__) == set(copilot._HOMES) == names_for_type_checkers()
    assert list(copilot.__all__) == sorted(set(copilot.__all__))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Pilot"):
        copilot.Pilot  # noqa: B018  the access is what is tested


def test_importing_copilot_loads_no_heavy_library() -> None:
    assert not loaded_by("import copilot") & HEAVY


def test_what_only_reads_settings_or_parses_a_command_loads_no_heavy_library() -> None:
    assert not loaded_by("from copilot import Settings, SettingsError, Answer; import copilot.commands.cli") & HEAVY


def test_answering_loads_no_user_interface(tmp_path: Path) -> None:
    workspace = written(tmp_path / "workspace", SMALL)
    code = (
        "import pathlib\nfrom copilot import Settings, open_copilot\n"
        f"settings = Settings(workspace=pathlib.Path({str(workspace)!r}), state_dir=pathlib.Path({str(tmp_path)!r}))\n"
        "open_copilot(settings).ask('How many projects are in pilot?')"
    )
    assert not loaded_by(code) & {"streamlit", "openai", "evals", "ui"}
