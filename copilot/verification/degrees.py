"""What a sentence says to be more or less, and the rows and columns of what was read that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.verification.figures import Read, same
from copilot.verification.grounds import Line, timed
from copilot.verification.labels import named_rows
from copilot.verification.nearness import Turn
from copilot.verification.negation import is_negated
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import Opposite, alike, content, degrees, translated

# A sentence is about a line that says this part of it, by weight.
SAME_TOPIC = 0.45
_ORDINAL_QUARTER = re.compile(r"\b(?:quarter|quartal|trimestre)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """That something is more or less, along a dimension."""

    dimension: str
    sign: int
    word: Opposite


def called(sentence: Sentence, rows: Sequence[Line]) -> list[Line]:
    """The rows that a sentence names, or else those of which it says a word that no other row's name has."""
    if named := named_rows(sentence, rows):
        return named
    names = [content(" ".join(row.keys), row.language) for row in rows]
    said = {t.stem for t in sentence.terms if not t.is_function}
    found = []
    for row, own in zip(rows, names, strict=True):
        only = {s for s in own if sum(s in other for other in names) == 1}
        if any(stem in said for stem in only):
            found.append(row)
    return found


def columns_meant(sentence: Sentence, rows: Sequence[Line], held: Sequence[Line], dimension: str) -> list[str]:
    """The columns that may be meant, of those that have a value in all the rows."""
    headers = [h for h, _ in rows[0].cells if all(row.column(h) for row in held)]
    dates = dates_said(sentence.text, sentence)
    if dated := [h for h in headers if any(same(d, f) for d in dates for f in read_figures(h, rows[0].language))]:
        headers = dated
    keys = [key for row in held for key in row.keys] if len(held) < 3 else []
    names = content(" ".join(keys), sentence.language)
    said = [t.stem for t in sentence.terms if not t.is_function and t.stem not in names]
    meant = [h for h in headers if any(is_header_meant(stem, h, rows) for stem in said)]
    stated = [h for h in headers if any(same(f, row.column(h)[0]) for f in sentence.figures for row in held)]
    of_kind = {
        "time": [h for h in headers if timed(h) or held[0].column(h)[0].kind == "time"],
        "money": [h for h in headers if held[0].column(h)[0].kind == "money"],
        "good": [h for h in headers if _measure(h)],
    }.get(dimension, headers)
    if best := [h for h in meant if h in of_kind]:
        return best
    # Of what it is not known whether more is good, nothing can be said.
    return [] if dimension == "good" and (meant or stated) else [h for h in stated if h in of_kind] or of_kind


def is_meant(sentence: Sentence, header: str, row: Line) -> bool:
    """Whether a sentence uses a word of a column's name, other than those of the row's own."""
    names = content(" ".join(row.keys), row.language)
    dates = dates_said(sentence.text, sentence)
    if dates and any(same(d, f) for d in dates for f in read_figures(header, row.language)):
        return True
    return any(
        is_header_meant(t.stem, header, [row]) for t in sentence.terms if not t.is_function and t.stem not in names
    )


def is_header_meant(stem: str, header: str, rows: Sequence[Line]) -> bool:
    own = content(header, rows[0].language)
    return any(alike(stem, s) or translated(stem) == translated(s) for s in own)


def value_sign(said: Said, header: str, rows: Sequence[Line]) -> int:
    return (_measure(header) or _measure(rows[0].title)) if said.dimension == "good" else 1


def good_sign(said: Said, text: str) -> int:
    """1 unless it is said how good something is of which less is better (-1), or nobody knows (0)."""
    return _measure(text) if said.dimension == "good" else 1


def _measure(text: str) -> int:
    signs = {1 if o.member == "good" else -1 for o in degrees("measure").find(text)}
    return signs.pop() if len(signs) == 1 else 0


def comparatives(sentence: Sentence) -> list[Said]:
    found = [as_said(o) for o in degrees("comparative").find(sentence.text)]
    return [s for s in found if not is_negated(sentence.text, s.word.start, s.word.end, sentence.language)]


def as_said(word: Opposite) -> Said:
    return Said(word.group, 1 if word.member == "more" else -1, word)


def turned_by(said: Said, *where: Line) -> Turn:
    return Turn(said.word.start, said.word.end, where)


def dates_said(text: str, sentence: Sentence) -> list[Read]:
    language = sentence.language
    found = [f for f in read_figures(text, language) if f.kind == "date"]
    for m in _ORDINAL_QUARTER.finditer(text):
        # The third quarter, of whichever year.
        before = re.search(r"(\w+)\s$", text[: m.start()])
        number = language.ordinals.get(before[1].lower(), 0) if before else 0
        if 0 < number <= 4:
            found.append(Read(m[0], "date", 0, "", 0, *m.span(), day=(0, -number, 0)))
    return found
