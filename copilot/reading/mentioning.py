"""Words that are looked for in a column of text: "mention the night shift in the next step"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.language.vocabulary import NEGATIONS
from copilot.language.words import words
from copilot.reading.profiles import Holds, Profile
from copilot.reading.question import Link
from copilot.reading.spans import Spans

_DESCRIPTION = "description"
"""The column in which words are looked for where none is named."""
_AHEAD: tuple[Holds, ...] = ("text", "category")
_MOST_WORDS = 4
_SAYS = re.compile(
    r"\b(?:mention(?:s|ed|ing)?|refer(?:s|red|ring)? to|(?:talk|speak)(?:s|ing)? (?:about|of)"
    r"|(?:say|says|saying) (?:something|anything) (?:about|of))\s+",
    re.IGNORECASE,
)
_HOLDS = re.compile(r"\b(?:contain(?:s|ing)?|includ(?:e|es|ing)|ha(?:ve|s|ving)|with)\s+", re.IGNORECASE)
"""The same of a column of text alone: "contains personal data" is no word of a description."""
_LEADING = re.compile(r"(?:the |a |an |any )?(?:words? |terms? |phrases? )?[\"'“‘]?", re.IGNORECASE)
_END = re.compile(
    r"[\"'”’]?(?:\s+(?:in|by|per|at|from|since|that|which|who|whose|with|and|or|but|as|for|among)\b|\s*[,;.?!]|\s*$)",
    re.IGNORECASE,
)
_IN = re.compile(r"[\"'”’]?\s+in\s+(?:(?:the|their|its|his|her|our)\s+)?", re.IGNORECASE)
_JOINED = re.compile(r"\s+(?:and|or)\b", re.IGNORECASE)
_PLURAL = re.compile(r"(?<=\w{3})(?<!s)s$")


@dataclass(frozen=True)
class Mention:
    """Words that a column holds, and the part of the question that says so."""

    column: str
    text: str
    start: int
    end: int


def mentions(asked: Spans, table: str) -> Iterator[Mention]:
    """What the rows of a table are asked to mention; nothing that is denied, is one of several, or is called by a name
    that no column of text holds."""
    for pattern in (_SAYS, _HOLDS):
        for said in pattern.finditer(asked.text):
            if (found := _mention(asked, table, said, are_texts=pattern is _HOLDS)) is not None:
                yield found
                return


def _mention(asked: Spans, table: str, said: re.Match[str], are_texts: bool) -> Mention | None:
    text, leading = asked.text, _LEADING.match(asked.text, said.end())
    start = leading.end() if leading else said.end()
    border = _END.search(text, start)
    before = words(text[: said.start()])[-2:]
    is_denied = any(w.text.lower() in NEGATIONS for w in before)
    if border is None or is_denied or not 0 < len(text[start : border.start()].split()) <= _MOST_WORDS:
        return None
    if _JOINED.match(text, border.start()):
        return None
    held = text[start : border.start()]
    inside = _IN.match(text, border.start())
    at = inside.end() if inside else -1
    behind = next((x for x in _columns(asked, table, "title", *_AHEAD) if x.start == at), None)
    ahead = next((x for x in _columns(asked, table, *_AHEAD) if _leads(text[x.end : said.start()])), None)
    column = behind or ahead
    profile = asked.columns.get(table, column.key if column else _DESCRIPTION)
    if profile is None or (are_texts and (column is None or profile.holds != "text")):
        return None
    if column is None and _is_named(asked, table, start, border.start()):
        return None
    begin = min(said.start(), ahead.start if ahead and not behind else said.start())
    end = behind.end if behind else border.start()
    return Mention(profile.name, _PLURAL.sub("", held), begin, end)


def _columns(asked: Spans, table: str, *holds: Holds) -> Iterator[Link]:
    """The names of columns in which words may stand; "systems" that mention something are no column of names."""
    for link in asked.links.of("column"):
        profile: Profile | None = asked.columns.get(table, link.key) if link.table == table else None
        if profile is not None and link.score == 1 and profile.holds in holds and not profile.refers:
            yield link


def _leads(between: str) -> bool:
    """Whether nothing but "that" stands between the name of a column and what it is asked to say."""
    return between.isspace() or between.strip().lower() in ("that", "which")


def _is_named(asked: Spans, table: str, start: int, end: int) -> bool:
    """Whether words are the name of something that rows are told apart by."""
    named = asked.links.within(start, end, "value", "person", "record")
    return any(x.table == table and x.score == 1 and x.start <= start and end <= x.end for x in named)
