"""Whether a text is in English."""

from __future__ import annotations

from copilot.language.words import STOP_WORDS, words

# Function words of English that are none of its neighbours'; a text with hardly any is in another language.
_ENGLISH = STOP_WORDS - {"in", "on", "a", "me", "us", "an", "so", "do", "we", "no", "am", "per"}
_SHORT, _LEAST_ENGLISH, _LEAST_LATIN = 5, 0.12, 0.7


def is_english(text: str) -> bool:
    """Whether a text is in English, as far as its function words tell; short texts pass."""
    tokens = [w.text.lower() for w in words(text)]
    letters = [c for c in text if c.isalpha()]
    if letters and sum(c.isascii() for c in letters) / len(letters) < _LEAST_LATIN:
        return False
    return len(tokens) < _SHORT or sum(t in _ENGLISH for t in tokens) / len(tokens) >= _LEAST_ENGLISH
