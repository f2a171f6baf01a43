"""Sentences of a Markdown text."""

from __future__ import annotations

import re

# A sentence ends at its stop and the markers that follow it; a line ends in any case.
_SENTENCE = re.compile(
    r"[^\n]*?(?:[.!?:](?=[\s*_\")\]]|$)[*_\")]*(?:[ \t]*\[#[^\]\s]+\])*[ \t]*|(?=\n)|$)\n*", re.DOTALL
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|etc|approx|incl|no|art|cf|mr|mrs|ms|dr|prof|st|inc|ltd|s)\.|\b[A-Z]\.)[\s\"]*$", re.I
)

# The number of an item, or a term of a few words in bold: they name what follows.
_NAME = re.compile(r"\s*(?:\d{1,2}\.|\*\*(?:\d{1,2}\.[ \t]+)?(?:[^\s*]+[ \t]?){1,5}\*\*)")


def split_sentences(text: str) -> list[str]:
    """The sentences of a Markdown text; joined they give the text back. List markers stay with their sentence."""
    parts: list[str] = []
    for match in _SENTENCE.finditer(text):
        piece = match.group()
        if not piece:
            continue
        if parts and "\n" not in parts[-1] and _is_open(parts[-1]):
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts


def _is_open(piece: str) -> bool:
    """Whether a sentence that was split off goes on: "e.g. this", "1. Name an owner", "**Owner.** Who answers";
    or what stands in bold is not at its end: "**1. Owner.**"."""
    bare = piece.rstrip()
    is_named = _NAME.fullmatch(bare) or bare.count("**") % 2 == 1
    return bool(_ABBREVIATION.search(bare) or is_named or bare.endswith(":"))
