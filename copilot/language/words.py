"""Words as texts are compared: lower case, one spelling, stems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer


def _split(text: str) -> list[str]:
    """The words of a list that is easier to read as a line of text."""
    return text.split()


_STEMMER = snowballstemmer.stemmer("english")
# It keeps the word in itself while it works on it: two threads at once would get parts of each other's.
_STEMMING = Lock()
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*")

STOP_WORDS = frozenset(
    _split(
        "a about above across after again against all already also am an and any are as at be because been before "
        "being below between both but by can could did do does doing down during each either else ever "
        "every few for from further get give given go got had has have having he her here hers him his "
        "how i if in into is isn it its itself just let like ll made make makes many may me might mine "
        "more most much must my neither no nor not now of off on once one only onto or other our ours out "
        "over own per please put re s same say says see shall she should show so some still such t tell than "
        "that the their theirs them themselves then there these they thing things this those through to "
        "too under until up upon us use used using ve very via want was we were what when where whether "
        "which while who whom whose why will with within without would you your yours"
    )
)
# Words that ask rather than say what is asked about.
ASKING_WORDS = frozenset(
    _split(
        "answer answers ask believe compare comparison contrast define definition describe detail details "
        "discuss evaluate example examples explain find identify information know list mean means name "
        "outline overview propose provide question recommend specific specifically statement suggest "
        "summarise summarize summary think understand various analyse analyze approximately least briefly "
        "quick quickly hello hi thanks okay ok kind typically usually generally actually really"
    )
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
# Forms that a stemmer does not bring together, and numbers up to twelve in digits.
_IRREGULAR = {
    form: base
    for base, forms in (
        line.split(" ", 1)
        for line in """keep kept
hold held
say said
fall fell fallen
rise rose risen
grow grew grown
build built
buy bought
sell sold
pay paid
spend spent
lead led
lose lost
take took taken
give gave given
go went gone
run ran
choose chose chosen
write wrote written
draw drew drawn
mean meant
meet met
send sent
teach taught
understand understood
begin began begun
break broke broken
become became
forbid forbade forbidden
find found
bring brought
hide hid hidden
win won
criterion criteria
approve approval approvals approver approvers""".splitlines()
    )
    for form in forms.split()
} | {
    word: str(number)
    for number, word in enumerate(_split("zero one two three four five six seven eight nine ten eleven twelve"))
}  # fmt: skip


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
    lower = _IRREGULAR.get(lower, lower)
    for pattern, replacement in _SPELLINGS:
        lower = pattern.sub(replacement, lower)
    with _STEMMING:
        return str(_STEMMER.stemWord(lower))


def words(text: str) -> list[Word]:
    return [Word(m.group(), stem(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def stems(text: str) -> list[str]:
    """The stems of a text in order, function words included."""
    return [stem(m.group()) for m in _TOKEN.finditer(text)]


ASKING_STEMS = frozenset(map(stem, ASKING_WORDS))


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [
        stem(token)
        for token in _TOKEN.findall(text)
        if token.lower() not in STOP_WORDS and token.lower() not in ASKING_WORDS
    ]


_AMERICAN = (
    (re.compile(r"\bcenter(s?)\b"), r"centre\1"),
    (re.compile(r"\b(\w{3,})ization(s?|al)\b"), r"\1isation\2"),
    (re.compile(r"\b(\w{3,})iz(e|ed|es|ing|ers?)\b"), r"\1is\2"),
    (re.compile(r"\b(behavi|lab|fav)or(s?)\b"), r"\1our\2"),
)
_DIGITS = {word: digit for word, digit in _IRREGULAR.items() if digit.isdigit()}


def query_expansions(text: str) -> list[str]:
    """Other spellings of a text's words, British or American, and digits for its number words, for a search.

    A word that the text says itself is none of them.
    """
    found: list[str] = []
    for token in _TOKEN.findall(text):
        lower = token.lower()
        british = next((p.sub(r, lower) for p, r in _AMERICAN if p.search(lower)), None)
        american = next((p.sub(r, lower) for p, r in _SPELLINGS[:4] if p.search(lower)), None)
        found += [w for w in (british, american, _DIGITS.get(lower)) if w and w != lower]
    said = {token.lower() for token in _TOKEN.findall(text)}
    return [word for word in dict.fromkeys(found) if word not in said]


# Words that say which kind of text or thing is asked about, rather than what about it.
COMMON_STEMS = frozenset(
    map(
        stem,
        _split(
            "policy policies clause article rule section apply applies say project system ai company "
            "organisation enterprise group document playbook record happen need case"
        ),
    )
)
