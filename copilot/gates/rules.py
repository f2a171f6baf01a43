"""The governance rules of a workspace, `gates.yaml`; `docs/gates.md` describes the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, model_validator

from copilot.errors import KnowledgeError
from copilot.gates.conditions import ALWAYS, Condition, checks, parse
from copilot.gates.facts import DERIVED
from copilot.records.names import nearest
from copilot.records.schema import PROJECTS, Column, ColumnType, gate_column
from copilot.stages import MEANINGS
from copilot.types import Frozen
from copilot.workspace import (
    DEFAULT_STAGES,
    GATES_FILE,
    NO_GATE,
    Gate,
    Workspace,
    WorkspaceConfig,
    gates_of_rules,
    listed_gates,
    read_yaml,
)

FILE = GATES_FILE


def _parsed(written: object, info: ValidationInfo) -> Condition:
    return parse(written, (info.context or {})["vocabulary"])


Written = Annotated[Condition, PlainValidator(_parsed)]


class FactEntry(Frozen):
    """A column, with the question that asks for it."""

    question: str = Field(min_length=1)
    type: ColumnType | None = None
    """Needed for a column that Bearing does not know."""


class Clause(Frozen):
    """A passage of a document of the workspace."""

    document: str
    clause: str = ""


class Source(Frozen):
    """A law, standard or policy that asks for something, and when it does."""

    instrument: str
    article: str = ""
    effective: date | None = None
    """The first day it applies; empty when it always has."""
    until: date | None = None
    """The last day it applies."""
    status: str = ""
    """What to check before relying on it."""

    def applies_on(self, day: date) -> bool:
        return (self.effective is None or self.effective <= day) and not self.has_ended(day)

    def is_called(self, asked: str) -> bool:
        """Whether the words are part of its instrument and article."""
        return asked.casefold().strip() in f"{self.instrument}, {self.article}".casefold()

    def has_ended(self, day: date) -> bool:
        return self.until is not None and self.until < day


class FurtherSource(Source):
    """Another source that asks for the same; named where the project's jurisdiction is among its own."""

    jurisdictions: tuple[str, ...] = ()


class Rule(Source):
    id: str
    title: str
    """What must hold, such as "A business owner is named"."""
    jurisdictions: tuple[str, ...] = ()
    """Where it binds; empty for everywhere."""
    severity: Literal["blocking", "warning"]
    gate: str = NO_GATE
    """The id of the gate that asks for it."""
    from_stage: str
    """The first stage it binds, by its name or by what it means; it goes on binding until the project has ended."""
    applies: Written = ALWAYS
    requires: Written
    validity_days: int | None = Field(default=None, ge=1)
    """How long the evidence counts that `requires` wants `in_force`."""
    record_says: tuple[str, ...] = ()
    """Columns that contradict the rule's clause when it is unmet."""
    controls: str = ""
    approvers: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    waivers: tuple[str, ...] = ()
    """Words by which a recorded waiver names it; without any, it cannot be waived."""
    also: tuple[FurtherSource, ...] = ()

    def is_named(self, asked: str) -> bool:
        """Whether the words are its id, its title, or part of its own source."""
        return asked.casefold().strip() in (self.id.casefold(), self.title.casefold()) or self.is_called(asked)

    @model_validator(mode="after")
    def _check_validity(self) -> Rule:
        uses = any(check.op == "in_force" for check in checks(self.requires))
        if uses != (self.validity_days is not None):
            raise ValueError("validity_days and a requirement with in_force go together")
        if any(check.op == "in_force" for check in checks(self.applies)):
            raise ValueError("in_force is for `requires`; use within_days in `applies`")
        return self


class GateFile(Frozen):
    """`gates.yaml`, its conditions read."""

    areas: dict[str, tuple[str, ...]] = {}
    """Jurisdiction to the other spellings and codes that lie in it."""
    gates: tuple[Gate, ...] = ()
    """In the order in which projects pass them; without it, in that in which the rules name them."""
    facts: dict[str, FactEntry] = {}
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Gates:
    rules: tuple[Rule, ...]
    vocabulary: Mapping[str, Column]
    """Every fact that a condition may name."""
    questions: Mapping[str, str]
    areas: Mapping[str, frozenset[str]]
    """Jurisdiction, and what lies in it, lower case."""
    order: tuple[Gate, ...] = ()
    """The approval gates, in the order in which projects pass them."""

    @classmethod
    def load(cls, workspace: Workspace, columns: Iterable[Column] = ()) -> Gates | None:
        """The rules of a workspace, None when it has none. `columns` are those of its projects table."""
        path = workspace.root / FILE
        if not path.is_file():
            return None
        try:
            return cls.read(read_yaml(path), workspace.config, columns)
        except ValueError as error:
            raise KnowledgeError(f"{path}: {error}") from None

    @classmethod
    def read(cls, data: object, config: WorkspaceConfig, columns: Iterable[Column] = ()) -> Gates:
        """The rules in the content of a file; a ValueError names the rule that is wrong, and how."""
        if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
            raise ValueError("needs a list of rules under `rules`")
        vocabulary = _vocabulary(data.get("facts") or {}, columns)
        # Where no gate is listed, a condition may name one that no rule belongs to.
        vocabulary["gate"] = gate_column(listed_gates(data))
        try:
            file = GateFile.model_validate(data, context={"vocabulary": vocabulary})
        except ValidationError as error:
            raise ValueError(_said(error, data["rules"])) from None
        gates = file.gates or gates_of_rules(data)
        vocabulary["gate"] = gate_column(gates)
        stages = (*config.stages.names, *MEANINGS, *DEFAULT_STAGES.names)
        _check_unique("gate", [gate.id for gate in gates])
        _check_unique("rule", [rule.id for rule in file.rules])
        for gate in gates:
            _check_names(f"gate {gate.id!r}", "before_stage", [gate.before_stage] if gate.before_stage else [], stages)
        for rule in file.rules:
            place = f"rule {rule.id!r}"
            _check_names(place, "gate", (rule.gate,), (NO_GATE, *(gate.id for gate in gates)))
            _check_names(place, "from_stage", (rule.from_stage,), stages)
            _check_names(place, "record_says", rule.record_says, vocabulary)
        questions = {name: f"{column.name.replace('_', ' ').capitalize()}: {column.meaning}"
                     for name, column in vocabulary.items()}  # fmt: skip
        return cls(
            rules=file.rules,
            vocabulary=vocabulary,
            questions=questions | {name: entry.question for name, entry in file.facts.items()},
            areas={area: frozenset(code.casefold() for code in (area, *codes)) for area, codes in file.areas.items()},
            order=gates,
        )

    def rules_named(self, asked: str) -> tuple[Rule, ...]:
        """The rules of that id, title, instrument or article, written in any case; none when nothing fits."""
        folded = asked.casefold().strip()
        exact = tuple(r for r in self.rules if folded in (r.id.casefold(), r.title.casefold()))
        return exact or tuple(r for r in self.rules if any(s.is_called(asked) for s in (r, *r.also)))


def gate_order(workspace: Workspace, passed: Iterable[object]) -> tuple[str, ...]:
    """The ids of the gates in their order; those that only the projects name come last, by name."""
    listed = [gate.id for gate in workspace.gates]
    known = {id.casefold() for id in (NO_GATE, *listed)}
    return (*listed, *sorted({str(gate) for gate in passed if gate and str(gate).casefold() not in known}))


def _vocabulary(entries: Mapping[str, Any], columns: Iterable[Column]) -> dict[str, Column]:
    # A jurisdiction cell may name several.
    several = {"jurisdiction": "list"}
    known = {c.name: c for c in (*columns, *PROJECTS.columns, *DERIVED)}
    for name, entry in entries.items():
        kind = entry.get("type") if isinstance(entry, dict) else None
        if kind is None and name not in known:
            near = ", ".join(nearest(str(name), known))
            raise ValueError(
                f"facts: there is no column {name!r}; the nearest are {near}. A column of your own needs a type."
            )
        if kind is not None:
            column = known.get(name, Column(name, "text", ""))
            known[name] = Column(name, kind, column.meaning, values=column.values)
    for name, kind in several.items():
        known[name] = Column(name, kind, known[name].meaning)  # type: ignore[arg-type]  # a literal above
    return known


def _check_unique(what: str, ids: Sequence[str]) -> None:
    for number, id in enumerate(ids):
        if id in ids[:number]:
            raise ValueError(f"{what} {id!r}: the id is used twice.")


def _check_names(place: str, key: str, names: Sequence[str], known: Iterable[str]) -> None:
    choices = tuple(dict.fromkeys(known))
    for name in names:
        if name not in choices:
            near = ", ".join(nearest(name, choices))
            raise ValueError(f"{place}: {key}: there is no {name!r}; the nearest are {near}.")


def _said(error: ValidationError, rules: Sequence[Any]) -> str:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    if len(where) > 1 and where[0] == "rules":
        rule = rules[int(where[1])]
        name = rule.get("id") if isinstance(rule, dict) else None
        where = [f"rule {name!r}" if name else f"rule number {int(where[1]) + 1}", *where[2:]]
    return f"{': '.join(where) or 'the file'}: {first['msg'].removeprefix('Value error, ')}."
