"""What becomes of an amount, as people say it: "halve it", "a third less", "15 % more", "from 90 to 180 million"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from typing import Literal

from copilot.language.formatting import number
from copilot.language.quantities import DAYS_IN, Amount, find_amounts
from copilot.language.words import Word, stem, stems, words

_COUNTS = {"a": 1, "an": 1, "one": 1, "another": 1, "two": 2, "three": 3, "four": 4}
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_HALF, _QUARTER = "half", "quarter"
"""What needs no number before it, "half the pot"; and what may be three months."""
_FACTORS = {stem(word): factor for word, factor in (
    ("halve", 0.5), ("double", 2.0), ("twice", 2.0), ("triple", 3.0), ("treble", 3.0), ("thrice", 3.0),
    ("quadruple", 4.0),
)}  # fmt: skip
_ONLY_OF_IT = frozenset({_HALF, "double", "twice", "triple", "treble", "thrice"})
"""What changes an amount only before what it is of: "double the pot", but not "double check"."""
_OF_IT = frozenset((
    "of", "the", "our", "its", "their", "his", "her", "my", "your", "this", "that", "these", "those", "what", "it",
    "us", "as"
))  # fmt: skip
# What is done to an amount before it is said how much, and how much there is then: "cut it by a third", "a third off".
_TAKING = frozenset(
    stems(
        "cut take knock shave trim strike lose lop slash drop fall shed save remove reduce decrease lower shrink minus"
    )
)
_ADDING = frozenset(stems("add plus raise rise increase grow lift"))
_LESS = frozenset((
    "less", "fewer", "off", "away", "gone", "back", "lower", "smaller", "poorer", "down", "short", "missing"
))  # fmt: skip
_MORE = frozenset(("more", "extra", "higher", "larger", "bigger", "richer", "up", "additional"))
_TOP = ("on", "top")
_AHEAD, _BEHIND = 4, 6
"""Words that say what is done with so much stand so near: "take away another third", "a third of the money is gone"."""
_NEGATIONS = frozenset(("not", "no", "never", "nothing", "don't", "doesn't", "won't", "cannot", "can't"))
_BEFORE = frozenset(("last", "before", "previous", "previously", "earlier"))
"""Of a time that lies behind."""
_ORDINALS = frozenset(("first", "second", "last", "next", "this"))
_BORDER = re.compile(r"[,;:!?](?!\d)|\.(?!\w)|\b(?:and|but|if|so|then|which|who|with|while)\b", re.IGNORECASE)
_MONEY = 1000.0
"""From here on a number that is told plainly is an amount of money."""
_TOLD = {1 / 2: "half", 1 / 3: "a third", 2 / 3: "two thirds", 1 / 4: "a quarter", 3 / 4: "three quarters"}
_TIMES = {2: "twice", 3: "three times", 4: "four times"}

Kind = Literal["share", "added", "amount"]


@dataclass(frozen=True)
class Change:
    """What is said to become of an amount."""

    kind: Kind
    value: float
    """Of a `share` what there is then, as a share of the amount: 0.5 where it is halved; of what is `added` how much,
    below 0 where it is taken away; of an `amount` what it becomes."""
    start: int
    end: int
    clause: tuple[int, int]
    """Where the words stand among which it is said."""
    of: float | None = None
    """The amount that it is of, where that follows: "half of 20 million"."""
    is_of_before: bool = False
    """Whether it is set against an earlier time: "10 % more than last year"."""


def find_changes(text: str) -> list[Change]:
    """The changes of an amount that a text speaks of, left to right; none of what is only compared or dated."""
    amounts, said = find_amounts(text), words(text)
    # "Two and a half million" is no end of a clause.
    borders = [b.span() for b in _BORDER.finditer(text) if not any(a.start <= b.start() < a.end for a in amounts)]
    edges = [(0, 0), *borders, (len(text), len(text))]
    found: list[Change] = []
    for (_, start), (end, _) in pairwise(edges):
        own = [w for w in said if start <= w.start < end]
        found += _Clause(start, end, own, [a for a in amounts if start <= a.start < end]).changes()
    return found


def share_in_words(share: float) -> str:
    """How much of an amount it is, before that amount: "half of", "85% of", "15% more than", "twice"."""
    if times := next((told for value, told in _TIMES.items() if isclose(share, value)), ""):
        return times
    part = share - 1 if share > 1 else share
    told = next((told for value, told in _TOLD.items() if isclose(part, value, rel_tol=1e-6)), "")
    told = "" if share > 1 and part == 1 / 2 else told
    return f"{told or f'{number(part * 100, 1)}%'} {'more than' if share > 1 else 'of'}"


@dataclass(frozen=True)
class _Part:
    """How much of an amount is meant: the words from `first` to before `last`, and the value."""

    value: float
    first: int
    last: int


@dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    said: Sequence[Word]
    amounts: Sequence[Amount]

    def changes(self) -> list[Change]:
        reached = self._reached()
        return [reached] if reached is not None else [*self._factors(), *self._shares(), *self._added()]

    def _reached(self) -> Change | None:
        """What an amount becomes: "from 90 to 180 million", "halved to 10 million"."""
        plain = [a for a in self.amounts if a.unit not in (*DAYS_IN, "percent") and not a.is_part]
        for before, after in pairwise(plain):
            is_range = self._texts(*self._place(before.end, after.start)) == ["to"]
            if is_range and self._before(self._at(before.start)) == "from":
                value = _in_one_scale(before, after)
                return self._change("amount", value, before.start, after.end) if value >= _MONEY else None
        for amount in filter(_is_money, plain):
            at = self._at(amount.start)
            ahead = {stem(word) for word in self._texts(0, at)}
            if self._before(at) == "to" and ahead & {*_FACTORS, *_TAKING, *_ADDING}:
                return self._change("amount", amount.value, amount.start, amount.end)
        return None

    def _factors(self) -> Iterator[Change]:
        """By how much it is multiplied: "halve it", "twice the budget", "three times what we have"."""
        for at, word in enumerate(self.said):
            if (factor := _FACTORS.get(word.stem)) and self._is_of_it(at + 1, word.text.lower()):
                yield from self._told(_Part(factor, at, at + 1), factor)
        for amount in self.amounts:
            last = self._at(amount.end)
            if not amount.unit and amount.scale == 1 and self._texts(last, last + 1) in (["times"], ["x"], ["fold"]):
                yield from self._told(_Part(amount.value, self._at(amount.start), last + 1), amount.value)

    def _shares(self) -> Iterator[Change]:
        """What is left of it, or comes on top: "a third less", "half the pot", "cut it by 20 %"."""
        for part in self._parts():
            if self._is_compared(part.last):
                continue
            ahead = [stem(word) for word in self._texts(part.first - _AHEAD, part.first)]
            sign = _direction(self._texts(part.last, part.last + _BEHIND))
            if not sign and ahead[-1:] not in (["to"], ["than"], ["in"]):
                sign = -1.0 if _TAKING & {*ahead} else 1.0 if _ADDING & {*ahead} else 0.0
            if sign:
                yield from self._told(part, 1 + sign * part.value)
            elif ahead[-1:] != ["by"] and self._is_what_is_left(part):
                yield from self._told(part, part.value)

    def _is_compared(self, at: int) -> bool:
        """Whether something else is said to be so much more: "a third longer"."""
        text = self._text(at) if at < len(self.said) else ""
        return text.endswith("er") and text not in _LESS | _MORE and not self.said[at].is_stop

    def _parts(self) -> Iterator[_Part]:
        texts = self._texts(0, len(self.said))
        for at, text in enumerate(texts):
            fraction = _FRACTIONS.get(text) or _FRACTIONS.get(text.removesuffix("s").replace("halve", _HALF))
            count = _COUNTS.get(texts[at - 1]) if at else None
            if fraction and (count or text == _HALF) and not self._is_in_number(at):
                yield _Part((count or 1) / fraction, at - bool(count), at + 1)
            elif text in ("two", "half") and texts[max(at - 1, 0)] == "in" and _TAKING & {*map(stem, texts[:at])}:
                # "Cut it in two."
                yield _Part(0.5, at, at + 1)
        for amount in self.amounts:
            if amount.unit == "percent":
                yield _Part(amount.value / 100, self._at(amount.start), self._at(amount.end))

    def _is_in_number(self, at: int) -> bool:
        """Whether a word belongs to a number that is no part: "half a million", "two and a half"."""
        here = self.said[at].start
        return any(a.start < here < a.end or (a.start == here and a.scale > 1) for a in self._numbers()) or self._texts(
            at + 1, at + 3
        ) == ["a", "dozen"]

    def _numbers(self) -> Iterator[Amount]:
        return (a for a in self.amounts if not a.is_part and a.unit not in (_QUARTER, "percent"))

    def _is_what_is_left(self, part: _Part) -> bool:
        """Whether a part of which nothing is said to be done is what there is: "with half the budget"."""
        word = self.said[part.last - 1].text.lower()
        if self._before(part.first) in _ORDINALS or (word == "two" and self._before(part.first) == "in"):
            return word == "two"
        if word.startswith(_QUARTER):
            return self._is_of_it(part.last, _QUARTER)
        return part.last == len(self.said) or self._is_of_it(part.last, word)

    def _is_of_it(self, at: int, word: str) -> bool:
        """Whether a word from which what is changed may follow does so; a length of time is no amount."""
        following = self._texts(at, at + 3)
        if any(text.removesuffix("s") in DAYS_IN for text in following):
            return False
        if word not in _ONLY_OF_IT and word != _QUARTER and stem(word) in _FACTORS:
            return True
        if not following:
            return word != _QUARTER
        return following[0] in (_OF_IT if word in _ONLY_OF_IT else {"of"}) or self._amount_at(at) is not None

    def _told(self, part: _Part, share: float) -> Iterator[Change]:
        beside = {self._before(part.first), *self._texts(part.last, part.last + 1)}
        if share < 0 or beside & _NEGATIONS:
            return
        start, end = self.said[part.first].start, self.said[part.last - 1].end
        than = next((n for n in range(part.last, len(self.said)) if self._text(n) in ("than", "of")), None)
        behind = self._texts(than + 1, than + 3) if than is not None and self._text(than) == "than" else []
        of = next((a for n in (part.last, (than or part.last) + 1) if (a := self._amount_at(n)) is not None), None)
        yield self._change("share", share, start, end, of, bool(_BEFORE & {*behind}))

    def _added(self) -> Iterator[Change]:
        """So much money more or less: "2 million less", "another million on top of what you spend"."""
        for amount in filter(_is_money, self.amounts):
            at, last = self._at(amount.start), self._at(amount.end)
            behind = self._texts(last, last + 2)
            ahead = [stem(word) for word in self._texts(at - _AHEAD, at)]
            is_by = ahead[-1:] == ["by"] and bool(_ADDING & {*ahead})
            is_more = behind == ["more", "than"] or tuple(behind) == _TOP or is_by
            is_less = bool(_LESS & {*behind[:1]} or _TAKING & {*ahead})
            if ahead[-1:] not in (["to"], ["than"]) and (is_more or is_less):
                yield self._change("added", amount.value if is_more else -amount.value, amount.start, amount.end)

    def _amount_at(self, at: int) -> float | None:
        """The amount of money that begins with a word, or with the one behind an article."""
        at += self._texts(at, at + 1) in (["the"], ["our"])
        here = self.said[at].start if at < len(self.said) else -1
        return next((a.value for a in self.amounts if a.start <= here < a.end and _is_money(a)), None)

    def _change(
        self, kind: Kind, value: float, start: int, end: int, of: float | None = None, is_of_before: bool = False
    ) -> Change:
        return Change(kind, value, start, end, (self.start, self.end), of, is_of_before)

    def _at(self, place: int) -> int:
        """The number of the first word from a place of the text on."""
        return next((n for n, word in enumerate(self.said) if word.start >= place), len(self.said))

    def _place(self, start: int, end: int) -> tuple[int, int]:
        return self._at(start), self._at(end)

    def _text(self, at: int) -> str:
        return self.said[at].text.lower().replace("’", "'")

    def _texts(self, first: int, last: int) -> list[str]:
        return [self._text(n) for n in range(max(first, 0), min(last, len(self.said)))]

    def _before(self, at: int) -> str:
        return self._text(at - 1) if at > 0 else ""


def _direction(behind: Sequence[str]) -> float:
    """1 where the words behind a part say more, -1 where they say less, else 0; the first that does."""
    for n, word in enumerate(behind):
        if word in _MORE or tuple(behind[n : n + 2]) == _TOP:
            return 1.0
        if word in _LESS:
            return -1.0
    return 0.0


def _is_money(amount: Amount) -> bool:
    is_plain = amount.unit not in (*DAYS_IN, "percent") and not amount.is_part
    return is_plain and (amount.scale > 1 or bool(amount.unit) or amount.value >= _MONEY)


def _in_one_scale(before: Amount, after: Amount) -> float:
    """What an amount becomes, where only one of the two is said in millions: "from 60 million to 30"."""
    return after.value * before.scale if after.scale == 1 and after.value < _MONEY else after.value
