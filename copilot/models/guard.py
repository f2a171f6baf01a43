"""Questions that are none: instructions to the copilot, requests for what is kept from the asker, other languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.language.words import STOP_WORDS, listed, stem, words

_INSTRUCTION = re.compile(
    r"\b(ignore|disregard|forget|override|bypass|skip|break)\b[^.?!]{0,40}\b(rules?|instructions?|prompts?"
    r"|polic(y|ies) you|guardrails?|restrictions?|permissions?|safety|limits?|filters?)\b|\b(system|hidden"
    r"|initial|original|developer) (prompt|instructions?|message)\b|\b(you are|act as|pretend (to be|you are)"
    r"|behave (as|like)|role-?play)\b[^.?!]{0,40}\b(now|dan|admin\w*|root|unrestricted|developer|jailbroken"
    r"|no (rules|limits)|evil|different)\b|\b(jailbreak|developer mode|sudo|dan mode)\b|\b(reveal|print|show"
    r"|dump|leak|exfiltrate)\b[^.?!]{0,30}\b(your|the) (prompts?|rules|instructions|api[- ]?keys?|secrets?"
    r"|passwords?|credentials|configuration|environment)\b|\b(run|execute|eval)\b[^.?!]{0,20}\b(command|shell"
    r"|code|sql|script)\b|\bdrop table\b|\brm -rf\b|</?(script|system|assistant)\b",
    re.IGNORECASE,
)
# Function words of English; a text with hardly any is in another language or is no sentence.
_ENGLISH = frozenset(
    w for w in STOP_WORDS if w not in {"in", "on", "a", "me", "us", "an", "so", "do", "we", "no", "am", "per", "die"}
)


def is_instruction(text: str) -> bool:
    """Whether a text tells the copilot to drop its rules or to give away what is not the asker's."""
    return bool(_INSTRUCTION.search(text))


def restricted_label(text: str, labels: Iterable[str], held: Iterable[str]) -> str | None:
    """A label the asker does not hold whose papers the text asks for: "the board paper", "HR-only files".

    Only the label's name is used, which is part of the workspace's settings: whether such a document exists
    stays unsaid.
    """
    tokens = [w.stem for w in words(text)]
    for label in sorted(set(labels) - set(held)):
        name = [stem(p) for p in re.split(r"[\s_-]+", label)]
        for at in range(len(tokens) - len(name) + 1):
            after = tokens[at + len(name) : at + len(name) + 2]
            if tokens[at : at + len(name)] == name and set(after) & _PAPER_STEMS:
                return label
    return None


_PAPER_STEMS = frozenset(
    map(
        stem,
        listed("paper document memo minutes pack file report only confidential restricted material"),
    )
)


def is_english(text: str) -> bool:
    """Whether a text is in English, as far as its function words tell; short texts pass."""
    tokens = [w.text.lower() for w in words(text)]
    letters = [c for c in text if c.isalpha()]
    if letters and sum(c.isascii() for c in letters) / len(letters) < 0.7:
        return False
    if len(tokens) < 5:
        return True
    return sum(t in _ENGLISH for t in tokens) / len(tokens) >= 0.12
