"""Times of reading documents: seconds, CPU and peak memory of each file, and what the process of its own costs.

Run `python bench/documents.py DIR`. Figures are of this machine and this run; compare only within one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.retrieval import loaders

_REPEATS = 10
_ONE = """
import resource, sys
from pathlib import Path
from copilot.errors import KnowledgeError
from copilot.retrieval import loaders
source = next(s for s in loaders.find_sources(Path(sys.argv[1])) if s.id == sys.argv[2])
try:
    document = loaders.load(source, "")
    print(f"{sum(len(s.text) for s in document.sections):,} characters; {document.note}".rstrip("; "))
except KnowledgeError as error:
    print(f"not read: {error}")
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2))
"""


def measure(root: Path, id: str) -> str:
    """One row: wall seconds of the whole reading, CPU seconds and peak memory of the process that read."""
    source = next(s for s in loaders.find_sources(root) if s.id == id)
    began = time.perf_counter()
    with contextlib.suppress(KnowledgeError):
        loaders.load(source, "")
    wall = time.perf_counter() - began
    run = [sys.executable, "-c", _ONE, str(root), id]
    outcome, used = subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip().split("\n")
    cpu, memory = map(float, used.split())
    return f"| {id} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {outcome} |"


def overhead() -> str:
    """What starting the process costs, with nothing to read."""
    run = [sys.executable, "-P", "-m", "copilot.retrieval.loaders.child", "pdf", "0", str(os.getpid()), "30"]
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        subprocess.run(run, input=b"", capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    return f"Starting the process of its own: {statistics.median(times):.3f} s (median of {_REPEATS})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    root: Path = parser.parse_args().folder
    print("| file | s | CPU s | MB | outcome |\n|---|---|---|---|---|")
    for source in loaders.find_sources(root):
        print(measure(root, source.id), flush=True)
    print(overhead())


if __name__ == "__main__":
    main()
