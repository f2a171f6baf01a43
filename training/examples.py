"""Utterances as examples to learn from: texts, the names they link to, labels, and a role for each letter."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import yaml
from check_utterances import CONDITION, parse, spans, stages_of
from numpy.typing import NDArray

from copilot.reading.linking import Linker
from copilot.reading.masking import Masked, mask
from copilot.reading.names import Name, document_names, spoken, value_names
from copilot.reading.question import (
    ABOUT_BEARING,
    CLARIFY,
    LABELS,
    OUT_OF_SCOPE,
    Direction,
    Earlier,
    Links,
    Measure,
    Role,
    Shape,
)
from copilot.reading.reader import AFTER
from copilot.retrieval.embedder import encode

TOOLS = (
    "search_knowledge", "search_records", "find_projects", "project_record", "prioritize_projects", "plan_portfolio",
    "lookup_metric", "check_model_health", "diagnose_scaling", "check_governance", "assess_readiness",
    "recommend_operating_model", "plan_change", "what_changed", "draft_memo", "find_duplicates",
    ABOUT_BEARING, CLARIFY, OUT_OF_SCOPE,
)  # fmt: skip
SHAPES, MEASURES, DIRECTIONS, ROLES = get_args(Shape), get_args(Measure), get_args(Direction), get_args(Role)
# Tags of a word piece: outside, then for each role its opening and its continuation.
OUTSIDE = 0
TAGS = 1 + 2 * len(ROLES)

Split = Literal["train", "validation", "test"]
Kind = Literal["line", "follow-up", "alone", "tools only", "beside"]

# Of 20 parts of the hands, by a hash of the name: a hand stays where it is when others are added.
_SALT = "reader-17"
_TEST, _VALIDATION = 3, 2


@dataclass(frozen=True)
class Example:
    hand: str
    kind: Kind
    text: str
    tools: tuple[str, ...]
    """The main one first."""
    acceptable: tuple[str, ...] = ()
    """Others that are not wrong."""
    shape: str | None = None
    measure: str | None = None
    direction: str | None = None
    spans: tuple[tuple[int, int, str], ...] | None = None
    """Start, end and role; None where nobody marked them."""
    style: str = ""
    links: Links = Links()
    workspace: str = ""
    earlier: Earlier | None = None
    """What a follow-up continues."""

    @property
    def masked(self) -> Masked:
        return mask(self.text, self.links)


KEPT: Mapping[str, Split] = {
    "h130": "validation", "h140": "test", "h157": "test", "h172": "validation", "h176": "test",
}  # fmt: skip
"""Of the hands that ask of side tables in words of their own, of those that ask in few words, and of those that set
counts against each other, all of which chance gave to training, those that are kept."""


@dataclass(frozen=True)
class Lettered:
    """A text and the number of the span that each of its letters belongs to, -1 outside."""

    text: str
    numbers: tuple[int, ...]


def split_of(hand: str) -> Split:
    """By chance; hands whose spans nobody marked are for training only."""
    if hand.startswith("hand"):
        return "train"
    if hand in KEPT:
        return KEPT[hand]
    part = int(hashlib.sha256(f"{_SALT}:{hand}".encode()).hexdigest(), 16) % 20
    return "test" if part < _TEST else "validation" if part < _TEST + _VALIDATION else "train"


def load(data: Path, tools_only: Path, qa: Path) -> list[Example]:
    """All examples: lines, the follow-ups as they would stand alone, the older hands, and what documents are asked."""
    examples: list[Example] = []
    linkers: dict[str, Linker] = {}
    for file in sorted((data / "hands").glob("*.jsonl")):
        for line in _lines(file):
            if line["w"] not in linkers:
                linkers[line["w"]] = linker_of(data / "workspaces" / f"{line['w']}.yaml")
            linker = linkers[line["w"]]
            earlier = _earlier(line["before"], linker) if line.get("before") else None
            for example in _of_line(file.stem, line):
                before = earlier if example.kind == "follow-up" else None
                examples.append(replace(example, workspace=line["w"], links=linker.link(example.text), earlier=before))
    for file in sorted(tools_only.glob("*.jsonl")):
        for line in _lines(file):
            tools, acceptable = (
                tuple(OUT_OF_SCOPE if tool == "none_out_of_scope" else tool for tool in line.get(key, ()))
                for key in ("tools", "acceptable")
            )
            examples.append(Example(file.stem, "tools only", line["text"], tools, acceptable))
    for file in sorted(qa.glob("*.jsonl")):
        for line in _lines(file):
            for question in line["questions"]:
                shape = question["shape"] if question["shape"] in SHAPES else None
                examples.append(Example(file.stem, "tools only", question["q"], ("search_knowledge",), shape=shape))
    return examples


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    yield from (json.loads(raw) for raw in file.read_text(encoding="utf-8").splitlines() if raw.strip())


def _earlier(turns: Sequence[Mapping[str, Any]], linker: Linker) -> Earlier:
    """The turns before a follow-up, with the tool that answered the last."""
    text = AFTER.join(spans(turn["t"])[0] for turn in turns)
    calls = turns[-1].get("call") or ()
    return Earlier(text, linker.link(text), parse(calls[0])[0] if calls else "")


def is_whole(example: Example) -> bool:
    """Whether a line says the same after any other question; one that is unclear alone continues whatever came
    before."""
    return example.kind in ("line", "alone") and CLARIFY not in (*example.tools, *example.acceptable)


def beside(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """The whole questions, by workspace."""
    found: dict[str, list[Example]] = {}
    for example in filter(is_whole, examples):
        found.setdefault(example.workspace, []).append(example)
    return found


def after_another(examples: Sequence[Example]) -> list[Example]:
    """The whole lines, each beside another question of its workspace that it does not continue."""
    others = beside(examples)
    return [
        replace(x, kind="beside", earlier=told(random.Random(x.text).choice(others[x.workspace])))
        for x in examples
        if x.kind == "line" and is_whole(x)
    ]


def told(example: Example) -> Earlier:
    """An example as the turn before another."""
    return Earlier(example.text, example.links, "" if example.tools[0] in LABELS else example.tools[0])


def _of_line(hand: str, line: Mapping[str, Any]) -> Iterator[Example]:
    text, marks = spans(line["t"])
    calls = [parse(call) for call in line.get("call", ())]
    marks = with_base(text, marks, calls)
    example = Example(
        hand,
        "follow-up" if line.get("before") else "line",
        text,
        tuple(line["tools"]),
        tuple(line.get("ok", ())),
        line["shape"],
        _measure(calls),
        _direction(calls),
        tuple(marks),
        line["style"],
    )
    yield example
    if line.get("alone"):
        yield replace(example, kind="alone", text=spans(line["alone"])[0], spans=None)


def with_base(
    text: str, marks: Sequence[tuple[int, int, str]], calls: Sequence[tuple[str, dict[str, Any]]]
) -> list[tuple[int, int, str]]:
    """The spans of a share's base as `among`: those nearest in meaning to the conditions of the call's `of`."""
    shares = [a for tool, a in calls if tool == "find_projects" and a.get("measure") == "share" and a.get("of")]
    if len(shares) != 1:
        return list(marks)
    stated = [*shares[0].get("where", []), *shares[0]["of"]]
    restricting = [m for m in marks if m[2] in ("filter", "not", "bound", "period", "compare")]
    if len(restricting) != len(stated):
        # One span for all: it is the base where the share is of something with no other condition.
        return [(s, e, "among") if r == "filter" and not shares[0].get("where") else (s, e, r) for s, e, r in marks]
    phrases = [" ".join(spoken(part) for part in (m[1], m[3])) if (m := CONDITION.fullmatch(c)) else c for c in stated]
    nearness = encode_all([text[s:e] for s, e, _ in restricting]) @ encode_all(phrases).T
    best = max(itertools.permutations(range(len(stated))), key=lambda p: sum(nearness[i, c] for i, c in enumerate(p)))
    base = {restricting[i] for i, c in enumerate(best) if c >= len(shares[0].get("where", []))}
    return [(s, e, "among") if (s, e, r) in base else (s, e, r) for s, e, r in marks]


def encode_all(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.stack([encode(text) for text in texts])


def _measure(calls: list[tuple[str, dict[str, Any]]]) -> str:
    for tool, arguments in calls:
        if tool == "find_projects":
            return str(arguments["measure"]).split("(")[0]
    return "none"


def _direction(calls: list[tuple[str, dict[str, Any]]]) -> str:
    for _, arguments in calls:
        if arguments.get("order_by"):
            return "descending" if str(arguments["order_by"]).startswith("-") else "ascending"
        if arguments.get("bottom"):
            return "ascending"
        if arguments.get("top"):
            return "descending"
    return "none"


def linker_of(file: Path) -> Linker:
    workspace = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Linker(list(_names(workspace)), workspace["today"], workspace["fiscal_year_start_month"])


def _names(workspace: Mapping[str, Any]) -> Iterator[Name]:
    """The names that `copilot.reading.names` would give for such a workspace."""
    for person in workspace["people"]:
        yield Name("person", person, person)
    for text in (*stages_of(workspace).names, *workspace["units"]):
        yield Name("value", spoken(str(text)), str(text))
    for gate in workspace["gates"]:
        yield Name("gate", gate, gate)
    for document in workspace["documents"]:
        for text in (*document_names(document["title"]), document.get("abbreviation")):
            if text:
                yield Name("document", text, document["title"])
    for metric in workspace["metrics"]:
        for text in (metric["label"], metric["name"], *metric.get("synonyms", ())):
            yield Name("metric", spoken(str(text)), metric["name"])
    for table, about in workspace["tables"].items():
        for text in (table, *about.get("synonyms", ())):
            yield Name("table", spoken(text), table, table)
        yield from _table_names(table, about)


def _table_names(table: str, about: Mapping[str, Any]) -> Iterator[Name]:
    columns, rows = about["columns"], list(csv.DictReader(io.StringIO(about["csv"].strip())))
    named = {column["type"]: name for name, column in columns.items() if column["type"] in ("id", "name")}
    for row in rows:
        key, title = row.get(named.get("id", ""), ""), row.get(named.get("name", ""), "")
        for text in dict.fromkeys(filter(None, (key, title))):
            yield Name("record", text, key or title, table, title=title)
    for name, column in columns.items():
        for text in (name, *column.get("synonyms", ())):
            yield Name("column", spoken(str(text)), name, table)
        if column["type"] in ("category", "stage", "person"):
            yield from value_names(table, name, sorted({row[name] for row in rows}))


def lettered(example: Example, masked: bool) -> Lettered:
    """The text with or without its names, ready to be made noisy."""
    text = example.masked if masked else Masked(example.text)
    inside = [-1] * len(example.text)
    for number, (start, end, _) in enumerate(example.spans or ()):
        inside[start:end] = [number] * (end - start)
    numbers = []
    for position in range(len(text.text)):
        start, end = text.original(position, position + 1)
        counted = inside[start:end]
        numbers.append(max(set(counted), key=counted.count))
    return Lettered(text.text, tuple(numbers))


def varied(letters: Lettered, chance: random.Random) -> Lettered:
    """As it may have been typed: letters wrong in half of the texts, some all in lower case or without a mark."""
    pairs = list(zip(letters.text, letters.numbers, strict=True))
    if chance.random() < 0.5:
        pairs = list(_mistyped(pairs, chance))
    if chance.random() < 0.4 and pairs[-1][0] in ".?!":
        pairs.pop()
    if chance.random() < 0.3:
        pairs = [(c.lower() if len(c.lower()) == 1 else c, n) for c, n in pairs]
    if chance.random() < 0.1:
        pairs = [(c, n) for c, n in pairs if c not in ",.?!;:"]
    return Lettered("".join(c for c, _ in pairs), tuple(n for _, n in pairs))


def _mistyped(pairs: list[tuple[str, int]], chance: random.Random) -> Iterator[tuple[str, int]]:
    """A letter dropped, swapped or doubled in 18 % of the longer words."""
    start = 0
    while start < len(pairs):
        end = next((k for k in range(start, len(pairs)) if pairs[k][0] == " "), len(pairs))
        word = pairs[start:end]
        if len(word) > 3 and chance.random() < 0.18:
            i, kind = chance.randrange(len(word) - 1), chance.random()
            if kind < 0.4:
                word = word[:i] + word[i + 1 :]
            elif kind < 0.75:
                word = [*word[:i], word[i + 1], word[i], *word[i + 2 :]]
            else:
                word = word[:i] + [word[i]] + word[i:]
        yield from word
        yield from pairs[end : end + 1]
        start = end + 1


def tags_of(letters: Lettered, offsets: list[tuple[int, int]], roles: list[str]) -> list[int]:
    """A tag for each word piece, by the letters it covers; `roles` has one entry for each numbered span."""
    tags, previous = [], -1
    for start, end in offsets:
        counted = letters.numbers[start:end]
        number = max(set(counted), key=counted.count) if counted else -1
        opening = 1 + 2 * ROLES.index(roles[number]) if number >= 0 else OUTSIDE
        tags.append(opening + 1 if number >= 0 and number == previous else opening)
        previous = number
    return tags
