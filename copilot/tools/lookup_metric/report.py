"""From a metric's reading to sentences, their evidence, tables and charts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from copilot.language.calendar import Calendar
from copilot.records.catalogue import Catalogue, Metric
from copilot.records.metric_query import Span, column_of, hidden_rows, query
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.lookup_metric import phrasing as wording
from copilot.tools.lookup_metric.caveats import caveats, data_until
from copilot.tools.lookup_metric.charts import charts, group_name, tables
from copilot.tools.lookup_metric.reading import Reading, Request, Value, latest_value
from copilot.types import Evidence, Figure, Finding, ToolResult

# More parts or groups than these are told by their ends.
_MOST_PARTS_NAMED = 4
_MOST_GROUPS_NAMED = 12


@dataclass(frozen=True)
class Context:
    """What the words need beside the reading."""

    sources: Sources
    catalogue: Catalogue
    view: RecordView
    calendar: Calendar
    names: Mapping[str, str]
    """Id of a project or model to its name."""
    top: int | None
    """How many groups to show."""
    smallest_first: bool = False
    """How many groups to show."""


def report(reading: Reading, request: Request, context: Context) -> ToolResult:
    subject = wording.subject(reading.metric, reading.filters, context.names)
    hidden = _withheld(reading, context)
    answers = _answers(reading, request, context, subject, hidden)
    method = _method(reading, context)
    limits = caveats(reading, request, context.calendar.today, subject, hidden)
    written = [_written(reading, context)] if request.show_sql else []
    text = "\n".join([*answers, *limits, method, *written, *_numbers(reading, context)])
    evidence = _evidence(reading, text, context)
    roles = [
        "headline",
        *["support"] * (len(answers) - 1),
        *["caveat"] * len(limits),
        "method",
        *["support"] * len(written),
    ]
    statements = [
        Finding.model_validate({"text": sentence, "evidence": (evidence.id,), "role": role})
        for sentence, role in zip([*answers, *limits, method, *written], roles, strict=True)
    ]
    better = _better(reading, context)
    return ToolResult(
        findings=(*statements, *([better.statement] if better else [])),
        evidence=(evidence, *([better.evidence] if better else [])),
        tables=tables(reading, subject, context.names, context.top),
        charts=charts(reading, subject, context.names, context.top),
        figures=_figures(reading, evidence.id),
        follow_ups=_follow_ups(reading, subject),
        hidden_rows=hidden,
    )


def _withheld(reading: Reading, context: Context) -> int:
    span = Span(reading.period.start, reading.period.end) if reading.period else None
    return hidden_rows(context.view, reading.metric, reading.filters, span)


def _answers(reading: Reading, request: Request, context: Context, subject: str, hidden: int) -> list[str]:
    """The answer, then what supports it."""
    if reading.total is None or (reading.period is not None and reading.extent is None):
        return [_nothing(reading, subject, hidden, context.calendar)]
    if reading.total.value is None:
        return [f"{subject} cannot be computed: the {reading.total.rows:,} rows hold nothing to compute it from."]
    overall = _overall(reading, subject, context)
    answers = [*_by_group(reading, subject, context), overall] if reading.groups else [overall]
    return [*answers, *_compared(reading, request), *_on_target(reading, request)]


def _nothing(reading: Reading, subject: str, hidden: int, calendar: Calendar) -> str:
    if reading.extent is None or reading.period is None:
        return f"There are no data on {wording.inside(subject)}{' that you may read' if hidden else ''}."
    first, last = wording.month_of(reading.extent.first), wording.month_of(reading.extent.last)
    reach = f"in {first} only" if first == last else f"from {first} to {last}"
    future = "; nothing is extrapolated" if reading.period.start > calendar.today else ""
    when = wording.when(reading.period)
    return f"There are no data on {wording.inside(subject)} for {when}; there are data {reach}{future}."


def _overall(reading: Reading, subject: str, context: Context) -> str:
    metric, total = reading.metric, reading.total
    assert total is not None
    assert total.value is not None
    opening = f"{subject} {wording.verb(metric)}"
    now = wording.shown(total.value, metric.unit)
    if reading.period is None:
        return f"{opening} {now} as of {context.calendar.today.isoformat()}."
    known = [value for value in reading.parts if value.point.value is not None]
    if metric.is_sum:
        # A quarter cut short by the period cannot be compared with a whole one.
        lengths = Counter(_days(value) // 20 for value in known)
        known = [value for value in known if _days(value) // 20 == lengths.most_common(1)[0][0]]
    if len(known) > 1:
        return _over_parts(opening, now, known, reading)
    target = f" (target {wording.shown(total.target, metric.unit)})" if total.target is not None else ""
    before = reading.before
    if before is None or before.point.value is None:
        return f"{opening} {now} {wording.during(reading.period)}{target}."
    change = wording.moved(before.point.value, total.value, metric.unit)
    return f"{opening} {now} {wording.during(reading.period)}, {change} {wording.during(before.period)}{target}."


def _compared(reading: Reading, request: Request) -> list[str]:
    """A period of several parts as a whole against the one it was asked to be compared with."""
    before, total, period = reading.before, reading.total, reading.period
    asked = request.compare in ("previous_period", "previous_year") and len(reading.parts) > 1
    if not asked or before is None or before.point.value is None or total is None or total.value is None:
        return []
    assert period is not None
    metric = reading.metric
    now = wording.shown(total.value, metric.unit)
    change = wording.moved(before.point.value, total.value, metric.unit)
    title = f"{metric.title} {wording.verb(metric)}"
    return [f"{title} {now} {wording.during(period)}, {change} {wording.during(before.period)}."]


def _over_parts(opening: str, now: str, known: list[Value], reading: Reading) -> str:
    """The units of a longer period, or its total with the first and last of many."""
    metric = reading.metric
    first, last = known[0], known[-1]
    assert reading.period is not None
    assert first.point.value is not None
    assert last.point.value is not None
    change = wording.difference(first.point.value, last.point.value, metric.unit)
    said = [f"{_value(part, metric)} {wording.during(part.period)}" for part in known]
    if len(known) <= _MOST_PARTS_NAMED:
        total = f", {now} in all" if metric.is_sum else ""
        return f"{opening} {wording.joined(said)}: {change}{total}."
    if metric.is_stock:
        return f"{opening} {said[0]} and {said[-1]}: {change}."
    return f"{opening} {now} {wording.during(reading.period)}: from {said[0]} to {said[-1]}, {change}."


def _days(value: Value) -> int:
    return (value.period.end - value.period.start).days


def _value(value: Value, metric: Metric) -> str:
    return "not known" if value.point.value is None else wording.shown(value.point.value, metric.unit)


def _by_group(reading: Reading, subject: str, context: Context) -> list[str]:
    """The highest and lowest group, then all of them where they are few."""
    metric, by = reading.metric, (reading.by or "").replace("_", " ")
    known = [group for group in reading.groups if group.now.value is not None]
    if not known:
        return []
    when = f" {wording.during(reading.period)}" if reading.period else ""
    named = [
        f"{group_name(group.group, context.names)} {wording.shown(group.now.value or 0.0, metric.unit)}"
        f"{_share_of_total(group.now.value or 0.0, reading)}"
        for group in known[: context.top or _MOST_GROUPS_NAMED]
    ]
    extreme = "smallest" if context.smallest_first else "largest"
    shown = f"the {len(named)} {extreme} of {len(known)}: " if len(named) < len(known) else ""
    listed = f"{subject} by {by}{when}: {shown}{wording.joined(named)}."
    if len(known) <= _MOST_PARTS_NAMED or shown:
        return [listed]
    top, bottom = (
        f"{group_name(group.group, context.names)} ({_last(group.now.value, metric)})"
        for group in ((known[-1], known[0]) if context.smallest_first else (known[0], known[-1]))
    )
    ends = f"{subject} by {by}{when} {wording.verb(metric)} highest in {top} and lowest in {bottom}."
    return [ends, listed]


def _share_of_total(value: float, reading: Reading) -> str:
    """The part of the whole, where groups add up to one."""
    whole = reading.total.value if reading.total else None
    if not reading.metric.is_sum or not whole or whole <= 0 or any((g.now.value or 0) < 0 for g in reading.groups):
        return ""
    return f" ({value / whole:.0%})"


def _last(value: float | None, metric: Metric) -> str:
    return wording.shown(value or 0.0, metric.unit)


def _on_target(reading: Reading, request: Request) -> list[str]:
    """How far the latest part is from its target, when that was asked or there is more than one part."""
    parts = [value for value in reading.parts if value.point.value is not None]
    if request.compare != "target" and len(parts) < 2:
        return []
    if not parts or parts[-1].point.target is None:
        have = "have" if wording.verb(reading.metric) == "were" else "has"
        missing = f"{reading.metric.title} {have} no target."
        return [missing] if request.compare == "target" else []
    last = parts[-1]
    assert last.point.value is not None
    assert last.point.target is not None
    gap = wording.against_target(last.point.value, last.point.target, reading.metric)
    return [
        f"In {wording.when(last.period)} {wording.inside(reading.metric.title)} {wording.verb(reading.metric)} {gap}."
    ]


def _method(reading: Reading, context: Context) -> str:
    metric = reading.metric
    facts = [f"owner {metric.owner}" if metric.owner else "nobody is named as its owner"]
    if until := data_until(reading):
        facts.append(f"data up to {until}")
    if metric.direction == "down":
        facts.append("lower is better")
    if metric.is_stock:
        facts.append("a period shows its last month")
    definition = metric.definition.rstrip(".") or f"computed as {metric.expression}"
    return f"{metric.title}: {definition}; {'; '.join(facts)}."


def _written(reading: Reading, context: Context) -> str:
    """The query of the whole period, in the SQL of the engine that it runs on."""
    spans = [Span(reading.period.start, reading.period.end)] if reading.period else []
    asked = query(context.view, reading.metric, spans, reading.by, reading.filters)
    dialect = context.view.engine(reading.metric.table).dialect()
    return f"The query, as {dialect} reads it: `{asked.sql(dialect=dialect)}`"


def _numbers(reading: Reading, context: Context) -> list[str]:
    """Every value that was read, as printed elsewhere."""
    metric = reading.metric
    values = [*reading.parts, *reading.months, *([reading.before] if reading.before else [])]
    lines = []
    for value in dict.fromkeys(values):
        target = value.point.target
        goal = f", target {wording.shown(target, metric.unit)}" if target is not None else ""
        lines.append(f"{value.period.label}: {_value(value, metric)}{goal} ({value.point.rows:,} rows)")
    if reading.total is not None:
        label = reading.period.label if reading.period else "As of today"
        wanted = reading.total.target
        lines.append(
            f"{label} overall: {_last(reading.total.value, metric)} ({reading.total.rows:,} rows)"
            + (f", target {wording.shown(wanted, metric.unit)}" if wanted is not None else "")
        )
    for group in reading.groups:
        before = group.before.value if group.before else None
        earlier = f", before {wording.shown(before, metric.unit)}" if before is not None else ""
        name = group_name(group.group, context.names)
        lines.append(f"{name}: {_last(group.now.value, metric)} ({group.now.rows:,} rows){earlier}")
    return lines


def _evidence(reading: Reading, text: str, context: Context) -> Evidence:
    metric = reading.metric
    table = context.view.engine(metric.table).source(metric.table)
    conditions = [f"{column} = {value}" for column, value in metric.where.items()]
    conditions += [f"{column_of(metric, name)} = {value}" for name, value in reading.filters.items()]
    if reading.period is not None:
        conditions.append(f"{metric.time} in {reading.period.label}")
    if reading.by:
        conditions.append(f"by {column_of(metric, reading.by)}")
    locator = f"{metric.name}: {metric.expression} over {table}" + "".join(f", {c}" for c in conditions)
    digest = hashlib.sha256(f"{locator}\n{text}".encode()).hexdigest()[:8]
    return Evidence(
        id=f"m-{digest}",
        kind="metric",
        source=context.catalogue.source,
        locator=locator,
        title=metric.title,
        text=text,
        as_of=_as_of(reading, context.calendar.today),
    )


def _as_of(reading: Reading, today: date) -> date:
    return min(reading.extent.last_day, today) if reading.extent else today


@dataclass(frozen=True)
class _Aside:
    statement: Finding
    evidence: Evidence


def _better(reading: Reading, context: Context) -> _Aside | None:
    """What the metric to look at instead says, for the same group where it knows it."""
    metric = reading.metric
    better = context.catalogue.metrics.get(metric.better or "")
    if better is None or better.name == metric.name:
        return None
    filters = {name: value for name, value in reading.filters.items() if name in better.dimensions}
    latest = latest_value(context.view, better, filters, context.calendar)
    subject = wording.subject(better, filters, context.names)
    reason = f"{metric.title} can rise without any result; {wording.inside(subject)} says more"
    if not metric.vanity:
        reason = f"{subject} is a firmer measure than {wording.inside(metric.title)}"
    if latest is None or latest.point.value is None:
        sentence = f"{reason}, but there are no data on it."
        aside = Reading(better, None, filters, None, None)
    else:
        value = wording.shown(latest.point.value, better.unit)
        sentence = f"{reason}: {value} {wording.during(latest.period)}."
        aside = Reading(better, None, filters, latest.period, latest.point)
    evidence = _evidence(aside, f"{sentence}\n{_method(aside, context)}", context)
    return _Aside(Finding(text=sentence, evidence=(evidence.id,), role="caveat"), evidence)


def _figures(reading: Reading, evidence: str) -> tuple[Figure, ...]:
    if reading.total is None:
        return ()
    points = [reading.total, *(value.point for value in reading.parts)]
    points += [reading.before.point] if reading.before else []
    points += [group.now for group in reading.groups[:_MOST_GROUPS_NAMED]]
    values = dict.fromkeys(p.value for p in points if p.value is not None)
    return tuple(wording.figure(value, reading.metric.unit, evidence) for value in values)


def _follow_ups(reading: Reading, subject: str) -> tuple[str, ...]:
    metric = reading.metric
    name = wording.inside(subject) if wording.verb(metric) == "were" else f"the {wording.inside(subject)}"
    questions = []
    if reading.period is not None and len(reading.parts) < 2:
        questions.append(f"How did {name} develop over the last four quarters?")
    if not reading.filters and (free := next((d for d in metric.dimensions if d != reading.by), None)):
        questions.append(f"What {wording.verb(metric)} {name} by {free.replace('_', ' ')}?")
    if reading.total is not None and reading.total.target is not None:
        questions.append(f"{'Are' if wording.verb(metric) == 'were' else 'Is'} {name} on target?")
    return tuple(questions)
