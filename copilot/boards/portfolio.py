"""All projects that a viewer may see, with where each stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from copilot.analysis.scoring import ranking, weighted_sum
from copilot.drawing.charts import bars
from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.language.formatting import humanize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import (
    Candidates,
    feasibility_position,
    gather,
    value_position,
    weigh,
)
from copilot.tools.evidence import Row
from copilot.tools.governance import blocked_projects
from copilot.types import Cell, Chart, Table, Viewer

FILTERS = ("unit", "stage", "risk_class", "domain", "jurisdiction", "owner")
"""Columns that the portfolio may be narrowed by, where a workspace has them."""
_TEXT = ("id", "name", "description")


@dataclass(frozen=True)
class Line:
    """One project."""

    id: str
    name: str
    row: Row
    score: float | None
    """Of 100, under the weights asked for; None where too little is recorded."""
    place: int | None
    """Among the projects shown that have a score, from 1."""
    blocked_by: tuple[str, ...]
    """Titles of the blocking governance rules that are unmet."""
    is_open: bool
    """It has not reached production."""


@dataclass(frozen=True)
class Portfolio:
    lines: tuple[Line, ...]
    """Best score first, those without one last."""
    weights: Mapping[str, float]
    """Share of all weight by the name of a criterion that is on record."""
    currency: str
    hidden: int
    """Projects that match and that this viewer may not see."""
    candidates: Candidates

    def total(self, column: str) -> float | None:
        """The sum of a column of amounts; None where no project has one."""
        known = [value for line in self.lines if isinstance(value := line.row.get(column), int | float)]
        return float(sum(known)) if known else None

    def named(self, ids: Sequence[str]) -> tuple[Line, ...]:
        """The lines of these projects, in the order of the portfolio."""
        return tuple(line for line in self.lines if line.id in ids)


def choices(sources: Sources, viewer: Viewer) -> dict[str, list[str]]:
    """What each column may be narrowed to, the most frequent first."""
    view = sources.records.view(viewer)
    found = {name: view.values("projects", name) for name in FILTERS if view.has("projects", name)}
    return {name: values for name, values in found.items() if len(values) > 1}


def read_portfolio(
    sources: Sources,
    viewer: Viewer,
    chosen: Mapping[str, Sequence[str]] | None = None,
    words: str = "",
    weights: Mapping[str, float] | None = None,
) -> Portfolio:
    """The projects with one of the chosen values in each column and with all of the words, ranked.

    `weights` are by the name of a criterion and relative to one another; the workspace's own where they are left out.
    """
    view, config = sources.records.view(viewer), sources.workspace.config
    filters = [Filter(column=c, op="in", value=tuple(v)) for c, v in (chosen or {}).items() if v]
    rows = [row for row in view.select("projects", filters) if row.get("id") and _has(row, words)]
    candidates = gather(view, config, rows)
    asked = {**{c.name: 0.0 for c in config.criteria}, **weights} if weights else {}
    used = weigh(config, candidates.criteria, asked, {}).used
    scores = weighted_sum(candidates.estimates.likely, used)
    order = ranking(scores.score, scores.coverage)
    blocked = blocked_projects(sources, viewer)
    lines = []
    for place, position in enumerate(map(int, order), 1):
        row, score = candidates.rows[position], float(scores.score[position])
        has_score = not np.isnan(score)
        lines.append(
            Line(
                id=str(row["id"]),
                name=candidates.short_name(position),
                row=row,
                score=round(100 * score, 1) if has_score else None,
                place=place if has_score else None,
                blocked_by=tuple(blocked.get(str(row["id"]), ())),
                is_open=config.stages.is_open(row.get("stage")),
            )
        )
    shares = {c.name: float(w) for c, w in zip(candidates.criteria, used, strict=True)}
    return Portfolio(tuple(lines), shares, config.currency, view.hidden("projects", filters), candidates)


def _has(row: Row, words: str) -> bool:
    text = " ".join(str(row.get(column) or "") for column in _TEXT).casefold()
    return all(word in text for word in words.casefold().split())


class Changes(NamedTuple):
    """Names of projects."""

    come: tuple[str, ...]
    go: tuple[str, ...]


def changes(before: Portfolio, after: Portfolio, top: int) -> Changes:
    """Who comes into the first places among open projects, and who leaves them."""
    was, now = (
        {line.id: line.name for line in [of for of in board.lines if of.is_open][:top]} for board in (before, after)
    )
    return Changes(
        tuple(name for id, name in now.items() if id not in was),
        tuple(name for id, name in was.items() if id not in now),
    )


def matrix(board: Portfolio, picked: Sequence[str] = (), labelled: int = 8) -> Chart | None:
    """Business value against difficulty; the picked projects stand out and are named, else the first ones."""
    at_value, at_ease = (find(board.candidates.criteria) for find in (value_position, feasibility_position))
    if at_value is None or at_ease is None:
        return None
    known, ids = board.candidates.estimates.likely, board.candidates.ids
    lines = sorted(board.lines, key=lambda line: line.id not in picked)
    points = []
    for line in lines:
        position = ids.index(line.id)
        value, ease = float(known[position, at_value]), float(known[position, at_ease])
        if np.isnan(value) or np.isnan(ease):
            continue
        group = "Selected" if line.id in picked else "Blocked by a rule" if line.blocked_by else "Not blocked"
        points.append(Point(line.name, round(1 - ease, 3), round(value, 3), group, f"Place {line.place}", line.id))
    count = sum(line.id in picked for line in lines) or labelled
    criteria = board.candidates.criteria
    ends = criteria[at_value].scale, criteria[at_ease].scale
    return value_difficulty("Value and difficulty", points, count, *ends) if len(points) > 1 else None


def funnel(sources: Sources, board: Portfolio) -> Chart | None:
    """How many of the projects are in each stage, in the order of the stages."""
    counts = Counter(str(line.row.get("stage") or "not recorded") for line in board.lines)
    names = dict.fromkeys((*sources.workspace.config.stages.names, *counts))
    rows = [(humanize(name).capitalize(), float(counts[name])) for name in names if counts[name]]
    return bars("Projects by stage", "Stage", "Projects", rows) if rows else None


def comparison(board: Portfolio, ids: Sequence[str], view: RecordView) -> Table:
    """A column for each project: score, criteria, money and state. Rows that are empty for all are left out."""
    lines, criteria = board.named(ids), board.candidates.criteria
    rows: list[tuple[str, list[Cell]]] = [("Place", [line.place for line in lines])]
    rows.append(("Score of 100", [line.score for line in lines]))
    rows += [(f"{c.label}, {_scale(c.scale)}", [line.row.get(c.column) for line in lines]) for c in criteria]
    for column in ("stage", "unit", "owner", "budget", "spend", "expected_benefit", "expected_basis", "risk_class"):
        if view.has("projects", column):
            unit = f", {board.currency}" if column in ("budget", "spend", "expected_benefit") else ""
            rows.append((f"{humanize(column).capitalize()}{unit}", [line.row.get(column) for line in lines]))
    rows.append(("Blocking rules unmet", [len(line.blocked_by) for line in lines]))
    return Table(
        title="Comparison",
        columns=("", *(f"{line.name} ({line.id})" for line in lines)),
        rows=tuple((label, *map(_shown, cells)) for label, cells in rows if any(c is not None for c in cells)),
    )


def _scale(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:,.10g}" if isinstance(cell, int | float) and not isinstance(cell, bool) else humanize(str(cell))
