"""The proper names of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.verification.languages import Language
from copilot.verification.sentence import Sentence

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_OPENING = ' *_-#|>"“„«(0123456789.)'
# Shorter words in capitals are common abbreviations rather than names.
_LONGEST_ABBREVIATION = 3


def proper_names(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Where runs of capitalised words stand that do not begin a sentence; in German, whose nouns have capitals, of two
    or more."""
    text = sentence.text
    run: list[re.Match[str]] = []
    for token in _WORD.finditer(text):
        joined = bool(run) and text[run[-1].end() : token.start()].strip(" .") == ""
        if run and not (joined and token[0][0].isupper()):
            yield from _named(run, sentence)
            run = []
        if token[0][0].isupper():
            run.append(token)
    if run:
        yield from _named(run, sentence)


def _named(run: list[re.Match[str]], sentence: Sentence) -> Iterator[tuple[int, int]]:
    language, ahead = sentence.language, sentence.text[: run[0].start()]
    begins = not ahead.strip(_OPENING) or ahead.rstrip(' *_"“„«').endswith((".", ":", "!", "?", "|"))
    if begins and (_is_common(run[0][0], language) or len(run) == 1 or language.code == "de"):
        run = run[1:]
    if language.code == "de" and (len(run) < 2 or any(_is_common(word[0], language) for word in run)):
        return
    while run and _is_common(run[0][0], language):
        run = run[1:]
    if run and not (len(run) == 1 and len(run[0][0]) <= _LONGEST_ABBREVIATION and run[0][0].isupper()):
        yield run[0].start(), run[-1].end()


def _is_common(word: str, language: Language) -> bool:
    lower = word.lower()
    known = (language.function, language.months, language.scales, language.units, language.numbers)
    return any(lower in words for words in known)
