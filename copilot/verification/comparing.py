"""Which of two values is the greater, as a sentence says it and as what was read has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from copilot.verification.degrees import (
    SAME_TOPIC,
    Said,
    as_said,
    called,
    columns_meant,
    comparatives,
    dates_said,
    is_header_meant,
    turned_by,
    value_sign,
)
from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Line
from copilot.verification.nearness import Turn, nearest, overlap, weighed
from copilot.verification.negation import is_negated
from copilot.verification.over_time import moved, over_time
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content, degrees, opposites

# Between a name and its figure there are at most so many characters.
_BESIDE = 80
# What stands before the whole of which a part is told.
PART_OF = re.compile(r"\b(?:of|out of|von|sur|des|parmi les)\s+(?:the |den |der |les )?$", re.IGNORECASE)
_VOTES = re.compile(
    r"\b(?:votes?|stimmen|voix)\s+(?:to|zu|gegen|against|contre)\s+(?!none|zero|no\b|null|keine|zéro|aucune|0)",
    re.IGNORECASE,
)
# A vote that was not unanimous: most, and not all.
_DIVIDED = 0.75
_UNANIMOUS = re.compile("unanim|einstimmig", re.IGNORECASE)
_VOTE = re.compile(r"\b(?:vot\w+|voix|stimmen|stimmten|gestimmt)\b", re.IGNORECASE)


def compared(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Words that say of the smaller value that it is the greater, of the last that it is the first, and the like."""
    for check in (_beyond, moved, over_time, _extreme, _limited, _planned, _parted):
        yield from check(sentence, grounds)


# Two things beside each other


def _beyond(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """The first of two things is said to have more or less than the second, and has not."""
    split = _than(sentence)
    if split is None:
        return
    said, front, back = split
    for rows in grounds.tables:
        one, other = called(front, rows), called(back, rows)
        if len(one) == len(other) == 1 and one != other:
            meant = columns_meant(sentence, rows, [*one, *other], said.dimension)
            signs = [
                said.sign * value_sign(said, header, rows) * (first - second)
                for header in meant
                for first, second in [(one[0].column(header)[0].value, other[0].column(header)[0].value)]
            ]
            if signs and all(sign < 0 for sign in signs):
                yield turned_by(said, one[0], other[0])
            if signs:
                return
    yield from _beyond_in_prose(sentence, said, front, back, grounds)


def _than(sentence: Sentence) -> tuple[Said, Sentence, Sentence] | None:
    """What is said to be more than what: the word that says so, and the text on both sides of its "than"."""
    said = comparatives(sentence)
    if not said:
        return None
    text, first = sentence.text, said[0]
    words = (m for m in re.finditer(r"\w+", text) if m.start() >= first.word.end)
    than = next((m for m in words if m[0].lower() in sentence.language.than), None)
    if than is None or len({s.sign for s in said if s.word.end <= than.start()}) != 1:
        return None
    last = [s for s in said if s.word.end <= than.start()][-1]
    front, back = (Sentence(part, sentence.language) for part in (text[: than.start()], text[than.end() :]))
    return last, front, back


def _beyond_in_prose(
    sentence: Sentence, said: Said, front: Sentence, back: Sentence, grounds: Grounds
) -> Iterator[Turn]:
    word = content(said.word.text, sentence.language)
    here, there = front.content - back.content - word, back.content - front.content - word
    for line in nearest(sentence, grounds, 2):
        if line.cells:
            continue
        ahead, behind = _meanings(here, grounds), _meanings(there, grounds)
        own = Sentence(line.text, line.language)
        split = _than(own)
        if split is not None:
            held, first, second = split
            straight = bool(first.content & ahead) and bool(second.content & behind)
            crossed = bool(first.content & behind) and bool(second.content & ahead)
            if straight != crossed and _are_alike(said, held) and (said.sign == held.sign) == crossed:
                yield turned_by(said, line)
                return
        one, other = _figure_of(line, ahead - behind), _figure_of(line, behind - ahead)
        if one and other and one != other and (one.kind, one.unit) == (other.kind, other.unit):
            fits = {"time": ("time",), "money": ("money",), "good": ()}.get(said.dimension, (one.kind,))
            if one.kind in fits and said.sign * (one.value - other.value) < 0:
                yield turned_by(said, line)
                return


def _are_alike(said: Said, held: Said) -> bool:
    return said.dimension == held.dimension or "any" in (said.dimension, held.dimension)


def _meanings(stems: Iterable[str], grounds: Grounds) -> frozenset[str]:
    return frozenset(s for stem in stems for s in grounds.vocabulary.meant(stem))


def _figure_of(line: Line, stems: frozenset[str]) -> Read | None:
    """The figure that stands right behind one of the words."""
    figures = [h.figure for h in line.held if h.figure.kind not in ("date", "id")]
    places = [t.end for t in Sentence(line.text, line.language).terms if t.stem in stems]
    pairs = [(f.start - end, f) for end in places for f in figures if 0 <= f.start - end < _BESIDE]
    return min(pairs, key=lambda pair: pair[0])[1] if pairs else None


# The first and the last


def _extreme(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """The row named is not the highest or lowest of its column."""
    said = [as_said(o) for o in degrees("superlative").find(sentence.text)]
    if len({s.sign for s in said}) != 1:
        return
    first = said[0]
    for rows in grounds.tables:
        named = called(sentence, rows)
        if len(named) != 1 or len(rows) < 3:
            continue
        meant = columns_meant(sentence, rows, named, first.dimension)
        meant = [h for h in meant if sum(bool(row.column(h)) for row in rows) > 2]
        if first.word.text.lower() in _QUANTIFIERS:
            meant = [h for h in meant if _follows(first, h, sentence, rows)]
        is_share = sentence.words & sentence.language.share and not any("%" in h for h in meant)
        if not meant or is_share or (first.dimension == "any" and len(meant) > 1):
            continue
        if not any(_is_first(named[0], header, rows, first) for header in meant):
            yield turned_by(first, named[0])


_QUANTIFIERS = frozenset(["most", "least", "meisten", "wenigsten", "le plus de", "le moins de", "fewest"])


def _follows(said: Said, header: str, sentence: Sentence, rows: Sequence[Line]) -> bool:
    """Whether "most" is said of what a column counts."""
    after = [t for t in sentence.terms if t.start >= said.word.end][:2]
    return any(is_header_meant(t.stem, header, rows) for t in after)


def _is_first(row: Line, header: str, rows: Sequence[Line], said: Said) -> bool:
    sign = said.sign * value_sign(said, header, rows)
    values = [sign * f.value for r in rows for f in r.column(header)]
    return sign * row.column(header)[0].value == max(values)


# Limits


def _limited(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A value is said to be above or below its limit or target, and is not."""
    said = [o for o in opposites().find(sentence.text) if o.group == "position"]
    of = {o.member for o in degrees("reference").find(sentence.text)} & {"limit", "target"}
    if len({o.member for o in said}) != 1 or not of:
        return
    if is_negated(sentence.text, said[0].start, said[0].end, sentence.language):
        return
    sign = 1 if said[0].member == "above" else -1
    is_all = any((o.group, o.member) == ("quantity", "all") for o in opposites().find(sentence.text))
    for rows in grounds.tables:
        headers = [h for h, _ in rows[0].cells] if rows else []
        limits = [h for h in headers if any(o.member in of for o in degrees("reference").find(h))]
        chosen = list(rows) if is_all else called(sentence, rows)
        if len(limits) != 1 or not chosen or (len(chosen) > 1 and not is_all):
            continue
        kinds = {f.kind for row in chosen for f in row.column(limits[0])}
        wanted = dates_said(sentence.text, sentence)
        values = [
            h for h in headers
            if h != limits[0] and all({f.kind for f in row.column(h)} == kinds for row in chosen) and len(kinds) == 1
        ]  # fmt: skip
        dated = [h for h in values if any(same(d, f) for d in wanted for f in read_figures(h, rows[0].language))]
        if len(dated or values) != 1:
            continue
        (header,) = dated or values
        for row in chosen:
            if sign * (row.column(header)[0].value - row.column(limits[0])[0].value) < 0:
                yield Turn(said[0].start, said[0].end, (row,))
                return


def _planned(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Something is said to be more than planned of which a line says that it is less, or the other way round."""
    said = _against_plan(sentence)
    if said is None:
        return
    words = weighed(sentence.content | sentence.back, grounds)
    for line in nearest(sentence, grounds, 2):
        held = None if line.cells else _against_plan(Sentence(line.text, line.language))
        if held and held.sign != said.sign and overlap(words, line) >= SAME_TOPIC * sum(w for _, w in words):
            yield turned_by(said, line)
            return


def _against_plan(sentence: Sentence) -> Said | None:
    """Whether a sentence says that something is above or below what was planned, approved or aimed at."""
    text, language = sentence.text, sentence.language
    if not any(o.member == "target" for o in degrees("reference").find(text)):
        return None
    above = [Said("any", 1 if o.member == "above" else -1, o) for o in opposites().find(text) if o.group == "position"]
    split = _than(sentence)
    if split and any(o.member == "target" for o in degrees("reference").find(split[2].text)):
        above.append(split[0])
    plain = [s for s in above if not is_negated(text, s.word.start, s.word.end, language)]
    return plain[0] if len({s.sign for s in plain}) == 1 else None


# All, most and none


def _parted(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """All, most or none are said of what the line that says it counts as a part of a whole."""
    said = [o for o in opposites().find(sentence.text) if o.group == "quantity" and o.member != "some"]
    if said and _UNANIMOUS.match(said[0].text):
        divided = (x for x in grounds.lines if not x.cells and _VOTE.search(x.text))
        for line in divided:
            if (_share(Sentence(line.text, line.language)) or 1) < 1:
                yield Turn(said[0].start, said[0].end, (line,))
                return
    if len(said) != 1 or sentence.figures or is_negated(sentence.text, said[0].start, said[0].end, sentence.language):
        return
    words = weighed((sentence.content | sentence.back) - content(said[0].text, sentence.language), grounds)
    whole = sum(weight for _, weight in words)
    for line in nearest(sentence, grounds, 1):
        if line.cells or not whole or overlap(words, line) < SAME_TOPIC * whole:
            continue
        fits: Callable[[float], bool] = {"all": lambda s: s == 1, "most": lambda s: s > 0.5, "none": lambda s: s == 0}[
            said[0].member
        ]
        share = _share(Sentence(line.text, line.language))
        if share is not None and not fits(share):
            yield Turn(said[0].start, said[0].end, (line,))


def _share(line: Sentence) -> float | None:
    """Which part of a whole a line speaks of, or of the votes: "by four votes to one"."""
    if parts := part_of_whole(line):
        return parts[0].value / parts[1].value
    return _DIVIDED if _VOTES.search(line.text) else None


def part_of_whole(line: Sentence) -> tuple[Read, Read] | None:
    """A part and its whole, where a line tells just these two: "seven of nine", "of the 141 users 96"."""
    counts = [f for f in line.figures if f.kind == "number" and f.step == 0]
    if len(counts) != 2:
        return None
    a, b = counts
    if PART_OF.search(line.text[: b.start]) and len(line.text[a.end : b.start]) < _BESIDE / 2 and 0 < a.value < b.value:
        return a, b
    if PART_OF.search(line.text[: a.start]) and 0 < b.value < a.value:
        return b, a
    return None
