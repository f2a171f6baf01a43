"""Figures that were read: what they say, and whether one says what another says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

IN_DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375,
           "quarter": 91.3125, "year": 365.25}  # fmt: skip


# How far a figure of one, two, and more digits may be off that is not meant exactly.
_HEDGED = (0.06, 0.03, 0.005)


@dataclass(frozen=True)
class Read:
    """A figure that was read, as it is printed and what it says."""

    text: str
    kind: str
    """`number`, `money`, `percent`, `points`, `time`, `fraction`, `date` or `id`."""
    value: float
    unit: str
    """Of money its currency, of a time its unit."""
    step: float
    """Half of this is the error of rounding with which it is printed; 0 for an exact count."""
    start: int
    end: int
    other: float | None = None
    """What it is when its one separator is read the other way: 1.250 as 1250."""
    day: tuple[int, int, int] | None = None
    """Of a date: year, month and day, 0 where not said; of a quarter its number, negative, in place of the month."""
    bare: float | None = None
    """Of an amount whose scale stands in the header of its column: as it is printed."""
    is_word: bool = False
    hedge: str = ""
    """`about`, `over` or `under` where it is not meant exactly."""

    @property
    def values(self) -> tuple[float, ...]:
        return (self.value,) if self.other is None else (self.value, self.other)


def same(said: Read, held: Read) -> bool:
    """Whether a figure says what another says: in kind, in unit, and in value to the precision it is printed with."""
    if "date" in (said.kind, held.kind):
        return _same_date(said, held)
    if "id" in (said.kind, held.kind):
        return said.kind == held.kind and said.unit == held.unit
    if not _kinds_fit(said, held):
        return False
    if said.kind == "number" and held.bare is not None and close(said.value, held.bare, said, said):
        return True
    # Read the other way it has three decimals more or less.
    other = replace(said, step=said.step / 1000)
    return any(
        close(value, h, said if s == said.value else other, held) or (not held.hedge and _hedged(value, h, said))
        for s in said.values
        for h in held.values
        for value in [_in_unit(s, said, held)]
    )


def _hedged(value: float, held: float, said: Read) -> bool:
    """Whether a figure that is not meant exactly fits: "about 70", "more than 40", "a little under 30"."""
    if not said.hedge:
        return False
    digits = 1 if said.kind == "fraction" else len(f"{abs(value):g}".replace(".", "").partition("e")[0].strip("0"))
    off = _HEDGED[min(digits, len(_HEDGED)) - 1]
    low, high = {"over": (0.0, 2 * off), "under": (2 * off, 0.0)}.get(said.hedge, (off, off))
    return (1 - low) * abs(value) <= abs(held) <= (1 + high) * abs(value)


def _kinds_fit(said: Read, held: Read) -> bool:
    if said.kind == held.kind:
        return said.unit == held.unit or said.kind == "time"
    pair = {said.kind, held.kind}
    if pair in ({"percent", "fraction"}, {"percent", "points"}):
        return True
    # A bare number takes its unit from the words around it, which the caller compares.
    return "number" in pair and bool(pair & {"money", "percent", "points", "time", "fraction"})


def _in_unit(value: float, said: Read, held: Read) -> float:
    if said.kind == held.kind == "time" and said.unit != held.unit:
        return value * IN_DAYS[said.unit] / IN_DAYS[held.unit]
    if said.kind == "fraction" and held.kind in ("percent", "points"):
        return value * 100
    if said.kind == "percent" and held.kind == "number" and held.step and abs(held.value) <= 1:
        return value / 100
    if held.kind == "percent" and said.kind == "number" and said.step and abs(said.value) <= 1:
        return value * 100
    if held.kind == "fraction" and said.kind in ("percent", "points"):
        return value / 100
    return value


def close(value: float, held: float, said: Read, other: Read) -> bool:
    """Whether two values are equal to the precision of the first."""
    value, held = abs(value), abs(held)
    tolerance = said.step * 0.5000001 if said.step else 1e-9 * max(value, 1.0)
    if said.kind == other.kind == "time" and said.unit != other.unit:
        tolerance = 0.09 * held
    if said.kind == "percent" and other.kind == "number" and other.step and held <= 1:
        tolerance = max(said.step, 1.0) / 200
    if said.kind == "fraction":
        tolerance = 0.02 * (100 if other.kind in ("percent", "points") else 1)
    if said.step == 0 and said.kind != "time" and value >= 1000 and value % 1000 == 0:
        # A round amount written out: 1,300,000 for 1,250,000 is rounded to the hundred thousand.
        digits = len(str(int(value)).rstrip("0"))
        if digits >= 2:
            tolerance = max(tolerance, 0.5 * 10 ** (len(str(int(value))) - digits))
    return abs(value - held) <= tolerance


def _same_date(said: Read, held: Read) -> bool:
    if said.day is None or held.day is None:
        # A bare year may stand as a plain number.
        year, plain = (said, held) if said.day else (held, said)
        return plain.kind == "number" and year.day is not None and year.day[1:] == (0, 0) and plain.value == year.day[0]
    return all(s in (h, 0) or (s < 0 < h and (h + 2) // 3 == -s) for s, h in zip(said.day, held.day, strict=True))


def as_date(day: date) -> Read:
    return Read(day.isoformat(), "date", 0, "", 0, 0, 0, day=(day.year, day.month, day.day))
