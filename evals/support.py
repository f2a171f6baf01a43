"""Whether sources carry a claim, judged by words, numbers, names and negation.

It errs in known ways: fair paraphrase may look unsupported, and a wrong relation between right words may look
supported. Coverage below 0.3 or above 0.9 is trustworthy; what lies between is a flag, not a verdict.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from evals.text import STOP_WORDS, Number, content_stems, find_numbers, stem
from evals.wording import Weights, coverage, rows_told, sentences, windows

SUPPORTED = 0.6
# A record holds cells and not sentences: "Full-time equivalents on it: 25" shares only the 25 with its row.
# Numbers and names decide there, and a few shared words show that the row is about the same thing.
SUPPORTED_BY_RECORD = 0.2
# Two sentences this alike, each way, are one a copy of the other: every number must then be there as often.
A_COPY = 0.9
# Two sentences this alike say the same thing, so a negation in one of them alone turns it round.
SAME_SENTENCE = 0.75
_PERCENT = ("percent", "points")
_DAY = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])\b")
_NEGATIONS = re.compile(r"\b(?:not|no|never|without|neither|nor|cannot|none|nobody|nothing)\b|n[’']t\b", re.I)
_NAME = re.compile(
    r"""\b(?:[A-Z][A-Za-z]*\d[\w.]*            # G3, ISO42001
    | [A-Z]{1,4}-\d+                           # P-017
    | [A-Z]{2,}[a-z]?                          # EU, APIs
    | [A-Z][a-zà-ÿ]+(?:[A-Z][a-z]+)*           # Bighead, AutoML
    )\b(?:[ /](?=\d)\d[\d.:/]*\d)?             # ISO 42001, Article 22""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Source:
    """What a claim may lean on."""

    text: str
    is_record: bool = False
    """A row of a table, whose cells are read as one."""
    title: str = ""
    """What it is called and where in it the text stands; a claim may name it."""


_PLACE = re.compile(r"\s*\([^()]*\b(?:clause|section|article|chapter|paragraph) [\w.]+\)(?=[.!?]*$)", re.IGNORECASE)


@dataclass(frozen=True)
class Support:
    is_supported: bool
    coverage: float
    reason: str


def support(claim: str, sources: Sequence[Source], weights: Weights, question: str = "") -> Support:
    """Whether the sources together carry the claim. Numbers and names of the question need no source."""
    texts = [f"{source.title}\n{source.text}" for source in sources]
    if not texts:
        return Support(False, 0.0, "nothing is cited")
    known = [n for text in (*texts, question) for n in _numbers(text)]
    missing = next((n for n in find_numbers(claim) if not is_stated(n, known)), None)
    covered = _joint_coverage(claim, sources, weights)
    if missing is not None:
        return Support(False, covered, f"{missing.text} is not in the source")
    words = frozenset[str]().union(*(_all_stems(text) for text in (*texts, question)))
    words |= frozenset(stem(month) for text in texts for month in _months(text))
    if strange := [name for name in names(claim) if not _all_stems(name) <= words]:
        return Support(False, covered, f"{strange[0]} is not in the source")
    if covered < (SUPPORTED_BY_RECORD if any(s.is_record for s in sources) else SUPPORTED):
        return Support(False, covered, f"covers {covered:.2f} of its words")
    # Where a clause stands, "(AI Policy, clause 7.2)", is no part of what it says.
    if misplaced := _misplaced_number(_PLACE.sub("", claim), sources, weights, question):
        return Support(False, covered, f"{misplaced} stands elsewhere in the source")
    if is_turned_round(claim, [s for s in sources if not s.is_record], weights):
        return Support(False, covered, "a negation differs")
    return Support(True, covered, f"covers {covered:.2f}")


def names(text: str) -> list[str]:
    """Acronyms, codes and capitalised words, the first word of a sentence left out unless it is a code."""
    return [match.group() for match in find_names(text)]


def find_names(text: str) -> list[re.Match[str]]:
    """The same with their places."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        before = text[: match.start()].rstrip(" \"'(“‘*-")
        opens = not before or before.endswith((".", "!", "?", ":", ";", "\n", "]"))
        if name.lower() not in STOP_WORDS and not (opens and name[1:].islower()):
            found.append(match)
    return found


@lru_cache(maxsize=4096)
def _all_stems(text: str) -> frozenset[str]:
    """Every word and number of a text, codes in one piece and in parts."""
    return frozenset(stem(token) for token in re.findall(r"[A-Za-zÀ-ÿ]+\d*|\d+(?:\.\d+)*", text))


@lru_cache(maxsize=4096)
def _months(text: str) -> frozenset[str]:
    """The names of the months in which the days of a text lie."""
    return frozenset(calendar.month_name[int(month)] for month in _DAY.findall(text))


@lru_cache(maxsize=4096)
def _numbers(text: str) -> tuple[Number, ...]:
    return tuple(find_numbers(text))


def _joint_coverage(claim: str, sources: Sequence[Source], weights: Weights) -> float:
    """Coverage by the best window of each text, and by the whole of each record, taken together."""
    wanted = frozenset(content_stems(claim))
    best: list[frozenset[str]] = [
        max(_windows(source), key=lambda w: coverage(wanted, w, weights), default=frozenset()) for source in sources
    ]
    return coverage(wanted, frozenset[str]().union(*best), weights)


def _misplaced_number(claim: str, sources: Sequence[Source], weights: Weights, question: str) -> str | None:
    """A number that the source holds, but not where it says the same thing."""
    numbers = find_numbers(claim)
    if not numbers:
        return None
    wanted = frozenset(s for s in content_stems(claim) if not s[0].isdigit())
    near: list[str] = []
    for source in sources:
        told = sentences(rows_told(source.text))
        for at, sentence in enumerate(told):
            if _copies(wanted, sentence, source.title, weights):
                return _extra(numbers, (*_numbers(sentence), *_numbers(source.title), *_numbers(question)))
            if coverage(wanted, _stems(sentence) | _stems(source.title), weights) >= SAME_SENTENCE:
                near += [*told[max(0, at - 1) : at + 2], source.title]
    if not near:
        return None
    near += [question, *(s.text for s in sources if s.is_record)]
    known = [n for text in near for n in _numbers(text)]
    return next((n.text for n in numbers if not is_stated(n, known)), None)


def is_stated(number: Number, known: Sequence[Number]) -> bool:
    """Whether one of the known numbers, rounded as the number is printed, is the same.

    Signs are not compared, since prose says "fell by 3". A share may be printed as a percentage, and a percentage as a
    share; a month may stand for a day in it. A whole number without a scale stands for itself alone.
    """
    if number.unit == "date":
        return any(other.unit == "date" and f"{other.text}-".startswith(f"{number.text}-") for other in known)
    is_rounded = number.decimals > 0 or number.scale > 1
    allowed = 0.5 * number.scale / 10**number.decimals if is_rounded else 0.0
    for other in known:
        if other.unit == "date":
            continue
        value = abs(other.value)
        readings = [value]
        if number.unit in _PERCENT and not other.unit:
            readings.append(value * 100)
        elif other.unit in _PERCENT and not number.unit and is_rounded:
            readings.append(value / 100)
        if any(abs(abs(number.value) - reading) <= allowed + 1e-9 * max(1.0, reading) for reading in readings):
            return True
    return False


def _copies(wanted: frozenset[str], sentence: str, title: str, weights: Weights) -> bool:
    held = frozenset(s for s in _stems(sentence) if not s[0].isdigit())
    return coverage(wanted, held | _stems(title), weights) >= A_COPY and coverage(held, wanted, weights) >= A_COPY


def _extra(numbers: Sequence[Number], known: Sequence[Number]) -> str | None:
    """The first number that stands more often among these than among the known ones."""
    left = Counter(round(abs(n.value), 6) for n in known)
    for number in numbers:
        left[round(abs(number.value), 6)] -= 1
        if left[round(abs(number.value), 6)] < 0:
            return number.text
    return None


def _windows(source: Source) -> Sequence[frozenset[str]]:
    parts = [_stems(source.text)] if source.is_record else windows(source.text)
    return [part | _stems(source.title) for part in parts]


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(content_stems(text))


def is_turned_round(claim: str, sources: Sequence[Source], weights: Weights) -> bool:
    """Whether the claim says or lacks a "not" that its nearest source sentence lacks or says."""
    wanted = _stems(claim)
    denies = len(_NEGATIONS.findall(claim))
    best, nearest = 0.0, ""
    for source in sources:
        for sentence in sentences(rows_told(source.text)):
            there = coverage(wanted, _stems(sentence) | _stems(source.title), weights)
            if there > best:
                best, nearest = there, sentence
    if best < SAME_SENTENCE:
        return False
    source_denies = len(_NEGATIONS.findall(nearest))
    if denies > source_denies:
        return True
    back = coverage(_stems(nearest), wanted, weights)
    return denies < source_denies and back >= SAME_SENTENCE
