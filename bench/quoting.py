"""How well the quoted sentences are those that people marked, and how well the first one cites the right part.

Run `python bench/quoting.py --marked FILE… --acts FOLDER --state FOLDER`: files as `marked.py` reads them, a folder
with the documents that the questions of `tests/retrieval` are about, and one that keeps the indexes for another run.
Then how well questions that the passages do not answer are told from those that they do.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml
from abstention import HEADINGS, Asked, asked_once, asked_twice, report
from marked import Marked, MarkedSet, as_it_stands, folded, indexed, opened, read

from copilot.passages.answerable import model
from copilot.passages.quoting import Quotation, quote
from copilot.passages.ranked import Ranked
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Evidence, Viewer

ROOT = Path(__file__).resolve().parents[1]
ACTS = [ROOT / "tests" / "retrieval" / f"{name}_questions.yaml" for name in ("governance", "everyday")]
_MOST_SHOWN = 6
_MOST_PAGES = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marked", nargs="*", type=Path, default=[])
    parser.add_argument("--acts", type=Path)
    parser.add_argument("--state", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        state = given.state or Path(temporary)
        fitted = model(is_read=True)
        answerable: list[str] = []
        print(f"{'set':16}{'questions':>10}{'first':>8}{'within 6':>9}{'words':>7}{'quotes':>8}")
        for found in [read(path) for path in given.marked if path.is_file()]:
            sources = opened(found, state / found.name)
            print(of_marked(sources, found), flush=True)
            answerable.append(report(found.name, asked_twice(sources, found), fitted["weights"], fitted["least"]))
        if given.acts and given.acts.is_dir():
            sources = indexed(given.acts, state / "acts" / "state")
            for line in of_acts(sources):
                print(line, flush=True)
            answerable.append(report("acts", asked_of_acts(sources), fitted["weights"], fitted["least"]))
        print(HEADINGS, *answerable, sep="\n")


def of_marked(sources: Sources, found: MarkedSet) -> str:
    said = [(question, *quoted(sources, question.text)) for question in found.questions if question.gold]
    first = fmean(shown(*one, 1) > 0 for one in said)
    recall = fmean(shown(*one, _MOST_SHOWN) for one in said)
    words = fmean(sum(len(q.unit.text.split()) for q in quotation.quotes) for _, quotation, _ in said)
    size = fmean(len(quotation.quotes) for _, quotation, _ in said)
    return f"{found.name:16}{len(said):10}{first:8.3f}{recall:9.3f}{words:7.0f}{size:8.1f}"


def quoted(sources: Sources, question: str) -> tuple[Quotation, Sequence[Evidence]]:
    """What is quoted, and the passages that it is of."""
    assert sources.retriever is not None
    evidence = search_knowledge(sources, Viewer(), Arguments(query=question)).evidence
    return quote(Ranked.of(question, evidence, sources.retriever), sources.retriever), evidence


def shown(question: Marked, quotation: Quotation, evidence: Sequence[Evidence], most: int) -> float:
    """The share of the marked sentences that are among the first quotes."""
    texts = [folded(as_it_stands(q.unit, evidence)) for q in quotation.quotes[:most]]
    whole = " ".join(texts)
    gold = [folded(text) for text in question.gold]
    # A sentence that is split otherwise than its marker split it counts by most of its length.
    held = [g in whole or any(text in g and len(text) >= 0.6 * len(g) for text in texts if text) for g in gold]
    return fmean(held)


@dataclass(frozen=True)
class Place:
    """A question about the acts and where it is answered."""

    ask: str
    places: tuple[Mapping[str, Any], ...]

    def holds(self, evidence: Evidence) -> bool:
        numbers = [int(number) for number in re.findall(r"\d+", evidence.locator)]
        first, last = numbers[0], numbers[-1]
        return any(
            evidence.source == place["document"]
            and (
                any(heading.startswith(place["heading"]) for heading in evidence.title.split(" › "))
                if "heading" in place
                else first <= place["pages"][-1]
                and last - first < _MOST_PAGES
                and any(first <= p <= last for p in place["pages"])
                if "pages" in place
                else first <= place["lines"][1] and place["lines"][0] <= last
            )
            for place in self.places
        )


def asked(path: Path) -> list[Place]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = data["documents"]
    return [
        Place(q["ask"], tuple({**place, "document": names[place["document"]]} for place in q["places"]))
        for q in data["questions"]
    ]


def of_acts(sources: Sources) -> Iterator[str]:
    for path in ACTS:
        yield cited(sources, path.stem, asked(path))


def asked_of_acts(sources: Sources) -> list[Asked]:
    """Questions on three public documents, and questions near to their subject that they do not answer."""
    answered = [question.ask for path in ACTS for question in asked(path)]
    others = [ask for path in ACTS for ask in yaml.safe_load(path.read_text(encoding="utf-8")).get("unanswered", [])]
    return [asked_once(sources, ask, True) for ask in answered] + [asked_once(sources, ask, False) for ask in others]


def cited(sources: Sources, name: str, questions: Sequence[Place]) -> str:
    first, among, words = [], [], []
    for question in questions:
        evidence = search_knowledge(sources, Viewer(), Arguments(query=question.ask)).evidence
        assert sources.retriever is not None
        quotation = quote(Ranked.of(question.ask, evidence, sources.retriever), sources.retriever)
        by_id = {item.id: item for item in evidence}
        right = [question.holds(by_id[q.unit.evidence]) for q in quotation.quotes]
        first.append(right[:1] == [True])
        among.append(any(right))
        words.append(sum(len(q.unit.text.split()) for q in quotation.quotes))
    cited_right = f"right place cited first {fmean(first):.3f}, at all {fmean(among):.3f}"
    return f"{name}: {len(questions)} questions, {cited_right}, {fmean(words):.0f} words"


if __name__ == "__main__":
    main()
