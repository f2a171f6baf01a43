"""What there is to spend where a budget is given relative to another: half of it, 15% more, 2 million less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.errors import ToolError
from copilot.language.changes import share_in_words
from copilot.language.formatting import money
from copilot.types import Calculation, Table

_ROWS_IN_CALCULATION = 50
Cost = tuple[str, float]
"""The name of a project, and its budget not yet spent."""


@dataclass(frozen=True)
class ChangedBudget:
    """A budget, and the one that it comes of."""

    before: float
    origin: Literal["named", "limit", "candidates"]
    """Whether that was named, is the limit of the organisation, or what all that can be chosen would cost."""
    share: float
    """Of the budget before; 1 where it stays."""
    added: float
    currency: str
    costs: tuple[Cost, ...] = ()
    """What adds up to it."""

    @property
    def amount(self) -> float:
        return self.before * self.share + self.added

    @property
    def words(self) -> str:
        """As it stands before the amount that was: "half of", "2,000,000 EUR less than"."""
        told = [f"{money(abs(self.added), self.currency)} {'more' if self.added > 0 else 'less'} than"]
        return " ".join([*(told if self.added else []), *([share_in_words(self.share)] if self.share != 1 else [])])

    @property
    def calculation(self) -> Calculation:
        added = f" {'+' if self.added > 0 else '-'} {money(abs(self.added), self.currency)}" if self.added else ""
        rows = self.costs[:_ROWS_IN_CALCULATION]
        table = Table(title="Budgets not yet spent", columns=("Project", "Left to spend"), rows=rows)
        return Calculation(
            method=f"{self.words} {money(self.before, self.currency)}",
            formula=f"budget = {self.share:.6g} × {money(self.before, self.currency)}{added}",
            query="sum of budget - spend of what can be chosen" if self.origin == "candidates" else "",
            inputs=(table,) if rows else (),
        )


def changed_budget(
    named: float | None, limit: float | None, costs: Sequence[Cost], share: float, added: float, currency: str
) -> ChangedBudget:
    """The budget after a change: of the one that is named, else of the limit, else of what the costs add up to; a
    ToolError where less than nothing is left."""
    if named is not None:
        found = ChangedBudget(named, "named", share, added, currency)
    elif limit is not None:
        found = ChangedBudget(limit, "limit", share, added, currency)
    else:
        found = ChangedBudget(sum(cost for _, cost in costs), "candidates", share, added, currency, tuple(costs))
    if found.amount < 0:
        raise ToolError(f"{found.words} {money(found.before, currency)} is less than nothing; name a smaller cut.")
    return found
