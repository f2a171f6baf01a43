"""The projects that stand for choice, their criteria as numbers, and the weights that apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.analysis.scoring import Estimates, Floats, criterion_meaning, estimates, shares
from copilot.errors import ToolError
from copilot.language.formatting import join_and, percent
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, name_of, number_of, short_name_of
from copilot.tools.filter_phrasing import predicate
from copilot.tools.linking import fold, resolve_option
from copilot.workspace import Criterion, WorkspaceConfig


@dataclass(frozen=True)
class Candidates:
    """Projects in the order of their ids, and the criteria that at least one of them records."""

    rows: tuple[Row, ...]
    criteria: tuple[Criterion, ...]
    absent: tuple[Criterion, ...]
    """Criteria of the workspace that no candidate records."""
    raw: Floats
    """Likely values on each criterion's own scale; NaN where missing."""
    estimates: Estimates

    @property
    def ids(self) -> list[str]:
        return [str(row["id"]) for row in self.rows]

    def name(self, position: int) -> str:
        return name_of(self.rows[position])

    def short_name(self, position: int) -> str:
        return short_name_of(self.rows[position])

    def column(self, view: RecordView, name: str) -> Floats | None:
        """A numeric column that is no criterion."""
        if not view.has("projects", name):
            return None
        values = np.array([number_of(row, name) for row in self.rows], dtype=float)
        return None if np.isnan(values).all() else values


@dataclass(frozen=True)
class Weights:
    """Shares of all weight, one a usable criterion."""

    used: Floats
    workspace: Floats
    source: str
    """Where they come from, in words."""

    @property
    def is_changed(self) -> bool:
        return not np.allclose(self.used, self.workspace)


def excludes_ended(filters: Sequence[Filter], named: Sequence[str], include_ended: bool) -> bool:
    """Whether projects in production and beyond are left out: not when the call says which ones it means."""
    asks_for_stage = any(f.column == "stage" for f in filters)
    return not (include_ended or asks_for_stage or named)


def active_projects(sources: Sources, rows: Sequence[Row]) -> list[Row]:
    """Without the projects that have ended."""
    stages = sources.workspace.config.stages
    return [row for row in rows if not stages.has_ended(row.get("stage"))]


def which_projects(filters: Sequence[Filter], count: int, *, are_open: bool) -> str:
    """Which ones are chosen from: " that belong to Retail Stores and are not yet in production"; may be empty."""
    conditions = [predicate(filters, count)] if filters else []
    if are_open:
        conditions.append(f"{'is' if count == 1 else 'are'} not yet in production")
    return f" that {join_and(conditions)}" if conditions else ""


def chosen_rows(
    view: RecordView,
    config: WorkspaceConfig,
    filters: Sequence[Filter],
    named: Sequence[str],
    compared: Sequence[str],
    include_ended: bool,
) -> list[Row]:
    """The projects to rank: those named, else all that meet the filters and have not reached production."""
    rows = view.select("projects", filters)
    excluding = excludes_ended(filters, named, include_ended)
    picked = {
        str(row["id"]): row
        for row in rows
        if row["id"] is not None
        and (not named or row["id"] in named)
        and (not excluding or config.stages.is_open(row.get("stage")))
    }
    for key in compared:
        if key not in picked and (row := view.row("projects", key)) is not None:
            picked[key] = row
    return [picked[key] for key in sorted(picked)]


def gather(view: RecordView, config: WorkspaceConfig, rows: Sequence[Row]) -> Candidates:
    """The criteria of the rows as numbers, in the order of their ids."""
    usable = [c for c in config.criteria if _is_recorded(view, rows, c)]
    absent = [c for c in config.criteria if c not in usable]
    raw, low, high = (
        np.array([[number_of(row, f"{c.column}{end}") for c in usable] for row in rows], dtype=float).reshape(
            len(rows), len(usable)
        )
        for end in ("", "_low", "_high")
    )
    known = estimates(usable, raw, low, high)
    return Candidates(tuple(rows), tuple(usable), tuple(absent), raw, known)


def _is_recorded(view: RecordView, rows: Sequence[Row], criterion: Criterion) -> bool:
    """Whether a candidate has a likely value, or both bounds to take the middle of."""
    if not view.has("projects", criterion.column):
        return False
    likely, low, high = (f"{criterion.column}{end}" for end in ("", "_low", "_high"))
    return any(
        number_of(row, likely) is not None or None not in (number_of(row, low), number_of(row, high)) for row in rows
    )


def weigh(
    config: WorkspaceConfig,
    usable: Sequence[Criterion],
    absolute: Mapping[str, float],
    factors: Mapping[str, float],
    elicited: Mapping[str, float] | None = None,
    elicited_from: str = "",
) -> Weights:
    """The workspace's weights with what the question changes; `elicited` ones stand in their place.

    Absolute weights that add up to at most 1 are shares, and the criteria not named divide the rest; larger
    ones stand beside the workspace's own.
    """
    own = {c.name: c.weight for c in config.criteria}
    given = {criterion_named(config.criteria, name): value for name, value in absolute.items()}
    multiplied = {criterion_named(config.criteria, name): value for name, value in factors.items()}
    if any(value < 0 for value in (*given.values(), *multiplied.values())):
        raise ToolError("A weight cannot be negative; 0 leaves a criterion out.")
    asked = dict(elicited or own)
    if given and sum(given.values()) <= 1.0 + 1e-9:
        rest = sum(weight for name, weight in asked.items() if name not in given)
        scale = (1.0 - sum(given.values())) / rest if rest > 0 else 0.0
        asked = {name: weight * scale for name, weight in asked.items()}
    asked |= given
    asked = {name: weight * multiplied.get(name, 1.0) for name, weight in asked.items()}
    if usable and sum(asked[c.name] for c in usable) <= 0:
        raise ToolError("All weights of the criteria on record are 0; leave at least one above 0.")
    used, workspace = shares([asked[c.name] for c in usable]), shares([own[c.name] for c in usable])
    return Weights(used, workspace, _source(config, given, multiplied, elicited_from))


def _source(
    config: WorkspaceConfig, given: Mapping[str, float], factors: Mapping[str, float], elicited_from: str
) -> str:
    labels = {c.name: c.label.lower() for c in config.criteria}
    changes = [f"{labels[name]} set to {percent(v) if v <= 1 else f'{v:g}'}" for name, v in given.items()]
    changes += [f"{labels[name]} {_multiplied(factor)}" for name, factor in factors.items()]
    equal = len({c.weight for c in config.criteria}) <= 1
    base = "equal weights" if equal else "the workspace's weights"
    if elicited_from:
        base = f"{base}, divided anew {elicited_from}"
    return f"{base}, with {join_and(changes)} as asked" if changes else base


def _multiplied(factor: float) -> str:
    return {0.0: "left out", 2.0: "doubled", 0.5: "halved", 3.0: "tripled"}.get(factor, f"multiplied by {factor:g}")


def criterion_named(criteria: Sequence[Criterion], asked: str) -> str:
    return resolve_option(asked, {c.name: (c.label, *c.synonyms) for c in criteria}, "criterion")


def meaning(criteria: Iterable[Criterion], exact: Sequence[str], within: Sequence[str]) -> int | None:
    """The criterion called exactly so, else the one whose name or synonyms say so."""
    known = list(criteria)
    for position, criterion in enumerate(known):
        if fold(criterion.name) in exact or fold(criterion.label) in exact:
            return position
    return criterion_meaning(known, within)


def value_position(criteria: Iterable[Criterion]) -> int | None:
    return meaning(criteria, ("business value", "value"), ("business value", "impact", "benefit"))


def feasibility_position(criteria: Iterable[Criterion]) -> int | None:
    return meaning(criteria, ("feasibility",), ("feasibility", "ease", "difficulty", "effort", "complexity"))
