"""A metric's values, changes and periods in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from copilot.language.calendar import MONTH_NAMES, Period
from copilot.records.catalogue import Metric
from copilot.types import Cell, Figure

_BARE_UNITS = frozenset({"", "count", "score", "ratio", "number"})
_PLURALS = frozenset({"people"})
# Cents of a large sum say nothing.
_NO_CENTS_FROM = 1000


def rounded(value: float, unit: str) -> float:
    """The value as it is printed; of a share, its per cent."""
    if unit == "share":
        return round(value * 100, 1)
    return float(round(value)) if _is_currency(unit) and abs(value) >= _NO_CENTS_FROM else round(value, 2)


def _is_currency(unit: str) -> bool:
    return len(unit) == 3 and unit.isupper() and unit != "FTE"


def shown(value: float, unit: str) -> str:
    """41.2%, 1,250,000 EUR, 3.14, 12 days."""
    return _printed(rounded(value, unit), unit)


def _printed(number: float, unit: str) -> str:
    if unit == "share":
        return f"{number:.1f}%"
    text = f"{number:,.0f}" if number.is_integer() else f"{number:,.2f}".rstrip("0")
    return text if unit in _BARE_UNITS else f"{text} {unit}"


def cell(value: float | None, unit: str) -> Cell:
    """A value for a table: per cent in words, else the number."""
    if value is None or unit == "share":
        return None if value is None else shown(value, unit)
    number = rounded(value, unit)
    return int(number) if number.is_integer() else number


def figure(value: float, unit: str, evidence: str) -> Figure:
    kind = "percent" if unit == "share" else unit or "count"
    return Figure(text=shown(value, unit), value=rounded(value, unit), unit=kind, evidence=evidence)


def moved(before: float, now: float, unit: str) -> str:
    """`up from 38.0%`, `down from 12 days`, `unchanged from 41.2%`."""
    first, last = rounded(before, unit), rounded(now, unit)
    way = "up" if last > first else "down" if last < first else "unchanged"
    return f"{way} from {_printed(first, unit)}"


def difference(before: float, now: float, unit: str) -> str:
    """`a rise of 3.2 percentage points`; of amounts with the per cent they changed by."""
    first, last = rounded(before, unit), rounded(now, unit)
    if first == last:
        return "no change"
    way = "a rise" if last > first else "a fall"
    by = round(abs(last - first), 2)
    if unit == "share":
        return f"{way} of {_points(by)}"
    relative = f" ({abs(last - first) / abs(first):.1%})" if first else ""
    return f"{way} of {_printed(by, unit)}{relative}"


def _points(by: float) -> str:
    return f"{by:.1f} percentage {'point' if by == 1 else 'points'}"


def against_target(value: float, target: float, metric: Metric) -> str:
    """`3.0 percentage points below the target of 60.0%`."""
    last, wanted = rounded(value, metric.unit), rounded(target, metric.unit)
    goal = f"the target of {_printed(wanted, metric.unit)}"
    if last == wanted:
        return f"equal to {goal}"
    gap = round(abs(last - wanted), 2)
    text = _points(gap) if metric.unit == "share" else _printed(gap, metric.unit)
    return f"{text} {'above' if last > wanted else 'below'} {goal}"


def when(period: Period) -> str:
    """The period's name; of a fiscal one also its months."""
    if not period.label.startswith("FY") or " to " in period.label:
        return period.label
    return f"{period.label} ({_months(period.start, period.last_day)})"


def during(period: Period) -> str:
    """`in 2026 Q3`, `over January 2026 to June 2026`, `until December 2025`, `on 2026-03-15`."""
    if period.label.startswith("until "):
        return period.label
    preposition = "over" if " to " in period.label else "on" if period.label[-3] == "-" else "in"
    return f"{preposition} {when(period)}"


def inside(text: str) -> str:
    """A title inside a sentence: `adoption rate`, `AI spend`."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _months(first: date, last: date) -> str:
    names = [MONTH_NAMES[day.month - 1] for day in (first, last)]
    if first.year == last.year:
        return f"{names[0]} to {names[1]} {last.year}"
    return f"{names[0]} {first.year} to {names[1]} {last.year}"


def month_of(day: date) -> str:
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def subject(metric: Metric, filters: Mapping[str, str], names: Mapping[str, str]) -> str:
    """`Adoption rate of Bed Planner (P-017) in Retail`; `names` says how a project is called."""
    parts = [metric.title]
    for dimension, value in filters.items():
        column = metric.dimensions[dimension]
        if value in names:
            parts.append(f"of {names[value]} ({value})")
        elif column == "unit":
            parts.append(f"in {value}")
        else:
            parts.append(f"for {dimension.replace('_', ' ')} {value.replace('_', ' ')}")
    return " ".join(parts)


def verb(metric: Metric) -> str:
    """`Hours saved were`, `Adoption rate was`."""
    words = metric.title.split()
    head = words[1] if len(words) > 1 and words[0].isupper() else words[0]
    plural = head.lower() in _PLURALS or (head.endswith("s") and not head.endswith(("ss", "us", "is")))
    return "were" if plural else "was"


def joined(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
