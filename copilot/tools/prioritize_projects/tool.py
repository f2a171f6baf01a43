"""Which projects should come first, how firm that is, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.acceptability import DRAWS_IN_CHAT
from copilot.drawing.charts import stacked_bars
from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.errors import ToolError
from copilot.language.formatting import join_and, number, percent, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import Candidates, chosen_rows, excludes_ended, gather, meaning
from copilot.tools.check_governance.findings import blocked_projects
from copilot.tools.evidence import computed, read_row, row_id
from copilot.tools.filter_phrasing import predicate
from copilot.tools.filters import Condition, linked
from copilot.tools.linking import resolve_record
from copilot.tools.prioritize_projects import phrasing as say
from copilot.tools.prioritize_projects.blocked_leaders import BlockedLeaders, blocked_leaders
from copilot.tools.prioritize_projects.ranking import METHOD_NAMES, Method, Ranking, flip, flip_line, rank, wins_against
from copilot.tools.prioritize_projects.trade_offs import Comparison, asked_weights
from copilot.types import Cell, Chart, Evidence, Figure, Finding, Table, ToolResult, Viewer

_ROWS_IN_TABLE = 20


class Arguments(BaseModel):
    """Rank AI projects by the prioritization criteria and say how firm the ranking is and what would flip it.

    Call this for "which projects first", "top five", "prioritize", "is A before B", and for "what if risk
    counted double". By default it ranks what has not reached production. For plain counts and lists call
    find_projects.
    """

    model_config = ConfigDict(extra="forbid")

    projects: list[str] = Field(default=[], description="Rank only these, by name or id; empty for all candidates.")
    filters: list[Condition] = Field(default=[], description="Conditions that the ranked projects must meet.")
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, as a share of all weight, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={},
        description="Factor by criterion on the workspace's weight: 2 doubles it, 0 leaves it out.",
    )
    comparisons: list[Comparison] = Field(
        default=[],
        description="Trade-offs between two criteria each, from which the weights are worked out; not every pair "
        "needs one.",
    )
    top: int = Field(default=5, ge=1, le=50, description="How many places there are to give.")
    compare: list[str] = Field(default=[], max_length=2, description="Two projects to set side by side.")
    include_ended: bool = Field(default=False, description="Also rank projects in production, stopped or retired.")
    method: Method = Field(default="weighted_sum", description="How to score; weighted_sum unless asked otherwise.")
    draws: int = Field(
        default=DRAWS_IN_CHAT, ge=100, le=20_000, description="Draws behind the firmness; 10000 for a memo."
    )


@dataclass(frozen=True)
class _Said:
    text: str
    role: Literal["headline", "support", "caveat", "method"]
    about: tuple[int, ...] = ()
    """Candidates whose rows the sentence rests on."""
    evidence: str = ""
    """The computation behind it; empty for the ranking's own."""


@dataclass(frozen=True)
class Ranked:
    """A ranking and what is said of it."""

    found: Ranking | None
    """None when the records allow no ranking."""
    result: ToolResult


def prioritize_projects(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The top projects with reasons, firmness, flips, gaps and their place in the value/difficulty matrix."""
    return ranked(sources, viewer, arguments).result


def ranked(sources: Sources, viewer: Viewer, arguments: Arguments, also: Sequence[str] = ()) -> Ranked:
    """`also` are ids of projects that stand for choice whatever their stage."""
    if len(arguments.compare) == 1:
        raise ToolError("A comparison needs two projects; name the second one, or leave `compare` empty.")
    view, config = sources.records.view(viewer), sources.workspace.config
    filters = linked(view, "projects", arguments.filters, config.stages)
    named = [resolve_record(view, name).key for name in arguments.projects]
    compared = list(dict.fromkeys(resolve_record(view, name).key for name in arguments.compare))
    rows = chosen_rows(view, config, filters, named, [*compared, *also], arguments.include_ended)
    candidates = gather(view, config, rows)
    hidden = view.hidden("projects", filters)
    if not rows or not candidates.criteria:
        return Ranked(None, _without_ranking(sources, view, candidates, hidden))
    asked = asked_weights(
        config, candidates.criteria, arguments.weights, arguments.weight_changes, arguments.comparisons
    )
    scope = _scope(sources, arguments, filters, len(rows), bool(also))
    found = rank(view, candidates, asked.weights, arguments.method, arguments.top, arguments.draws, scope)
    pair = [candidates.ids.index(key) for key in compared] if len(compared) == 2 else []
    blocked = blocked_projects(sources, viewer)
    held = blocked_leaders(sources, found, pair, blocked)
    consistency = (
        [_Said(asked.consistency, "caveat" if asked.is_consistent else "headline")] if asked.consistency else []
    )
    said = [
        *_sentences(found, pair, arguments.draws, held, consistency),
        *([_HIDDEN] if view.hidden("projects") else []),
    ]
    said.append(_Said(say.method(found), "method"))
    x = _computation(sources, view, found, [s.text for s in said])
    listed_rows = list(dict.fromkeys([*pair, *found.leaders]))
    ids = {i: row_id(view, "projects", candidates.rows[i]) for i in listed_rows}
    read = (read_row(view, "projects", candidates.rows[i], config.currency, sources.today) for i in listed_rows)
    result = ToolResult(
        findings=tuple(
            Finding(text=s.text, role=s.role, evidence=(s.evidence or x.id, *(ids[i] for i in s.about if i in ids)))
            for s in said
        ),
        evidence=(x, *([held.evidence] if held else []), *read),
        tables=(_table(found, blocked),),
        charts=tuple(_charts(found)),
        figures=tuple(_figures(found, x.id)),
        follow_ups=_follow_ups(found, held.positions[0] if held else None),
        hidden_rows=hidden,
    )
    return Ranked(found, result)


def _scope(
    sources: Sources, arguments: Arguments, filters: Sequence[Filter], count: int, has_others: bool = False
) -> str:
    """Which projects are ranked: "11 projects that belong to Retail Stores and are not yet in production"."""
    config = sources.workspace.config
    conditions = [predicate(filters, count, config.currency)] if filters else []
    is_open = excludes_ended(config, filters, arguments.projects, arguments.include_ended)
    if is_open and not arguments.compare and not has_others:
        conditions.append(f"{'is' if count == 1 else 'are'} not yet in production")
    return f"{pluralize(count, 'project')}{f' that {join_and(conditions)}' if conditions else ''}"


_HIDDEN = _Said("The ranking leaves out projects that this viewer may not see.", "caveat")


def _sentences(
    found: Ranking, pair: Sequence[int], draws: int, held: BlockedLeaders | None, consistency: Sequence[_Said]
) -> list[_Said]:
    """Everything that is said, the answer first."""
    said: list[_Said] = []
    if pair:
        wins = wins_against(found, pair[0], pair[1], draws)
        said += [_Said(text, "headline", tuple(pair)) for text in say.comparison(found, pair[0], pair[1], wins)]
        ahead, behind = sorted(pair, key=lambda i: int(found.places[i]))
        goal = f"come before {found.candidates.short_name(ahead)}"
        said.append(_Said(say.flip(found, flip(found, ahead, behind), goal), "headline", tuple(pair)))
    said.append(_Said(say.opening(found), "support" if pair else "headline", (found.leaders[0],)))
    said += consistency
    if moves := say.moves(found):
        said.append(_Said(moves, "headline"))
    if not pair:
        said += [_Said(say.why(found, i), "headline", (i,)) for i in found.leaders]
        said += [_Said(text, "support") for text in _flips(found)]
    said += [_Said(text, "support") for text in (say.line_firmness(found), say.quadrants(found)) if text]
    if held:
        said.append(_Said(held.text, "caveat", held.positions, held.evidence.id))
    said.append(_Said(say.weights(found), "method"))
    return [*said, *(_Said(text, "caveat") for text in say.missing(found))]


def _flips(found: Ranking) -> list[str]:
    if found.method != "weighted_sum":
        return []
    texts = []
    if first := flip_line(found, 1):
        goal = f"take the first place from {found.candidates.short_name(first.ahead)}"
        texts.append(say.flip(found, first, goal))
    if found.top > 1 and (line := flip_line(found, found.top)):
        texts.append(say.flip(found, line, f"come into the top {found.top}"))
    return texts


def _without_ranking(sources: Sources, view: RecordView, candidates: Candidates, hidden: int) -> ToolResult:
    count = len(candidates.rows)
    total = int(str(view.aggregate("projects")[0]["count"]))
    lines = [f"{total:,} projects are in the records; {count:,} of them stand for choice."]
    if not count:
        lines.append(f"None of the {pluralize(total, 'project')} meets the conditions and stands for choice.")
    else:
        lines.append(say.unranked(count, list(candidates.absent)))
        lines.append("With estimates of these criteria in the records they could be ranked.")
    x = computed(view.sources["projects"], "Prioritization", f"{count:,} candidates", lines, sources.today)
    return ToolResult(
        findings=(
            Finding(text=lines[1], evidence=(x.id,), role="headline"),
            *(Finding(text=text, evidence=(x.id,)) for text in (lines[0], *lines[2:])),
        ),
        evidence=(x,),
        figures=(Figure(text=f"{count:,}", value=count, unit="projects", evidence=x.id),),
        follow_ups=("How many projects are there, by stage?",),
        hidden_rows=hidden,
    )


def _computation(sources: Sources, view: RecordView, found: Ranking, said: Sequence[str]) -> Evidence:
    """All sentences, and the whole ranking below them."""
    lines = [
        f"Rank {int(found.places[i])}: {found.candidates.name(i)}, {say.score(found, i)}, first in "
        f"{percent(float(found.firmness.first[i]))} and in the top {found.top} in "
        f"{percent(float(found.firmness.top[i]))} of draws."
        for i in (int(i) for i in found.order)
    ]
    count = len(found.order)
    return computed(
        view.sources["projects"],
        f"Prioritization of {pluralize(count, 'project')}",
        f"{METHOD_NAMES[found.method]}, {count:,} projects, {found.firmness.draws:,} draws, seed 0",
        [*said, *lines],
        sources.today,
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
            )
            for i in placed
        ]
        yield value_difficulty("Value and difficulty", points, found.top)
    if found.method == "weighted_sum":
        parts = [
            (candidates.short_name(i), c.label, round(float(found.scores.contributions[i, j]) * 100, 2))
            for i in found.leaders
            for j, c in enumerate(candidates.criteria)
        ]
        yield stacked_bars("What each score is made of", "Project", "Score of 100", "Criterion", parts)


def _rounded(found: Ranking, position: int) -> float:
    return round(float(found.score[position]), 1 if found.is_of_100 else 2)


def _figures(found: Ranking, evidence: str) -> Iterator[Figure]:
    for i in found.leaders:
        if not np.isnan(found.score[i]):
            value, unit = _rounded(found, i), "of 100" if found.is_of_100 else "points"
            yield Figure(text=number(value), value=value, unit=unit, evidence=evidence)
    first = float(found.firmness.first[found.leaders[0]])
    yield Figure(text=percent(first), value=round(first, 4), unit="share of draws", evidence=evidence)


def _follow_ups(found: Ranking, blocked: int | None) -> tuple[str, ...]:
    leader = found.candidates.short_name(found.leaders[0])
    asked = [f"What is the state of {leader}?"]
    if blocked is not None:
        asked.append(f"What blocks {found.candidates.short_name(blocked)}?")
    risk = meaning(found.candidates.criteria, ("risk",), ("risk",))
    if risk is not None and not found.weights.is_changed:
        label = found.candidates.criteria[risk].label.lower()
        asked.append(f"What changes in the ranking if the weight of {label} is doubled?")
    if len(found.order) > 1:
        second = found.candidates.short_name(int(found.order[1]))
        asked.append(f"Why does {leader} come before {second}?")
    return tuple(asked)
