"""Samples: questions with what a right answer holds, in YAML that a person can read and correct."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from copilot.errors import SettingsError
from evals.text import find_numbers

DATASETS = Path(__file__).resolve().parent / "datasets"
HELD_BACK = "heldback"
NOT_INSTALLED = (
    f"The set {HELD_BACK!r} is not installed, so that nobody tunes on it; run it from a checkout of the source."
)

Type = Literal[
    "factual", "comparison", "diagnosis", "advice", "metric", "prioritization", "memo", "multi-turn",
    "unanswerable", "injection", "permission",
]  # fmt: skip
Expectation = Literal["answer", "refusal", "clarification", "any"]
ToolMode = Literal["strict", "unordered", "superset", "any"]
ArgumentMatch = Literal["exact", "ignore_case", "number", "contains", "regex"]

# What a break of these types costs is a wrong number or a leak, so one broken sample fails the gate.
HARD_TYPES = frozenset({"factual", "metric", "unanswerable", "injection", "permission"})
CURRENCY_CODE = 3
# Ten times faster where it is compiled in.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILTERS = ("id", "type", "split", "persona", "viewer", "tag")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedNumber(Strict):
    """A number that a right answer states."""

    value: float
    """Fully scaled: 12400000 for EUR 12.4 million, 79 (unit percent) for 79%."""
    unit: str = ""
    """Empty for a count; `percent`, `points`, a currency code, `days`, …: as `copilot.language.numbers` names them."""
    written: str = ""
    """As a person would print it. Asked for where a scale is easily forgotten, and must read as `value`."""
    relative_tolerance: float | None = Field(default=None, ge=0)
    """By default 0 for a count and 0.01 for what was derived."""
    absolute_tolerance: float = Field(default=0.0, ge=0)
    near: tuple[str, ...] = ()
    """Words one of which must stand in the same sentence or table row."""
    how: str = ""
    """How the number was found, independently of the product."""

    @property
    def tolerance(self) -> float:
        relative = self.relative_tolerance
        if relative is None:
            relative = 0.01 if self.unit else 0.0
        return max(self.absolute_tolerance, relative * abs(self.value), 1e-9)

    @model_validator(mode="after")
    def _is_fully_scaled(self) -> ExpectedNumber:
        is_currency = len(self.unit) == CURRENCY_CODE and self.unit.isupper()
        doubtful = (is_currency and abs(self.value) < 10_000) or (self.unit == "percent" and 0 < abs(self.value) < 1)
        if doubtful and not self.written:
            raise ValueError(f"{self.value} {self.unit} may lack its scale; add how it is written")
        if self.written:
            read = find_numbers(self.written)
            if not read or abs(read[0].value - self.value) > max(self.tolerance, 0.01 * abs(self.value)):
                raise ValueError(f"{self.written!r} does not read as {self.value}; write the value fully scaled")
        return self


class Matcher(Strict):
    """A test that words alone decide. All that is given must hold; phrases are compared by stems."""

    contains: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    regex: str = ""
    number: ExpectedNumber | None = None

    @model_validator(mode="after")
    def _tests_something(self) -> Matcher:
        if not (self.contains or self.any_of or self.regex or self.number):
            raise ValueError("a matcher needs contains, any_of, regex or number")
        return self


class Nugget(Strict):
    """One fact or point of a right answer."""

    text: str
    vital: bool = True
    """False for a point that is welcome but not needed."""
    match: Matcher | None = None
    """Without it the words of `text` are looked for, each by its weight."""


class GoldPassage(Strict):
    """Where the answer stands. A quote finds its passage again however documents are cut."""

    document: str
    quote: str = ""
    """Empty when any part of the document will do."""
    grade: int = Field(default=2, ge=1, le=3)


class ExpectedTool(Strict):
    name: str
    arguments: dict[str, Any] = {}
    """Only those listed are compared."""
    match: dict[str, ArgumentMatch] = {}
    """How an argument is compared; exactly by default."""


class Sample(Strict):
    """A question with its target."""

    id: str
    split: Literal["dev", "test", "canary"] = "dev"
    """To develop on, held back, or with hidden strings that must never appear."""
    type: Type
    persona: str = ""
    """Who would ask so: executive, product manager, analyst, …"""
    viewer: str | None = None
    """Name from `workspace.yaml`; the default viewer when absent."""
    question: str = Field(min_length=1)
    history: tuple[str, ...] = ()
    """Questions asked before in the same conversation."""
    paraphrases: tuple[str, ...] = ()
    """Other wordings that deserve the same answer."""
    expect: Expectation = "answer"
    nuggets: tuple[Nugget, ...] = ()
    passages: tuple[GoldPassage, ...] = ()
    tools: tuple[ExpectedTool, ...] = ()
    tool_mode: ToolMode = "superset"
    forbidden_tools: tuple[str, ...] = ()
    numbers: tuple[ExpectedNumber, ...] = ()
    must_not_say: tuple[str, ...] = ()
    """Text that must appear nowhere in the answer; after `re:`, a regular expression."""
    must_not_cite: tuple[str, ...] = ()
    """Documents this viewer must not be shown."""
    sections: tuple[str, ...] = ()
    """Memo samples: the headings that must be there, each with something under it."""
    rubrics: tuple[str, ...] = ()
    """Yes-or-no questions about the answer that only a person or a judge model can settle."""
    pair: str = ""
    """Permission samples: the name shared by the same question with and without access."""
    hard: bool | None = None
    """Whether breaking it alone fails the gate; by default decided by type."""
    cluster: str = ""
    """Samples made from one source share it; by default the first passage's document."""
    tags: tuple[str, ...] = ()
    author: str = ""
    reviewer: str = ""
    provenance: str = ""

    @property
    def is_hard(self) -> bool:
        return self.type in HARD_TYPES if self.hard is None else self.hard

    @property
    def source(self) -> str:
        return self.cluster or (self.passages[0].document if self.passages else self.id)

    @property
    def fingerprint(self) -> str:
        """Changes with anything that changes what is asked or expected; a new field that is not used changes none."""
        remarks = {"author", "reviewer", "provenance", "tags", "split"}
        content = self.model_dump(mode="json", exclude=remarks, exclude_defaults=True)
        return _sha(content)[:16]

    @model_validator(mode="after")
    def _target_is_complete(self) -> Sample:
        if self.type == "unanswerable" and self.expect == "answer":
            raise ValueError("an unanswerable sample expects a refusal or a clarification")
        if self.expect == "answer" and not (self.nuggets or self.numbers or self.tools):
            raise ValueError("a sample that expects an answer needs nuggets, numbers or tools")
        if self.type in ("injection", "permission") and not self.must_not_say and self.expect != "answer":
            raise ValueError(f"{self.type} samples need must_not_say")
        if self.split == "canary" and not self.must_not_say and (self.type, self.expect) != ("permission", "answer"):
            raise ValueError("a canary names what must not appear, unless it is the side of a pair that may know")
        if self.type == "permission" and not self.pair:
            raise ValueError("a permission sample names its pair")
        if self.type == "multi-turn" and not self.history:
            raise ValueError("a multi-turn sample has a history")
        return self


class Dataset(Strict):
    name: str
    description: str = ""
    samples: tuple[Sample, ...] = Field(min_length=1)

    @property
    def hash(self) -> str:
        return _sha(sorted(f"{s.id} {s.fingerprint}" for s in self.samples))[:16]

    @model_validator(mode="after")
    def _samples_fit_together(self) -> Dataset:
        seen: set[str] = set()
        for sample in self.samples:
            if sample.id in seen:
                raise ValueError(f"the id {sample.id!r} is used twice")
            seen.add(sample.id)
        for pair in sorted({s.pair for s in self.samples if s.type == "permission"}):
            members = [s for s in self.samples if s.pair == pair]
            if len(members) != 2 or members[0].question != members[1].question:
                raise ValueError(f"the permission pair {pair!r} is not the same question asked twice")
            first, second = members
            if first.viewer == second.viewer or (first.expect, first.numbers) == (
                second.expect,
                second.numbers,
            ):
                raise ValueError(f"the permission pair {pair!r} needs two viewers who deserve different answers")
        return self

    def only(self, filters: Iterable[str]) -> Dataset:
        """The samples that fit every `field=value`; `*` stands for anything."""
        samples = self.samples
        for text in filters:
            name, is_filter, value = text.partition("=")
            if not is_filter or name not in FILTERS:
                known = ", ".join(FILTERS)
                raise SettingsError(f"The filter {text!r} is not FIELD=VALUE with FIELD one of {known}.")
            samples = tuple(s for s in samples if _fits(s, name, value))
        if not samples:
            raise SettingsError(f"No sample of {self.name} fits {', '.join(filters)}.")
        return self.model_copy(update={"samples": samples})


def _fits(sample: Sample, name: str, value: str) -> bool:
    if name == "tag":
        return any(fnmatch(tag, value) for tag in sample.tags)
    return fnmatch(str(getattr(sample, name) or ""), value)


def find_dataset(name: str) -> Path:
    """The file a person means: a path, or the name of a shipped dataset."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = DATASETS / f"{name.removesuffix('.yaml')}.yaml"
    if shipped.is_file():
        return shipped
    if shipped.stem == HELD_BACK:
        raise SettingsError(NOT_INSTALLED)
    raise SettingsError(f"There is no dataset {name!r}; shipped are {', '.join(names())}.")


def names() -> tuple[str, ...]:
    """The shipped datasets that are here: an installed package lacks the one that is held back."""
    return tuple(sorted(path.stem for path in DATASETS.glob("*.yaml")))


def load(name: str) -> Dataset:
    """The dataset of a file or of a shipped name, refused with a reason when anything in it is unknown.

    A large set may `include` other files, named by patterns relative to its own; a file may give `defaults`
    for its samples.
    """
    path = find_dataset(name)
    data = _read(path)
    if isinstance(data, dict):
        included = [_read(part) for part in _parts(path, data.pop("include", None) or [])]
        samples = [sample for part in (data, *included) for sample in _samples(part)]
        data = {key: value for key, value in data.items() if key != "defaults"} | {"samples": samples}
    try:
        return Dataset.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path.name}: {_where(data, first['loc'])}: {first['msg']}.") from None


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: cannot be read as YAML: {error}".replace("\n", " ")) from None


def _parts(path: Path, patterns: Iterable[str]) -> list[Path]:
    """The files that a dataset includes, each pattern's in the order of their names."""
    found = []
    for pattern in patterns:
        matching = sorted(path.parent.glob(pattern))
        if not matching:
            raise SettingsError(f"{path.name}: nothing is called {pattern!r} beside it.")
        found += matching
    return found


def _samples(part: Any) -> list[Any]:
    """The samples of one file, with its defaults."""
    unknown = set(part) - {"name", "description", "defaults", "samples"}
    samples = part.get("samples") or []
    if unknown or not isinstance(samples, list):
        faults = ", ".join(sorted(map(repr, unknown))) or repr(samples)
        raise SettingsError(f"A dataset has a name, a description, defaults and a list of samples, not {faults}.")
    defaults = part.get("defaults") or {}
    return [{**defaults, **sample} if isinstance(sample, dict) else sample for sample in samples]


def _where(data: Any, location: tuple[int | str, ...]) -> str:
    """The place of a fault, a sample by its id."""
    parts = list(location)
    if len(parts) > 1 and parts[0] == "samples" and isinstance(parts[1], int):
        entry = data["samples"][parts[1]]
        name = entry.get("id", parts[1]) if isinstance(entry, dict) else parts[1]
        parts = [f"sample {name}", *parts[2:]]
    return ".".join(str(p) for p in parts) or "the file"


def _sha(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
