"""`bearing` as a person or a script meets it: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copilot.commands.cli import main

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "fixtures" / "corpus"


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def bearing(
    *arguments: str,
    state: Path,
    workspace: Path | None = CORPUS,
    folder: Path = ROOT,
    stdin: str = "",
    **settings: str,
) -> Done:
    """Runs a command here, between streams and settings of its own; `workspace` None leaves it to the arguments.

    A process of its own takes two seconds more, in which it imports everything.
    """
    # A width, so that no line breaks where the terminal of the tests ends.
    ours = {**_settings(state, workspace), **settings, "COLUMNS": "80"}
    foreign = dict.fromkeys(filter(_is_a_setting, os.environ))
    with chdir(folder), CliRunner().isolation(stdin, {**foreign, **ours}) as (stdout, stderr, _):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        code = ended.value.code or 0
        assert isinstance(code, int)
        return Done(code, stdout.getvalue().decode(), stderr.getvalue().decode())


def bearing_alone(*arguments: str, state: Path, **settings: str) -> Done:
    """Runs a command in a process of its own, as a shell does."""
    done = run_python("-m", "copilot", *arguments, state=state, **settings)
    return Done(done.returncode, done.stdout, done.stderr)


def run_python(*arguments: str, state: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=environment(state, **settings), cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def environment(state: Path, workspace: Path = CORPUS, **settings: str) -> dict[str, str]:
    """What a process is started with: this one's environment with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not _is_a_setting(name)}
    return {**kept, **_settings(state, workspace), "PYTHONPATH": str(ROOT), **settings}


def _settings(state: Path, workspace: Path | None) -> dict[str, str]:
    chosen = {"BEARING_WORKSPACE": str(workspace)} if workspace else {}
    return {"BEARING_STATE_DIR": str(state), **chosen}


def _is_a_setting(name: str) -> bool:
    return name.startswith(("BEARING_", "OPENAI_"))
