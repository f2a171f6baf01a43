"""What the changes did to the ranking, the governance gates and the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from copilot.analysis.changes import Moved, compare_values, entered
from copilot.analysis.scoring import ranking, weighted_sum
from copilot.gates.rules import FILE as GATES_FILE
from copilot.language.calendar import Calendar, Period
from copilot.language.formatting import format_quantity, join_and, join_first, number, pluralize, sentence
from copilot.records.catalogue import Metric
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows, gather, weigh
from copilot.tools.check_governance.findings import Review, name, open_review
from copilot.tools.lookup_metric.reading import Request, read
from copilot.tools.lookup_metric.values import amount_of, printed
from copilot.tools.what_changed.baseline import Baseline
from copilot.tools.what_changed.sections import Line, Scope, Section
from copilot.types import Cell, Table, Viewer

_TOLD, _ROWS = 6, 100


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
        text = "the ranking cannot be compared: then or now no candidate records the criteria"
        return Section("Ranking", (Line(sentence(text), "headline"),))
    top = min(top, max(len(before.order), len(after.order)))
    old, new = before.order[:top], after.order[:top]
    moved = [m for m in compare_values(before.scores, after.scores) if m.after is not None or m.before is not None]
    lines = [Line(_verdict(before, after, old, new, baseline, len(moved)), "headline")]
    lines += [Line(sentence(_move(before, after, key)), "support") for key in _told(before, after, old, new, moved)]
    if before.weights != after.weights:
        changed = [
            f"{m.key.lower()} from {_share(m.before)} to {_share(m.after)}"
            for m in compare_values(before.weights, after.weights)
        ]
        lines.append(Line(sentence(f"the weights changed as well: {join_and(changed)}"), "caveat"))
    rows = [_cells(before, after, m.key) for m in moved]
    rows.sort(key=lambda row: (row[2] is None, row[2], str(row[0])))
    columns = ("Project", "Rank then", "Rank now", "Score then", "Score now")
    tables = (Table(title="Scores that changed", columns=columns, rows=tuple(rows[:_ROWS])),) if rows else ()
    return Section("Ranking", tuple(lines), tables)


def _share(value: float | None) -> str:
    return "none" if value is None else f"{number(value * 100)}%"


def _verdict(
    before: Standing, after: Standing, old: Sequence[str], new: Sequence[str], baseline: Baseline, moved: int
) -> str:
    scores = f"{pluralize(moved, 'candidate')} with another score, new or gone" if moved else "no score changed"
    if old == new:
        return sentence(
            f"the ranking holds: the top {len(new)} are the same as then, led by {after.named(new[0])}, and "
            f"{scores} {baseline.compared}"
        )
    if set(old) == set(new):
        return sentence(
            f"the top {len(new)} are the same projects as then in another order: {after.named(new[0])} leads now, "
            f"{before.named(old[0])} led then; {scores} {baseline.compared}"
        )
    came, left = entered(old, new), entered(new, old)
    parts = [f"{join_and(after.named(key) for key in came)} came in"] if came else []
    parts += [f"{join_and(before.named(key) for key in left)} fell out"] if left else []
    leads = "" if old[0] == new[0] else f"; {after.named(new[0])} leads now, {before.named(old[0])} led then"
    where = f"in the top {len(new)} {join_and(parts)}{leads}"
    return sentence(f"the ranking no longer holds as it was: {where}; {scores} {baseline.compared}")


def _told(
    before: Standing, after: Standing, old: Sequence[str], new: Sequence[str], moved: Sequence[Moved[str, float]]
) -> list[str]:
    """The top of then and now where something moved."""
    changed = {m.key for m in moved} | {key for key in {*old, *new} if before.place(key) != after.place(key)}
    return [key for key in dict.fromkeys([*new, *old]) if key in changed][:_TOLD]


def _move(before: Standing, after: Standing, key: str) -> str:
    if key not in after.scores:
        rank = f"rank {before.place(key)} then with {_score(before, key)}"
        return f"{before.named(key)}, {rank}, no longer stands for choice"
    if key not in before.scores:
        return f"{after.named(key)}, new among the candidates, ranks {after.place(key)} with {_score(after, key)}"
    return (
        f"{after.named(key)} ranks {after.place(key)} with {_score(after, key)}, then {before.place(key)} with "
        f"{_score(before, key)}"
    )


def _score(of: Standing, key: str) -> str:
    return f"{number(of.scores[key])} of 100"


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
        str(p.row["id"]): name(p) for review in reviews for p in review.projects if scope.covers("projects", p.row)
    }
    titles = {rule.id: rule for rule in reviews[1].gates.rules}
    old, new = (_outcomes(review, names) for review in reviews)
    both = {key for key, _ in old} & {key for key, _ in new}
    moved = [m for m in compare_values(old, new) if m.key[0] in both]
    if not moved:
        return Section(
            "Governance",
            (Line(sentence(f"no finding of the rules has changed {baseline.compared}"), "headline"),),
        )
    blocked = [
        {k for k, r in of if of[k, r] == "unmet" and titles[r].severity == "blocking"} & both for of in (old, new)
    ]
    lines = [Line(_gate_summary(moved, blocked[1] - blocked[0], blocked[0] - blocked[1], names, baseline), "headline")]
    moved.sort(key=lambda m: (m.after != "unmet", titles[m.key[1]].severity != "blocking", m.key))
    for m in moved[:_TOLD]:
        lines.append(
            Line(
                sentence(
                    f"{names[m.key[0]]}: {titles[m.key[1]].title}: {_outcome(m.before)} then, {_outcome(m.after)} now"
                )
            )
        )
    rows = tuple(
        (names[m.key[0]], titles[m.key[1]].title, _outcome(m.before), _outcome(m.after)) for m in moved[:_ROWS]
    )
    table = Table(title="Findings that changed", columns=("Project", "Rule", "Then", "Now"), rows=rows)
    return Section("Governance", tuple(lines), (table,))


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


def _gate_summary(
    moved: Sequence[Moved[tuple[str, str], str]],
    fresh: set[str],
    freed: set[str],
    names: Mapping[str, str],
    baseline: Baseline,
) -> str:
    kinds = Counter(f"{_outcome(m.before)} to {_outcome(m.after)}" for m in moved)
    parts = [f"{count:,} from {kind}" for kind, count in kinds.most_common(4)]
    text = f"{baseline.compared}, {pluralize(len(moved), 'finding')} of the rules changed ({join_and(parts)})"
    for which, keys in (("now blocked", fresh), ("no longer blocked", freed)):
        if keys:
            text += f"; {which}: {join_first([names[key] for key in sorted(keys)])}"
    return sentence(text)


def in_metrics(then: Sources | None, now: Sources, viewer: Viewer, scope: Scope, baseline: Baseline) -> Section | None:
    """The latest value known then and now; without a snapshot, the value of the month before and the latest."""
    if now.metrics is None:
        return None
    moved = [m for metric in now.metrics.metrics.values() for m in _metric(metric, then, now, viewer, scope, baseline)]
    if not moved:
        return Section("Metrics", (Line(sentence(f"no metric has another value {baseline.words}"), "headline"),))
    moved.sort(key=lambda m: (-m.change, m.metric.title))
    first = f"{pluralize(len(moved), 'metric')} {'has' if len(moved) == 1 else 'have'} other values {baseline.words}"
    lines = [Line(sentence(first), "headline"), *(Line(_told_metric(m)) for m in moved[:_TOLD])]
    rows = tuple((m.metric.title, m.when_then, m.then_text, m.when_now, m.now_text) for m in moved[:_ROWS])
    columns = ("Metric", "Period then", "Value then", "Period now", "Value now")
    return Section("Metrics", tuple(lines), (Table(title="Metrics then and now", columns=columns, rows=rows),))


@dataclass(frozen=True)
class _MetricChange:
    metric: Metric
    when_then: str
    then: float
    when_now: str
    now: float

    @property
    def change(self) -> float:
        """Relative to the larger of both, 0 to 2, so that units do not matter."""
        return abs(self.now - self.then) / max(abs(self.now), abs(self.then), 1e-12)

    @property
    def then_text(self) -> str:
        return format_quantity(amount_of(self.then, self.metric.unit))

    @property
    def now_text(self) -> str:
        return format_quantity(amount_of(self.now, self.metric.unit))


def _told_metric(m: _MetricChange) -> str:
    if m.when_then == m.when_now:
        return sentence(f"{m.metric.title} for {m.when_now}: {m.then_text} as recorded then, {m.now_text} now")
    return sentence(f"{m.metric.title}: {m.then_text} in {m.when_then}, {m.now_text} in {m.when_now}")


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
    if before is None or after is None:
        return
    if printed(amount_of(before[1], metric.unit)) != printed(amount_of(after[1], metric.unit)):
        yield _MetricChange(metric, before[0], before[1], after[0], after[1])


def _latest(
    metric: Metric, sources: Sources, viewer: Viewer, scope: Scope, period: Period | None
) -> tuple[str, float] | None:
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
    return (found.period.label if found.period else sources.today.isoformat()), float(found.total.value)
