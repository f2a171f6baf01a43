"""Documents of one day, such as minutes: what they tell is of that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from copilot.language.calendar import Period
from copilot.language.periods import find_period, find_periods
from copilot.passages.quoting import Quotation
from copilot.types import Evidence

_LONGEST = 31
"""Days; what is longer is no day or month that somebody names to say which meeting is meant."""


def is_of_another_day(
    quotation: Quotation, evidence: Sequence[Evidence], asked: Period | None, today: date, fiscal_start: int
) -> bool:
    """Whether what is quoted first stands in a document whose title has a day, outside the past day or month that a
    question names, and its passage speaks of no time within that: "a paper in March" is nothing of the 26th."""
    if not quotation.quotes or asked is None or asked.is_open or asked.start > today:
        return False
    if (asked.end - asked.start).days > _LONGEST:
        return False
    quoted = next((e for e in evidence if e.id == quotation.quotes[0].unit.evidence), None)
    own = find_period(quoted.title, today, fiscal_start) if quoted is not None else None
    if quoted is None or own is None or own.grain != "day":
        return False

    def meets(period: Period) -> bool:
        return period.start < asked.end and asked.start < period.end

    told = (p for p in find_periods(quoted.text, today, fiscal_start) if p.end - p.start <= asked.end - asked.start)
    return not meets(own) and not any(map(meets, told))
