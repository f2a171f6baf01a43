"""The initials of names that a text writes out: who asks for the CFO means the Chief Financial Officer."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 3, 5
"""Letters. Two stand for too much; what has more words is called by a part of them."""
# Words that a name holds without a capital, and its initials without a letter.
_SMALL = r"(?:(?:of|for|on|in|at)(?:[ \t]+the)?|and|&)"
_CAPITAL = r"(?!The\b)[A-Z][^\W_]*(?:['’-][^\W_]+)*"
_NAME = re.compile(rf"\b{_CAPITAL}(?:[ \t]+(?:{_SMALL}[ \t]+)?{_CAPITAL}){{2,}}")
_WORD = re.compile(rf"\b{_CAPITAL}")


def initials(text: str) -> frozenset[str]:
    """The initials of all names of three to five words with capitals, and of each part of a longer name."""
    return frozenset(_initials(text))


def _initials(text: str) -> Iterator[str]:
    for name in _NAME.findall(text):
        letters = "".join(word[0] for word in _WORD.findall(name))
        for length in range(SHORTEST, LONGEST + 1):
            yield from (letters[at : at + length] for at in range(len(letters) - length + 1))
