"""Fits `copilot/reading/model/facts.json`: how probable it is that a record holds the fact that a question asks for.

python training/fit_facts.py        reads the lines of the validation hands, tests on the test hands

Lines that ask facts of one record, and the pairs of `training/data/unheld` of which one question is held and the other
is not, as far as they name a record and the reader takes them for a question about one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import logistic  # noqa: E402
from check_utterances import DATA, parse, spans  # noqa: E402
from evaluate_calls import Space, space  # noqa: E402
from examples import split_of  # noqa: E402

from copilot.reading.asked import Asked  # noqa: E402
from copilot.reading.certainty import DOUBTED, HARDLY  # noqa: E402
from copilot.reading.facts import FILE, SHAPES, Signals, certainty, judged, named, signals, told_of  # noqa: E402
from copilot.reading.logistic import weights  # noqa: E402
from copilot.reading.reader import read  # noqa: E402
from copilot.types import Viewer  # noqa: E402

TOOL = "project_record"
WANTED = 0.3
"""So surely the reader takes a question for one about a record."""
UNHELD = 1.0
"""What a question that nothing holds counts in the fit."""


@dataclass(frozen=True)
class Case:
    signals: Signals
    is_right: bool
    """Whether a column that is told is asked for."""
    is_first_right: bool
    is_right_today: bool
    """Whether what the parts of the question say is shown is just what is asked for."""
    is_held: bool


def cases(split: str) -> Iterator[Case]:
    for file in sorted((DATA / "hands").glob("h*.jsonl")):
        for raw in file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ():
            line = json.loads(raw)
            calls = [parse(call) for call in line.get("call", ())]
            if len(calls) == 1 and calls[0][0] == TOOL and calls[0][1].get("aspects") and not line.get("before"):
                yield from case(space(line["w"]), spans(line["t"])[0], None, calls[0][1]["aspects"])
    for file in sorted((DATA / "unheld").glob("n*.jsonl")):
        for raw in file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ():
            line = json.loads(raw)
            call = parse(line["call"])[1]
            yield from case(space(line["w"]), line["t"], None, [])
            yield from case(space(line["w"]), line["held"], call["table"], call.get("show", []))


def case(where: Space, text: str, table: str | None, wanted: list[str]) -> Iterator[Case]:
    links = where.linker.link(text)
    asked = Asked(text, links, read(text, links, None), where.columns, where.view, where.sources, Viewer())
    record = next(iter(links.of("record")), None)
    if record is None or asked.reading.tools.get(TOOL, 0.0) < WANTED or asked.reading.shape not in SHAPES:
        return
    held = where.about["tables"].get(record.table, {}).get("columns", {})
    columns = {where.called(record.table, name) for name in wanted if name in held}
    if wanted and (not columns or table not in (None, record.table)):
        return
    shown, scored = asked.of_table(record.table).shown, judged(asked, record)
    told, said = told_of(scored), {*shown, *named(asked, record)}
    yield Case(
        signals(scored, told, said),
        bool(columns & {*told}),
        scored[0][0] in columns,
        {*shown} == columns,
        bool(wanted),
    )


def main() -> None:
    found = {split: [*cases(split)] for split in ("validation", "test")}
    own = found["validation"]
    rows = np.array([[*asdict(x.signals).values()] for x in own])
    labels = np.array([float(x.is_right) for x in own])
    shares = np.array([1.0 if x.is_held else UNHELD for x in own])
    told = logistic.fitted(rows, labels, [f.name for f in fields(Signals)], shares)
    FILE.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    weights.cache_clear()
    for split, own in found.items():
        held, unheld = [x for x in own if x.is_held], [x for x in own if not x.is_held]
        kinds = {
            "right": [x for x in held if x.is_right],
            "wrong": [x for x in held if not x.is_right],
            "unheld": unheld,
        }
        sure = {kind: np.array([certainty(x.signals) for x in of]) for kind, of in kinds.items()}
        first, before = np.mean([x.is_first_right for x in held]), np.mean([x.is_right_today for x in held])
        print(f"{split}: {len(held)} held, first column right {first:.3f}, by the parts alone all right {before:.3f}")
        for kind, odds in sure.items():
            print(f"  {kind} ({len(odds)}): firm {np.mean(odds >= DOUBTED):.2f}, told {np.mean(odds >= HARDLY):.2f}")


if __name__ == "__main__":
    main()
