"""Fits `copilot/passages/answerable.json` on questions with marked sentences, ours and public ones.

Run `PYTHONPATH=bench python training/fit_answerable.py FILE… --state FOLDER`; `bench/quoting.py` tests what comes out
on other corpora. Only sets whose licence allows what ships to be trained on them belong here. Questions of
`training/data/unanswered` that stand beside those of a set are asked too; nothing answers them. A row a set: how the
model of the other sets does on it, and on those that have a sister alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import logistic
import numpy as np
from abstention import HEADINGS, WRONGLY_REFUSED, Asked, asked_once, asked_twice, numbers, report, scores
from marked import opened, read
from train_judge import sisters

from copilot.passages.answerable import FILE, Signals
from copilot.sources import Sources

QA = Path(__file__).parent / "data" / "qa"
_OURS, _PUBLIC = 600, 200
"""What each set counts, whatever its size; people do not ask a company's policies what they ask an encyclopaedia."""
_REFUSED = {"read": 0.2, "unread": WRONGLY_REFUSED}
"""The share of the answerable below `least`. Near misses of ours are harder than what most people ask."""
_ALL = [f.name for f in fields(Signals)]
NAMES = {"read": _ALL, "unread": [name for name in _ALL if name != "certainty"]}
"""By which signals it is told, of questions beside which the best units were read by the judge, and of others."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--state", type=Path, required=True, help="keeps the indexes for another run")
    given = parser.parse_args()
    sets, pairs = {}, {}
    for found in map(read, given.files):
        sources = opened(found, given.state / found.name)
        sets[found.name] = asked_twice(sources, found)
        if beside := sisters(found.name):
            pairs[found.name] = asked_beside(sources, beside)
    counts = {read(f).name: _OURS if f.resolve().is_relative_to(QA) else _PUBLIC for f in given.files}
    models = {}
    for kind, names in NAMES.items():
        # Nothing but the judge tells a pair apart.
        nearly = pairs if kind == "read" else {}
        own = {name: [*qs, *(q for q in nearly.get(name, ()) if not q.is_answerable)] for name, qs in sets.items()}
        weights = fitted(own, counts, names)
        answerable = [q for questions in own.values() for q in questions if q.is_answerable]
        least = round(float(np.quantile(scores(weights, answerable), _REFUSED[kind])), 3)
        models[kind] = {"weights": weights, "least": least}
        print(kind, HEADINGS, sep="\n")
        for name, questions in own.items():
            others = fitted({key: other for key, other in own.items() if key != name}, counts, names)
            print(report(name, questions, others, least), flush=True)
            if name in pairs:
                print(report(f"{name}, pairs", pairs[name], others, least), flush=True)
    FILE.write_text(json.dumps(models, indent=2) + "\n", encoding="utf-8")


def asked_beside(sources: Sources, beside: Mapping[str, Sequence[str]]) -> list[Asked]:
    """Questions that something answers and those beside each that nothing does."""
    return [
        asked_once(sources, text, text == question)
        for question, unanswered in beside.items()
        for text in (question, *unanswered)
    ]


def fitted(sets: Mapping[str, Sequence[Asked]], counts: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """What tells the answerable questions of all sets from the others."""
    # What the search missed is neither an answer nor a near miss.
    kept = {name: [q for q in own if q.is_found or not q.is_answerable] for name, own in sets.items()}
    every = [question for own in kept.values() for question in own]
    shares = np.concatenate([np.full(len(own), counts[name] / len(own)) for name, own in kept.items()])
    labels = np.array([float(question.is_answerable) for question in every])
    return logistic.fitted(numbers(every, names), labels, names, shares)


if __name__ == "__main__":
    main()
