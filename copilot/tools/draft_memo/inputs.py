"""What a memo is drafted from: the ranking, the portfolio, and what they recommend for each project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from copilot.analysis.scoring import ENOUGH_COVERAGE
from copilot.memos.memo import Call, Firmness, Verdict
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, short_name_of
from copilot.tools.filter_phrasing import qualified
from copilot.tools.filters import Condition, linked
from copilot.tools.findings import Reading
from copilot.tools.governance import blocked_projects
from copilot.tools.linking import resolve_record, resolve_value
from copilot.tools.plan_portfolio.plan import Plan
from copilot.tools.plan_portfolio.tool import Arguments as PlanArguments
from copilot.tools.plan_portfolio.tool import Planned, planned
from copilot.tools.prioritize_projects.tool import Arguments as RankArguments
from copilot.tools.prioritize_projects.tool import Ranked, ranked
from copilot.tools.ranking import Ranking
from copilot.tools.ranking_findings import SAFE
from copilot.types import Finding, ToolResult, Viewer

DRAWS = 10_000
SEED = 0
# A named project that is among the first in fewer plausible draws than this is not recommended ahead of others.
LIKELY = 0.5
_TABLES = ("projects", "incidents", "models", "model_quality", "decisions", "stage_history")
# Scores of 0 to 100 nearer than this are the same.
_SAME = 1e-6


@dataclass(frozen=True)
class Request:
    """What a memo is asked for, names resolved."""

    projects: tuple[str, ...]
    """Ids of the projects that are named; empty where all are meant that meet the filters."""
    top: int
    """Projects that come first, or, of a memo on what to stop, last; of a status memo, those on its first page."""
    budget: float | None
    filters: tuple[Condition, ...]
    weights: Mapping[str, float]
    weight_changes: Mapping[str, float]
    addressee: str = ""
    must: tuple[str, ...] = ()
    """Ids of projects that must be funded."""
    excluded: tuple[str, ...] = ()
    """Ids of projects that must not."""

    @property
    def wants_set(self) -> bool:
        """Whether a set is to be chosen, not the first of the ranking."""
        return not self.projects and bool(self.budget is not None or self.must or self.excluded)


@dataclass(frozen=True)
class MemoInputs:
    sources: Sources
    viewer: Viewer
    view: RecordView
    reading: Reading
    """What the memo may cite."""
    asked: Request
    ranked: Ranked | None
    """None for a status memo."""
    planned: Planned | None
    """The best set within the limits; None for a memo on named projects, or where the first are taken."""
    blocked: Mapping[str, Sequence[str]]
    calls: tuple[Call, ...]
    """Of the projects proposed, in the order in which they are told."""
    firmness: Firmness

    @property
    def found(self) -> Ranking | None:
        return self.ranked.found if self.ranked else None

    @property
    def plan(self) -> Plan | None:
        return self.planned.found if self.planned else None

    @property
    def currency(self) -> str:
        return self.sources.workspace.config.currency

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The ids of the approval gates, in their order."""
        return tuple(gate.id for gate in self.sources.workspace.gates)

    @property
    def subject(self) -> str:
        """The projects that are meant, where none is named: "AI portfolio", "Projects in pilot"."""
        return self.meant("Projects") if self.asked.filters else "AI portfolio"

    def meant(self, noun: str) -> str:
        """The noun with the conditions on the projects: "projects in pilot"."""
        return qualified(noun, linked(self.view, "projects", self.asked.filters))

    @property
    def has_sparse_scores(self) -> bool:
        """Whether the records hold so few criteria that no order of the projects is worth acting on."""
        return self.found is not None and _known_weight(self.found) < ENOUGH_COVERAGE

    @property
    def is_partial(self) -> bool:
        """Whether any table that a memo reads holds rows that the viewer may not see."""
        return any(self.view.hidden(table) > 0 for table in _TABLES if table in self.view.tables)

    @property
    def proposed(self) -> list[str]:
        """The projects that the decision is about, by id."""
        return [call.project for call in self.calls]

    def verdicts(self, verdict: Verdict) -> list[Call]:
        return [call for call in self.calls if call.verdict == verdict]

    def row(self, key: str) -> Row:
        row = self.view.row("projects", key)
        if row is None:
            raise ValueError(f"the project {key!r} was read before and is gone")
        return row

    @property
    def carried(self) -> tuple[str, ...]:
        """The ranking and the portfolio as a whole."""
        return tuple(part.result.evidence[0].id for part in (self.ranked, self.planned) if part)

    @property
    def best(self) -> Finding | None:
        """The set within the budget; None where there is none."""
        return next(iter(self.of_portfolio("best_set")), None) if self.plan else None

    @property
    def absent(self) -> tuple[str, ...]:
        """Criteria that no candidate records."""
        return tuple(c.label.lower() for c in self.found.candidates.absent) if self.found else ()

    @property
    def unranked(self) -> tuple[Finding, ...]:
        """What keeps the projects from being ranked; nothing where they are."""
        return self.ranked.result.findings if self.ranked and self.found is None else ()

    def of_ranking(self, *kinds: str) -> list[Finding]:
        return [f for f in self.ranked.result.findings if f.kind in kinds] if self.ranked else []

    def of_portfolio(self, *kinds: str) -> list[Finding]:
        return [f for f in self.planned.result.findings if f.kind in kinds] if self.planned else []

    def take(self, result: ToolResult) -> tuple[Finding, ...]:
        """The findings of another tool, what they cite being read."""
        for item in result.evidence:
            self.reading.add(item)
        return result.findings

    def about(self, project: str, key: str, found: Sequence[Finding]) -> Iterator[Told]:
        """What another tool found of a project, led by its name where the sentence does not hold it."""
        row = self.row(project)
        record, name = self.reading.row("projects", row), short_name_of(row)
        for n, finding in enumerate(found):
            cited = finding.model_copy(update={"evidence": (*finding.evidence, record)})
            yield Told(f"{key}:{n}", cited, "" if name in finding.text else f"{name}: ")

    def share(self, position: int) -> float:
        """How often a candidate is in the best set, or among the first where no set is chosen.

        NaN where it cannot be chosen.
        """
        if self.plan is not None:
            at = self.plan.options.candidates.ids.index(self.ids[position])
            return float("nan") if at in self.plan.options.bars else float(self.plan.share[at])
        return float(self.found.firmness.top[position]) if self.found else float("nan")

    def is_ended(self, key: str) -> bool:
        """Whether a project is in production already, or beyond it."""
        return not self.sources.workspace.config.stages.is_open(self.row(key).get("stage"))

    @property
    def ids(self) -> list[str]:
        return self.found.candidates.ids if self.found else []


def ranking_arguments(asked: Request) -> RankArguments:
    """The ranking that a memo rests on."""
    return RankArguments(
        filters=list(asked.filters),
        weights=dict(asked.weights),
        weight_changes=dict(asked.weight_changes),
        top=asked.top,
        draws=DRAWS,
    )


def read_inputs(sources: Sources, viewer: Viewer, asked: Request) -> MemoInputs:
    view = sources.records.view(viewer)
    order = ranked(sources, viewer, ranking_arguments(asked), also=asked.projects or _required(sources, view, asked))
    best, found = None, order.found
    if asked.wants_set and found and _known_weight(found) >= ENOUGH_COVERAGE:
        best = planned(sources, viewer, _plan_arguments(asked))
    blocked = blocked_projects(sources, viewer)
    plan = best.found if best else None
    calls = tuple(_calls(view, asked, found, plan, blocked))
    firm = _firmness(found, plan, asked, calls)
    basis = MemoInputs(sources, viewer, view, Reading(sources, view), asked, order, best, blocked, calls, firm)
    for part in (order, best):
        if part:
            basis.take(part.result)
    return basis


def _required(sources: Sources, view: RecordView, asked: Request) -> tuple[str, ...]:
    """The projects that must be funded and that the conditions or their stage would leave out of the ranking."""
    if not asked.must:
        return ()
    filters = linked(view, "projects", asked.filters)
    held = {str(row["id"]) for row in chosen_rows(view, sources.workspace.config, filters, (), (), False)}
    return tuple(key for key in asked.must if key not in held)


def _plan_arguments(asked: Request) -> PlanArguments:
    return PlanArguments(
        budget=asked.budget,
        most_projects=asked.top,
        must_have=list(asked.must),
        exclude=list(asked.excluded),
        filters=list(asked.filters),
        weights=dict(asked.weights),
        weight_changes=dict(asked.weight_changes),
        top=asked.top,
    )


def _calls(
    view: RecordView,
    asked: Request,
    found: Ranking | None,
    plan: Plan | None,
    blocked: Mapping[str, Sequence[str]],
) -> list[Call]:
    if asked.projects:
        keys = [(key, _named_verdict(key, found, blocked)) for key in asked.projects]
    elif found is None:
        return []
    elif plan is None:
        keys = [(found.candidates.ids[i], _leader_verdict(found, i, blocked)) for i in found.leaders]
    else:
        keys = _set_verdicts(found, plan, blocked, asked.excluded)
    rows = {key: view.row("projects", key) or {"id": key} for key, _ in keys}
    return [
        Call(project=key, name=short_name_of(rows[key]), verdict=verdict, blocked_by=tuple(blocked.get(key, ())))
        for key, verdict in keys
    ]


def _named_verdict(key: str, found: Ranking | None, blocked: Mapping[str, Sequence[str]]) -> Verdict:
    if blocked.get(key):
        return "hold"
    if found is None:
        return "unknown"
    position = found.candidates.ids.index(key)
    if is_hardly_known(found, position):
        return "unknown"
    return "fund" if found.firmness.top[position] >= LIKELY else "not_now"


def _leader_verdict(found: Ranking, position: int, blocked: Mapping[str, Sequence[str]]) -> Verdict:
    if blocked.get(found.candidates.ids[position]):
        return "hold"
    return "unknown" if is_hardly_known(found, position) or _ties_outside(found, position) else "fund"


def _set_verdicts(
    found: Ranking, plan: Plan, blocked: Mapping[str, Sequence[str]], excluded: Sequence[str]
) -> list[tuple[str, Verdict]]:
    """The chosen, then those of the first places that are not: blocked ones, and the next in line."""
    ids = plan.options.candidates.ids
    chosen: list[tuple[str, Verdict]] = [(ids[i], "hold" if blocked.get(ids[i]) else "fund") for i in plan.chosen]
    held = {key for key, _ in chosen}
    others = [found.candidates.ids[i] for i in found.leaders if found.candidates.ids[i] not in held]
    return chosen + [(key, "left_out" if key in excluded else _left_out_verdict(key, plan, blocked)) for key in others]


def _left_out_verdict(key: str, plan: Plan, blocked: Mapping[str, Sequence[str]]) -> Verdict:
    if blocked.get(key):
        return "hold"
    return "not_now" if plan.options.candidates.ids.index(key) in plan.options.bars else "left_out"


def _known_weight(found: Ranking) -> float:
    """The share of the workspace's weight whose criteria any candidate records."""
    recorded, absent = (
        sum(c.weight for c in criteria) for criteria in (found.candidates.criteria, found.candidates.absent)
    )
    return recorded / (recorded + absent) if recorded else 0.0


def is_hardly_known(found: Ranking, position: int) -> bool:
    coverage = float(found.scores.coverage[position]) * _known_weight(found)
    return bool(np.isnan(found.scores.score[position])) or coverage < ENOUGH_COVERAGE


def _ties_outside(found: Ranking, position: int) -> bool:
    """Whether a project beyond the first ones has the same score, so that only their ids tell them apart."""
    if len(found.order) <= found.top:
        return False
    return bool(abs(found.score[position] - found.score[found.order[found.top]]) < _SAME)


def _firmness(found: Ranking | None, plan: Plan | None, asked: Request, calls: Sequence[Call]) -> Firmness:
    """How many of the projects proposed would be so under plausible weights and estimates."""
    return "unknown" if found is None else firmness_of([*_shares(found, plan, asked, calls)], calls)


def firmness_of(shares: Sequence[float], calls: Sequence[Call]) -> Firmness:
    """By in what share of draws each of the calls that rest on weights and estimates would be the same."""
    if all(call.verdict == "unknown" for call in calls):
        return "unknown"
    if not shares:
        # That money is held while a blocking rule is unmet depends on no weight.
        return "firm" if calls else "not_firm"
    safe = sum(share >= SAFE for share in shares)
    return "firm" if safe == len(shares) else "partly_firm" if safe else "not_firm"


def _shares(found: Ranking, plan: Plan | None, asked: Request, calls: Sequence[Call]) -> Iterator[float]:
    """In what share of draws each recommendation that rests on weights and estimates would be the same."""
    if plan is not None:
        yield from (float(plan.share[i]) for i in plan.chosen)
        return
    if len(found.order) <= found.top:
        # All are among the first; only who leads can be more or less firm.
        yield float(found.firmness.first[found.leaders[0]])
        return
    for call in calls:
        share = float(found.firmness.top[found.candidates.ids.index(call.project)])
        if not asked.projects:
            yield share
        elif call.verdict not in ("hold", "unknown"):
            # Of a named project that is not recommended, firm is that it stays outside.
            yield share if share >= LIKELY else 1 - share


def resolved(view: RecordView, names: Sequence[str]) -> tuple[str, ...]:
    """The ids of projects called by name or id, each once."""
    return tuple(dict.fromkeys(resolve_record(view, name).key for name in names))


def of_unit(view: RecordView, unit: str) -> Condition:
    return Condition(column="unit", op="=", value=resolve_value(view, "projects", "unit", unit))
