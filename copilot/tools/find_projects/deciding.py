"""Yes or no, from a count: some of the rows, or all of them where all are asked for."""

from __future__ import annotations

from copilot.language.vocabulary import FEWER, MORE
from copilot.language.words import words
from copilot.reading.asked import Asked
from copilot.tools.findings import quantity
from copilot.types import Finding, Quantity

_ALL = frozenset({"all", "every", "each", "everything", "everyone", "everybody"})


def _is_more(asked: Asked, finding: Finding) -> bool | None:
    """Whether the first of two times comes before the other as asked; None where the question says no way, or both."""
    apart, said = finding.values["differences"], {w.text.lower() for w in words(asked.text)}
    if not isinstance(apart, tuple) or len(apart) != 1 or bool(said & MORE) == bool(said & FEWER):
        return None
    gap = apart[0].value if isinstance(apart[0], Quantity) else 0.0
    return gap < 0 if said & MORE else gap > 0


def decides(asked: Asked, finding: Finding) -> bool | None:
    """Whether there are such rows; of a question after all of them whether none is missing; of two times whether the
    one that is said first has more, or fewer where that is asked."""
    if finding.kind == "times":
        return _is_more(asked, finding)
    if finding.kind != "count" or not finding.values["condition"]:
        return None
    count, total = quantity(finding, "count").value, quantity(finding, "total").value
    return count == total if any(w.text.lower() in _ALL for w in words(asked.text)) else count > 0
