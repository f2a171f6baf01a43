"""What `bench/ui.py` tells of the small workspace."""

import re
from pathlib import Path

import pytest
from command_line import run_python
from small_workspaces import SMALL, written


@pytest.mark.browser
def test_the_bench_of_the_screens_measures_paints_turns_and_sessions(chromium: str, tmp_path: Path):
    workspace = str(written(tmp_path / "workspace", SMALL))
    done = run_python(
        "bench/ui.py", "--workspace", workspace, "--repeats", "1", "--turns", "2", "--sessions", "2", state=tmp_path
    )
    assert done.returncode == 0, done.stderr
    waits = {
        name: [float(n) for n in found]
        for name, *found in re.findall(r"^(.+?) +p50 (\S+) s, p95 (\S+) s$", done.stdout, re.M)
    }
    assert len(waits) == 8
    assert all(0 < p50 <= p95 for p50, p95 in waits.values())
    assert waits["  first text"] < waits["  complete"]
    assert waits["second visit, paint"] < waits["empty browser, usable"]
    assert re.search(r"errors on the screens +0$", done.stdout, re.M)
    assert re.search(r"[1-9]\d* MB before", done.stdout)
