"""Killed runs, and runs on a machine without a network."""

import hashlib
import random
import subprocess
import sys
import time
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from retrieval_library import Library, on_a_server_too

from copilot import retrieval
from copilot.retrieval.index import writing
from copilot.retrieval.sync import sync
from copilot.types import Viewer
from copilot.workspace import Workspace

BOARD = Viewer(labels=frozenset({"board"}))
QUERY = "how long is training data kept, and what is model drift?"

SYNC = """
import sys
from pathlib import Path
from copilot.retrieval.sync import sync
from copilot.workspace import Workspace
sync(Workspace.open(Path(sys.argv[1])), None, Path(sys.argv[2]), chroma_url=sys.argv[3] or None)
"""

WITHOUT_NETWORK = """
import socket, sys
from datetime import date
from pathlib import Path

def refuse(*arguments, **named):
    raise AssertionError(f"a socket was used: {arguments}")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
socket.socket.bind = socket.socket.sendto = refuse

from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.types import Viewer
from copilot.workspace import Workspace

root, state = map(Path, sys.argv[1:3])
report = sync(Workspace.open(root), None, state)
for limit in (20_000, 0):
    found = Retriever(state, exact_limit=limit).search("model drift", Viewer(), 3, as_of=date(2026, 3, 1))
    print(report.documents, found[0].chunk.document_id)
"""


def contents(library: Library, exact_limits: tuple[int, ...] = (0,)) -> list[object]:
    """The ranking of everything, by vectors from Chroma or, beyond 0 chunks, from the manifest."""
    rankings = []
    for exact_limit in exact_limits:
        retriever = library.reader(exact_limit)
        found = retriever.search(QUERY, BOARD, 99)
        rankings.append([(s.chunk, s.score, s.cosine, s.bm25) for s in found])
        retriever.close()
    return list(rankings)


def run(program: str, library: Library) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, str(library.root), str(library.state), library.chroma_url or ""]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def sync_in_child(root: Path, state: Path, chroma_url: str | None, begins: Barrier) -> None:
    begins.wait(60)
    sync(Workspace.open(root), None, state, chroma_url=chroma_url)


def run_in_child(library: Library, killed_after_seconds: float | None) -> float:
    """A sync in a process of its own, ended without warning so long after it has begun; its length in seconds."""
    # Children of a server that has imported everything: what is killed is the sync, not Python's start.
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["copilot.retrieval.sync", "copilot.retrieval.health", "chromadb", "joblib"])
    begins = processes.Barrier(2)
    child = processes.Process(target=sync_in_child, args=(library.root, library.state, library.chroma_url, begins))
    child.start()
    begins.wait(60)
    began = time.perf_counter()
    if killed_after_seconds is not None:
        time.sleep(killed_after_seconds)
        child.kill()
    child.join()
    return time.perf_counter() - began


@on_a_server_too
@pytest.mark.timeout(900)  # few seconds of CPU, but in twenty processes: long on a busy machine
def test_killed_at_any_moment_the_index_opens_and_the_next_run_completes(library: Library) -> None:
    lengths = []
    for number in range(2):
        library.write("kept/0.md", f"# Number {number}\n\nNot killed: this measures how long a run takes.\n")
        lengths.append(run_in_child(library, None))
    draw = random.Random(20)
    new = contents(library)
    ended, turns = 0, 5 if library.chroma_url else 12
    for turn in range(turns):
        old = new
        library.write("turn.md", f"# Turn\n\nTraining data of ward {turn} drifts.\n")
        library.write(f"kept/{turn % 7}.md", f"# Number {turn}\n\nWard {turn} counts its beds {turn} times.\n")
        if turn % 3:
            (library.root / f"kept/{(turn + 2) % 7}.md").unlink(missing_ok=True)
        run_in_child(library, draw.uniform(0, min(lengths)))
        seen = contents(library)
        report = library.sync()
        new = contents(library)
        assert seen in (old, new)
        if report.health is None:
            ended += 1
            with writing(library.state, library.chroma_url) as writer:
                assert writer.examine().is_sound
        else:
            assert report.health.is_sound
    assert ended < turns * 0.8, "hardly one was killed: they had ended before"
    fresh = library.beside()
    fresh.sync()
    assert contents(fresh, (0, 20_000)) == contents(library, (0, 20_000))


def test_indexing_and_searching_open_no_socket(bare_library: Library) -> None:
    result = run(WITHOUT_NETWORK, bare_library)
    assert result.stderr == ""
    assert result.stdout.split("\n")[:2] == ["7 playbook/model-monitoring.md"] * 2


@on_a_server_too
def test_a_reader_sees_the_old_index_or_the_new_one_while_another_process_writes(library: Library) -> None:
    reader = library.reader()

    def matches() -> int:
        return sum(scored.bm25 > 0 for scored in reader.search("quorvex", BOARD, 99))

    seen = {matches()}
    for number in range(30):
        library.write(f"added/{number}.md", f"# Number {number}\n\nThe quorvex of ward {number}.\n")
    command = [sys.executable, "-c", SYNC, str(library.root), str(library.state), library.chroma_url or ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            seen.add(matches())
    assert matches() == 30
    assert seen <= {0, 30}
    reader.close()


def test_the_shipped_model_and_vocabularies_are_the_ones_described() -> None:
    folder = Path(retrieval.__file__).parent
    for part in ("minilm", "vocab"):
        description = (folder / part / "README.md").read_text()
        files = [p for p in (folder / part).iterdir() if p.name not in ("README.md", "LICENSE")]
        assert len(files) == 2
        for path in files:
            assert hashlib.sha256(path.read_bytes()).hexdigest() in description
