"""Words as the planner and the composer compare them: lower case, one spelling, stems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*")

STOP_WORDS = frozenset(
    """a about above across after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each either else ever every few for from further
    get give given go got had has have having he her here hers him his how i if in into is isn it its itself just
    let like ll made make makes many may me might mine more most much must my neither no nor not now of off on once
    one only onto or other our ours out over own per please put re s same say says see shall she should show so
    some such t tell than that the their theirs them themselves then there these they thing things this those
    through to too under until up upon us use used using ve very via want was we were what when where whether which
    while who whom whose why will with within without would you your yours""".split()
)
# Words that ask rather than say what is asked about.
ASKING_WORDS = frozenset(
    """answer answers ask believe compare comparison contrast define definition describe detail details discuss
    evaluate example examples explain find identify information know list mean means name outline overview
    propose provide question recommend specific specifically statement suggest summarise summarize summary think
    understand various analyse analyze approximately least briefly quick quickly hello hi thanks okay ok kind
    typically usually generally actually really""".split()
)
_SPELLINGS = (
    (re.compile(r"^centre"), "center"),
    (re.compile(r"isation(s?)$"), r"ization\1"),
    (re.compile(r"is(e|ed|es|ing|er|ers)$"), r"iz\1"),
    (re.compile(r"(behavi|lab|fav|col|hon|harb)our"), r"\1or"),
    (re.compile(r"programmes?$"), "program"),
    (re.compile(r"(label|model|travel|cancel)l(ed|ing)$"), r"\1\2"),
    (re.compile(r"^analys(e|ed|es|ing)$"), r"analyz\1"),
)


@dataclass(frozen=True)
class Word:
    text: str
    stem: str
    start: int
    end: int

    @property
    def is_stop(self) -> bool:
        return self.text.lower() in STOP_WORDS


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a word, British and American spellings made one."""
    lower = word.lower().replace("’", "'").removesuffix("'s")
    for pattern, replacement in _SPELLINGS:
        lower = pattern.sub(replacement, lower)
    return str(_STEMMER.stemWord(lower))


def words(text: str) -> list[Word]:
    return [Word(m.group(), stem(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def stems(text: str) -> list[str]:
    """The stems of a text in order, function words included."""
    return [stem(m.group()) for m in _TOKEN.finditer(text)]


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [
        stem(token)
        for token in _TOKEN.findall(text)
        if token.lower() not in STOP_WORDS and token.lower() not in ASKING_WORDS
    ]


def find_run(needle: tuple[str, ...], haystack: list[Word]) -> int | None:
    """Where the stems stand side by side in the words, or None."""
    size = len(needle)
    if not size:
        return None
    for at in range(len(haystack) - size + 1):
        if all(haystack[at + i].stem == needle[i] for i in range(size)):
            return at
    return None


def has_any(text_stems: Iterable[str], cues: frozenset[str]) -> bool:
    return any(s in cues for s in text_stems)
