"""Checks a built wheel: it holds the packages with all their data and nothing else, and it works where it is unpacked.

Usage: python scripts/check_wheel.py FOLDER, which holds the wheel. Needs what the wheel depends on, and no network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"copilot": "copilot", "ui": "ui", "evals": "evals", "knowledge": "copilot/_knowledge"}
"""Folders of the source, and where they are in the wheel."""
HELD_BACK = (
    "evals/datasets/heldback.yaml", "evals/claims/heldback.jsonl", "evals/claims/drafts.json", "evals/foreign/",
    "evals/companies/",
)  # fmt: skip
"""Questions that whoever tunes on an installed package shall not meet, and drafts that only the tests replay."""
# Nothing is indexed, drawn or answered without these; named, so that a loss in the source is seen too.
NEEDED = (
    "copilot/retrieval/minilm/model.onnx", "copilot/retrieval/minilm/tokenizer.json",
    "copilot/retrieval/vocab/9b5ad71b2ce5302211f9c61530b329a4922fc6a4", "copilot/memos/memo.typ",
    "copilot/retrieval/vocab/fb374d419588a4632f3f557e76b4b70aebbca790", "copilot/memos/fonts/Inter-Regular.ttf",
    "copilot/reading/model/reader.onnx",
    "copilot/reading/model/matcher.onnx", "copilot/reading/model/chooser.onnx", "copilot/reading/model/words.bin",
    "copilot/reading/model/reranker.onnx", "copilot/reading/model/judge.onnx",
    "copilot/retrieval/mpnet/judge.onnx", "copilot/retrieval/mpnet/words.bin", "copilot/retrieval/mpnet/tokenizer.json",
    "copilot/prompts/system.md",
    "copilot/_knowledge/workspace.yaml", "copilot/_knowledge/records/projects.csv",
    "ui/.streamlit/config.toml", "ui/static/logo.svg", "ui/static/inter.woff2",
)  # fmt: skip
QUESTION = "How many projects are in pilot?"


def main(folder: Path) -> None:
    """Ends with a message for the first thing that is wrong."""
    wheels = list(folder.glob("bearing-*.whl"))
    if len(wheels) != 1:
        sys.exit(f"{folder} holds {len(wheels)} wheels of Bearing, not one.")
    with zipfile.ZipFile(wheels[0]) as wheel, TemporaryDirectory() as scratch:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        shipped = {name for name in _source_files() if not name.startswith(HELD_BACK)}
        _expect_none("lacks", (shipped | {*NEEDED}) - held)
        _expect_none("should not hold", held - shipped)
        wheel.extractall(scratch)
        _try_out(Path(scratch))
    size = wheels[0].stat().st_size / 1e6
    print(f"{wheels[0].name}: {len(held)} files, {size:.1f} MB, complete and working.")


def _source_files() -> Iterable[str]:
    for source, target in PACKAGES.items():
        for path in (ROOT / source).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield f"{target}/{path.relative_to(ROOT / source).as_posix()}"


def _expect_none(fault: str, names: set[str]) -> None:
    if names:
        sys.exit(f"The wheel {fault} {len(names)} files: {', '.join(sorted(names)[:10])}.")


def _try_out(unpacked: Path) -> None:
    """As installed: a question about the workspace that ships, and the set that does not."""
    answer = json.loads(_bearing(unpacked, "ask", QUESTION, "--json").stdout)
    if answer["status"] != "answered" or not answer["citations"]:
        sys.exit(f"{QUESTION} {answer['status']}: {answer['text']}")
    listed, refused = _bearing(unpacked, "eval", "list"), _bearing(unpacked, "eval", "run", "heldback", expected=2)
    for told in (listed.stdout, refused.stderr):
        if "is not installed" not in told.splitlines()[-1]:
            sys.exit(f"Nobody is told that the held-back set is not installed: {told}")


def _bearing(unpacked: Path, *arguments: str, expected: int = 0) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("BEARING_", "OPENAI_"))}
    ours |= {"PYTHONPATH": str(unpacked), "BEARING_STATE_DIR": str(unpacked / "state")}
    command = [sys.executable, "-m", "copilot", *arguments]
    done = subprocess.run(command, cwd=unpacked, env=ours, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        sys.exit(f"bearing {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done


if __name__ == "__main__":
    main(Path(sys.argv[1]))
