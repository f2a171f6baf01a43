"""Mistyped words of a workspace as they were meant, so that the matcher compares words and not pieces of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copilot.reading.linking import fold, is_common

_WORD = re.compile(r"[^\W\d_]{4,}")
# Letters that may be wrong in a word, and in a long one.
_WRONG, _WRONG_IN_LONG, _LONG = 1, 2, 8


class Speller:
    """Knows the words of a workspace.

    It repairs nothing but these: the nearest word of the language is too often another one ("dearest", "nearest").
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._own = sorted({fold(word) for text in texts for word in _WORD.findall(text)})
        self._seen = {word: word for word in self._own}

    def repaired(self, text: str) -> str:
        """A text with each word that no one knows replaced by one of the workspace, where one is near."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        if word not in self._seen:
            self._seen[word] = self._nearest(word, fold(word))
        return self._seen[word]

    def _nearest(self, word: str, folded: str) -> str:
        if is_common(folded):
            return word
        most = _WRONG_IN_LONG if len(folded) >= _LONG else _WRONG
        # The first letter is seldom wrong, and another one may turn the sense: "unsettled" is not "settled".
        alike = [own for own in self._own if own[0] == folded[0]]
        nearest = process.extractOne(folded, alike, scorer=OSA.distance, score_cutoff=most)
        return nearest[0] if nearest is not None else word
