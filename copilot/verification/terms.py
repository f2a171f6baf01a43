"""Words of a text as the check compares them, across inflections, compounds and languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml

from copilot.language.units import CODES
from copilot.language.words import stem as english_stem
from copilot.verification.languages import Language, languages

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ELIDED = re.compile(r"^(?:[ldnmstcj]|qu)['’]", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    text: str
    stem: str
    start: int
    end: int
    is_function: bool


def terms(text: str, language: Language) -> list[Term]:
    """The words of a text with their stems."""
    found = []
    for m in _WORD.finditer(text):
        elided = _ELIDED.match(m[0]) if language.code == "fr" else None
        start = m.start() + (elided.end() if elided else 0)
        word = text[start : m.end()].removesuffix("'s").removesuffix("’s")
        found.append(Term(word, _stem(language, word.lower()), start, m.end(), word.lower() in language.function))
    return found


@lru_cache(maxsize=20_000)
def content(text: str, language: Language) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(t.stem for t in terms(text, language) if not t.is_function and not _is_measure(t.text, language))


def _is_measure(word: str, language: Language) -> bool:
    """A scale, a currency, a month or a letter says nothing of what a figure is about; the A of "option A" does."""
    lower = word.lower()
    return (
        lower in language.numbers
        or lower in language.scales
        or lower in language.months
        or word in CODES
        or (len(word) == 1 and not word.isupper())
    )


@lru_cache(maxsize=100_000)
def _stem(language: Language, word: str) -> str:
    if language.code == "en":
        return plain(english_stem(word))
    return plain(language.stem(word))


def plain(word: str) -> str:
    """Without accents."""
    return word if word.isascii() else _bare(word)


@lru_cache(maxsize=100_000)
def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@lru_cache
def _glossary() -> dict[str, str]:
    """By stem of another language the English stem."""
    return {
        plain(languages()[code].stem(word)): plain(english_stem(english))
        for code, words in _data("glossary.yaml").items()
        for word, english in words.items()
    }


def translated(stem: str) -> str:
    """The English stem of a word that the glossary knows; else the stem itself."""
    return _glossary().get(stem, stem)


def _data(name: str) -> dict[str, dict[str, Any]]:
    text = resources.files("copilot.verification").joinpath(name).read_text(encoding="utf-8")
    return {key: dict(words) for key, words in yaml.safe_load(text).items()}


class Vocabulary:
    """The stems of what was read, and which of them a word means."""

    def __init__(self, stems: Iterable[str]) -> None:
        self.stems = frozenset(stems)
        self._known: dict[str, frozenset[str]] = {}

    def meant(self, stem: str) -> frozenset[str]:
        """The same stem; else those with the same beginning, or of which one is a part of the other's compound."""
        if stem not in self._known:
            exact = frozenset([stem]) & self.stems
            self._known[stem] = exact or frozenset(s for s in self.stems if alike(stem, s)) or self._other(stem)
        return self._known[stem]

    def _other(self, stem: str) -> frozenset[str]:
        """The stems of another language that mean the same."""
        return frozenset(s for s in self.stems if translated(s) == translated(stem))


def alike(a: str, b: str) -> bool:
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) < 5:
        return False
    if long.endswith(short) or long.startswith(short):
        return True
    if long.startswith("ge") and len(long) > 6 and long[2:6] == short[:4]:
        # A German participle: "geprüft" and "Prüfung".
        return True
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(short))
    return common >= 5 and common >= 0.55 * len(long)


@dataclass(frozen=True)
class Opposite:
    group: str
    member: str
    start: int
    end: int
    text: str


class Opposites:
    """Finds words that exclude each other."""

    def __init__(self, groups: Mapping[str, Mapping[str, str]]) -> None:
        self._groups = groups

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted({_regex(w) for members in self._groups.values() for ws in members.values() for w in ws.split()},
                       key=len, reverse=True)  # fmt: skip
        return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w])", re.IGNORECASE)

    @cached_property
    def _members(self) -> list[tuple[str, str, re.Pattern[str]]]:
        return [
            (group, member, re.compile("|".join(map(_regex, ws.split())), re.IGNORECASE))
            for group, members in self._groups.items()
            for member, ws in members.items()
        ]

    def find(self, text: str) -> list[Opposite]:
        return [
            Opposite(group, member, m.start(), m.end(), m[0])
            for m in self._pattern.finditer(text)
            for group, member, words in self._members
            if words.fullmatch(m[0])
        ]


def _regex(word: str) -> str:
    bare = word.rstrip("_")
    return re.escape(bare).replace(r"\*", r"\w*").replace("_", r"\s+")


@lru_cache
def opposites() -> Opposites:
    return Opposites(_data("opposites.yaml"))


@lru_cache
def degrees(name: str) -> Opposites:
    """The words of `degrees.yaml` under a name, by what they measure."""
    return Opposites({group: dict(members) for group, members in _data("degrees.yaml")[name].items()})
