"""Months, quarters, halves and years, calendar or fiscal, counted from a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grain = Literal["day", "week", "month", "quarter", "half", "year"]

BEGINNING = date(1900, 1, 1)
"""The start of a period that has none, such as "until March 2026"."""

MONTHS_IN: dict[Grain, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    start: date
    end: date
    """The first day after it."""
    label: str
    """How it is written; reading the label gives the same period again."""
    grain: Grain = "month"
    """The unit it was spoken of in: two quarters are a period of quarters."""
    is_open: bool = False
    """Whether no end was said, as in "since March"; `end` is then tomorrow."""
    span: tuple[int, int] = (0, 0)
    """Where it stands in the text that was read."""

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """What "last quarter" counts back from. A unit is complete when its last day is not after `today`.

    A month is passed as its number counted from the year 0. `fiscal` units follow the fiscal year.
    """

    today: date
    fiscal_start: int = 1
    """Month in which the fiscal year begins."""
    ahead: bool = False
    """Whether a day, month or part of a year without a year is the next one, as for a deadline, not the latest."""
    spoken: date | None = None
    """The start of the period that was spoken of before, from which "the year before" counts."""

    @property
    def tomorrow(self) -> date:
        return self.today + timedelta(days=1)

    @property
    def has_fiscal_year(self) -> bool:
        """Whether the fiscal year differs from the calendar year."""
        return self.fiscal_start > 1

    def offset(self, fiscal: bool) -> int:
        return self.fiscal_start - 1 if fiscal else 0

    def containing(self, day: date, grain: Grain, fiscal: bool) -> int:
        """The first month of the unit that contains a day."""
        month = day.year * 12 + day.month - 1
        return month - (month - self.offset(fiscal)) % MONTHS_IN[grain]

    def units(self, first: int, count: int, grain: Grain, fiscal: bool) -> Period:
        """So many units from a month on."""
        length = MONTHS_IN[grain]
        names = [self.name(first + place * length, grain, fiscal) for place in (0, count - 1)]
        label = names[0] if count == 1 else f"{names[0]} to {names[1]}"
        return Period(first_day(first), first_day(first + count * length), label, grain)

    def last(self, count: int, grain: Grain, fiscal: bool) -> Period:
        """The last complete units."""
        end = self.containing(self.tomorrow, grain, fiscal)
        return self.units(end - count * MONTHS_IN[grain], count, grain, fiscal)

    def this(self, grain: Grain, fiscal: bool) -> Period:
        return self.units(self.containing(self.today, grain, fiscal), 1, grain, fiscal)

    def ago(self, count: int, grain: Grain, fiscal: bool) -> Period:
        """The unit so many before the present one."""
        first = self.containing(self.today, grain, fiscal) - count * MONTHS_IN[grain]
        return self.units(first, 1, grain, fiscal)

    def next(self, count: int, grain: Grain, fiscal: bool) -> Period:
        first = self.containing(self.today, grain, fiscal) + MONTHS_IN[grain]
        return self.units(first, count, grain, fiscal)

    def year(self, number: int, fiscal: bool) -> Period:
        """A calendar year, or the fiscal year that ends in it."""
        return self.units(self._year_start(number, fiscal), 1, "year", fiscal)

    def part(self, position: int, grain: Grain, year: int | None, fiscal: bool) -> Period:
        """The quarter or half at a position, from 0, of a year; of the latest begun when no year is said."""
        within = position * MONTHS_IN[grain]
        if year is not None:
            return self.units(self._year_start(year, fiscal) + within, 1, grain, fiscal)
        first = self.containing(self.today, "year", fiscal) + within
        if self.ahead:
            is_over = first_day(first + MONTHS_IN[grain]) <= self.today
            return self.units(first + 12 * is_over, 1, grain, fiscal)
        return self.units(first - 12 * (first_day(first) > self.today), 1, grain, fiscal)

    def month(self, number: int, year: int | None) -> Period:
        """A month of a year; the latest begun when no year is said, or the next one not over."""
        if year is None and self.ahead:
            year = self.today.year + (number < self.today.month)
        elif year is None:
            year = self.today.year - (number > self.today.month)
        return self.units(year * 12 + number - 1, 1, "month", False)

    def day(self, number: int, month: int) -> date:
        """A day of a month without a year: the latest begun, or the next one not over; ValueError if there is none."""
        this = date(self.today.year, month, number)
        if self.ahead:
            return this if this >= self.today else this.replace(year=this.year + 1)
        return this if this <= self.today else this.replace(year=this.year - 1)

    def coming(self, count: int, grain: Grain) -> Period:
        """From today on, so many days, weeks or months."""
        if grain in ("day", "week"):
            end = self.tomorrow + timedelta(days=count * (7 if grain == "week" else 1))
        else:
            month = self.today.year * 12 + self.today.month - 1 + count * MONTHS_IN[grain]
            last = (first_day(month + 1) - timedelta(days=1)).day
            end = first_day(month).replace(day=min(self.today.day, last)) + timedelta(days=1)
        return self.days(self.today, end, "day")

    def days(self, start: date, end: date, grain: Grain) -> Period:
        """Any days, named by months where they are whole ones."""
        last = end - timedelta(days=1)
        if end.day == 1 and (start.day == 1 or start == BEGINNING):
            first, final = (f"{MONTH_NAMES[day.month - 1]} {day.year}" for day in (start, last))
        else:
            first, final = start.isoformat(), last.isoformat()
        label = first if first == final else f"{first} to {final}"
        return Period(start, end, f"until {final}" if start == BEGINNING else label, grain)

    def name(self, month: int, grain: Grain, fiscal: bool) -> str:
        """The unit that begins in a month: `March 2026`, `2026 Q1`, `FY2026 Q3`, `2026`."""
        if grain == "month":
            return f"{MONTH_NAMES[month % 12]} {month // 12}"
        year, since = divmod(month - self.offset(fiscal), 12)
        shifted = fiscal and self.has_fiscal_year
        name = f"FY{year + 1}" if shifted else str(year)
        if grain == "year":
            return name
        return f"{name} {'Q' if grain == 'quarter' else 'H'}{since // MONTHS_IN[grain] + 1}"

    def _year_start(self, number: int, fiscal: bool) -> int:
        shifted = fiscal and self.has_fiscal_year
        return (number - 1 if shifted else number) * 12 + self.offset(fiscal)


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
