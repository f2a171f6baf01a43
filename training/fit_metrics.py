"""Fits `copilot/tools/lookup_metric/certainty.json`: how probable it is that a metric is what a question asks for.

python training/fit_metrics.py        reads lines of the validation hands, tests on the test hands

Lines of all tools that name a metric or of which the reader may want one, questions of `training/data/unheld` that
nothing holds, and the pairs of `training/data/unheld_metrics`, of which a metric holds one. The hands of `MORE` ask for
metrics that sound like rows; the reader has learnt none of them, the network that reads metrics has.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import yaml

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import logistic  # noqa: E402
from check_utterances import DATA, parse, spans  # noqa: E402
from evaluate_calls import Space, space  # noqa: E402
from examples import split_of  # noqa: E402

from copilot.reading.asked import Asked  # noqa: E402
from copilot.reading.certainty import DOUBTED, HARDLY  # noqa: E402
from copilot.reading.logistic import weights  # noqa: E402
from copilot.reading.reader import read  # noqa: E402
from copilot.records.catalogue import Catalogue, Metric  # noqa: E402
from copilot.tools.lookup_metric.certainty import FILE, Signals, certainty, nearest, signals, whole  # noqa: E402
from copilot.types import Viewer  # noqa: E402

TOOL = "lookup_metric"
MORE = {"h164": "validation", "h165": "validation", "h166": "test"}
EVERY = 5
"""Of the lines on other things than metrics every fifth is read."""
WANTED = 0.05
"""From so sure a wish of the reader on a metric that is not named is thought of."""
WRONG = 2.0
"""What a question that does not ask for the metric counts in the fit: a figure that is told falsely firmly is worse
than a right one with a doubt."""


@dataclass(frozen=True)
class Case:
    signals: Signals
    is_right: bool
    """Whether the question asks for that metric."""
    of: str
    """The tool that is wanted; "nothing" where nothing holds what is asked."""


def cases(split: str) -> Iterator[Case]:
    for file in sorted((DATA / "hands").glob("h*.jsonl")):
        if MORE.get(file.stem, split_of(file.stem)) != split:
            continue
        for n, raw in enumerate(file.read_text(encoding="utf-8").splitlines()):
            line = json.loads(raw)
            called = [parse(call) for call in line.get("call", ())]
            tool, gold = called[0] if called else (line["tools"][0], {})
            if not line.get("before") and len(called) < 2 and (tool == TOOL or n % EVERY == 0):
                yield from case(line["w"], spans(line["t"])[0], tool, gold.get("metric"))
    for file in sorted((DATA / "unheld").glob("n*.jsonl")):
        for raw in file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ():
            line = json.loads(raw)
            yield from case(line["w"], line["t"], "nothing", None)
    for file in sorted((DATA / "unheld_metrics").glob("n*.jsonl")):
        for raw in file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ():
            line = json.loads(raw)
            yield from case(line["w"], line["t"], "nothing", None)
            yield from case(line["w"], line["held"], TOOL, parse(line["call"])[1]["metric"])


def catalogue(where: Space, name: str) -> Catalogue:
    """The metrics of a workspace of the training data."""
    told: dict[str, str] = {}
    for file in sorted((DATA / "definitions").glob("*.yaml")):
        told |= yaml.safe_load(file.read_text(encoding="utf-8")).get(name, {})
    known = {
        str(m["name"]): Metric(
            name=str(m["name"]), label=str(m["label"]), synonyms=tuple(map(str, m.get("synonyms") or ())),
            definition=told.get(str(m["name"]), ""), unit="share" if m.get("unit") == "%" else str(m.get("unit")),
            dimensions={str(by): str(by) for by in m.get("by") or ()},
        )
        for m in where.about["metrics"]
    }  # fmt: skip
    return Catalogue(known, "metrics.yaml")


def case(name: str, text: str, tool: str, metric: str | None) -> Iterator[Case]:
    where = space(name)
    links = where.linker.link(text)
    known = catalogue(where, name)
    sources = replace(where.sources, metrics=known)
    asked = Asked(text, links, read(text, links, None), where.columns, where.view, sources, Viewer())
    named = [x.key for x in links.of("metric")]
    if not known.metrics or not (named or asked.reading.tools.get(TOOL, 0.0) >= WANTED):
        return
    near = [nearest(asked, span)[0] for span in (*asked.reading.of("measure", "topic")[:2], whole(asked))]
    found = named[0] if named else max(near, key=lambda x: x[1])[0]
    yield Case(signals(asked, known.metrics[found]), found == metric, tool)


def main() -> None:
    found = {split: [*cases(split)] for split in ("validation", "test")}
    own = found["validation"]
    rows = np.array([[*asdict(x.signals).values()] for x in own])
    labels = np.array([float(x.is_right) for x in own])
    shares = np.where(labels > 0, 1.0, WRONG)
    told = logistic.fitted(rows, labels, [f.name for f in fields(Signals)], shares)
    FILE.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    weights.cache_clear()
    for split, some in found.items():
        kinds = {
            "right": [x for x in some if x.is_right],
            "another metric": [x for x in some if x.of == TOOL and not x.is_right],
            "rows, documents": [x for x in some if x.of not in (TOOL, "nothing")],
            "nothing": [x for x in some if x.of == "nothing"],
        }
        sure = {kind: np.array([certainty(x.signals) for x in of]) for kind, of in kinds.items()}
        wrong = np.concatenate([odds for kind, odds in sure.items() if kind != "right"])
        area = np.mean(sure["right"][:, None] > wrong[None])
        print(f"{split}: area {area:.3f}")
        for kind, odds in sure.items():
            print(f"  {kind} ({len(odds)}): firm {np.mean(odds >= DOUBTED):.2f}, told {np.mean(odds >= HARDLY):.2f}")


if __name__ == "__main__":
    main()
