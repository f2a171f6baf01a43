"""Yes or no, from a count: some of the rows, or all of them where all are asked for."""

from __future__ import annotations

from copilot.language.words import words
from copilot.reading.asked import Asked
from copilot.tools.findings import quantity
from copilot.types import Finding

_ALL = frozenset({"all", "every", "each", "everything", "everyone", "everybody"})


def decides(asked: Asked, finding: Finding) -> bool | None:
    """Whether there are such rows; of a question after all of them whether none is missing."""
    if finding.kind != "count" or not finding.values["condition"]:
        return None
    count, total = quantity(finding, "count").value, quantity(finding, "total").value
    return count == total if any(w.text.lower() in _ALL for w in words(asked.text)) else count > 0
