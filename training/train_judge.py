"""Trains the judge: which of the units that a search brings answers a question.

    PYTHONPATH=bench python training/train_judge.py near HAND … --state FOLDER
    python training/train_judge.py train --state FOLDER --weights FOLDER [--steps N] [--start FILE] [--keep FILE]

    PYTHONPATH=bench python training/train_judge.py mine HAND … --state OTHER
    python training/train_judge.py fit --state OTHER

`near` keeps, of the documents of each hand of `training/data/qa`, the units that come nearest to each question, with
those that are marked as answers. `train` tells the marked ones from the others, on the published all-mpnet-base-v2; the
sisters of questions in `training/data/unanswered` are read beside the units that answer the question they stand beside,
none of which answers them. `mine` keeps the units that the search brings, in the order of the ranking of the day, and
`fit` fits `answers` of `copilot/passages/judging.json` on those of the validation hands and measures it on the test
hands. All but `train` run where the product does. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from copilot.passages.judging import FILE, LENGTHS, written  # noqa: E402
from copilot.retrieval.pairs import pieces  # noqa: E402
from copilot.retrieval.sentences import plain  # noqa: E402
from copilot.types import Evidence  # noqa: E402

DATA = ROOT / "training" / "data" / "qa"
SISTERS = DATA.parent / "unanswered"
ANSWERS = ("yes", "no", "depends")
"""What a unit may say to a yes-or-no question: the judge learns it beside its own task and does not tell it. Where it
is surest of "no", .89 of 53 validation and test questions have it so."""
KEPT = 20
"""Units that are kept of a search, the first by the ranking of the day."""
_OF_UNIT, _OF_WORDS, _OF_PASSAGE = 6.0, 1.5, 4.0
"""What counts for how near a unit comes: its cosine, the share of the question's words, the cosine of its passage."""
OTHERS, NEAR = 4, 8
"""Units beside one that answers: most of them of the nearest."""
UNANSWERED = 0.2
"""Share of the questions that are read beside units none of which answers."""
MOST_RIGHT = 2
NOISY = 0.1
"""Share of the questions that are mistyped."""
SISTERS_READ = 1 / 6
"""Of an epoch's sisters, how many there are to each other question."""
BATCH = 8
RATES = 4e-5, 1e-3
"""Of the encoder and of the head."""
OF_SAYING = 0.5
"""Weight of telling what a unit says to a yes-or-no question, beside telling whether it answers."""


@dataclass(frozen=True)
class Question:
    text: str
    right: Sequence[str]
    others: Sequence[str]
    """The nearest first."""
    is_first: bool
    """Whether a unit that answers came first before."""
    says: int
    """What those that answer say to a yes-or-no question, by its place in `ANSWERS`; -1 where that is not labelled."""
    sister: str = ""
    """A question that none of all these units answers."""


def mine(names: Sequence[str], state: Path) -> None:
    from marked import Marked, as_it_stands, folded, opened, read

    from copilot.passages.ranked import Ranked
    from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
    from copilot.types import Viewer

    for name in names:
        if (state / f"{name}.mined.jsonl").is_file():
            continue
        found = read(DATA / f"{name}.jsonl")
        unanswered = [Marked(q, ()) for row in rows_of(name) for q in row.get("unanswered", ())]
        sources = opened(found, state / name)
        assert sources.retriever is not None
        mined = []
        for question in (*found.questions, *unanswered):
            evidence = search_knowledge(sources, Viewer(), Arguments(query=question.text)).evidence
            ranked = Ranked.of(question.text, evidence, sources.retriever)
            gold = [folded(g) for g in question.gold]
            texts = (folded(as_it_stands(u, ranked.evidence)) for u in ranked.best)
            marked = [any(t and (t in g or g in t) for g in gold) for t in texts]
            kept = [n for n, is_right in enumerate(marked) if n < KEPT or is_right]
            told = [(written(ranked.best[n]), int(marked[n]), round(ranked.score(ranked.best[n]), 3)) for n in kept]
            mined.append({"q": question.text, "units": told})
        _write(state, name, mined)


def near(names: Sequence[str], state: Path) -> None:
    import numpy as np
    from marked import as_it_stands, folded

    from copilot.passages.ranked import coverage_of
    from copilot.passages.units import said_in_full, units
    from copilot.retrieval.embedder import Embedder

    embedder = Embedder()
    for name in names:
        rows = rows_of(name)
        evidence = [
            _passage(f"{n}-{place}", row["document"], heading, text)
            for n, row in enumerate(rows)
            for place, (heading, text) in enumerate(
                ((row["heading"], row["passage"]), (f"{row['heading']}, continued", row["near_miss"]))
            )
        ]
        own = {item.id: item for item in evidence}
        places = {key: n for n, key in enumerate(own)}
        found = [u for item in evidence for u in units(item) if not u.is_label]
        stand = [folded(as_it_stands(u, [own[u.evidence]])) for u in found]
        vectors = embedder.embed([plain(said_in_full(u)) for u in found])
        passages = embedder.embed([f"{item.title}: {item.text}" for item in evidence])
        asked = [(q["q"], [folded(s) for s in q["sentences"]]) for row in rows for q in row["questions"]]
        asked += [(q, []) for row in rows for q in row.get("unanswered", ())]
        mined = []
        for (text, gold), vector in zip(asked, embedder.embed([q for q, _ in asked]), strict=True):
            covered, of_passage = coverage_of(text, found), passages @ vector
            scores = _OF_UNIT * (vectors @ vector) + np.array(
                [_OF_WORDS * covered[u] + _OF_PASSAGE * of_passage[places[u.evidence]] for u in found]
            )
            marked = [any(t and (t in g or g in t) for g in gold) for t in stand]
            kept = [n for place, n in enumerate(np.argsort(-scores)) if place < KEPT or marked[n]]
            told = [(written(found[n]), int(marked[n]), round(float(scores[n]), 3)) for n in kept]
            mined.append({"q": text, "units": told})
        _write(state, name, mined)


def _passage(key: str, document: str, heading: str, text: str) -> Evidence:
    return Evidence(
        id=key,
        kind="passage",
        source=document,
        locator="",
        title=f"{document} › {heading}",
        text=text,
        document=document,
    )


def _write(state: Path, name: str, mined: Sequence[Mapping[str, Any]]) -> None:
    state.mkdir(parents=True, exist_ok=True)
    target = state / f"{name}.mined.jsonl"
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in mined), encoding="utf-8")
    print(name, len(mined), mean(bool(r["units"] and r["units"][0][1]) for r in mined), flush=True)


def hand_of(mined: Path) -> str:
    return mined.name.partition(".")[0]


def labelled(hand: str) -> dict[str, int]:
    """What the yes-or-no questions of a hand are answered with."""
    asked = [question for row in rows_of(hand) for question in row["questions"]]
    return {q["q"]: ANSWERS.index(q["answer"]) for q in asked if q.get("answer") in ANSWERS}


def rows_of(hand: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (DATA / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines()]


def sisters(hand: str) -> dict[str, list[str]]:
    """The questions that stand beside one of a hand's and that nothing answers."""
    found: dict[str, list[str]] = {}
    for file in sorted(SISTERS.glob("*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if row["hand"] == hand:
                found.setdefault(row["beside"], []).append(row["t"])
    return found


def golden(hand: str) -> dict[str, list[str]]:
    """What answers the questions of a hand, as `written`: the search does not bring it to all of them."""
    return {
        q["q"]: [f"{row['document']} › {row['heading']}: {plain(text)}" for text in q["sentences"]]
        for row in rows_of(hand)
        for q in row["questions"]
    }


def questions(files: Sequence[Path]) -> list[Question]:
    found = []
    for file in files:
        says, beside, gold = (read(hand_of(file)) for read in (labelled, sisters, golden))
        for raw in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(raw)
            asked = row["q"]
            right = [text for text, is_right, _ in row["units"] if is_right]
            others = [text for text, is_right, _ in row["units"] if not is_right]
            if not others:
                continue
            found.append(Question(asked, right, others, bool(row["units"][0][1]), says.get(asked, -1)))
            for sister in beside.get(asked, ()):
                found.append(Question(asked, right or gold[asked], others, found[-1].is_first, -1, sister))
    return found


Pair = tuple[str, str, bool]
"""A question, a unit, and whether that answers it."""


def every(x: Question) -> list[Pair]:
    return [*((x.text, unit, True) for unit in x.right), *((x.text, unit, False) for unit in x.others)]


def beside(x: Question, rng: random.Random) -> list[Pair]:
    """Some of what answers a question and some of what does not."""
    told = [] if rng.random() < UNANSWERED else rng.sample(x.right, min(len(x.right), MOST_RIGHT))
    near = rng.sample(x.others[:NEAR], min(len(x.others[:NEAR]), OTHERS - 2))
    others = near + rng.sample(x.others[NEAR:], min(len(x.others[NEAR:]), OTHERS - len(near)))
    return every(replace(x, right=told, others=others))


def apart(x: Question) -> list[list[Pair]]:
    """Which of a question and its sister each unit answers, and what comes near the sister."""
    told = [[(x.text, unit, True), (x.sister, unit, False)] for unit in x.right[:MOST_RIGHT]]
    return [*told, [(x.sister, unit, False) for unit in x.others[:OTHERS]]]


def train(given: argparse.Namespace) -> None:
    import torch
    from examples import split_of
    from fitting import cut, fit
    from judge_network import export, opened
    from mpnet import PAD, tokenizer
    from pairs import Batch, padded, read, which_is_right
    from torch.nn.functional import cross_entropy
    from train_matcher import noisy

    torch.manual_seed(0)
    files = sorted(given.state.glob("*.mined.jsonl"))
    split = {f: split_of(hand_of(f)) for f in files}
    data = {s: questions([f for f in files if split[f] == s]) for s in ("train", "test")}
    alone = [x for x in data["train"] if not x.sister]
    pairs = [x for x in data["train"] if x.sister]
    print({s: len(found) for s, found in data.items()}, flush=True)
    if not data["train"]:
        sys.exit(f"{given.state} holds no questions of hands to train on.")
    model, words = opened(given.weights, len(ANSWERS), given.start), tokenizer(given.weights)
    rng = random.Random(0)

    def batch(some: Sequence[Question], is_training: bool) -> Batch:
        rows, owners, right, says = [], [], [], []
        for x in some:
            for group in apart(x) if x.sister else [beside(x, rng) if is_training else every(x)]:
                for asked, unit, is_right in group:
                    text = noisy(asked, rng) if is_training and rng.random() < NOISY else asked
                    rows.append(pieces(words, text, unit, LENGTHS))
                    right.append(float(is_right))
                    says.append(x.says if is_right else -1)
                owners += [owners[-1] + 1 if owners else 0] * len(group)
        return (*padded(rows, owners, right, PAD), torch.tensor(says))

    def batches() -> Iterator[Batch]:
        def length(x: Question) -> int:
            return len(x.text) + max(map(len, x.others[:5]))

        while True:
            some = rng.sample(pairs, min(len(pairs), round(len(alone) * SISTERS_READ)))
            yield from (batch(part, True) for part in cut([*alone, *some], BATCH, length, rng))

    def loss(found: Batch) -> torch.Tensor:
        told = read(model, found)
        which, says = which_is_right(told[:, 0], *found[3:5]), found[5]
        if not (says >= 0).any():
            return which
        return which + OF_SAYING * cross_entropy(told[:, 1:], says, ignore_index=-1)

    def measure() -> Mapping[str, float]:
        """Of the test hands: shares of questions with a unit that answers first, of those that have one; of labelled
        units whose answer is told right; and of units that are told to answer the question of a pair rather than its
        sister."""
        model.eval()
        now, says, parted = [], [], []
        with torch.no_grad():
            for x in data["test"]:
                if not x.right:
                    continue
                found = read(model, batch([x], False))
                if x.sister:
                    parted += [float(found[2 * n, 0] > found[2 * n + 1, 0]) for n in range(len(x.right[:MOST_RIGHT]))]
                    continue
                now.append(float(int(found[:, 0].argmax()) < len(x.right)))
                if x.says >= 0:
                    says.append(float(int(found[0, 1:].argmax()) == x.says))
        measured = {"now": now, "says": says, "parted": parted}
        return {name: round(mean(values), 3) if values else math.nan for name, values in measured.items()}

    fit(model, lambda: islice(batches(), given.steps), given.steps, 1, RATES, loss, measure)
    if given.keep:
        torch.save(model.state_dict(), given.keep)
    export(model, given.weights, given.out)


def fit_weights(state: Path) -> None:
    """What the ranking and the judge count together, and how certain that is."""
    import logistic
    import numpy as np
    from examples import split_of

    from copilot.passages.bands import lies_within, sizes
    from copilot.passages.judging import MOST, WEIGHTS, network
    from copilot.passages.ranking import leads
    from copilot.retrieval import pairs

    of_band = {True: 1.0, False: -1.0, None: 0.0}
    found: dict[str, list[tuple[Any, Any, Any, Any]]] = {"validation": [], "test": []}
    for file in sorted(state.glob("*.mined.jsonl")):
        split = split_of(hand_of(file))
        for raw in file.read_text(encoding="utf-8").splitlines() if split in found else ():
            row = json.loads(raw)
            units = sorted(row["units"], key=lambda u: -u[2])
            judged = pairs.scores(network(), row["q"], [text for text, *_ in units[:MOST]], LENGTHS)
            read = np.array([*judged, *[min(judged)] * (len(units) - len(judged))])
            asked = sizes(row["q"])
            held = np.array([of_band[lies_within(asked, u[0].partition(": ")[2]) if asked else None] for u in units])
            found[split].append((np.array([u[2] for u in units]), read, held, np.array([u[1] for u in units])))

    def scored(before: Any, read: Any, held: Any, by: Sequence[float]) -> Any:
        return by[0] * before + by[1] * read + by[2] * (held > 0) + by[3] * (held < 0)

    def loss(by: Sequence[float]) -> float:
        total = 0.0
        for before, read, held, right in found["validation"]:
            if right.any():
                scores = scored(before, read, held, by)
                total += np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[right > 0])
        return float(total)

    steps, more = np.linspace(0.0, 1.5, 16), np.linspace(0.0, 2.0, 9)
    two = min(((r, j) for r in steps for j in steps), key=lambda pair: loss((*pair, 0.0, 0.0)))
    best = min(((*two, within, -beyond) for within in more for beyond in more), key=loss)
    rows, labels = [], []
    for before, read, held, right in found["validation"]:
        scores = scored(before, read, held, best)
        rows.append(leads(scores)[:2])
        labels.append(float(right[np.argsort(-scores)[:3]].any()))
    certain = logistic.fitted(np.array(rows), np.array(labels), ["lead", "best"])
    written = dict(zip(("ranked", "judged", "within", "beyond"), best, strict=True))
    written["certain"] = [certain["lead"], certain["best"], certain["bias"]]
    shipped = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    shipped["answers"] |= {k: np.round(v, 4).tolist() for k, v in written.items()}
    WEIGHTS.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    for split, own in found.items():
        for name, by in (("ranked", (1.0, 0, 0, 0)), ("judged", (0, 1.0, 0, 0)), ("both", (*two, 0, 0)), ("all", best)):
            first, three, six, doubted, sure = [], [], [], [], []
            for before, read, held, right in own:
                scores = scored(before, read, held, by)
                order = right[np.argsort(-scores)]
                first.append(order[:1].any())
                three.append(order[:3].any())
                six.append(order[:6].sum() / max(1, right.sum()))
                logit = leads(scores) @ np.array(written["certain"])
                (sure if logit > 0 else doubted).append(order[:3].any())
            told = {"first": first, "one of three": three, "marked in six": six, "sure": sure, "doubted": doubted}
            print(split, name, {k: (round(float(np.mean(v)), 3), len(v)) for k, v in told.items() if v}, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("near", "mine", "train", "fit"))
    parser.add_argument("hands", nargs="*")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="folder of the published weights")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--steps", type=int, default=430)
    parser.add_argument("--start", type=Path, help="what a training kept, or the shipped model, to go on from")
    parser.add_argument("--keep", type=Path, help="where to keep what was learnt, in full precision")
    given = parser.parse_args()
    if given.what in ("near", "mine"):
        (near if given.what == "near" else mine)(given.hands, given.state)
    elif given.what == "fit":
        fit_weights(given.state)
    else:
        train(given)


if __name__ == "__main__":
    main()
