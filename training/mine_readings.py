"""What the product itself holds possible for each line over rows, so that the reranker learns from its own mistakes.

    python training/mine_readings.py HAND … --out FOLDER

Each line of `training/data/hands` becomes the reading that is found part by part and those near it, most probable
first, each in plain words and marked where it selects and computes what the writer meant; of a follow-up what it would
be alone. A pair of `training/data/unheld` becomes two: the question that a call answers, and its sister, for which
every reading is wrong. Runs where the product does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from check_utterances import DATA, parse, spans  # noqa: E402
from evaluate_calls import Space, as_call, compare, space  # noqa: E402

from copilot.errors import CopilotError  # noqa: E402
from copilot.reading.asked import Asked  # noqa: E402
from copilot.reading.call import Call  # noqa: E402
from copilot.reading.profiles import Profile  # noqa: E402
from copilot.reading.reader import read  # noqa: E402
from copilot.reading.reranking import said  # noqa: E402
from copilot.reading.rows import Restriction  # noqa: E402
from copilot.reading.tables import by_table  # noqa: E402
from copilot.tools.find_projects.calls import arguments_of  # noqa: E402
from copilot.types import Viewer  # noqa: E402

MOST = 12


def readings(asked: Asked) -> Iterator[Restriction]:
    """The first of each table, the most probable tables first, then what is near those of the first two."""
    found = [r for r, _ in by_table(asked.text, asked.restrictions, asked.columns.get, asked.columns.main)]
    yield from found[:3]
    for reading, most in zip(found, (MOST, MOST // 2), strict=False):
        yield from asked.near(reading)[:most]


def bare(profile: Profile | None) -> Profile | None:
    """A column as it is called, without its synonyms."""
    return profile and replace(profile, texts=profile.texts[:1])


def mined(line: dict[str, Any], where: Space) -> dict[str, Any] | None:
    """A line with its readings; None where it is none over rows or its call cannot be read."""
    calls = [parse(c) for c in line.get("call", [])]
    if len(calls) != 1 or calls[0][0] != "find_projects" or (line.get("before") and not line.get("alone")):
        return None
    text = spans(line["alone"] if line.get("before") else line["t"])[0]
    return _judged(text, as_call("find_projects", calls[0][1], where), where)


def pair(line: dict[str, Any], where: Space) -> Iterator[dict[str, Any]]:
    """Both questions of a pair with their readings."""
    yield _judged(line["held"], as_call("find_projects", parse(line["call"])[1], where), where)
    yield _judged(line["t"], None, where) | {"unheld": True}


def _judged(text: str, gold: Call | None, where: Space) -> dict[str, Any]:
    """A question with its readings, each with whether it is the call that is meant; none is where nothing is."""
    links = where.linker.link(text)
    asked = Asked(text, links, read(text, links, None), where.columns, where.view, where.sources, Viewer())
    found: dict[str, tuple[str, int]] = {}
    for reading in readings(asked):
        call = Call("find_projects", arguments_of(asked, reading))
        marks = compare(call, gold, where) if gold is not None else {}
        plain = said(reading, lambda t, c: bare(where.columns.get(t, c)))
        is_right = all(marks.values()) and len(marks) > 1
        found.setdefault(said(reading, where.columns.get), (plain, int(is_right)))
    return {"q": text, "readings": [[told, plain, right] for told, (plain, right) in found.items()]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hands", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="takes one line of so many")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for hand in given.hands:
        rows = []
        is_pair = hand.startswith("n")
        file = DATA / ("unheld" if is_pair else "hands") / f"{hand}.jsonl"
        for raw in file.read_text(encoding="utf-8").splitlines()[:: given.every]:
            line = json.loads(raw)
            try:
                found = [*pair(line, space(line["w"]))] if is_pair else [mined(line, space(line["w"]))]
            except (ValueError, KeyError, TypeError, CopilotError):
                continue
            rows += [row for row in found if row is not None]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (given.out / f"{hand}.readings.jsonl").write_text(text, encoding="utf-8")
        first = sum(row["readings"][0][2] for row in rows)
        some = sum(any(right for *_, right in row["readings"]) for row in rows)
        print(f"{hand}: {len(rows)} lines, first right {first}, one of all right {some}", flush=True)


if __name__ == "__main__":
    main()
