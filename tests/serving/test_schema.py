"""What the schema of the API promises, a fuzzer finds kept: no fault of the server, no undeclared answer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from indexes import CORPUS
from served import Served, running

from copilot import Settings, open_copilot

EXAMPLES = 3
"""Made-up calls of each route, besides those of its limits."""
ROWS = 2
"""Of each table: enough for every tool to be offered, and a memo is drafted over them in a fifth of a second."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the fixture hospital with the first rows of its tables."""
    folder = tmp_path_factory.mktemp("schema")
    workspace = Path(shutil.copytree(CORPUS, folder / "workspace"))
    for table in (workspace / "records").glob("*.csv"):
        lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(lines[: ROWS + 1]), encoding="utf-8")
    with (
        closing(open_copilot(Settings(workspace=workspace, state_dir=folder / "state"))) as copilot,
        running(copilot, folder) as server,
    ):
        yield server


@pytest.mark.timeout(900)
def test_no_call_that_a_fuzzer_makes_finds_a_fault(served: Served, tmp_path: Path) -> None:
    fuzzer = Path(sys.executable).parent / "schemathesis"
    done = subprocess.run(
        [
            fuzzer, "--config-file", Path(__file__).parent / "schemathesis.toml", "run", f"{served.url}/openapi.json",
            "--header", f"Authorization: Bearer {served.key('ward_manager', 'admin')}",
            "--max-examples", str(EXAMPLES), "--seed", "1", "--suppress-health-check", "all", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    counted = re.search(r"Selected: (\d+)/\1\n\s+Tested: (\d+)\n", done.stdout)
    assert counted is not None
    assert counted[1] == counted[2]
