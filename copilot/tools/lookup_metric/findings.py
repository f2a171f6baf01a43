"""What a metric says: its value and change, its groups, how far its target is, what it means, what limits it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from copilot.language.calendar import MONTH_NAMES, Period
from copilot.records.metric_query import Point
from copilot.records.metric_reading import GroupValue, MetricReading, PeriodValue, latest_value
from copilot.records.metric_values import gap, group_name, relative
from copilot.tools.findings import Reading, count, share
from copilot.tools.lookup_metric.looking import Look, described, sql
from copilot.types import Finding, Quantity, Value

# More parts or groups than these are told by their ends.
MOST_PARTS = 4
# A period of so many months has a course.
_COURSE = 6
_MOST_GROUPS = 12
_SAME_TARGET = 0.001
_MOST_GAPS = 3
# Lengths of periods that differ by less than so many days are the same.
_DAYS_ALIKE = 20


def found(look: Look, read: Reading) -> Iterator[Finding]:
    """The answer, what limits it, what the metric means, and the one to look at instead."""
    answers = [*_answers(look)]
    entry = read.add(described(look, look.metric))
    for position, finding in enumerate(answers):
        role = "support" if position else "headline"
        yield finding.model_copy(update={"role": role, "evidence": () if position else (entry,)})
    yield from _caveats(look)
    yield _definition(look, entry)
    if look.request.show_sql:
        engine = look.view.engine(look.metric.table).dialect()
        yield Finding(kind="query", values={"engine": engine, "sql": sql(look)})
    if better := _better(look, read):
        yield better


def _answers(look: Look) -> Iterator[Finding]:
    reading = look.reading
    if reading.total is None or (reading.period is not None and reading.extent is None):
        yield _no_data(look)
    elif reading.total.value is None:
        yield Finding(kind="not_computable", values={**look.subject, "rows": count(reading.total.rows, "row")})
    else:
        yield from _groups(look)
        yield from _moved_groups(look)
        yield _overall(look, reading.total)
        yield from _course(look)
        yield from _comparison(look, reading.total)
        yield from _target(look)


def _no_data(look: Look) -> Finding:
    reading = look.reading
    if reading.extent is None or reading.period is None:
        return Finding(kind="no_data", values={**look.subject, "is_hidden": bool(look.hidden)})
    return Finding(
        kind="no_data_then",
        values={
            **look.subject,
            **_when(reading.period),
            "first": _month(reading.extent.first),
            "last": _month(reading.extent.last),
            "is_future": reading.period.start > look.calendar.today,
        },
    )


def _overall(look: Look, total: Point) -> Finding:
    """The value of the period, or its parts where it has several."""
    metric, before = look.metric, look.reading.before
    assert total.value is not None
    now = look.amount(total.value)
    values: dict[str, Value] = {**look.subject, "value": now}
    if look.reading.period is None:
        return Finding(kind="value", values={**values, "as_of": look.calendar.today}, figures=("value",))
    values |= _when(look.reading.period)
    parts = _told_parts(look)
    if len(parts) > 1:
        amounts = [look.amount(part.point.value or 0.0) for part in parts]
        told = [0, -1] if len(parts) > MOST_PARTS else range(len(parts))
        return Finding(
            kind="trend",
            values={
                **values,
                "periods": tuple(parts[i].period.label for i in told),
                "starts": tuple(parts[i].period.start for i in told),
                "ends": tuple(parts[i].period.last_day for i in told),
                "values": tuple(amounts[i] for i in told),
                **_change(amounts[0], amounts[-1]),
                "parts": count(len(parts), "period"),
                "adds_up": metric.is_sum,
                "is_stock": metric.is_stock,
            },
            figures=("value", "change"),
        )
    if before is not None and before.point.value is not None:
        earlier = look.amount(before.point.value)
        values |= {"before": earlier, **_when(before.period, "before_"), **_change(earlier, now)}
        values |= _verdict(look, earlier, now)
    return Finding(
        kind="value",
        values={**values, "target": None if total.target is None else look.amount(total.target)},
        figures=tuple(name for name in ("value", "before", "target") if isinstance(values.get(name), Quantity)),
    )


def _course(look: Look) -> Iterator[Finding]:
    """The first and the last month of a period that is told by one figure, of what is no sum."""
    months = [month for month in look.reading.months if month.point.value is not None]
    if look.metric.is_sum or len(_told_parts(look)) > 1 or len(months) < _COURSE:
        return
    ends = (months[0], months[-1])
    first, last = (look.amount(month.point.value or 0.0) for month in ends)
    yield Finding(
        kind="course",
        values={
            "months": tuple(month.period.label for month in ends),
            "values": (first, last),
            **_change(first, last),
        },
        figures=("values", "change"),
    )


def _told_parts(look: Look) -> list[PeriodValue]:
    """The parts with a value; of sums those as long as most, as a quarter cut short is less than a whole one."""
    known = [part for part in look.reading.parts if part.point.value is not None]
    if not look.metric.is_sum or not known:
        return known
    lengths = [(part.period.end - part.period.start).days // _DAYS_ALIKE for part in known]
    usual = Counter(lengths).most_common(1)[0][0]
    return [part for part, length in zip(known, lengths, strict=True) if length == usual]


def _change(before: Quantity, now: Quantity) -> dict[str, Value]:
    """By how much, of amounts also by what share."""
    return {"change": gap(now, before), "relative_change": relative(now, before)}


def _comparison(look: Look, total: Point) -> Iterator[Finding]:
    """A period of several parts as a whole against the one it was asked to be compared with."""
    before, period = look.reading.before, look.reading.period
    is_asked = look.request.against is not None or look.request.compare in ("previous_period", "previous_year")
    if (
        not is_asked
        or len(look.reading.parts) < 2
        or before is None
        or before.point.value is None
        or total.value is None
        or period is None
    ):
        return
    now, earlier = look.amount(total.value), look.amount(before.point.value)
    yield Finding(
        kind="value",
        values={
            "metric": look.metric.title,
            "scope": "",
            "value": now,
            **_when(period),
            "before": earlier,
            **_when(before.period, "before_"),
            **_change(earlier, now),
            "target": None,
        },
        figures=("before",),
    )


def _groups(look: Look) -> Iterator[Finding]:
    """The highest and lowest group, then all of them where they are few."""
    known = [group for group in look.reading.groups if group.now.value is not None]
    if not known:
        return
    named = known[: look.top or _MOST_GROUPS]
    values: dict[str, Value] = {
        **look.subject,
        "by": (look.reading.by or "").replace("_", " "),
        **(_when(look.reading.period) if look.reading.period else {}),
    }
    if len(named) == len(known) > MOST_PARTS:
        top, bottom = (known[-1], known[0]) if look.smallest_first else (known[0], known[-1])
        yield Finding(
            kind="extremes",
            values={
                **values,
                "highest": group_name(top.group, look.names),
                "highest_value": look.amount(top.now.value or 0.0),
                "lowest": group_name(bottom.group, look.names),
                "lowest_value": look.amount(bottom.now.value or 0.0),
            },
            figures=("highest_value", "lowest_value"),
        )
    yield Finding(
        kind="groups",
        values={
            **values,
            "names": tuple(group_name(group.group, look.names) for group in named),
            "values": tuple(look.amount(group.now.value or 0.0) for group in named),
            "shares": tuple(_shares(look, named)),
            "named": count(len(named), "group"),
            "groups": count(len(known), "group"),
            "smallest_first": look.smallest_first,
        },
    )


def _moved_groups(look: Look) -> Iterator[Finding]:
    """How the first group and the last have changed, where a time to compare with was named."""
    known = [group for group in look.reading.groups if group.now.value is not None]
    period, against = look.reading.period, look.request.against
    for group in dict.fromkeys([*known[:1], *known[-1:]]) if period and against else ():
        if group.before is None or group.before.value is None or period is None or against is None:
            continue
        now, then = look.amount(group.now.value or 0.0), look.amount(group.before.value)
        name = group_name(group.group, look.names)
        is_unit = look.metric.dimensions.get(look.reading.by or "") == "unit"
        yield Finding(
            kind="value",
            values={
                "metric": look.metric.title,
                "scope": f" in {name}" if is_unit else f" of {name}",
                "value": now,
                **_when(period),
                "before": then,
                **_when(against, "before_"),
                **_change(then, now),
                **_verdict(look, then, now),
                "target": None,
            },
            figures=("value", "before"),
        )


def _verdict(look: Look, before: Quantity, now: Quantity) -> dict[str, Value]:
    """Whether a change from a time that was named is for the better; nothing where the catalogue does not say."""
    if look.request.against is None or now.value == before.value or look.metric.direction not in ("up", "down"):
        return {}
    return {"is_better": (now.value > before.value) == (look.metric.direction == "up")}


def _shares(look: Look, groups: Sequence[GroupValue]) -> list[Quantity]:
    """The parts of the whole, where groups add up to one."""
    whole = look.reading.total.value if look.reading.total else None
    if not look.metric.is_sum or not whole or whole <= 0 or any((g.now.value or 0) < 0 for g in look.reading.groups):
        return []
    return [share((group.now.value or 0.0) / whole) for group in groups]


def _target(look: Look) -> Iterator[Finding]:
    """How far the latest part is from its target, when that was asked or there is more than one part."""
    parts = [part for part in look.reading.parts if part.point.value is not None]
    is_asked = look.request.compare == "target"
    whole, period = look.reading.total, look.reading.period
    if look.metric.is_sum and len(parts) > 1 and period and whole and whole.target is not None:
        # A target that is an average of months is none of all of them.
        of_parts = sum(part.point.target or 0.0 for part in parts)
        if math.isclose(of_parts, whole.target, rel_tol=_SAME_TARGET):
            yield _distance(look, period, look.amount(whole.value or 0.0), look.amount(whole.target))
    if not is_asked and len(parts) < 2:
        return
    if not parts or parts[-1].point.target is None:
        if is_asked:
            yield Finding(kind="no_target", values={"metric": look.metric.title})
        return
    last, wanted = parts[-1], look.amount(parts[-1].point.target)
    yield _distance(look, last.period, look.amount(last.point.value or 0.0), wanted)


def _distance(look: Look, period: Period, now: Quantity, wanted: Quantity) -> Finding:
    """How far a value is from its target."""
    distance = gap(now, wanted)
    return Finding(
        kind="target",
        values={
            "metric": look.metric.title,
            **_when(period),
            "value": now,
            "target": wanted,
            "distance": distance,
            "is_missed": distance.value != 0 and (distance.value > 0) == (look.metric.direction == "down"),
        },
        figures=("distance", "target"),
    )


def _definition(look: Look, entry: str) -> Finding:
    metric = look.metric
    return Finding(
        kind="definition",
        role="method",
        values={
            "metric": metric.title,
            "definition": metric.definition.rstrip(".") or None,
            "expression": metric.expression,
            "owner": metric.owner or None,
            "data_until": _data_until(look.reading),
            "is_lower_better": metric.direction == "down",
            "is_stock": metric.is_stock,
            **_next(look),
        },
        evidence=(entry,),
    )


def _next(look: Look) -> dict[str, Value]:
    """What could be asked next: how it developed, what it is by another dimension, whether it is on target."""
    reading = look.reading
    free = next((d for d in look.metric.dimensions if d != reading.by), None) if not reading.filters else None
    return {
        "scope": look.subject["scope"],
        "is_one_period": reading.period is not None and len(reading.parts) < 2,
        "dimension": free and free.replace("_", " "),
        "has_target": reading.total is not None and reading.total.target is not None,
    }


def _caveats(look: Look) -> Iterator[Finding]:
    reading, metric = look.reading, look.metric
    today = look.calendar.today
    if metric.derived:
        yield _caveat("undescribed", {"metric": metric.title, "expression": metric.expression})
    if metric.time is None and look.request.period is not None:
        yield _caveat("undated", {"metric": metric.title, "today": today, "period": look.request.period.label})
    if reading.extent is not None and reading.period is not None and reading.total is not None:
        yield from _uncovered(look, reading.period)
        yield from _gaps(look, reading.period)
    if reading.extent is not None:
        limit, age = metric.freshness_days, (today - reading.extent.last_day).days
        asked = look.request.period
        is_about_past = asked is not None and asked.end <= reading.extent.covered_until
        if limit is not None and not metric.counts_rows and not is_about_past and age > limit:
            aged = {"latest": _data_until(reading), "today": today, "age": count(age, "day")}
            yield _caveat("stale", {**look.subject, **aged, "limit": count(limit, "day")})
    if look.hidden:
        # Not how many: a count of what is withheld would give part of it away.
        yield Finding(kind="hidden", role="caveat")


def _caveat(kind: str, values: Mapping[str, Value]) -> Finding:
    return Finding(kind=kind, role="caveat", values=dict(values))


def _uncovered(look: Look, period: Period) -> Iterator[Finding]:
    """The ends of a period that the data do not reach."""
    extent, today = look.reading.extent, look.calendar.today
    assert extent is not None
    if look.metric.counts_rows:
        if period.end > today + timedelta(days=1):
            yield _caveat("unfinished", {"period": period.label, "today": today})
        return
    if period.end > extent.covered_until:
        yield _caveat("partly_covered", {"period": period.label, "latest": _data_until(look.reading)})
    if period.start < extent.first.replace(day=1):
        yield _caveat("partly_covered", {"period": period.label, "first": _month(extent.first)})


def _gaps(look: Look, period: Period) -> Iterator[Finding]:
    """Months without data inside a period whose other months have some."""
    extent = look.reading.extent
    assert extent is not None
    if look.metric.counts_rows or not extent.is_monthly or extent.months_apart > 1:
        return
    missing = [month for month in extent.missing_months if period.start <= month < period.end]
    if missing:
        named = tuple(_month(month) for month in missing[:_MOST_GAPS])
        yield _caveat("gaps", {"months": named, "more": count(len(missing) - len(named), "more month")})


def _better(look: Look, read: Reading) -> Finding | None:
    """What the metric to look at instead says, for the same group where it knows it."""
    better = look.catalogue.metrics.get(look.metric.better or "")
    if better is None or better.name == look.metric.name:
        return None
    filters = {name: value for name, value in look.reading.filters.items() if name in better.dimensions}
    latest = latest_value(look.view, better, filters, look.calendar)
    other = replace(look, reading=MetricReading(better, None, filters, None, None))
    value: Value = None
    when: dict[str, Value] = {}
    if latest is not None and latest.point.value is not None:
        value, when = other.amount(latest.point.value), _when(latest.period)
    return Finding(
        kind="better_metric",
        subject=better.name,
        role="caveat",
        values={
            "instead_of": look.metric.title,
            "is_vanity": look.metric.vanity,
            **other.subject,
            "value": value,
            **when,
        },
        evidence=(read.add(described(look, better)),),
    )


def _when(period: Period, prefix: str = "") -> dict[str, Value]:
    """A period by its name and its days."""
    return {f"{prefix}period": period.label, f"{prefix}start": period.start, f"{prefix}end": period.last_day}


def _data_until(reading: MetricReading) -> Value:
    """The latest month, or day, with data."""
    if reading.extent is None:
        return None
    return _month(reading.extent.last) if reading.extent.is_monthly else reading.extent.last


def _month(day: date) -> str:
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"
