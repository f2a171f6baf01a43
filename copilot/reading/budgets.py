"""The money that a question gives to spend: an amount, or what becomes of one, "half of it", "2 million less"."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from copilot.language.changes import Change, find_changes, share_in_words
from copilot.language.formatting import number
from copilot.language.units import currency_in
from copilot.language.vocabulary import COLUMN_WORDS, ROW_STEMS
from copilot.language.words import stem, stems, words
from copilot.reading.asked import Asked
from copilot.reading.columns import PROJECTS
from copilot.reading.linking import number_of
from copilot.reading.question import Link, Role

# Parts that say of which rows, which way or how many: what they hold is no budget.
_OTHERWISE: tuple[Role, ...] = (
    "filter", "not", "bound", "group", "order", "limit", "share", "period", "compare", "among"
)  # fmt: skip
_NEAR = 3
"""Words between a change and the project that it is of, at the most: "a third off the budget of Ledger"."""
_POSSESSIVE = ("'s", "’s")
_BENEFITS = frozenset({"expected_benefit", "realised_benefit"})
_OTHER_THINGS = (ROW_STEMS - frozenset(stems("AI all thing"))) | frozenset(
    stem(text) for text in COLUMN_WORDS["headcount"] if " " not in text
)
"""What a part may be of that is no money: "half of the projects", "a third of the staff"."""


@dataclass(frozen=True)
class Budget:
    """What there is to spend: an amount, a share of one, or so much more or less than one; all None where nothing is
    said. Where no amount is named, the share is of what there is today."""

    amount: float | None = None
    share: float | None = None
    """1.15 for 15% more."""
    added: float | None = None
    """Below 0 for less."""
    figures: tuple[float, ...] = ()
    """What was said for that, in every way that a condition on rows could hold it."""

    def says(self, value: object) -> bool:
        """Whether a condition's value is a figure of the change, not one of rows: the 10 of "10% more"."""
        return isinstance(value, int | float) and any(isclose(value, figure) for figure in self.figures)

    @property
    def phrase(self) -> str:
        """As it stands behind "under": "half of 20,000,000"."""
        of = "today’s budget" if self.amount is None else number(self.amount)
        if self.share is not None:
            return f"{share_in_words(self.share)} {of}"
        if self.added is not None:
            return f"{of} {'plus' if self.added > 0 else 'minus'} {number(abs(self.added))}"
        return "" if self.amount is None else of


def budget(asked: Asked) -> Budget:
    """The budget that a question gives."""
    change = _change(asked)
    if change is None:
        return Budget(asked.amount())
    figures = _figures(asked, change)
    if change.kind == "amount":
        return Budget(change.value, figures=figures)
    named = change.of or asked.amount(besides=(change.start, change.end))
    if change.kind == "added":
        return Budget(named, added=change.value, figures=figures)
    # What is named is already 10% more than last year.
    share = None if change.is_of_before and named else change.value
    return Budget(named, share=share, figures=figures)


def _figures(asked: Asked, change: Change) -> tuple[float, ...]:
    said = [number_of(x) for x in asked.links.within(change.start, change.end, "number")]
    return (*said, *(n / 100 for n in said), abs(change.value), abs(1 - change.value))


def _change(asked: Asked) -> Change | None:
    """The change of the budget: one that the reader takes for an assumption before others."""
    found = [c for c in find_changes(asked.text) if _is_of_budget(asked, c)]
    assumed = [c for c in found if _overlaps(asked, c, ("whatif",))]
    return next(iter(assumed or found), None)


def _overlaps(asked: Asked, change: Change, roles: tuple[Role, ...]) -> bool:
    return any(s.start < change.end and change.start < s.end for s in asked.reading.of(*roles))


def _is_of_budget(asked: Asked, change: Change) -> bool:
    """Whether what changes is money to spend: not a metric, a criterion, the budget of one project, or how many."""
    if _overlaps(asked, change, _OTHERWISE) and not _overlaps(asked, change, ("whatif",)):
        return False
    beside = asked.links.within(*change.clause)
    money = [x for x in beside if x.kind == "column" and not _is_other_figure(asked, x)]
    # "Spend" may be a metric too.
    other = [x for x in beside if x.kind in ("metric", "criterion") and not any(_is_same(x, y) for y in money)]
    if other or any(_is_other_figure(asked, x) for x in beside):
        return False
    if any(x.kind == "record" and _is_of_one(asked, change, x) for x in beside):
        return False
    behind = [w for w in words(asked.text[change.end : change.clause[1]]) if not w.is_stop][:1]
    return not any(w.stem in _OTHER_THINGS for w in behind)


def _is_other_figure(asked: Asked, link: Link) -> bool:
    """Whether a column is named that holds a number and is not spent: benefits, people, scores."""
    profile = asked.columns.get(link.table, link.key) if link.kind == "column" else None
    if profile is None or profile.holds != "number":
        return False
    is_money = bool(currency_in(profile.unit)) or (profile.table == PROJECTS and "budget" in profile.name)
    return profile.name in _BENEFITS or not (is_money or profile.name == "spend")


def _is_same(one: Link, other: Link) -> bool:
    """Whether the same words name both."""
    return (one.start, one.end) == (other.start, other.end)


def _is_of_one(asked: Asked, change: Change, record: Link) -> bool:
    """Whether a project is named whose money changes: "half of Ledger's budget", "a third off Ledger"."""
    if asked.text[record.start : record.end + 2].endswith(_POSSESSIVE) or record.text.endswith(_POSSESSIVE):
        return True
    between = words(asked.text[change.end : record.start])
    return change.end <= record.start and len(between) <= _NEAR and any(w.is_stop for w in between)
