"""Shares of one column in another: "what part of their budgets is spent?"."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from copilot.language.units import currency_in
from copilot.language.words import stems
from copilot.reading.building import Builder
from copilot.reading.choosing import Use
from copilot.reading.profiles import Profile
from copilot.reading.question import Measure, Reading, Span

SIDE, FAINT = 0.45, 0.35
"""A column is a side of a share from here on, by name or by the chooser; where that tells two apart, from less."""
_SAYS_SHARE = frozenset(stems("share percent percentage proportion fraction"))
_USES: tuple[Use, ...] = ("measured", "shown", "order", "among", ">", ">=", "present")
_OF_PART: tuple[Use, ...] = ("measured", "shown", ">", ">=")
TOLD_APART, LEANS = 0.5, 0.15
"""By so much more the chooser takes one column for the whole than another whose words are the same; and by so much it
tells which of two is the whole."""
_RATIOS = frozenset({"share", "percent", "day"})
_AFTER_OF = re.compile(
    r"\bof\s+((?:\w+\s+){0,3}?\w+)(?=\s+(?:has|have|had|is|was|were|are|did|do|does)\b|[?.,]|$)", re.IGNORECASE
)
_OF = re.compile(r"\bof\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


@dataclass(frozen=True)
class ShareOf:
    """The column whose sum is told as a share of that of another, the whole."""

    part: str
    whole: str


@dataclass(frozen=True)
class _Side:
    profile: Profile
    sure: float
    start: int
    end: int
    whole: float
    """How much surer the chooser is that it is the whole than that it is the part."""

    def overlaps(self, other: _Side) -> bool:
        return self.start < other.end and other.start < self.end


def says_share(text: str, reading: Reading) -> bool:
    """Whether a question asks for a share of something, by a part of it or in so many words."""
    return bool(reading.of("share")) or bool(set(stems(text)) & _SAYS_SHARE)


def share_of(builder: Builder, measure: Measure) -> ShareOf | None:
    """The two columns of one unit of which a share is asked; None where no share is, or where the same words say both
    and the chooser does not tell them apart."""
    text = builder.asked.text
    if measure != "share" and not says_share(text, builder.asked.reading):
        return None
    sides = [side for p in builder.asked.columns.of_table(builder.table, "number") if (side := _side(builder, p))]
    surely = [side for side in sides if side.sure >= SIDE]
    if len(surely) == 1:
        named = _said_after_of(builder, surely[0]) or _counted_in(builder, surely[0])
        if named is not None:
            return ShareOf(surely[0].profile.name, named)
    pairs = [
        (one.sure + other.sure, one, other)
        for one, other in itertools.combinations(sides, 2)
        if one.profile.unit == other.profile.unit
        and ((min(one.sure, other.sure) >= SIDE and not one.overlaps(other)) or _are_told_apart(one, other))
    ]
    if not pairs:
        return None
    _, one, other = max(pairs, key=lambda pair: pair[0])
    whole = _whole(text, one, other)
    part = other if whole is one else one
    return ShareOf(part.profile.name, whole.profile.name)


def _are_told_apart(one: _Side, other: _Side) -> bool:
    """Whether the chooser takes one of two columns for the whole and the other for the part."""
    return abs(one.whole - other.whole) >= TOLD_APART


def _said_after_of(builder: Builder, part: _Side) -> str | None:
    """The column of the same unit that comes nearest to what stands after "of", where the chooser knows the part alone:
    "what part of what was granted has been spent?"."""
    text = builder.asked.text
    after = next((m for span in builder.asked.reading.of("share") if (m := _AFTER_OF.search(text, span.start))), None)
    others = [
        p.name
        for p in builder.asked.columns.of_table(builder.table, "number")
        if p.unit == part.profile.unit and p.name != part.profile.name
    ]
    if after is None or (part.start < after.end(1) and after.start(1) < part.end):
        return None
    span = Span("measure", *after.span(1), after[1])
    numbers = builder.asked.columns.candidates(builder.table, "number")
    best = builder.asked.best(span, numbers.kept(lambda c: c.column in others), builder.links(span, "column"))
    return best.candidate.column if best is not None and best.score >= SIDE else None


def _counted_in(builder: Builder, part: _Side) -> str | None:
    """The one column whose people or things are those that the part counts some of, as the data tell: those who were
    invited for those who came; None of money, whose shares are of the rows: "what share of the budget is HR's"."""
    own = part.profile
    return own.within[0] if not currency_in(own.unit) and len(own.within) == 1 else None


def _side(builder: Builder, profile: Profile) -> _Side | None:
    """Where the question says a column, and how surely; None where it hardly does, or where it is a rate itself."""
    if profile.unit in _RATIOS or profile.is_scale:
        return None
    named = [
        x
        for x in builder.asked.links.of("column")
        if (x.table, x.key) == (builder.table, profile.name) and x.score == 1
    ]
    judged = builder.asked.judged(builder.table)
    whole = judged.sure(profile.name, None, "among") - judged.sure(profile.name, None, *_OF_PART)
    if named:
        return _Side(profile, 1.0, named[0].start, named[0].end, whole)
    sure, said = judged.sure(profile.name, None, *_USES), judged.said.get((profile.name, None), ())
    if sure < FAINT or not said:
        return None
    start, end, _ = max(said, key=lambda place: place[2])
    return _Side(profile, sure, start, end, whole)


def _whole(text: str, one: _Side, other: _Side) -> _Side:
    """The side of which the other is a share: by the chooser, else the one after "of", else the larger."""
    if abs(one.whole - other.whole) >= LEANS:
        return max((one, other), key=lambda side: side.whole)
    after = [side for side in (one, other) if _OF.search(text[: side.start])]
    if len(after) == 1:
        return after[0]
    return max((one, other), key=lambda side: side.profile.most or 0.0)
