"""Without its extras Bearing answers, and says in a sentence which extra is missing where one is needed."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from command_line import CORPUS, ROOT, environment
from indexes import Indexes
from packaging.requirements import Requirement

from copilot import Settings

ABSENT = (
    "docx", "python_docx", "typst", "vl_convert",
)  # fmt: skip
"""What comes with the extra of memos."""


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the installed packages but these."""
    folder = tmp_path_factory.mktemp("slim")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        # An editable installation would lead to its own checkout.
        if not path.name.startswith(ABSENT) and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


def run(slim: Path, state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment(state) | {"PYTHONPATH": f"{ROOT}:{slim}"}
    # Without the packages of the environment that runs the tests.
    command = [sys.executable, "-S", "-m", "copilot", *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_questions_are_answered_and_memos_drafted_without_printers(
    slim: Path, indexes: Indexes, tmp_path: Path
) -> None:
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    asked = run(slim, tmp_path, "ask", "How many projects are in pilot?")
    assert asked.returncode == 0, asked.stderr
    assert "in pilot" in asked.stdout
    memo = run(slim, tmp_path, "memo", "new", "--top", "2")
    assert memo.returncode == 0, memo.stderr
    assert memo.stdout.startswith("#")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("memo", "new", "--format", "pdf"), 'To write PDF takes the extra "memos": pip install "bearing[memos]".'),
    ],
)
def test_the_extra_that_is_missing_is_named(
    slim: Path, tmp_path: Path, command: tuple[str, ...], sentence: str
) -> None:
    done = run(slim, tmp_path, *command)
    assert (done.returncode, done.stderr.strip()) == (2, f"bearing: {sentence}")


def test_what_is_installed_by_default_is_locked_with_the_extras_of_one_machine() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = {Requirement(text).name.lower() for text in [*project["dependencies"], *extras["memos"]]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert needed <= {name.lower().replace("_", "-") for name in locked}
