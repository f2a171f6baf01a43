"""Who builds and runs AI systems, as the records of roles count them."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.records.store import Filter, RecordView
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.types import Frozen


class StaffWords(Frozen):
    """Words of a role by which it counts as one or the other; folded, without plural endings."""

    engineers: frozenset[str] = frozenset()
    scientists: frozenset[str] = frozenset()
    engineers_label: str = "engineers"
    """What the first are called in a sentence."""


@dataclass(frozen=True)
class Staff:
    engineers: float
    scientists: float

    @property
    def ratio(self) -> float | None:
        return self.engineers / self.scientists if self.scientists else None


def latest_roles(view: RecordView, unit: str | None) -> list[Row]:
    """The latest count of each role of each unit."""
    if not view.has("roles"):
        return []
    filters = [] if unit is None else [Filter(column="unit", value=unit)]
    order = ["as_of"] if view.has("roles", "as_of") else []
    latest = {
        (fold(str(row["unit"])), fold(str(row["role"]))): row for row in view.select("roles", filters, order_by=order)
    }
    return list(latest.values())


def staff(view: RecordView, unit: str | None, words: StaffWords) -> Staff | None:
    """The latest count of each unit's engineers and data scientists, told by the words of the roles."""
    counted = [
        (role_of(row, words), float(str(row["headcount"]))) for row in latest_roles(view, unit) if _is_counted(row)
    ]
    engineers, scientists = (sum(n for role, n in counted if role == kind) for kind in ("engineer", "scientist"))
    return Staff(engineers, scientists) if engineers or scientists else None


def _is_counted(row: Row) -> bool:
    return isinstance(row.get("headcount"), int | float)


def role_of(row: Row, words: StaffWords) -> str:
    """As which of the two the role of a row counts, by its words."""
    said = set(fold(str(row["role"])).split())
    if said & {fold(word) for word in words.scientists}:
        return "scientist"
    return "engineer" if said & {fold(word) for word in words.engineers} else "neither"
