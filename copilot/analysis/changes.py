"""What differs between two states of the same rows, rankings and outcomes. Pure: it reads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from copilot.types import Cell

Row = Mapping[str, Cell]
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True)
class CellChange:
    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class RowChange:
    kind: Literal["added", "removed", "changed"]
    before: Row | None
    after: Row | None
    cells: tuple[CellChange, ...] = ()

    @property
    def row(self) -> Row:
        """The row as it is, or as it last was."""
        row = self.before if self.after is None else self.after
        assert row is not None
        return row


@dataclass(frozen=True)
class Moved(Generic[Key, Value]):
    """One thing whose value is not what it was; None where it was or is not there."""

    key: Key
    before: Value | None
    after: Value | None


def compare_rows(
    before: Iterable[Row], after: Iterable[Row], identity: Sequence[str], columns: Sequence[str]
) -> list[RowChange]:
    """Rows added, removed, and changed in one of the columns, in the order of `after`, removed ones last.

    Rows are the same when they agree on `identity`; of several that do, the first is compared with the first.
    """
    old, new = _numbered(before, identity), _numbered(after, identity)
    changes = []
    for key, row in new.items():
        if key not in old:
            changes.append(RowChange("added", None, row))
            continue
        cells = tuple(
            CellChange(name, old[key].get(name), row.get(name))
            for name in columns
            if old[key].get(name) != row.get(name)
        )
        if cells:
            changes.append(RowChange("changed", old[key], row, cells))
    changes += [RowChange("removed", row, None) for key, row in old.items() if key not in new]
    return changes


def compare_values(before: Mapping[Key, Value], after: Mapping[Key, Value]) -> list[Moved[Key, Value]]:
    """Whatever has another value than before, is new or is gone, in the order of `after`, what is gone last."""
    keys = [*after, *(key for key in before if key not in after)]
    return [Moved(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def entered(before: Sequence[Key], after: Sequence[Key]) -> list[Key]:
    """What stands in the second list and not in the first."""
    held = set(before)
    return [key for key in after if key not in held]


def _numbered(rows: Iterable[Row], identity: Sequence[str]) -> dict[tuple[object, ...], Row]:
    seen: Counter[tuple[Cell, ...]] = Counter()
    numbered: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = tuple(row.get(name) for name in identity)
        numbered[(*key, seen[key])] = row
        seen[key] += 1
    return numbered
