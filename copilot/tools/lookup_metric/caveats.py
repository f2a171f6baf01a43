"""What limits a metric's value: age, gaps, rows withheld, a description that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from copilot.language.calendar import Period
from copilot.records.metric_query import Extent
from copilot.tools.lookup_metric import phrasing as wording
from copilot.tools.lookup_metric.reading import Reading, Request

_MOST_GAPS_NAMED = 3


def caveats(reading: Reading, request: Request, today: date, subject: str, hidden: int) -> list[str]:
    found = [*_undescribed(reading), *_undated(reading, request, today)]
    if reading.extent is not None and reading.period is not None and reading.total is not None:
        found += _uncovered(reading, reading.period, reading.extent, today)
        found += _gaps(reading, reading.period, reading.extent)
    if reading.extent is not None:
        found += _stale(reading, request, reading.extent, today, subject)
    if hidden:
        # Not how many: a count of what is withheld would give part of it away.
        found.append("Rows that this viewer may not see are left out, so the figures are partial.")
    return found


def data_until(reading: Reading) -> str | None:
    """The latest month, or day, with data."""
    if reading.extent is None:
        return None
    last = reading.extent.last
    return wording.month_of(last) if reading.extent.is_monthly else last.isoformat()


def _undescribed(reading: Reading) -> Iterator[str]:
    if reading.metric.derived:
        yield (
            f"No metrics.yaml describes {reading.metric.title}; "
            f"it is computed as {reading.metric.expression} of its observations."
        )


def _undated(reading: Reading, request: Request, today: date) -> Iterator[str]:
    if reading.metric.time is None and request.period is not None:
        yield (
            f"{reading.metric.title} is known as of {today.isoformat()} only; "
            f"the period {request.period.label} could not be applied."
        )


def _uncovered(reading: Reading, period: Period, extent: Extent, today: date) -> Iterator[str]:
    """The ends of a period that the data do not reach."""
    if reading.metric.counts_rows:
        if period.end > today + timedelta(days=1):
            yield f"{period.label} is not over: it is counted up to {today.isoformat()}."
        return
    if period.end > extent.covered_until:
        latest = wording.month_of(extent.last) if extent.is_monthly else extent.last.isoformat()
        yield f"{period.label} is only partly covered: the latest data are for {latest}."
    if period.start < extent.first.replace(day=1):
        yield f"{period.label} is only partly covered: the data begin in {wording.month_of(extent.first)}."


def _gaps(reading: Reading, period: Period, extent: Extent) -> Iterator[str]:
    """Months without data inside a period whose other months have some."""
    if reading.metric.counts_rows or not extent.is_monthly or extent.months_apart > 1:
        return
    missing = [month for month in extent.missing_months if period.start <= month < period.end]
    if missing:
        named = wording.joined([wording.month_of(month) for month in missing[:_MOST_GAPS_NAMED]])
        more = f" and {len(missing) - _MOST_GAPS_NAMED} more months" if len(missing) > _MOST_GAPS_NAMED else ""
        yield f"There are no data for {named}{more}."


def _stale(reading: Reading, request: Request, extent: Extent, today: date, subject: str) -> Iterator[str]:
    metric = reading.metric
    limit, age = metric.freshness_days, (today - extent.last_day).days
    is_about_past = request.period is not None and request.period.end <= extent.covered_until
    if limit is None or metric.counts_rows or is_about_past or age <= limit:
        return
    latest = wording.month_of(extent.last) if extent.is_monthly else extent.last.isoformat()
    yield (
        f"The latest data on {subject} are for {latest}, {age} days before {today.isoformat()}; "
        f"they should be no older than {limit} days."
    )
