"""The periods of business speech: "last two quarters", "FY2026 Q2", "since March", "year to date"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from copilot.language.calendar import BEGINNING, Calendar, Grain, Period
from copilot.language.period_builders import build, period_of
from copilot.language.period_words import (
    ANY_POINT,
    COMPARED,
    PATTERNS,
    POINT_OR_RANGE,
    POINTS,
    WITHOUT_A_YEAR,
    YEAR_IN_WORDS,
    in_digits,
    matches,
)

__all__ = ["BEGINNING", "Grain", "Period", "find_period", "find_periods", "parse_period"]


def parse_period(text: str, today: date, fiscal_start: int = 1) -> Period | None:
    """The period that the whole of a text names, as `in the last two quarters`; None when it is none."""
    whole = " ".join(text.split()).strip(" .?!")
    stripped = re.sub(r"^(?:in|during|over|for|within|at|on)\s+(?:the\s+)?", "", whole, flags=re.IGNORECASE)
    calendar = Calendar(today, fiscal_start)
    return period_of(whole, calendar) or period_of(stripped, calendar)


def find_period(
    text: str, today: date, fiscal_start: int = 1, *, ahead: bool = False, spoken: date | None = None
) -> Period | None:
    """The first period that a question names, with where it stands; None when it names none.

    `ahead` takes what is named without a year for the next one, as of a deadline; `spoken` is the start of the period
    that was spoken of before.
    """
    masked = YEAR_IN_WORDS.sub(in_digits, COMPARED.sub(lambda found: " " * len(found[0]), text))
    calendar = Calendar(today, fiscal_start, ahead, spoken)
    found = [(match, name) for name, pattern in PATTERNS.items() for match in matches(pattern, masked, name)]
    for match, name in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        if period := build(name, match, calendar):
            return replace(period, span=match.span())
    return None


def find_periods(text: str, today: date, fiscal_start: int = 1) -> list[Period]:
    """Every period that a text names, those it compares with too, with where each stands; each year of "2024 and 2025"
    by itself."""
    masked, calendar = YEAR_IN_WORDS.sub(in_digits, text), Calendar(today, fiscal_start)
    points = {name: PATTERNS[name] for name in POINTS}
    found = [(match, name) for name, pattern in points.items() for match in matches(pattern, masked, name)]
    periods: list[Period] = []
    for match, name in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        is_free = not periods or match.start() >= periods[-1].span[1]
        if is_free and (period := build(name, match, calendar)):
            periods.append(replace(period, span=match.span()))
    return periods


def sets_beside_a_year_ago(text: str, today: date, fiscal_start: int = 1) -> bool:
    """Whether what is now is set beside what was a year ago: "than last year", "how was it a year ago?"."""
    calendar = Calendar(today, fiscal_start)
    points = [point[0] for found in COMPARED.finditer(text) if (point := re.search(ANY_POINT, found[0], re.I))]
    points += [found[0] for found in PATTERNS["ago"].finditer(text)]
    named = [find_period(point, today, fiscal_start) for point in points]
    return any(p is not None and p.grain == "year" and p.start == calendar.ago(1, "year", False).start for p in named)


def compared_with(text: str, today: date, fiscal_start: int = 1) -> str:
    """The time with which another is compared: "in May than in January", "has it improved since January?" beside a time
    of its own; empty where there is none."""
    points = [point[0] for found in COMPARED.finditer(text) if (point := re.search(POINT_OR_RANGE, found[0], re.I))]
    asked = find_period(text, today, fiscal_start)
    if not points and asked is not None and not asked.is_open:
        points = [found["a"] for found in PATTERNS["since"].finditer(text, asked.span[1]) if found["a"]]
    found = next((point for point in points if parse_period(point, today, fiscal_start)), "")
    if asked is not None and not asked.is_open and (before := PATTERNS["shifted"].fullmatch(found)):
        # "From January to March, more than in the three months before": before those that are asked about.
        shifted = build("shifted", before, Calendar(today, fiscal_start, spoken=asked.start))
        return shifted.label if shifted is not None else found
    if asked is not None and WITHOUT_A_YEAR.fullmatch(found) and re.search(r"\d{4}", text[slice(*asked.span)]):
        # "In Q2 2026 than in Q1": the one before it.
        dated = (f"{found} {year}" for year in (asked.start.year, asked.start.year - 1))
        periods = ((point, parse_period(point, today, fiscal_start)) for point in dated)
        return next((point for point, p in periods if p is not None and p.end <= asked.start), found)
    return found
