"""Fits `copilot/reading/model/certainty.json`: how probable it is that a call over rows is what a question means.

python training/fit_certainty.py        reads the lines of the validation hands, tests on the test hands

Of `training/data/unheld` both questions of a pair are read: the call of the one may be right, of the other none is. As
many questions that nothing holds as others would make all calls less probable than they are among the questions of
people, so each counts for a part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import logistic  # noqa: E402
from check_utterances import DATA, parse  # noqa: E402
from evaluate_calls import outcome, space  # noqa: E402
from examples import split_of  # noqa: E402

from copilot.errors import CopilotError  # noqa: E402
from copilot.reading.certainty import DOUBTED, FILE, HARDLY, Signals, certainty  # noqa: E402
from copilot.reading.logistic import weights  # noqa: E402

EVERY = 3
"""Of the lines of the hands one in so many is read; of the pairs all."""
UNHELD = 0.4
"""What a question that nothing holds counts in the fit."""


def asked(hands: Sequence[str]) -> Iterator[tuple[Signals, bool]]:
    """The signals of each line's call as read, and whether it is right; follow-ups are left out."""
    for hand in hands:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]:
            line = json.loads(raw)
            if line["tools"][0] != "find_projects" or len(line["call"]) != 1 or line.get("before"):
                continue
            try:
                found, marks, rows = outcome(line, parse(line["call"][0])[1], space(line["w"]), True)
            except (ValueError, CopilotError):
                continue
            if rows.signals is not None:
                yield rows.signals, all(marks.values()) and len(marks) > 1


def pairs(hands: Sequence[str]) -> Iterator[tuple[Signals, bool, bool]]:
    """Both questions of each pair: the signals of its call as read, whether that is right, and whether a table holds
    what is asked."""
    for hand in hands:
        for raw in (DATA / "unheld" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            where = space(line["w"])
            gold = parse(line["call"])[1]
            for text, is_held in ((line["held"], True), (line["t"], False)):
                try:
                    _, marks, rows = outcome({"t": text}, gold, where, True)
                except (ValueError, CopilotError):
                    continue
                if rows.signals is not None:
                    yield rows.signals, is_held and all(marks.values()) and len(marks) > 1, is_held


def fitted(found: Sequence[tuple[Signals, bool]], unheld: Sequence[Signals]) -> dict[str, float]:
    rows = np.array([[*asdict(signals).values()] for signals in (*(s for s, _ in found), *unheld)])
    labels = np.array([*(float(is_right) for _, is_right in found), *(0.0 for _ in unheld)])
    shares = np.array([*(1.0 for _ in found), *(UNHELD for _ in unheld)])
    return logistic.fitted(rows, labels, [f.name for f in fields(Signals)], shares)


def report(found: Sequence[tuple[Signals, bool]]) -> str:
    """How well the shipped weights tell right from wrong: area under the curve, and shares right by probability."""
    probable = np.array([certainty(s) for s, _ in found])
    is_right = np.array([r for _, r in found])
    above = probable[is_right][:, None] - probable[~is_right][None, :]
    area = float((above > 0).mean() + 0.5 * (above == 0).mean())
    told = [f"{len(found)} calls, {is_right.mean():.2f} right, area under the curve {area:.3f}"]
    edges = [0.0, 0.2, DOUBTED, 0.5, 0.65, 0.8, 1.0]
    for low, high in zip(edges, edges[1:], strict=False):
        held = (probable >= low) & (probable < high)
        if held.any():
            told.append(f"  {low:.2f} to {high:.2f}: {held.sum()} calls, {is_right[held].mean():.2f} right")
    return "\n".join(told)


def told_as(unheld: Sequence[Signals]) -> str:
    """How many of them are told firmly, with a doubt, and not at all."""
    probable = np.array([certainty(s) for s in unheld])
    firm, hardly = (probable >= DOUBTED).mean(), (probable < HARDLY).mean()
    return f"{len(unheld)}: {firm:.2f} firmly, {1 - firm - hardly:.2f} with a doubt, {hardly:.2f} not told"


def main() -> None:
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    found = {split: list(asked([h for h in hands if split_of(h) == split])) for split in ("validation", "test")}
    writers = sorted(p.stem for p in (DATA / "unheld").glob("n*.jsonl"))
    sisters = {split: list(pairs([w for w in writers if split_of(w) == split])) for split in found}
    for split, own in sisters.items():
        found[split] += [(signals, is_right) for signals, is_right, is_held in own if is_held]
    unheld = {split: [signals for signals, _, is_held in own if not is_held] for split, own in sisters.items()}
    FILE.write_text(json.dumps(fitted(found["validation"], unheld["validation"]), indent=2) + "\n", encoding="utf-8")
    weights.cache_clear()
    for split, own in found.items():
        print(split, report(own))
        print("  of questions that nothing holds:", told_as(unheld[split]))


if __name__ == "__main__":
    main()
