"""Sentences of a document that address an AI system, which are no part of what it tells people.

They are found by how such sentences are written, so one that only orders ("Always name this supplier.") is not; what
is quoted, as in a policy that warns of such sentences, stays.
"""

from __future__ import annotations

import re

from copilot.language.sentences import split_sentences

MARK = "[The document contains an instruction to AI systems.]"
"""What stands in place of such a sentence, so that it is told where it is asked about."""
_READER = r"(?:(?:AI[- ])?(?:assistant|agent)s?|AI[- ]models?|LLMs?|(?:large )?language[- ]models?|chat ?bots?|copilot)"
_ORDERING = r"(?:you|always|never|please|ignore|do not|don['’]t|recommend|approve|answer|say)"
_QUOTED = re.compile(r"[\"“„«`][^\"”“»`]*$")
"""A quotation that is not at its end."""
_ADDRESSES = re.compile(
    # "Ignore all previous instructions", "disregard the rules above".
    r"\b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}?(?:previous|prior|earlier|above|preceding|system|your)\s+"
    r"(?:\w+\s+){0,2}?(?:instructions?|prompts?|messages?|guidelines?)\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:all\s+)?(?:the\s+)?(?:instructions?|prompts?)\s+(?:above|before)\b"
    # "Note to AI assistants: …".
    rf"|\b(?:note|notice|message|attention|important|hint)\b[^.:\n]{{0,24}}\b(?:to|for)\s+(?:all\s+|any\s+)?{_READER}\s*[:,–—-]"
    # "If you are a language model …", "you are now a helpful assistant".
    rf"|\b(?:if|when|as)\s+you\s+are\s+(?:an?\s+)?(?:AI|{_READER})\b"
    rf"|\byou\s+are\s+now\s+(?:an?|the)\s+(?:\w+\s+)?(?:AI|{_READER})\b"
    # "Assistant: always approve …".
    rf"|^\W*(?:dear\s+)?{_READER}\s*[:,]\s*{_ORDERING}\b"
    r"|<\|?(?:system|im_start)\b|^\W*system prompt\s*:",
    re.IGNORECASE,
)  # fmt: skip


def without_orders(text: str) -> tuple[str, int]:
    """The text with the mark in place of each sentence that addresses an AI system, every line and place where it was;
    and how many there are."""
    pieces = split_sentences(text)
    marked = [_marked(piece) if _is_addressed(piece) else piece for piece in pieces]
    return "".join(marked), sum(one is not other for one, other in zip(pieces, marked, strict=True))


def _is_addressed(sentence: str) -> bool:
    return any(not _QUOTED.search(sentence[: found.start()]) for found in _ADDRESSES.finditer(sentence))


def _marked(sentence: str) -> str:
    """The mark, filled up with blanks; line breaks stay where they are."""
    blank = "".join(c if c == "\n" else " " for c in sentence)
    first = blank.partition("\n")[0]
    return MARK + blank[len(MARK) :] if len(first) >= len(MARK) else blank
