"""What one column of a table holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

_AHEAD = 0.25
Holds = Literal["key", "title", "person", "category", "yes_no", "date", "number", "text"]


@dataclass(frozen=True)
class Profile:
    """One column of a table."""

    table: str
    name: str
    holds: Holds
    texts: tuple[str, ...]
    """What people call it: its name, and synonyms."""
    values: tuple[str, ...] = ()
    """Of categories, persons, references and years: what it holds."""
    unit: str = ""
    """Of numbers: as `copilot.language.units` writes it."""
    most: float | None = None
    """Of numbers: the largest."""
    has_missing: bool = False
    """Whether a row has no value."""
    is_scale: bool = False
    """Of numbers: whether they lie on a short scale without a unit, such as levels from 1 to 5."""
    has_zero: bool = False
    """Of numbers: whether a row has nothing."""
    first_day: date | None = None
    last_day: date | None = None
    refers: str = ""
    """The table whose rows it names by their keys, one in each row."""
    begins: str = ""
    """Of dates with which something ends: the column of those with which it begins, in every row the earlier ones."""
    within: tuple[str, ...] = ()
    """Of numbers: the columns of its unit than which it is larger in no row, and less in some: of those who passed,
    those who were invited."""
    order: tuple[str, ...] = ()
    """Of grades: what it holds, the lowest first."""
    is_lower_better: bool = False
    """Of grades: whether the first of them are the good ones."""
    is_list: bool = False
    """Whether a cell may hold several of the values."""
    titles: tuple[str, ...] = ()
    """Of references: what the row that each value names is called, in their order; empty where nothing is."""
    meanings: tuple[str, ...] = ()
    """Of stages: what each value means, in their order; empty where that is not told."""

    def called(self, value: str) -> str:
        """What a value is called: that of a reference as the row is that it names."""
        return dict(zip(self.values, self.titles, strict=False)).get(value) or value

    def meaning(self, value: str) -> str:
        """What a value means, beside its name; empty where that is not told."""
        return dict(zip(self.values, self.meanings, strict=False)).get(value, "")

    def may_be(self, nothing: Literal["missing", "zero"]) -> bool:
        """Whether "none at all" can mean that: not where the rows only know the other way to have nothing."""
        if self.holds != "number" or self.has_missing == self.has_zero:
            return True
        return self.has_missing if nothing == "missing" else self.has_zero

    def is_ahead(self, today: date) -> bool:
        """Whether enough of its dates lie ahead that it holds deadlines, some of them missed."""
        if self.first_day is None or self.last_day is None:
            return False
        return self.last_day - today > (self.last_day - self.first_day) * _AHEAD
