"""What a sheet does not show, and how much of a table was not read for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hidden:
    """Rows and columns from 1."""

    rows: frozenset[int] = frozenset()
    columns: tuple[range, ...] = ()
    by_filter: bool = False
    """Whether a filter is set, which hides the rows that do not pass it."""

    def has_column(self, number: int) -> bool:
        return any(number in columns for columns in self.columns)


@dataclass(frozen=True)
class LeftOut:
    """How much of a table was not read, being hidden."""

    rows: int = 0
    columns: int = 0
    by_filter: bool = False

    def __bool__(self) -> bool:
        return self.rows > 0 or self.columns > 0

    def __str__(self) -> str:
        said = [_counted(self.rows, "hidden row"), _counted(self.columns, "hidden column")]
        return " and ".join(filter(None, said)) + (" (a filter is set)" if self.rows and self.by_filter else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""
