"""What the schema of the API promises, a fuzzer finds kept: no fault of the server, no undeclared answer."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from served import Served

EXAMPLES = 3
"""Made-up calls of each route, besides those of its limits."""


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
