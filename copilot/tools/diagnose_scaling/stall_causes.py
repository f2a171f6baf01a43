"""Why projects stall before production: the causes of `stall_causes.yaml`, judged from the projects' rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from copilot.gates.conditions import Condition, Context, Facts, Test, checks, compiled, fact, parse
from copilot.gates.facts import share_of
from copilot.gates.rules import gate_order
from copilot.language.formatting import humanize, number
from copilot.records.names import nearest
from copilot.records.schema import PROJECTS, Column
from copilot.sources import Sources
from copilot.tools import method
from copilot.tools.evidence import Row
from copilot.types import Cell, Frozen
from copilot.workspace import NO_GATE, Thresholds, WorkspaceConfig

DERIVED = (
    Column("technology_share", "number", "Share of the budget for technology and data, 0 to 1."),
    Column("change_share", "number", "Share of the budget for change and adoption, 0 to 1."),
    Column("gates_behind", "number", "Gates that it lacks to the one that most projects of its stage have passed."),
)
"""Facts computed from the cells of a project."""
# Read from the column that workspace.yaml names for this criterion.
_READINESS = "data_readiness"
_NAMES = ("stage", "usual_gate")
_BRACED = re.compile(r"\{(\w+)\}")


def _parsed(written: object, info: ValidationInfo) -> Condition:
    context: method.Context = (info.context or {})["method"]
    text = filled(json.dumps(written, default=str), _thresholds(context.config))
    condition = parse(json.loads(text), _vocabulary(context.columns))
    if any(check.op == "in_force" for check in checks(condition)):
        raise ValueError("in_force is for gates.yaml; use within_days")
    return condition


def _with_known_names(text: str) -> str:
    known = (*Thresholds.model_fields, *_NAMES)
    if unknown := [name for name in _BRACED.findall(text) if name not in known]:
        raise ValueError(f"there is no {{{unknown[0]}}}; the nearest are {', '.join(nearest(unknown[0], known))}")
    return text


def filled(text: str, names: Mapping[str, object]) -> str:
    """The text with the names in braces replaced."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _thresholds(config: WorkspaceConfig) -> dict[str, str]:
    return {name: number(value) for name, value in config.thresholds.model_dump().items()}


def _vocabulary(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.name: column for column in (*columns, *PROJECTS.columns, *DERIVED)}


Written = Annotated[Condition, PlainValidator(_parsed)]
Phrase = Annotated[str, Field(min_length=1), AfterValidator(_with_known_names)]
"""It may name in braces a threshold of workspace.yaml, the `stage`, and its `usual_gate`."""


class Kind(Frozen):
    """A kind of the projects that show a cause; the first one that fits counts."""

    label: str = Field(min_length=1)
    """A column in braces stands for its value."""
    when: Written


class Cause(Frozen):
    name: str = Field(min_length=1)
    """As a heading: "No business owner"."""
    has: Phrase
    """What one project does: "has no business owner"."""
    have: Phrase
    """The same of several."""
    remedy: str = Field(min_length=1)
    when: Written
    kinds: tuple[Kind, ...] = ()
    empty_means_none: bool = False
    """An empty cell means there is none, so that it cannot be told from a cell nobody filled in."""
    note: str = ""
    """What the condition means, where its name does not say."""

    @property
    def facts(self) -> tuple[str, ...]:
        """What it is judged from; one of them is enough."""
        return tuple(dict.fromkeys(check.fact for check in checks(self.when)))


class StallCauses(Frozen):
    causes: tuple[Cause, ...] = Field(min_length=1)


METHOD = method.Method("stall_causes", StallCauses, Path(__file__).parent)


@dataclass(frozen=True)
class Found:
    """One cause over all the rows that were judged."""

    cause: Cause
    does: str
    """What the projects do that show it."""
    shown: tuple[Row, ...]
    unknown: int
    total: int
    kinds: tuple[tuple[str, int], ...]
    judged_by: tuple[tuple[Cell, ...], ...]
    """Of each that shows it, what it was judged from."""

    @property
    def share(self) -> float:
        return len(self.shown) / self.total if self.total else 0.0


@dataclass(frozen=True)
class Judge:
    """The causes of a workspace, ready to be looked for among its projects."""

    causes: tuple[Cause, ...]
    everyone: Sequence[Row]
    vocabulary: Mapping[str, Column]
    names: Mapping[str, str]
    """What stands for the names in braces."""
    context: Context
    cells: Callable[[Row], Mapping[str, Cell]]
    """The row with the facts computed from it."""

    @classmethod
    def of(cls, sources: Sources, columns: Sequence[Column], everyone: Sequence[Row], stage: str) -> Judge:
        config, vocabulary = sources.workspace.config, _vocabulary(columns)
        gates = gate_order(sources.workspace, (row.get("gate") for row in everyone))
        usual = usual_gate([row for row in everyone if row.get("stage") == stage], gates)
        readiness = next((c.column for c in config.criteria if c.name == _READINESS), _READINESS)
        return cls(
            METHOD.load(sources.workspace, columns).causes,
            everyone,
            vocabulary,
            {**_thresholds(config), "stage": humanize(stage), "usual_gate": usual or "usual gate"},
            Context(sources.today, frozenset(vocabulary)),
            partial(_cells, readiness=readiness, usual=usual, gates=gates),
        )

    def find(self, cause: Cause, rows: Sequence[Row]) -> Found | None:
        """The cause over the rows; None when no row of the whole table has a value to judge from."""
        names = {check.fact for when in (cause.when, *(k.when for k in cause.kinds)) for check in checks(when)}
        if not any(self._records(cause, self._facts(row, names)) for row in self.everyone):
            return None
        shows, kinds = self._test(cause.when), [(kind.label, self._test(kind.when)) for kind in cause.kinds]
        shown: list[Row] = []
        counts: Counter[str] = Counter()
        unknown = 0
        for row in rows:
            facts = self._facts(row, names)
            verdict = shows(facts) if cause.empty_means_none or self._records(cause, facts) else None
            unknown += verdict is None
            if verdict:
                shown.append(row)
                label = next((filled(label, row) for label, test in kinds if test(facts)), None)
                counts.update([label] if label else [])
        does = filled(cause.has if len(shown) == 1 else cause.have, self.names)
        judged_by = tuple(tuple(_rounded(self.cells(row).get(name)) for name in cause.facts) for row in shown)
        return Found(cause, does, tuple(shown), unknown, len(rows), tuple(counts.most_common()), judged_by)

    def _test(self, condition: Condition) -> Test:
        return compiled(condition, self.context).test

    def _facts(self, row: Row, names: set[str]) -> Facts:
        cells = self.cells(row)
        return {name: fact(cells.get(name), self.vocabulary[name]) for name in names}

    def _records(self, cause: Cause, facts: Facts) -> bool:
        return any(facts[name] is not None for name in cause.facts)


def usual_gate(peers: Sequence[Row], gates: Sequence[str]) -> str | None:
    """The gate that most projects of a stage have passed, which the others are behind."""
    passed = Counter(str(row["gate"]) for row in peers if row.get("gate") in gates)
    return max(passed, key=lambda gate: (passed[gate], -gates.index(gate)), default=None)


def _cells(row: Row, *, readiness: str, usual: str | None, gates: Sequence[str]) -> Mapping[str, Cell]:
    gate = row.get("gate")
    order = [NO_GATE, *gates]
    behind = None if gate not in order else order.index(usual or NO_GATE) - order.index(str(gate))
    return {
        **row,
        _READINESS: row.get(readiness),
        "technology_share": share_of(row.get("technology_budget"), row.get("budget")),
        "change_share": share_of(row.get("change_budget"), row.get("budget")),
        "gates_behind": behind,
    }


def _rounded(cell: Cell) -> Cell:
    return round(cell, 4) if isinstance(cell, float) else cell
