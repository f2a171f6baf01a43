"""How the judge reads text: words, stems and sentences.

Nothing here is shared with what is judged, so that a fault in one does not hide itself in the other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import snowballstemmer

# Numbers are the exception. A printed number has one value; its reader has tests of its own; and the datasets give
# expected numbers as values, computed without it, so that a number it misreads is a miss and not a silent pass.
from copilot.language.numbers import Number, find_numbers

__all__ = [
    "READING",
    "STOP_WORDS",
    "Number",
    "content_stems",
    "find_numbers",
    "split_sentences",
    "stem",
    "stems",
    "words",
]

READING = "2"
"""Changes when stems or stop words do: the words that a run counted before no longer fit."""

_STEMMER = snowballstemmer.stemmer("english")
# It keeps the word it works on; a run scores answers in several threads.
_STEMMING = Lock()
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*")

# Articles, pronouns, prepositions, conjunctions and auxiliary verbs: they say how words go together, not what of.
_FUNCTION_WORDS = """
a an the this that these those such some any each every both all no not
i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
who whom whose which what when where why how
of in on at by to from for with without within into onto over under above below between among through during before
after since until against about across per via as than like off out up down upon
and or but nor so if then else because while whether though although either neither
be am is are was were been being do does did doing done have has had having
can could may might must shall should will would let
there here too also only just very more most many much few own same other again ever still yet now once
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
# One spelling of each word, the American.
_SPELLINGS = (
    (re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})our(?=$|s$|ed$|ing$|able$|al$|ally$)"), "or"),
    (re.compile(r"^(cent|met|lit)re(s?)$"), r"\1er\2"),
    (re.compile(r"^programme(s?)$"), r"program\1"),
    (re.compile(r"^(label|model|travel|cancel)l(ed|er|ers|ing)$"), r"\1\2"),
    (re.compile(r"^analys(e|ed|er|ing)$"), r"analyz\1"),
)
# What no stemmer brings together: a base form and its other forms, a line each.
_FORMS = """
begin began begun
break broke broken
bring brought
build built
buy bought
choose chose chosen
fall fell fallen
find found
forbid forbade forbidden
give gave given
go went gone
grow grew grown
hold held
keep kept
lead led
lose lost
make made
mean meant
meet met
pay paid
rise rose risen
run ran
say said
sell sold
send sent
show shown
spend spent
take took taken
teach taught
understand understood
write wrote written
criterion criteria
approve approval
"""
_BASE = {form: base for line in _FORMS.split("\n") if line for base, *forms in [line.split()] for form in forms}
_DIGITS = dict(
    zip(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        map(str, range(13)),
        strict=True,
    )
)

# A stop, or the colon of a label in bold, with the quotation, emphasis and citation marks that belong to it.
_END = re.compile(r"(?<=\S)(?:[.!?]|:(?=\*\*|__))[\"'”’)\]*_]*(?:\s?\[[#\w][^\]\n]*\])*(?=\s|$)")
_GOES_ON = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|cf|no|art|mr|ms|mrs|dr|st|inc|ltd)|\b[A-Z]|^\W*\d{1,2})\.$", re.I
)


def words(text: str) -> list[str]:
    """The words and numbers of a text in lower case, one form for each letter and apostrophe."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).replace("’", "'").lower())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What the forms and spellings of a word have in common; small number words as digits."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    plain = _DIGITS.get(plain) or _BASE.get(plain, plain)
    for pattern, spelling in _SPELLINGS:
        plain = pattern.sub(spelling, plain)
    with _STEMMING:
        return str(_STEMMER.stemWord(plain))


def stems(text: str) -> list[str]:
    """The stems of all words, in order."""
    return [stem(word) for word in words(text)]


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def split_sentences(text: str) -> list[str]:
    """The sentences of a Markdown text, with the marks that follow them. A line ends its sentence in any case."""
    found: list[str] = []
    for line in text.splitlines():
        start = 0
        for end in _END.finditer(line):
            if not _GOES_ON.search(line[start : end.start() + 1]):
                found.append(line[start : end.end()].strip())
                start = end.end()
        found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]
