"""Which candidates can be chosen for a portfolio, what each costs, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from copilot.analysis.scoring import ENOUGH_COVERAGE, Floats, Scores, weighted_sum
from copilot.language.formatting import humanize
from copilot.records.store import RecordView
from copilot.tools.candidates import Candidates, Weights
from copilot.tools.evidence import Row, left_to_spend, number_of
from copilot.tools.linking import fold
from copilot.workspace import WorkspaceConfig

ReasonKind = Literal[
    "excluded", "no_cost", "no_headcount", "blocked", "not_scored", "dependency",
    "hidden", "over_budget", "over_headcount", "partner", "risk_limit", "outscored",
]  # fmt: skip

_HIGH = frozenset({"high", "prohibited"})


@dataclass(frozen=True)
class Reason:
    """Why a candidate cannot be chosen, or is not."""

    kind: ReasonKind
    of: tuple[str, ...] = ()
    """Names of the projects that it needs, or titles of the rules that it does not meet."""
    state: str = ""
    """What keeps a needed project from being chosen: "is stopped"."""


@dataclass(frozen=True)
class Request:
    """What the call says of single projects, by id."""

    must: frozenset[str]
    excluded: frozenset[str]
    blocked: Mapping[str, list[str]]
    """Titles of the unmet blocking rules of a project."""
    leave_out_blocked: bool
    needs_cost: bool
    needs_headcount: bool


@dataclass(frozen=True)
class Options:
    candidates: Candidates
    weights: Weights
    scores: Scores
    cost: Floats
    """Approved budget not yet spent; NaN where no budget is recorded."""
    headcount: Floats
    bars: Mapping[int, Reason]
    """Why a candidate cannot be chosen."""
    needs: tuple[tuple[int, int], ...]
    """Pairs of candidates of which the first can only come with the second."""
    request: Request

    @cached_property
    def open(self) -> list[int]:
        """The candidates that can be chosen."""
        return [i for i in range(len(self.candidates.rows)) if i not in self.bars]

    @cached_property
    def score(self) -> Floats:
        """0 to 100; 0 where nothing is known."""
        return np.nan_to_num(self.scores.score) * 100

    @cached_property
    def high_risk(self) -> frozenset[int]:
        """The candidates of a high risk class."""
        folded = {
            risk: fold(risk) in _HIGH for risk in {str(row.get("risk_class") or "") for row in self.candidates.rows}
        }
        return frozenset(i for i, row in enumerate(self.candidates.rows) if folded[str(row.get("risk_class") or "")])

    @property
    def costs(self) -> tuple[tuple[str, float], ...]:
        """By name what all that can be chosen would cost, and what is excluded as asked, whose money is there too."""
        spared = [i for i, bar in self.bars.items() if bar.kind == "excluded"]
        known = [i for i in sorted([*self.open, *spared]) if not np.isnan(self.cost[i])]
        return tuple((self.candidates.name(i), float(self.cost[i])) for i in known)

    def row(self, position: int) -> Row:
        return self.candidates.rows[position]

    def unit(self, position: int) -> str:
        return str(self.row(position).get("unit") or "no unit")

    def blocked(self, position: int) -> list[str]:
        return list(self.request.blocked.get(str(self.row(position)["id"]), ()))


def read_options(
    view: RecordView, config: WorkspaceConfig, candidates: Candidates, weights: Weights, request: Request
) -> Options:
    rows = candidates.rows
    scores = weighted_sum(candidates.estimates.likely, weights.used)
    # What is not recorded becomes NaN.
    cost = np.array([left_to_spend(row) for row in rows], dtype=float)
    headcount = np.array([number_of(row, "headcount") for row in rows], dtype=float)
    bars: dict[int, Reason] = {}
    for position in range(len(rows)):
        if bar := _bar(candidates, scores, cost, headcount, position, request):
            bars[position] = bar
    needs = _dependencies(view, config, candidates, bars)
    return Options(candidates, weights, scores, cost, headcount, bars, needs, request)


def _bar(
    candidates: Candidates, scores: Scores, cost: Floats, headcount: Floats, position: int, request: Request
) -> Reason | None:
    key = str(candidates.rows[position]["id"])
    if key in request.excluded:
        return Reason("excluded")
    if request.needs_cost and np.isnan(cost[position]):
        return Reason("no_cost")
    if request.needs_headcount and np.isnan(headcount[position]):
        return Reason("no_headcount")
    if key in request.must:
        return None
    if request.leave_out_blocked and (titles := request.blocked.get(key)):
        return Reason("blocked", tuple(titles))
    if np.isnan(scores.score[position]) or scores.coverage[position] < ENOUGH_COVERAGE:
        return Reason("not_scored")
    return None


def _dependencies(
    view: RecordView, config: WorkspaceConfig, candidates: Candidates, bars: dict[int, Reason]
) -> tuple[tuple[int, int], ...]:
    """The dependencies among candidates; one that cannot be met bars the project, and those that need it."""
    positions = {key: i for i, key in enumerate(candidates.ids)}
    for key in view.with_hidden_references("projects", "depends_on") & positions.keys():
        # What it is and how far it is must not be told, so it cannot be counted on.
        bars.setdefault(positions[key], Reason("hidden"))
    pairs: list[tuple[int, int]] = []
    for position, needed in _needed(candidates):
        if needed in positions:
            pairs.append((position, positions[needed]))
            continue
        row = view.row("projects", needed)
        stage = row.get("stage") if row else None
        if config.stages.is_production(stage):
            continue
        why = "is not among the candidates" if row else "is not in the records that can be read"
        if config.stages.has_ended(stage):
            why = f"is {humanize(str(stage))}"
        bars.setdefault(position, Reason("dependency", (_named(row, needed),), why))
    changed = True
    while changed:
        lost = [(a, b) for a, b in pairs if b in bars and a not in bars]
        changed = bool(lost)
        for a, b in lost:
            bars[a] = Reason("dependency", (candidates.name(b),), "cannot be chosen")
    return tuple((a, b) for a, b in pairs if a not in bars and b not in bars)


def _needed(candidates: Candidates) -> Iterator[tuple[int, str]]:
    for position, row in enumerate(candidates.rows):
        for key in str(row.get("depends_on") or "").split(";"):
            if key.strip() and key.strip() != row["id"]:
                yield position, key.strip()


def _named(row: Row | None, key: str) -> str:
    return f"{row['name']} ({key})" if row and row.get("name") else key
