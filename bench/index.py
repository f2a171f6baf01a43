"""Cost of the index at several sizes: building, one changed file, asking, memory and disk.

Run `python bench/index.py [--sizes 1000 10000 100000] [--embed-all]`. The documents recombine sentences of the
sections of `knowledge/`. Embedding 100,000 chunks and their sentences takes half an hour of two idle cores, so beyond
`EMBEDDED` chunks the vectors are those of the sections, disturbed at random, unless `--embed-all` is given; the lines
say which. A query is what the chat asks: passages alone, ranked by words, meaning and nearest sentence. Figures are of
this machine and this run; compare only within one.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copilot.retrieval import chunker, loaders
from copilot.retrieval.embedder import Vectors, encode, encode_each
from copilot.retrieval.index import writing
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sentences import Wording, packed
from copilot.retrieval.sync import sync
from copilot.settings import shipped_workspace
from copilot.types import Viewer
from copilot.workspace import Workspace

SIZES = (1_000, 10_000, 100_000)
EMBEDDED = 1_000
SECTIONS = 20
"""Sections of one generated file; each is one chunk."""
QUERIES = 200
SEED = 11
# Set by the project itself: p50 of a query, CPU of one changed file at the largest size, time to build over time to
# embed at 10,000 chunks.
LIMITS = "limits: query p50 15 ms, one changed file 3 s of CPU at 100,000; built in 1.2 x embedding at 10,000"


@dataclass(frozen=True)
class Material:
    """Sections of the shipped workspace to recombine."""

    headings: list[str]
    sentences: list[str]


def material() -> Material:
    root = shipped_workspace()
    read = [loaders.load(s, "") for s in loaders.find_sources(root) if s.path.suffix == ".md"]
    chunks = [chunk for document in read for chunk in chunker.split(document)]
    lines = (line.strip(" #>*|-") for chunk in chunks for line in chunk.text.split("\n"))
    headings = sorted({chunk.heading_path[-1] for chunk in chunks if chunk.heading_path})
    return Material(headings, sorted({line for line in lines if 40 < len(line) < 400}))


def section(known: Material, rng: random.Random, number: int) -> str:
    text = " ".join(rng.choice(known.sentences) for _ in range(rng.randint(3, 5)))
    return f"## {rng.choice(known.headings)} {number}\n\n{text}\n"


def write_documents(root: Path, chunks: int) -> None:
    known, rng = material(), random.Random(SEED)
    for number in range(0, chunks, SECTIONS):
        path = root / f"part-{number // 5000}" / f"document-{number // SECTIONS}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        sections = [section(known, rng, number + place) for place in range(SECTIONS)]
        path.write_text("\n".join([f"# {rng.choice(known.headings)} {number}\n", *sections]))


def wordings_of(root: Path) -> list[Wording]:
    documents = (loaders.load(source, "") for source in loaders.find_sources(root))
    return [Wording.of(chunk) for document in documents for chunk in chunker.split(document)]


def disturbed(wordings: Sequence[Wording], seed: int) -> Iterator[Vectors]:
    """Vectors of each one's texts: of some of a few real texts, moved by about a fifth of their length."""
    rng = np.random.default_rng(seed)
    real = np.stack(list(encode_each([wording.whole for wording in wordings[:EMBEDDED]])))
    for wording in wordings:
        drawn = real[rng.integers(len(real), size=len(wording.texts))]
        vectors = drawn + rng.normal(0, 0.2 / np.sqrt(real.shape[1]), drawn.shape)
        yield (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def give_vectors(root: Path, state: Path) -> None:
    """Put the vectors where an earlier run would have left them."""
    wordings = wordings_of(root)
    whole: dict[str, bytes] = {}
    sentences: dict[str, bytes] = {}
    for wording, vectors in zip(wordings, disturbed(wordings, SEED), strict=True):
        whole[wording.sha] = vectors[0].tobytes()
        if wording.views:
            sentences[wording.sha] = packed(list(vectors[1:]))
    with writing(state) as writer:
        writer.manifest.save_vectors(whole, sentences)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def build(root: Path, state: Path) -> dict[str, float]:
    began, used = time.perf_counter(), cpu()
    report = sync(Workspace.open(root), None, state)
    return {
        "chunks": report.chunks,
        "embedded": report.embedded,
        "seconds": time.perf_counter() - began,
        "cpu": cpu() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def change(root: Path, state: Path) -> dict[str, float]:
    """One file written anew in another process than the one that built; its imports count too."""
    path = sorted(root.rglob("*.md"))[7]
    known, rng = material(), random.Random(SEED + 1)
    used = cpu()
    path.write_text("\n".join(["# Changed\n", *(section(known, rng, place) for place in range(SECTIONS))]))
    began = time.perf_counter()
    report = sync(Workspace.open(root), None, state)
    if report.changed != 1 or not (report.health and report.health.is_sound):
        raise SystemExit(f"the change was not indexed: {report}")
    return {"cpu": cpu() - used, "seconds": time.perf_counter() - began, "embedded": report.embedded}


def ask(root: Path, state: Path) -> dict[str, float]:
    known, rng = material(), random.Random(SEED + 2)
    retriever, viewer = Retriever(state), Viewer()
    retriever.search("warm", viewer, kind="passage")
    seconds, used = [], []
    for number in range(QUERIES):
        words = rng.choice(known.sentences).split()[:9]
        began, before = time.perf_counter(), time.process_time()
        retriever.search(f"{' '.join(words)} {rng.choice(known.headings)} {number}", viewer, kind="passage")
        seconds.append(time.perf_counter() - began)
        used.append(time.process_time() - before)
    return {
        "p50": statistics.median(seconds) * 1000,
        "p95": statistics.quantiles(seconds, n=20)[-1] * 1000,
        "cpu": statistics.median(used) * 1000,
    }


def embed(root: Path, state: Path) -> dict[str, float]:
    """What the vectors of some chunks and of their sentences take, each text once as in a run."""
    wordings = wordings_of(root)[:EMBEDDED]
    texts = list(dict.fromkeys(text for wording in wordings for text in wording.texts))
    encode("warm")
    began, used = time.perf_counter(), cpu()
    for _ in encode_each(texts):
        pass
    return {"chunks": len(wordings), "seconds": time.perf_counter() - began, "cpu": cpu() - used}


STEPS = {"build": build, "change": change, "ask": ask, "embed": embed}


def in_process(step: str, root: Path, state: Path) -> dict[str, float]:
    """A step in a process of its own, so that its memory and CPU are its own."""
    command = [sys.executable, __file__, "--step", step, str(root), str(state)]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return found


def measure(size: int, embed_all: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, state = Path(folder) / "workspace", Path(folder) / "state"
        root.mkdir()
        write_documents(root, size)
        embedding = in_process("embed", root, state)
        given = size > EMBEDDED and not embed_all
        if given:
            give_vectors(root, state)
        built = in_process("build", root, state)
        changed = in_process("change", root, state)
        asked = in_process("ask", root, state)
        disk = sum(path.stat().st_size for path in state.rglob("*") if path.is_file()) / 1e6
        shutil.rmtree(state)
    chunks = built["chunks"]
    own = embedding["cpu"] / embedding["chunks"]
    rest = (built["cpu"] - (0 if given else own * chunks)) / chunks
    how = f"vectors disturbed, {EMBEDDED} embedded to time it" if given else "every vector embedded"
    speed, each = chunks / built["seconds"], built["cpu"] / chunks * 1000
    print(
        f"{chunks:,.0f} chunks ({how})\n"
        f"  build           {speed:.0f} chunks/s, {each:.2f} ms CPU a chunk\n"
        f"  of embedding    {own * 1000:.2f} ms CPU a chunk; all the rest {rest * 1000:.2f}: "
        f"built in {(own + rest) / own:.2f} x its time\n"
        f"  peak memory     {built['peak']:.0f} MB; on disk {disk:.0f} MB, {disk / chunks * 1000:.1f} kB a chunk\n"
        f"  changed file    {changed['cpu']:.2f} s CPU with its process, {changed['embedded']:.0f} texts embedded\n"
        f"  query           p50 {asked['p50']:.1f} ms, p95 {asked['p95']:.1f} ms, p50 of CPU {asked['cpu']:.1f} ms; "
        f"{QUERIES} different, embedded each",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--embed-all", action="store_true", help="compute every vector, also at the larger sizes")
    parser.add_argument("--step", nargs=3, metavar=("STEP", "WORKSPACE", "STATE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, root, state = options.step
        print(json.dumps(STEPS[step](Path(root), Path(state))))
        return
    print(LIMITS)
    for size in options.sizes:
        measure(size, options.embed_all)


if __name__ == "__main__":
    main()
