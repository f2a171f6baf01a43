"""Times of asking: cold start of the command, warm answers, indexing speed and peak memory.

Run `python bench/ask.py [--workspace DIR]`. Figures are of this machine and this run; compare only within one.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from copilot import Settings, open_copilot
from copilot.sources import Sources

QUESTIONS = 100


def questions(sources: Sources) -> Iterator[str]:
    """Varied questions made from the workspace's own names: look-ups, counts, rankings, metrics, advice."""
    viewer = sources.workspace.viewer()
    view = sources.records.view(viewer)
    titles = [d.title for d in sources.retriever.documents(viewer)] if sources.retriever else []
    projects = [str(r["name"]) for r in view.select("projects", columns=["name"])] if view.has("projects") else []
    units = view.values("projects", "unit") if view.has("projects", "unit") else []
    metrics = [m.label for m in sources.metrics.metrics.values()] if sources.metrics else []
    makers = (
        [f"What is {t.lower()} and why does it matter?" for t in titles],
        [f"What is the state of {p}?" for p in projects],
        [f"How many projects are there in each stage in {u}?" for u in units],
        [f"How has {m.lower()} developed over the last two quarters?" for m in metrics],
        [f"What are the top {n} projects and why?" for n in range(2, 8)],
        [f"How should we deal with {t.lower()}, and what should be measured?" for t in titles],
    )
    filled = [cycle(m) for m in makers if m]
    for maker in cycle(filled):
        yield next(maker)


def cold_start(arguments: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one `bearing ask` in a new process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    command = [sys.executable, "-m", "copilot", "ask", "What is model drift?", "--json", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["BEARING_STATE_DIR"] = state
        settings = Settings.from_env(workspace=options.workspace)
        began = time.perf_counter()
        copilot = open_copilot(settings)
        took = time.perf_counter() - began
        from copilot.build import index

        report, _ = index(settings)
        print(f"index from nothing   {report.chunks} chunks in {took:.1f} s, {report.chunks / took:.0f} chunks/s")
        print(f"index unchanged      {report.seconds * 1000:.0f} ms")
        asked = list(islice(questions(copilot.sources), QUESTIONS))
        copilot.ask(asked[0])
        seconds = []
        for question in asked:
            began = time.perf_counter()
            copilot.ask(question)
            seconds.append(time.perf_counter() - began)
        cuts = statistics.quantiles(seconds, n=20)
        middle = statistics.median(seconds)
        print(f"warm ask, {len(asked)} asked  p50 {middle * 1000:.0f} ms, p95 {cuts[-1] * 1000:.0f} ms")
        print(f"peak memory          {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        arguments = ["--workspace", str(options.workspace)] if options.workspace else []
        starts = [cold_start(arguments) for _ in range(3)]
        wall, cpu = (statistics.median(x) for x in zip(*starts, strict=True))
        print(f"cold start of ask    {wall:.2f} s wall, {cpu:.2f} s CPU (median of {len(starts)})")


if __name__ == "__main__":
    main()
