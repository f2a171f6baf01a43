"""One long conversation: what it keeps on disk, and whether its turns get slower.

Run `python bench/conversation.py [--turns N] [--workspace DIR]`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path

from ask import questions

from copilot import Settings, open_copilot

WINDOW = 25


def kept(state: Path) -> int:
    """Bytes of the SQLite files that conversations grow."""
    return sum(path.stat().st_size for path in state.glob("*.sqlite*") if path.stem in ("conversations", "agent"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--workspace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env(workspace=options.workspace, state_dir=Path(folder))
        copilot = open_copilot(settings)
        state = settings.workspace_state()
        seconds: list[float] = []
        for number, question in enumerate(islice(questions(copilot.sources), options.turns), 1):
            began = time.process_time()
            copilot.ask(question, conversation="long")
            seconds.append(time.process_time() - began)
            if number % (4 * WINDOW) == 0 or number in (WINDOW, options.turns):
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"turn {number:4}   {kept(state) / 1e6:8.1f} MB kept   "
                    f"{statistics.mean(seconds[-WINDOW:]) * 1000:6.0f} ms CPU a turn   {memory:.0f} MB of memory",
                    flush=True,
                )
        copilot.forget("long")
        copilot.close()
        print(f"forgotten   {kept(state) / 1e6:8.1f} MB kept")


if __name__ == "__main__":
    main()
