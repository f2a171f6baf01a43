"""Which projects should come first, how firm that is, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.acceptability import DRAWS_IN_CHAT
from copilot.drawing.charts import stacked_bars
from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.errors import ToolError
from copilot.language.formatting import number, percent, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import Candidates, chosen_rows, excludes_ended, gather, which_projects
from copilot.tools.filter_phrasing import of_none
from copilot.tools.filters import Condition, linked
from copilot.tools.findings import Attachments, Computation, Reading, build_result, count, known
from copilot.tools.governance import blocked_projects
from copilot.tools.linking import resolve_record
from copilot.tools.prioritize_projects import findings
from copilot.tools.prioritize_projects.phrasing import WORDING
from copilot.tools.ranking import METHOD_NAMES, Method, Ranking, rank
from copilot.tools.ranking_calculations import whole_calculation
from copilot.tools.ranking_findings import reason, weights
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.tools.trade_offs import AskedWeights, Comparison, asked_weights, trade_offs
from copilot.types import Calculation, Cell, Chart, Finding, Table, ToolResult, Value, Viewer
from copilot.workspace import WorkspaceConfig

_ROWS_IN_TABLE = 20


class Arguments(BaseModel):
    """Rank AI projects by the prioritization criteria and say how firm the ranking is and what would flip it.

    For "which first", "top five", "is A before B", "what if risk counted double", and with `bottom` for "which to
    stop". By default it ranks what has not reached production.
    """

    model_config = ConfigDict(extra="forbid")

    projects: list[str] = Field(default=[], description="Only these, by name or id.")
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={},
        description="Factor by criterion: 2 doubles its weight, 0 leaves it out.",
    )
    comparisons: list[Comparison] = Field(
        default=[],
        description="Trade-offs between two criteria each, to work out the weights from.",
    )
    top: int = Field(default=5, ge=1, le=50, description="How many to tell.")
    bottom: int | None = Field(
        default=None, ge=1, le=50, description="So many from the end in place of the top, the weakest first."
    )
    compare: list[str] = Field(default=[], max_length=2, description="Two projects side by side.")
    include_ended: bool = Field(default=False, description="Also those in production or ended.")
    method: Method = Field(default="weighted_sum", description="weighted_sum unless asked otherwise.")
    draws: int = Field(default=DRAWS_IN_CHAT, ge=100, le=20_000, description="Draws behind the firmness.")


@dataclass(frozen=True)
class Ranked:
    """A ranking and what is said of it."""

    found: Ranking | None
    """None when the records allow no ranking."""
    result: ToolResult


class Standing(NamedTuple):
    """The projects that stand for choice in a call."""

    candidates: Candidates
    filters: list[Filter]
    compared: list[str]
    """Ids of the projects to be set side by side."""


def prioritize_projects(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The top projects with reasons, firmness, flips, gaps and their place in the value/difficulty matrix."""
    return ranked(sources, viewer, arguments).result


def ranked(sources: Sources, viewer: Viewer, arguments: Arguments, also: Sequence[str] = ()) -> Ranked:
    """`also` are ids of projects to include whatever their stage."""
    if len(arguments.compare) == 1:
        raise ToolError("A comparison needs two projects; name the second one, or leave `compare` empty.")
    view, config = sources.records.view(viewer), sources.workspace.config
    candidates, filters, compared = standing(view, config, arguments, also)
    rows, hidden = candidates.rows, view.hidden("projects", filters)
    if not rows or not candidates.criteria:
        return Ranked(None, _without_ranking(sources, view, candidates, hidden, filters))
    asked = asked_weights(
        config, candidates.criteria, arguments.weights, arguments.weight_changes, arguments.comparisons
    )
    are_open = excludes_ended(filters, arguments.projects, arguments.include_ended) and not (compared or also)
    scope = which_projects(filters, len(rows), are_open=are_open)
    found = rank(view, candidates, asked.weights, arguments.method, arguments.top, arguments.draws, scope)
    pair = [candidates.ids.index(key) for key in compared] if len(compared) == 2 else []
    unmet = blocked_projects(sources, viewer)
    reading = Reading(sources, view)
    told = (
        findings.from_the_end(found, reading, min(arguments.bottom, len(found.order)), arguments.draws)
        if arguments.bottom and not pair
        else _findings(found, reading, pair, arguments.draws, unmet, asked)
    )
    otherwise = () if arguments.weights else stated_otherwise(reading, viewer, lambda rule: rule.subject == "criteria")
    result = build_result(
        (*told, *otherwise),
        WORDING,
        Computation(
            source=view.sources["projects"],
            title=f"Prioritization of {pluralize(len(rows), 'project')}",
            locator=f"{METHOD_NAMES[found.method]}, {len(rows):,} projects, {found.firmness.draws:,} draws, seed 0",
            calculation=whole_calculation(found),
        ),
        reading,
        Attachments(tables=(_table(found, unmet),), charts=tuple(_charts(found)), hidden_rows=hidden),
    )
    return Ranked(found, result)


def standing(view: RecordView, config: WorkspaceConfig, arguments: Arguments, also: Sequence[str] = ()) -> Standing:
    """What a call ranks; `also` are ids of projects to include whatever their stage."""
    filters = linked(view, "projects", arguments.filters)
    named = [resolve_record(view, name).key for name in arguments.projects]
    compared = list(dict.fromkeys(resolve_record(view, name).key for name in arguments.compare))
    rows = chosen_rows(view, config, filters, named, [*compared, *also], arguments.include_ended)
    return Standing(gather(view, config, rows), filters, compared)


def _findings(
    found: Ranking,
    reading: Reading,
    pair: Sequence[int],
    draws: int,
    unmet: Mapping[str, Sequence[str]],
    asked: AskedWeights,
) -> Iterator[Finding]:
    """Everything that is found, the answer first."""
    if pair:
        yield from findings.comparison(found, reading, pair, draws)
    yield findings.leader(found, reading, "support" if pair else "headline")
    yield from known(trade_offs(asked), findings.changed_order(found))
    if not pair:
        for position in found.leaders:
            yield reason(found, reading, position)
        yield from findings.flips(found, reading)
    yield from known(
        findings.top_firmness(found),
        findings.quadrants(found),
        findings.blocked(found, reading, pair, unmet),
        weights(found.candidates, found.weights),
    )
    yield from findings.missing(found, reading)
    if reading.view.hidden("projects"):
        yield Finding(kind="hidden", role="caveat")
    yield findings.method(found, draws)


def _without_ranking(
    sources: Sources, view: RecordView, candidates: Candidates, hidden: int, filters: Sequence[Filter]
) -> ToolResult:
    standing = len(candidates.rows)
    total = int(str(view.aggregate("projects")[0]["count"]))
    counts: dict[str, Value] = {
        "projects": count(total, "project"),
        "candidates": count(standing, "project"),
        "criteria": tuple(c.label.lower() for c in candidates.absent),
        # What was looked for, so that a condition that was not meant is seen.
        "conditions": of_none(filters) if filters else None,
    }
    kinds = ["no_criteria", "candidates", "estimates_needed"] if standing else ["no_candidates", "candidates"]
    return build_result(
        (
            Finding(
                kind=kind,
                role="support" if n else "headline",
                values=counts,
                figures=() if n else ("candidates",),
            )
            for n, kind in enumerate(kinds)
        ),
        WORDING,
        Computation(
            source=view.sources["projects"],
            title="Prioritization",
            locator=f"{standing:,} candidates",
            calculation=Calculation(method="count of the projects that stand for choice and of their criteria"),
        ),
        Reading(sources, view),
        Attachments(hidden_rows=hidden),
    )


def _table(found: Ranking, blocked: Mapping[str, Sequence[str]]) -> Table:
    candidates, firmness = found.candidates, found.firmness
    shown = [int(i) for i in found.order[: max(found.top, _ROWS_IN_TABLE)]]

    def cells(i: int) -> Iterator[Cell]:
        row = candidates.rows[i]
        yield from (int(found.places[i]), str(row["id"]), candidates.short_name(i), row.get("unit"))
        yield None if np.isnan(found.score[i]) else _rounded(found, i)
        for value in candidates.raw[i]:
            yield None if np.isnan(value) else number(round(float(value), 1))
        yield percent(float(found.scores.coverage[i]))
        yield from (percent(float(firmness.first[i])), percent(float(firmness.top[i])), found.quadrant(i))
        if blocked:
            yield f"by {pluralize(len(rules), 'rule')}" if (rules := blocked.get(candidates.ids[i])) else None

    return Table(
        title=f"Ranking by {METHOD_NAMES[found.method]}",
        columns=(
            "Rank", "Id", "Project", "Unit", "Score", *(c.label for c in candidates.criteria), "Weight known",
            "First in", f"Top {found.top} in", "Quadrant", *(("Blocked",) if blocked else ()),
        ),
        rows=tuple(tuple(cells(i)) for i in shown),
    )  # fmt: skip


def _charts(found: Ranking) -> Iterator[Chart]:
    candidates, leaders = found.candidates, set(found.leaders)
    placed = [int(i) for i in found.order if found.quadrant(int(i)) != "not placed"]
    if len(placed) > 1:
        points = [
            Point(
                label=candidates.short_name(i),
                difficulty=round(found.difficulty(i), 3),
                value=round(found.value(i), 3),
                group=f"Top {found.top}" if i in leaders else "Other candidates",
                detail=f"Rank {int(found.places[i])}",
                mark=str(int(found.places[i])) if i in leaders else "",
            )
            for i in placed
        ]
        yield value_difficulty("Value and difficulty", points, sum(i in leaders for i in placed))
    if found.method == "weighted_sum":
        parts = [
            (candidates.short_name(i), c.label, round(float(found.scores.contributions[i, j]) * 100, 2))
            for i in found.leaders
            for j, c in enumerate(candidates.criteria)
        ]
        yield stacked_bars("What each score is made of", "Project", "Score of 100", "Criterion", parts)


def _rounded(found: Ranking, position: int) -> float:
    return round(float(found.score[position]), 1 if found.is_of_100 else 2)
