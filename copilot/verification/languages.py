"""What is known of the languages in which answers are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import snowballstemmer
import yaml
from babel import Locale

_STEMMERS = {"en": "english", "de": "german", "fr": "french"}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, eq=False)
class Language:
    code: str
    function: frozenset[str]
    numbers: dict[str, float]
    ones: frozenset[str]
    joins: frozenset[str]
    scales: dict[str, float]
    fractions: dict[str, float]
    factors: dict[str, float]
    ordinals: dict[str, int]
    units: dict[str, str]
    """By word or words the unit they stand for."""
    months: dict[str, int]
    negation: frozenset[str]
    pronouns: frozenset[str]
    meta: tuple[str, ...]
    """How a sentence says that something was not found."""
    proposal: tuple[str, ...]
    plan: tuple[str, ...]
    marks: dict[str, str]
    hedges: dict[str, tuple[str, ...]]
    """By `about`, `over` and `under` the words before a figure that is not meant exactly."""
    sum: tuple[str, ...]
    """Words with which a sum is said; likewise `difference`, `rest` and `per`."""
    difference: tuple[str, ...]
    rest: tuple[str, ...]
    payback: tuple[str, ...]
    """How it is said that a thing brings in what it cost."""
    material: tuple[str, ...]
    """Words for what was read: the evidence, the sources."""
    planned: tuple[str, ...]
    """How a line says that something is still to come; likewise `happened`, that it has."""
    happened: tuple[str, ...]
    equal: tuple[str, ...]
    """How two quantities are set against each other: "half as many as"."""
    supposed: tuple[str, ...]
    """What stands before a figure that is assumed: "over three years"."""
    per: tuple[str, ...]
    money: frozenset[str]
    """Words of which amounts of money are said; likewise `share` of shares."""
    share: frozenset[str]
    times: frozenset[str]
    """The nouns behind a number that multiplies."""
    generic: frozenset[str]
    """Nouns that count anything."""
    agent: frozenset[str]
    """Prepositions behind which stands who does a thing."""
    definite: frozenset[str]
    """Articles with which something is spoken of that was named before."""
    compare: frozenset[str]
    """Words behind a negation that make it a bound: "no more than"."""
    than: frozenset[str]
    """Words between two things that are compared."""
    decimal: str

    def says(self, words: tuple[str, ...], text: str) -> bool:
        """Whether one of the words or phrases stands in a text."""
        return bool(_phrases(words).search(text))

    def stem(self, word: str) -> str:
        return _stem(self.code, word.lower())


@lru_cache
def _phrases(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def _stem(code: str, word: str) -> str:
    return str(_stemmer(code).stemWord(word))


@lru_cache
def _stemmer(code: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS[code])


@lru_cache
def languages() -> dict[str, Language]:
    text = resources.files("copilot.verification").joinpath("languages.yaml").read_text(encoding="utf-8")
    return {code: _read(code, data) for code, data in yaml.safe_load(text).items()}


def _read(code: str, data: dict[str, Any]) -> Language:
    locale = Locale.parse(code)
    months = {
        str(name).lower().rstrip("."): number
        for width in ("wide", "abbreviated")
        for kind in ("format", "stand-alone")
        for number, name in locale.months[kind][width].items()
    }
    return Language(
        code=code,
        function=frozenset(data["function"].split()),
        numbers=data["numbers"],
        ones=frozenset(data["one"]),
        joins=frozenset(data["and"]),
        scales=data["scales"],
        fractions=data["fractions"],
        factors=data["factors"],
        ordinals=data["ordinals"],
        units={word: unit for unit, words in data["units"].items() for word in words},
        months=months | ({"sept": 9} if code == "en" else {}),
        negation=frozenset(data["negation"]),
        pronouns=frozenset(data["pronouns"]),
        meta=tuple(data["meta"]),
        proposal=tuple(data["proposal"]),
        plan=tuple(data["plan"]),
        marks=data["marks"],
        hedges={kind: tuple(words) for kind, words in data["hedges"].items()},
        sum=tuple(data["sum"]),
        difference=tuple(data["difference"]),
        rest=tuple(data["rest"]),
        payback=tuple(data["payback"]),
        material=tuple(data["material"]),
        planned=tuple(data["planned"]),
        happened=tuple(data["happened"]),
        equal=tuple(data["equal"]),
        supposed=tuple(data["supposed"]),
        per=tuple(data["per"]),
        money=frozenset(data["money"]),
        share=frozenset(data["share"]),
        times=frozenset(data["times"]),
        generic=frozenset(data["generic"]),
        agent=frozenset(data["agent"]),
        definite=frozenset(data["definite"]),
        compare=frozenset(data["compare"]),
        than=frozenset(data["than"]),
        decimal=locale.number_symbols["latn"]["decimal"],
    )


def language_of(text: str, default: str = "en") -> Language:
    """The language whose function words a text uses most; the default where it uses none."""
    words = [w.lower() for w in _WORD.findall(text)]
    counts = {code: sum(w in language.function for w in words) for code, language in languages().items()}
    best = max(counts, key=lambda code: (counts[code], code == default))
    return languages()[best if counts[best] else default]
