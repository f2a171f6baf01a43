"""How a question goes on from a metric that was told before."""

from __future__ import annotations

from dataclasses import replace

from copilot.language.vocabulary import WHOLE_STEMS
from copilot.language.words import words
from copilot.reading import continuing
from copilot.reading.asked import Asked
from copilot.reading.call import Call

_OF_A_PART = ("filters", "by", "top", "bottom")


def continued(earlier: Call, call: Call, asked: Asked) -> Call:
    """The metric of an earlier call, of another part or time; "and for the whole group?" is of no part."""
    if any(_is_all(s.text) for s in asked.reading.of("back", "scope", "filter", "group", "compare")):
        earlier = Call(earlier.tool, {k: v for k, v in earlier.arguments.items() if k not in _OF_A_PART})
        call = Call(
            call.tool, {k: v for k, v in call.arguments.items() if k not in _OF_A_PART}, call.phrase, call.resolved,
            call.unresolved, call.certainty,
        )  # fmt: skip
    found = continuing.continued(earlier, call, asked)
    # What goes on of the same metric is as sure as that was: "and in the south?" does not say it again.
    is_same = found.arguments.get("metric") == earlier.arguments.get("metric")
    return replace(found, certainty=max(found.certainty, earlier.certainty)) if is_same else found


def _is_all(text: str) -> bool:
    """Whether a part of the question says that all is meant: "the whole company"."""
    said = [w.stem for w in words(text) if not w.is_stop]
    return bool(said) and all(stem in WHOLE_STEMS for stem in said)
