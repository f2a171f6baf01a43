"""Whether sources carry a claim, judged by words, numbers, names and negation.

It errs in known ways: fair paraphrase may look unsupported, and a wrong relation between right words may look
supported. Coverage below 0.3 or above 0.9 is trustworthy; what lies between is a flag, not a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.models.words import STOP_WORDS, content_stems, stem
from copilot.numbers import Number, find_numbers, is_supported
from evals.wording import Weights, coverage, sentences, windows

SUPPORTED = 0.6
# Two sentences this alike say the same thing, so a negation in one of them alone turns it round.
SAME_SENTENCE = 0.75
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
class Support:
    is_supported: bool
    coverage: float
    reason: str


def support(claim: str, texts: Sequence[str], weights: Weights, question: str = "") -> Support:
    """Whether the texts together carry the claim. Numbers and names of the question need no source."""
    if not texts:
        return Support(False, 0.0, "nothing is cited")
    known = [n for text in (*texts, question) for n in _numbers(text)]
    missing = next((n for n in find_numbers(claim) if not is_supported(n, known)), None)
    covered = _joint_coverage(claim, texts, weights)
    if missing is not None:
        return Support(False, covered, f"{missing.text} is not in the source")
    words = frozenset[str]().union(*(_all_stems(text) for text in (*texts, question)))
    if strange := [name for name in names(claim) if not _all_stems(name) <= words]:
        return Support(False, covered, f"{strange[0]} is not in the source")
    if covered < SUPPORTED:
        return Support(False, covered, f"covers {covered:.2f} of its words")
    if is_turned_round(claim, texts, weights):
        return Support(False, covered, "a negation differs")
    return Support(True, covered, f"covers {covered:.2f}")


def names(text: str) -> list[str]:
    """Acronyms, codes and capitalised words, the first word of a sentence left out unless it is a code."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        before = text[: match.start()].rstrip(" \"'(“‘")
        opens = not before or before.endswith((".", "!", "?", ":", ";"))
        if name.lower() in STOP_WORDS or (opens and name[1:].islower()):
            continue
        found.append(name)
    return found


@lru_cache(maxsize=4096)
def _all_stems(text: str) -> frozenset[str]:
    """Every word and number of a text, codes in one piece and in parts."""
    return frozenset(stem(token) for token in re.findall(r"[A-Za-zÀ-ÿ]+\d*|\d+(?:\.\d+)*", text))


@lru_cache(maxsize=4096)
def _numbers(text: str) -> tuple[Number, ...]:
    return tuple(find_numbers(text))


def _joint_coverage(claim: str, texts: Sequence[str], weights: Weights) -> float:
    """Coverage by the best window of each text, taken together."""
    wanted = frozenset(content_stems(claim))
    best: list[frozenset[str]] = [
        max(windows(text), key=lambda w: coverage(wanted, w, weights), default=frozenset()) for text in texts
    ]
    return coverage(wanted, frozenset[str]().union(*best), weights)


def is_turned_round(claim: str, texts: Sequence[str], weights: Weights) -> bool:
    """Whether the claim says or lacks a "not" that its nearest source sentence lacks or says."""
    wanted = frozenset(content_stems(claim))
    denies = len(_NEGATIONS.findall(claim))
    best, nearest = 0.0, ""
    for text in texts:
        for sentence in sentences(text):
            held = frozenset(content_stems(sentence))
            there = coverage(wanted, held, weights)
            if there > best:
                best, nearest = there, sentence
    if best < SAME_SENTENCE:
        return False
    source_denies = len(_NEGATIONS.findall(nearest))
    if denies > source_denies:
        return True
    back = coverage(frozenset(content_stems(nearest)), wanted, weights)
    return denies < source_denies and back >= SAME_SENTENCE
