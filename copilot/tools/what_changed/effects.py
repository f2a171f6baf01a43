"""What the changes did to the ranking, the governance gates and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from copilot.analysis.changes import compare_values, entered
from copilot.analysis.scoring import ranking, weighted_sum
from copilot.gates.rules import FILE as GATES_FILE
from copilot.language.calendar import Calendar, Period
from copilot.language.formatting import NAMED, format_quantity
from copilot.records.catalogue import Metric
from copilot.records.metric_reading import Request, read
from copilot.records.metric_values import amount_of, printed
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows, gather, weigh
from copilot.tools.evidence import name_of
from copilot.tools.findings import amount, count, share
from copilot.tools.governance import Review, open_review
from copilot.tools.what_changed.baseline import Baseline
from copilot.tools.what_changed.sections import Scope, Section, section
from copilot.types import Cell, Finding, Quantity, Table, Value, Viewer

_TOLD, _ROWS = 6, 100
_KINDS = 4


@dataclass(frozen=True)
class Standing:
    """The candidates in the order of their weighted sum."""

    order: tuple[str, ...]
    scores: Mapping[str, float]
    names: Mapping[str, str]
    weights: Mapping[str, float]

    def place(self, key: str) -> int | None:
        return self.order.index(key) + 1 if key in self.scores else None

    def named(self, key: str) -> str:
        return self.names.get(key, key)

    def values(self, key: str, side: str) -> dict[str, Value]:
        """Rank and score of a candidate then or now; None where it is none."""
        place = self.place(key)
        return {
            f"rank_{side}": None if place is None else amount(place, "rank"),
            f"score_{side}": None if place is None else amount(self.scores[key], "of 100", 1),
        }


def standing(sources: Sources, viewer: Viewer, scope: Scope, hidden: frozenset[str]) -> Standing | None:
    """The ranking by the workspace's weights without the hidden projects; None where nothing can be ranked."""
    view, config = sources.records.view(viewer), sources.workspace.config
    if not view.has("projects"):
        return None
    candidates_of_day = chosen_rows(view, config, [], [], [], False)
    rows = [row for row in candidates_of_day if row["id"] not in hidden and scope.covers("projects", row)]
    candidates = gather(view, config, rows)
    if not rows or not candidates.criteria:
        return None
    weights = weigh(config, candidates.criteria, {}, {})
    scores = weighted_sum(candidates.estimates.likely, weights.used)
    ids = candidates.ids
    return Standing(
        tuple(ids[i] for i in ranking(scores.score, scores.coverage)),
        {id: round(float(s) * 100, 1) for id, s in zip(ids, scores.score, strict=True) if not np.isnan(s)},
        {id: candidates.name(i) for i, id in enumerate(ids)},
        {c.label: round(float(w), 4) for c, w in zip(candidates.criteria, weights.used, strict=True)},
    )


def in_ranking(
    then: Sources, now: Sources, viewer: Viewer, scope: Scope, hidden: frozenset[str], baseline: Baseline, top: int
) -> Section:
    """Who led and who leads, what came into the top and what fell out of it, and every place that moved.

    `hidden` projects, which the viewer may not see then or now, take no part on either side.
    """
    before, after = standing(then, viewer, scope, hidden), standing(now, viewer, scope, hidden)
    if before is None or after is None:
        return section(Finding(kind="ranking_not_comparable"), (), "Ranking", baseline)
    top = min(top, max(len(before.order), len(after.order)))
    old, new = before.order[:top], after.order[:top]
    moved = compare_values(before.scores, after.scores)
    first = Finding(
        kind="ranking_change",
        subject=new[0],
        values={
            "compared": baseline.compared,
            "top": count(len(new), "project"),
            "is_same": old == new,
            "led": before.named(old[0]),
            "leads": after.named(new[0]),
            "came_in": tuple(after.named(key) for key in entered(old, new)),
            "fell_out": tuple(before.named(key) for key in entered(new, old)),
            "moved": count(len(moved), "candidate"),
        },
    )
    changed = {m.key for m in moved} | {key for key in {*old, *new} if before.place(key) != after.place(key)}
    told = [key for key in dict.fromkeys([*new, *old]) if key in changed][:_TOLD]
    findings = [_move(before, after, key) for key in told]
    if before.weights != after.weights:
        findings.append(_weights(before, after))
    rows = [_cells(before, after, m.key) for m in moved]
    rows.sort(key=lambda row: (row[2] is None, row[2], str(row[0])))
    columns = ("Project", "Rank then", "Rank now", "Score then", "Score now")
    tables = [Table(title="Scores that changed", columns=columns, rows=tuple(rows[:_ROWS]))] if rows else []
    return section(first, findings, "Ranking by the weighted sum, then and now", baseline, tables)


def _move(before: Standing, after: Standing, key: str) -> Finding:
    name = after.named(key) if key in after.names else before.named(key)
    values = {"name": name, **before.values(key, "then"), **after.values(key, "now")}
    return Finding(kind="rank_move", subject=key, values=values)


def _weights(before: Standing, after: Standing) -> Finding:
    moved = compare_values(before.weights, after.weights)

    def sides(values: Iterator[float | None]) -> tuple[Quantity | str, ...]:
        return tuple("none" if value is None else share(value, 2) for value in values)

    return Finding(
        kind="weight_changes",
        role="caveat",
        values={
            "criteria": tuple(m.key.lower() for m in moved),
            "before": sides(m.before for m in moved),
            "after": sides(m.after for m in moved),
        },
    )


def _cells(before: Standing, after: Standing, key: str) -> tuple[Cell, ...]:
    name = after.named(key) if key in after.names else before.named(key)
    return (name, before.place(key), after.place(key), before.scores.get(key), after.scores.get(key))


def in_gates(then: Sources, now: Sources, viewer: Viewer, scope: Scope, baseline: Baseline) -> Section | None:
    """Findings of today's rules on the records of then and of now; None without rules."""
    sides = [s.records.view(viewer).has("projects") for s in (then, now)]
    if not all(sides) or not (now.workspace.root / GATES_FILE).is_file():
        return None
    reviews = [open_review(sources, viewer) for sources in (then, now)]
    names = {
        str(p.row["id"]): name_of(p.row)
        for review in reviews
        for p in review.projects
        if scope.covers("projects", p.row)
    }
    rules = {rule.id: rule for rule in reviews[1].gates.rules}
    old, new = (_outcomes(review, names) for review in reviews)
    both = {key for key, _ in old} & {key for key, _ in new}
    moved = [m for m in compare_values(old, new) if m.key[0] in both]
    if not moved:
        return section(
            Finding(kind="no_gate_change", values={"compared": baseline.compared}), (), "Governance rules", baseline
        )
    blocked = [
        {k for k, r in of if of[k, r] == "unmet" and rules[r].severity == "blocking"} & both for of in (old, new)
    ]
    kinds = Counter((_outcome(m.before), _outcome(m.after)) for m in moved).most_common(_KINDS)
    first = Finding(
        kind="gate_changes",
        values={
            "compared": baseline.compared,
            "changes": count(len(moved), "finding"),
            "counts": tuple(count(n, "finding") for _, n in kinds),
            "before": tuple(before for (before, _), _ in kinds),
            "after": tuple(after for (_, after), _ in kinds),
            **_listed("blocked", blocked[1] - blocked[0], names),
            **_listed("freed", blocked[0] - blocked[1], names),
        },
        figures=("changes",),
    )
    moved.sort(key=lambda m: (m.after != "unmet", rules[m.key[1]].severity != "blocking", m.key))
    rows = [(names[m.key[0]], rules[m.key[1]].title, _outcome(m.before), _outcome(m.after)) for m in moved]
    told = [
        Finding(
            kind="rule_change",
            subject=m.key[0],
            values=dict(zip(("name", "rule", "before", "after"), row, strict=True)),
        )
        for m, row in zip(moved[:_TOLD], rows, strict=False)
    ]
    columns = ("Project", "Rule", "Then", "Now")
    table = Table(title="Findings that changed", columns=columns, rows=tuple(rows[:_ROWS]))
    return section(first, told, "Governance rules of today on the records of then and of now", baseline, [table])


def _listed(which: str, keys: set[str], names: Mapping[str, str]) -> dict[str, Value]:
    """The first of some projects, and how many they are."""
    return {
        which: tuple(names[key] for key in sorted(keys)[:NAMED]),
        f"{which}_count": count(len(keys), "project"),
        f"{which}_more": count(max(0, len(keys) - NAMED), "project"),
    }


def _outcomes(review: Review, names: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {
        (str(project.row["id"]), finding.rule.id): finding.outcome
        for project in review.projects
        if str(project.row["id"]) in names
        for finding in review.checker.findings(project)
        if finding.is_due
    }


def _outcome(outcome: str | None) -> str:
    return outcome or "did not apply"


def in_metrics(then: Sources | None, now: Sources, viewer: Viewer, scope: Scope, baseline: Baseline) -> Section | None:
    """The latest value known then and now; without a snapshot, the value of the month before and the latest."""
    if now.metrics is None:
        return None
    moved = [m for metric in now.metrics.metrics.values() for m in _metric(metric, then, now, viewer, scope, baseline)]
    if not moved:
        return section(Finding(kind="no_metric_change", values={"since": baseline.words}), (), "Metrics", baseline)
    moved.sort(key=lambda m: (-m.change, m.metric.title))
    first = Finding(
        kind="metric_changes",
        values={"since": baseline.words, "metrics": count(len(moved), "metric")},
        figures=("metrics",),
    )
    told = [
        Finding(
            kind="metric_change",
            subject=m.metric.name,
            values={
                "metric": m.metric.title,
                "when_then": m.when_then,
                "then": m.then,
                "when_now": m.when_now,
                "now": m.now,
            },
        )
        for m in moved[:_TOLD]
    ]
    rows = tuple(
        (m.metric.title, m.when_then, format_quantity(m.then), m.when_now, format_quantity(m.now))
        for m in moved[:_ROWS]
    )
    columns = ("Metric", "Period then", "Value then", "Period now", "Value now")
    table = Table(title="Metrics then and now", columns=columns, rows=rows)
    return section(first, told, "The latest value of each metric, then and now", baseline, [table])


@dataclass(frozen=True)
class _MetricChange:
    metric: Metric
    when_then: str
    then: Quantity
    when_now: str
    now: Quantity

    @property
    def change(self) -> float:
        """Relative to the larger of both, 0 to 2, so that units do not matter."""
        then, now = self.then.value, self.now.value
        return abs(now - then) / max(abs(now), abs(then), 1e-12)


def _metric(
    metric: Metric, then: Sources | None, now: Sources, viewer: Viewer, scope: Scope, baseline: Baseline
) -> Iterator[_MetricChange]:
    if any(dimension not in metric.dimensions for dimension in scope.dimensions):
        return
    before = _latest(metric, then, viewer, scope, None) if then is not None and baseline.reaches else None
    if before is None and metric.time is not None and (then is None or not baseline.reaches):
        calendar = Calendar(baseline.since - timedelta(days=1), now.workspace.config.fiscal_year_start_month)
        before = _latest(metric, now, viewer, scope, calendar.this("month", False))
    after = _latest(metric, now, viewer, scope, None)
    if before is not None and after is not None and printed(before[1]) != printed(after[1]):
        yield _MetricChange(metric, *before, *after)


def _latest(
    metric: Metric, sources: Sources, viewer: Viewer, scope: Scope, period: Period | None
) -> tuple[str, Quantity] | None:
    """The period and the value, of the latest month with data unless a period is given."""
    view = sources.records.view(viewer)
    columns = [*metric.where, *metric.dimensions.values(), *([metric.time] if metric.time else [])]
    if not view.has(metric.table) or not all(view.has(metric.table, column) for column in columns):
        return None
    calendar = Calendar(sources.today, sources.workspace.config.fiscal_year_start_month)
    found = read(view, Request(metric, None, scope.dimensions, period, None, None), calendar)
    if (
        found.total is None
        or found.total.value is None
        or (period and found.period and found.period.start != period.start)
    ):
        # A month without data gives way to the latest one, which is no value of then.
        return None
    when = found.period.label if found.period else sources.today.isoformat()
    return when, amount_of(found.total.value, metric.unit)
