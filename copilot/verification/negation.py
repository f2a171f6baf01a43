"""Whether a text denies what it says."""

from __future__ import annotations

import re

from copilot.verification.languages import Language
from copilot.verification.nearness import Words
from copilot.verification.terms import content

WITHOUT = ("without", "ohne", "sans")


def is_negated(text: str, start: int, end: int, language: Language, *, is_duty: bool = False) -> bool:
    """Whether a negation stands shortly before, or behind a verb of duty."""
    before = re.findall(r"[\w'’]+", text[:start].lower())[-3:]
    after = re.findall(r"[\w'’]+", text[end:].lower())[:2]
    return bool(language.negation & set(before)) or (is_duty and bool(language.negation & set(after)))


def denies(text: str, language: Language, said: Words) -> bool:
    """Whether it is a denial; "without an owner" is one only where owners are spoken of."""
    for word in WITHOUT:
        rest = re.search(rf"\b{word}\s+(.*)", text, re.IGNORECASE)
        if rest and not any(not m.isdisjoint(content(" ".join(rest[1].split()[:4]), language)) for m, _ in said):
            text = text[: rest.start()] + rest[1]
    words = re.findall(r"[\w'’]+", text.lower())
    denials = [
        n for n, word in enumerate(words)
        if word in language.negation and not set(words[n + 1 : n + 3]) & language.compare
    ]  # fmt: skip
    if language.code == "fr" and "pas" not in words:
        denials = [n for n in denials if words[n] not in ("ne", "n")]
    return bool(denials) if language.code == "fr" else len(denials) % 2 == 1
