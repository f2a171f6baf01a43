"""A question asked again with another size: "and if it were 700,000?"."""

from __future__ import annotations

from copilot.language.quantities import DAYS_IN, Amount, find_amounts
from copilot.language.words import content_stems, words

_SMALL, _THOUSAND = 10, 1e3
"""A bare number below the one counts something else as often as not: "two of them"; below the other it is not of what
is counted in thousands or millions."""
_YEARS = range(1990, 2101)


def restated(before: str, text: str) -> str | None:
    """The question before with the size that a follow-up names in place of its own; None where the follow-up says more
    than a size, or the question before has none of its kind, or several."""
    fresh = find_amounts(text)
    if len(fresh) != 1 or _is_year(fresh[0], text):
        return None
    new = fresh[0]
    known = set(content_stems(before))
    if set(content_stems(f"{text[: new.start]} {_after_noun(text[new.end :])}")) - known:
        return None
    sizes = [a for a in find_amounts(before) if not _is_year(a, before)]
    own = [a for a in sizes if _kind(a) == _kind(new)] if new.unit else []
    own = own or [a for a in sizes if _may_be(new, a)]
    if len(own) != 1:
        return None
    said = text[new.start : new.end]
    return f"{before[: own[0].start]}{said}{before[own[0].end :]}"


def _kind(amount: Amount) -> str:
    return "time" if amount.unit in DAYS_IN else amount.unit


def _may_be(new: Amount, old: Amount) -> bool:
    """Whether a number without a unit, or beside one without, may be of the same."""
    if not new.unit and (new.value < _SMALL or (old.scale >= _THOUSAND and new.value < _THOUSAND)):
        return False
    if not old.unit and old.value < _SMALL:
        return False
    return not new.unit or (not old.unit and new.unit.isupper())


def _after_noun(rest: str) -> str:
    """What stands after the word that a number counts."""
    first = next(iter(words(rest)), None)
    return rest if first is None or first.is_stop else rest.replace(first.text, "", 1)


def _is_year(amount: Amount, text: str) -> bool:
    written = text[amount.start : amount.end]
    return not amount.unit and written.isdigit() and int(written) in _YEARS
