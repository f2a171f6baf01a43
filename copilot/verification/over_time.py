"""What is said to have risen or fallen, or to be more or less than before, and what was read of then and now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.verification.degrees import (
    SAME_TOPIC,
    Said,
    called,
    comparatives,
    dates_said,
    good_sign,
    turned_by,
)
from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Line
from copilot.verification.nearness import Turn, nearest, overlap, weighed
from copilot.verification.negation import is_negated
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content, degrees, opposites

# A line of more figures speaks of more than one thing.
_MOST_FIGURES = 3
# Between a name and its figure there are at most so many characters.
_BESIDE = 80
_ORIGIN = r"(?:from|von|de|du)"
# What stands between two figures of which the second is the earlier one, or the later one.
_BACK = re.compile(
    r"\b(?:after|against|compared|previously|instead of|up from|down from|was|were|nach|gegenüber|statt|waren|war|"
    r"zuvor|contre|après|au lieu de|était|étaient)\b",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"^\W*(?:[^\W\d_]+\W+){0,4}?(?:to|auf|à)\W", re.IGNORECASE)


def moved(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """A direction that the figures do not take between which it is said: "up from 70 to 60"."""
    said = [s for s in _movements(sentence) if s.dimension == "any"]
    figures = [f for f in sentence.figures if f.kind not in ("date", "id", "time")]
    if len({s.sign for s in said}) != 1 or len(figures) != 2 or figures[0].kind != figures[1].kind:
        return
    origins = [f for f in figures if re.search(rf"\b{_ORIGIN}\s$", sentence.text[: f.start], re.IGNORECASE)]
    if len(origins) != 1:
        return
    (other,) = (f for f in figures if f is not origins[0])
    if said[0].sign * (other.value - origins[0].value) < 0:
        yield turned_by(said[0])


def over_time(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Something is said to have risen, or to be more than before, and what was read has it the other way round."""
    said = _changes(sentence)
    if len({(s.dimension == "good", s.sign) for s in said}) != 1:
        return
    first = said[0]
    yield from _over_columns(sentence, first, grounds)
    for line in [line for line in nearest(sentence, grounds, 2) if not line.cells]:
        words = weighed((sentence.content | sentence.back) - content(first.word.text, sentence.language), grounds)
        if not words or overlap(words, line) < SAME_TOPIC * sum(weight for _, weight in words):
            continue
        sign = first.sign * good_sign(first, f"{sentence.text} {line.text}")
        own = Sentence(line.text, line.language)
        pair = earlier_and_later(own) or _in_two_lines(sentence, line, grounds)
        if pair is None:
            is_wrong = first.dimension == "any" and _is_steady(line) and not _changes(own)
        else:
            is_wrong = sign * (pair[1].value - pair[0].value) < 0 and not _says_figures(sentence, pair)
        if is_wrong:
            yield turned_by(first, line)
        return


def _in_two_lines(sentence: Sentence, line: Line, grounds: Grounds) -> tuple[Read, Read] | None:
    """The earlier and the later figure of the same, of which one stands in a line that speaks of an earlier time."""
    lines = [x for x in grounds.lines if x.evidence == line.evidence and not x.cells]
    held = [
        (any(o.member == "before" for o in degrees("reference").find(x.text)), h)
        for x in lines if len(x.held) < _MOST_FIGURES for h in x.held
        if h.figure.kind not in ("date", "id") and not sentence.content.isdisjoint(h.near)
    ]  # fmt: skip
    before, now = ([h for is_before, h in held if is_before is wanted] for wanted in (True, False))
    pairs = [
        (b.figure, n.figure)
        for b in before for n in now
        if (b.figure.kind, b.figure.unit) == (n.figure.kind, n.figure.unit) and b.near & n.near & sentence.content
    ]  # fmt: skip
    return pairs[0] if len(pairs) == 1 else None


def _says_figures(sentence: Sentence, pair: tuple[Read, Read]) -> bool:
    """Whether a sentence has other figures of the kind than the two: it may speak of other times."""
    others = [f for f in sentence.figures if f.kind == pair[0].kind]
    return any(not any(same(f, p) for p in pair) for f in others)


def _is_steady(line: Line) -> bool:
    return any((o.group, o.member) == ("agreement", "same") for o in opposites().find(line.text))


def _changes(sentence: Sentence) -> list[Said]:
    """The directions of a sentence, and comparatives with an earlier time."""
    found = _movements(sentence)
    than = next((m for m in re.finditer(r"\w+", sentence.text) if m[0].lower() in sentence.language.than), None)
    if than is None:
        return found
    back = sentence.text[than.end() :]
    if any(o.member == "before" for o in degrees("reference").find(back)) or dates_said(back, sentence):
        return [*found, *(c for c in comparatives(sentence) if c.word.end <= than.start())]
    return found


def _movements(sentence: Sentence) -> list[Said]:
    text = sentence.text
    found = [Said("any", 1 if o.member == "up" else -1, o) for o in opposites().find(text) if o.group == "direction"]
    better = [Said("good", 1 if o.member == "more" else -1, o) for o in degrees("change").find(text)]
    plain = [s for s in (*found, *better) if not is_negated(text, s.word.start, s.word.end, sentence.language)]
    # "More" and "higher" compare; what they compare with is looked at elsewhere.
    than = {s.word.start for s in comparatives(sentence)}
    return [s for s in plain if s.word.start not in than or not _has_than(sentence)]


def _has_than(sentence: Sentence) -> bool:
    return any(word in sentence.language.than for word in re.findall(r"\w+", sentence.text.lower()))


def earlier_and_later(line: Sentence) -> tuple[Read, Read] | None:
    """The earlier and the later of two figures of a line, where its words tell which is which."""
    figures = [f for f in line.figures if f.kind not in ("date", "id")]
    found = []
    for a, b in zip(figures, figures[1:], strict=False):
        if (a.kind, a.unit) != (b.kind, b.unit):
            continue
        between, ahead = line.text[a.end : b.start], line.text[: a.start]
        if re.search(rf"\b{_ORIGIN}\s$", ahead, re.IGNORECASE) and _ONWARD.search(between):
            found.append((a, b))
        elif len(between) < _BESIDE and (
            _BACK.search(between) or (re.search(rf"\b{_ORIGIN}\s$", between, re.IGNORECASE) and _changes_in(line))
        ):
            found.append((b, a))
    return found[0] if len(found) == 1 else None


def _changes_in(line: Sentence) -> bool:
    return any(o.group == "direction" for o in opposites().find(line.text))


def _over_columns(sentence: Sentence, said: Said, grounds: Grounds) -> Iterator[Turn]:
    is_each = any(o.group in ("steadiness", "quantity") and o.member in ("steady", "each", "all")
                  for o in opposites().find(sentence.text))  # fmt: skip
    for rows in grounds.tables:
        for values in _series(sentence, rows, is_each):
            sign = said.sign * good_sign(
                said, f"{sentence.text} {rows[0].title} {' '.join(h for h, _ in rows[0].cells)}"
            )
            steps = [b - a for a, b in zip(values, values[1:], strict=False)]
            total = sum(steps) if not is_each else (min(steps) if sign > 0 else max(steps))
            if total * sign < 0:
                yield turned_by(said, rows[0])
                return


def _series(sentence: Sentence, rows: Sequence[Line], is_each: bool) -> Iterator[list[float]]:
    """The values over time that a sentence is about: of the row it names, of each, or of their sum; or of the column
    whose rows are times."""
    headers = [h for h, _ in rows[0].cells] if rows else []
    dated = [h for h in headers if any(f.kind == "date" for f in read_figures(h, rows[0].language))]
    named = called(sentence, rows)
    kinds = dict.fromkeys(_undated(h) for h in dated)
    meant = [k for k in kinds if content(k, rows[0].language) & sentence.content]
    if not meant and len(kinds) == 1:
        meant = list(kinds)
    wanted = dates_said(sentence.text, sentence)
    for kind in meant:
        of_kind = [h for h in dated if _undated(h) == kind]
        told = [h for h in of_kind if any(same(d, f) for d in wanted for f in read_figures(h, rows[0].language))]
        columns = told if len(told) > 1 else of_kind
        if len(named) == 1:
            if len(values := [f.value for h in columns for f in named[0].column(h)]) > 1:
                yield values
        elif not named and len(columns) > 1 and len(rows) > 1 and all(r.column(h) for r in rows for h in columns):
            sums = [sum(row.column(h)[0].value for row in rows) for h in columns]
            each = [[row.column(h)[0].value for h in columns] for row in rows]
            yield from each if is_each else [sums]
    if len(rows) > 2 and all(_is_time(row) for row in rows):
        for header in headers:
            values = [f.value for row in rows for f in row.column(header)]
            if len(values) == len(rows) and content(header, rows[0].language) & sentence.content:
                yield values


def _undated(header: str) -> str:
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return " ".join(sorted(w.lower() for w in re.findall(r"[^\W\d_]{3,}", header) if w[:3].lower() not in months))


def _is_time(row: Line) -> bool:
    return any(f.kind == "date" for f in read_figures(row.cells[0][1], row.language))
