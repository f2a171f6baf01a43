"""Questions about what should end: the last of a ranking, and which words of ending say of which projects."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.vocabulary import ENDING
from copilot.language.words import stems, words
from copilot.reading.asked import Asked
from copilot.records.conditions import Filter


def asks_the_end(asked: Asked) -> bool:
    """Whether the last are asked for, "which three can I stop?"; what says of which projects says nothing of that, as
    "the stopped ones"."""
    of_rows = asked.reading.of("filter", "scope", "not", "among", "measure")
    said = [w for w in words(asked.text) if not any(s.start <= w.start < s.end for s in of_rows)]
    return any(w.stem in ENDING for w in said)


def without_ending(asked: Asked, conditions: Sequence[Filter]) -> list[Filter]:
    """The conditions without that of having ended, where its word says what is to be done, not of which rows: "which
    three can I stop?"."""
    of_rows = {stem for span in asked.reading.of("filter", "scope", "not", "among") for stem in stems(span.text)}
    ended = asked.sources.workspace.config.stages.has_ended
    if of_rows & ENDING:
        return list(conditions)
    return [c for c in conditions if not (c.column == "stage" and all(map(ended, _values(c))))]


def _values(condition: Filter) -> tuple[object, ...]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)
