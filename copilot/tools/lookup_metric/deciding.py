"""Yes or no, from a metric set against another time: whether it went the way that is asked."""

from __future__ import annotations

from copilot.language.vocabulary import FEWER, MORE
from copilot.language.words import words
from copilot.reading.asked import Asked
from copilot.types import Finding, Quantity


def decides(asked: Asked, finding: Finding) -> bool | None:
    """Whether there is more, or less where that is asked, than at the time with which it is compared; None where
    nothing is compared, or the question says no way or both."""
    change, said = finding.values.get("change"), {w.text.lower() for w in words(asked.text)}
    if finding.kind != "value" or not isinstance(change, Quantity) or bool(said & MORE) == bool(said & FEWER):
        return None
    if not asked.compared_with and not asked.is_beside_a_year_ago:
        return None
    return change.value > 0 if said & MORE else change.value < 0
