"""Which kind of figure a question asks for, and whether a text holds one."""

from __future__ import annotations

import re

from copilot.language.numbers import Number, find_numbers
from copilot.retrieval.references import asked_for

Kinds = frozenset[str]
"""Of `time`, `date`, `money`, `percent` and `count`; none where no figure is asked for."""

# What has no answer without a figure of these kinds.
_DEMANDED: tuple[tuple[re.Pattern[str], Kinds], ...] = (
    (re.compile(r"\bhow much (?:do|does|did|is|are|was|were)\b[^?]*\bcosts?\b", re.I), frozenset({"money"})),
    (
        re.compile(
            r"\b(which|what) (price|budget)\b"
            r"|\bwhat (is|was|are|were) (the|our|its|their) (\w+ )?(budget|price|salary|fee)\b",
            re.I,
        ),
        frozenset({"money"}),
    ),
    (re.compile(r"\bhow (long|soon|quick\w*|fast|old|often)\b|\bby when\b", re.I), frozenset({"time", "date"})),
    (
        re.compile(
            r"\bhow much (is|are|was|were|do|does|did|has|have|had|will|would|should|can|could|must|may|of|money|budget"
            r"|funding|cash)\b|\b(which|what) (amount|sum)\b|\bcosts?\b",
            re.I,
        ),
        frozenset({"money", "percent"}),
    ),
    (re.compile(r"\b(which|what) (share|part|percentage|per ?cent|proportion)\b", re.I), frozenset({"percent"})),
    (re.compile(r"\bhow many\b(?! (days?|weeks?|months?|years?|hours?))", re.I), frozenset({"count"})),
)
# What may be answered by a figure, or by a condition: "when may a pilot start?", "how high is the risk?".
_WELCOME: tuple[tuple[re.Pattern[str], Kinds], ...] = (
    (
        re.compile(
            r"\bwhen (is|are|was|were|do|does|did|will|must)\b|\bhow many (days|weeks|months|years|hours)\b"
            r"|\b(what|which) (date|day|month|year|deadline)\b|\bdeadlines?\b|\b(from|since|until|till) when\b",
            re.I,
        ),
        frozenset({"time", "date"}),
    ),
    (
        re.compile(r"\bhow (high|low|big|large)\b|\b(maximum|minimum|highest|lowest)\b", re.I),
        frozenset({"money", "percent"}),
    ),
)
_MONTH = r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
_DAY = re.compile(rf"\b\d{{1,2}} {_MONTH}(?: \d{{4}})?")
_TIMES = r"(?:minute|hour|day|week|month|quarter|year)s?"
_NUMBER_WORD = (
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety"
    r"|hundred|dozens?|half)\b"
)
# "Twenty-four months", "five to ten", "2 August 2026": what is written in words is a figure too.
_WRITTEN = {
    "count": re.compile(rf"{_NUMBER_WORD}(?![ -](?:\w+ )?{_TIMES}\b)", re.IGNORECASE),
    "time": re.compile(rf"{_NUMBER_WORD}[\w -]{{0,12}}\b{_TIMES}\b", re.IGNORECASE),
    # A cell of a table after the name of its column, which tells what the figure is.
    "money": re.compile(
        r"\b(budget|cost|price|amount|sum|fee|salary|spend|spent|funding)s?\b[^:;.\d]{0,20}: \d", re.IGNORECASE
    ),
    "date": re.compile(rf"{_MONTH}(?=.{{0,8}}\d)|\b(19|20)\d\d\b"),
}


def demanded(question: str) -> Kinds:
    """The kinds of figure without which a question is not answered."""
    return next((kinds for pattern, kinds in _DEMANDED if pattern.search(question)), frozenset())


def welcome(question: str) -> Kinds:
    """The kinds of figure that would answer a question best."""
    return demanded(question) or next((kinds for pattern, kinds in _WELCOME if pattern.search(question)), frozenset())


def holds(text: str, kinds: Kinds) -> bool:
    """Whether a text holds a figure of one of the kinds."""
    # "Article 5" counts nothing; "35 000 000" is one number.
    plain = _GROUPS.sub("", text)
    for reference in asked_for(text):
        if reference.is_structural or reference.is_id:
            plain = plain.replace(reference.text, " ")
    if any(kind in kinds and pattern.search(plain) for kind, pattern in _WRITTEN.items()):
        return True
    return any(_kind(number) in kinds for number in find_numbers(_DAY.sub("", plain)))


_GROUPS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")


def happened(question: str) -> bool:
    """Whether it is asked what was, not what a rule demands: "how much did it cost?"."""
    return bool(_HAPPENED.search(question))


_HAPPENED = re.compile(
    r"\b(did|was|were|has|have|had)\b(?! to\b)|\b(so far|last (year|quarter|month|week))\b", re.IGNORECASE
)


def _kind(number: Number) -> str:
    if number.unit in ("percent", "points"):
        return "percent"
    if re.fullmatch(r"[A-Z]{3}", number.unit):
        return "money"
    if number.unit:
        return "date" if number.unit == "date" else "time"
    return "date" if re.fullmatch(r"(19|20)\d\d", number.text) else "count"
