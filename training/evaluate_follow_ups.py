"""How well follow-ups to documents find their answer, on the pairs of `training/data/follow_ups`.

    PYTHONPATH=bench python training/evaluate_follow_ups.py --state FOLDER

Of follow-ups that another sentence answers than the question before, and of those that the same one answers: a
marked unit first and among three, with the judge reading the follow-up with what it continues, alone, and both. The
passages are of hands that nothing was trained on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from marked import as_it_stands, folded, opened, read  # noqa: E402

from copilot.passages.ranked import Ranked  # noqa: E402
from copilot.passages.units import Unit  # noqa: E402
from copilot.reading.reader import AFTER  # noqa: E402
from copilot.sources import Sources  # noqa: E402
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge  # noqa: E402
from copilot.types import Viewer  # noqa: E402

DATA = ROOT / "training" / "data"
READ: Mapping[str, Callable[[str, str], tuple[str, ...]]] = {
    "with what it continues": lambda alone, topic: (topic,),
    "alone": lambda alone, topic: (alone,),
    "both": lambda alone, topic: (alone, topic),
}
"""What the judge reads, by name."""


def lines() -> Iterator[dict[str, Any]]:
    for file in sorted((DATA / "follow_ups").glob("f*.jsonl")):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def outcomes(line: Mapping[str, Any], sources: Sources) -> Iterator[tuple[str, bool, bool]]:
    """By what the judge reads: a marked unit first, and among three."""
    assert sources.retriever is not None
    topic = f"{line['before']}{AFTER}{line['q']}"
    evidence = search_knowledge(sources, Viewer(), Arguments(query=topic)).evidence
    both = Ranked.of(topic, evidence, sources.retriever)
    ranked = Ranked.of(line["q"], evidence, sources.retriever).beside(both)
    gold = [folded(text) for text in line["sentences"]]

    def is_marked(unit: Unit) -> bool:
        text = folded(as_it_stands(unit, evidence))
        return bool(text) and any(text in g or g in text for g in gold)

    for name, asked in READ.items():
        right = [is_marked(unit) for unit in ranked.read_beside(*asked(line["q"], topic)).best[:3]]
        yield name, right[0], any(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, required=True, help="keeps the indexes for another run")
    given = parser.parse_args()
    opened_hands: dict[str, Sources] = {}
    found: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for line in lines():
        if not line["sentences"]:
            continue
        hand = line["id"].partition("-")[0]
        if hand not in opened_hands:
            opened_hands[hand] = opened(read(DATA / "qa" / f"{hand}.jsonl"), given.state / hand)
        kind = "the same sentence" if set(line["sentences"]) & set(line["told"]) else "another sentence"
        for name, first, three in outcomes(line, opened_hands[hand]):
            found.setdefault((kind, name), []).append((first, three))
    for (kind, name), right in found.items():
        first, three = (mean(hit[n] for hit in right) for n in (0, 1))
        print(f"{kind}, judged {name}: first {first:.3f}, among three {three:.3f}, of {len(right)}")


if __name__ == "__main__":
    main()
