"""Which of two values is the greater, as a sentence says it and as what was read has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Line, timed
from copilot.verification.labels import named_rows
from copilot.verification.nearness import Turn, nearest, overlap, weighed
from copilot.verification.negation import is_negated
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import Opposite, alike, content, degrees, opposites, translated

# A sentence is about a line that says this part of it, by weight.
_SAME_TOPIC = 0.45
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
_ORDINAL_QUARTER = re.compile(r"\b(?:quarter|quartal|trimestre)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Said:
    """That something is more or less, along a dimension."""

    dimension: str
    sign: int
    word: Opposite


def compared(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Words that say of the smaller value that it is the greater, of the last that it is the first, and the like."""
    for check in (_beyond, _moved, _over_time, _extreme, _limited, _planned, _parted):
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
            meant = _columns(sentence, rows, [*one, *other], said.dimension)
            signs = [
                said.sign * _value_sign(said, header, rows) * (first - second)
                for header in meant
                for first, second in [(one[0].column(header)[0].value, other[0].column(header)[0].value)]
            ]
            if signs and all(sign < 0 for sign in signs):
                yield _turn(said, one[0], other[0])
            if signs:
                return
    yield from _beyond_in_prose(sentence, said, front, back, grounds)


def _than(sentence: Sentence) -> tuple[_Said, Sentence, Sentence] | None:
    """What is said to be more than what: the word that says so, and the text on both sides of its "than"."""
    said = _comparatives(sentence)
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
    sentence: Sentence, said: _Said, front: Sentence, back: Sentence, grounds: Grounds
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
                yield _turn(said, line)
                return
        one, other = _figure_of(line, ahead - behind), _figure_of(line, behind - ahead)
        if one and other and one != other and (one.kind, one.unit) == (other.kind, other.unit):
            fits = {"time": ("time",), "money": ("money",), "good": ()}.get(said.dimension, (one.kind,))
            if one.kind in fits and said.sign * (one.value - other.value) < 0:
                yield _turn(said, line)
                return


def _are_alike(said: _Said, held: _Said) -> bool:
    return said.dimension == held.dimension or "any" in (said.dimension, held.dimension)


def _meanings(stems: Iterable[str], grounds: Grounds) -> frozenset[str]:
    return frozenset(s for stem in stems for s in grounds.vocabulary.meant(stem))


def _figure_of(line: Line, stems: frozenset[str]) -> Read | None:
    """The figure that stands right behind one of the words."""
    figures = [h.figure for h in line.held if h.figure.kind not in ("date", "id")]
    places = [t.end for t in Sentence(line.text, line.language).terms if t.stem in stems]
    pairs = [(f.start - end, f) for end in places for f in figures if 0 <= f.start - end < _BESIDE]
    return min(pairs, key=lambda pair: pair[0])[1] if pairs else None


# Then and now


def _moved(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
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
        yield _turn(said[0])


def _over_time(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """Something is said to have risen, or to be more than before, and what was read has it the other way round."""
    said = _changes(sentence)
    if len({(s.dimension == "good", s.sign) for s in said}) != 1:
        return
    first = said[0]
    yield from _over_columns(sentence, first, grounds)
    for line in [line for line in nearest(sentence, grounds, 2) if not line.cells]:
        words = weighed((sentence.content | sentence.back) - content(first.word.text, sentence.language), grounds)
        if not words or overlap(words, line) < _SAME_TOPIC * sum(weight for _, weight in words):
            continue
        sign = first.sign * _good(first, f"{sentence.text} {line.text}")
        own = Sentence(line.text, line.language)
        pair = earlier_and_later(own) or _in_two_lines(sentence, line, grounds)
        if pair is None:
            is_wrong = first.dimension == "any" and _is_steady(line) and not _changes(own)
        else:
            is_wrong = sign * (pair[1].value - pair[0].value) < 0 and not _says_figures(sentence, pair)
        if is_wrong:
            yield _turn(first, line)
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


def _changes(sentence: Sentence) -> list[_Said]:
    """The directions of a sentence, and comparatives with an earlier time."""
    found = _movements(sentence)
    than = next((m for m in re.finditer(r"\w+", sentence.text) if m[0].lower() in sentence.language.than), None)
    if than is None:
        return found
    back = sentence.text[than.end() :]
    if any(o.member == "before" for o in degrees("reference").find(back)) or _dates(back, sentence):
        return [*found, *(c for c in _comparatives(sentence) if c.word.end <= than.start())]
    return found


def _movements(sentence: Sentence) -> list[_Said]:
    text = sentence.text
    found = [_Said("any", 1 if o.member == "up" else -1, o) for o in opposites().find(text) if o.group == "direction"]
    better = [_Said("good", 1 if o.member == "more" else -1, o) for o in degrees("change").find(text)]
    plain = [s for s in (*found, *better) if not is_negated(text, s.word.start, s.word.end, sentence.language)]
    # "More" and "higher" compare; what they compare with is looked at elsewhere.
    than = {s.word.start for s in _comparatives(sentence)}
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


def _over_columns(sentence: Sentence, said: _Said, grounds: Grounds) -> Iterator[Turn]:
    is_each = any(o.group in ("steadiness", "quantity") and o.member in ("steady", "each", "all")
                  for o in opposites().find(sentence.text))  # fmt: skip
    for rows in grounds.tables:
        for values in _series(sentence, rows, is_each):
            sign = said.sign * _good(said, f"{sentence.text} {rows[0].title} {' '.join(h for h, _ in rows[0].cells)}")
            steps = [b - a for a, b in zip(values, values[1:], strict=False)]
            total = sum(steps) if not is_each else (min(steps) if sign > 0 else max(steps))
            if total * sign < 0:
                yield _turn(said, rows[0])
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
    wanted = _dates(sentence.text, sentence)
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


def _dates(text: str, sentence: Sentence) -> list[Read]:
    language = sentence.language
    found = [f for f in read_figures(text, language) if f.kind == "date"]
    for m in _ORDINAL_QUARTER.finditer(text):
        # The third quarter, of whichever year.
        before = re.search(r"(\w+)\s$", text[: m.start()])
        number = language.ordinals.get(before[1].lower(), 0) if before else 0
        if 0 < number <= 4:
            found.append(Read(m[0], "date", 0, "", 0, *m.span(), day=(0, -number, 0)))
    return found


# The first and the last


def _extreme(sentence: Sentence, grounds: Grounds) -> Iterator[Turn]:
    """The row named is not the highest or lowest of its column."""
    said = [_said(o) for o in degrees("superlative").find(sentence.text)]
    if len({s.sign for s in said}) != 1:
        return
    first = said[0]
    for rows in grounds.tables:
        named = called(sentence, rows)
        if len(named) != 1 or len(rows) < 3:
            continue
        meant = _columns(sentence, rows, named, first.dimension)
        meant = [h for h in meant if sum(bool(row.column(h)) for row in rows) > 2]
        if first.word.text.lower() in _QUANTIFIERS:
            meant = [h for h in meant if _follows(first, h, sentence, rows)]
        is_share = sentence.words & sentence.language.share and not any("%" in h for h in meant)
        if not meant or is_share or (first.dimension == "any" and len(meant) > 1):
            continue
        if not any(_is_first(named[0], header, rows, first) for header in meant):
            yield _turn(first, named[0])


_QUANTIFIERS = frozenset(["most", "least", "meisten", "wenigsten", "le plus de", "le moins de", "fewest"])


def _follows(said: _Said, header: str, sentence: Sentence, rows: Sequence[Line]) -> bool:
    """Whether "most" is said of what a column counts."""
    after = [t for t in sentence.terms if t.start >= said.word.end][:2]
    return any(_is_meant(t.stem, header, rows) for t in after)


def _is_first(row: Line, header: str, rows: Sequence[Line], said: _Said) -> bool:
    sign = said.sign * _value_sign(said, header, rows)
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
        wanted = _dates(sentence.text, sentence)
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
        if held and held.sign != said.sign and overlap(words, line) >= _SAME_TOPIC * sum(w for _, w in words):
            yield _turn(said, line)
            return


def _against_plan(sentence: Sentence) -> _Said | None:
    """Whether a sentence says that something is above or below what was planned, approved or aimed at."""
    text, language = sentence.text, sentence.language
    if not any(o.member == "target" for o in degrees("reference").find(text)):
        return None
    above = [_Said("any", 1 if o.member == "above" else -1, o) for o in opposites().find(text) if o.group == "position"]
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
        if line.cells or not whole or overlap(words, line) < _SAME_TOPIC * whole:
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


# Rows and columns


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


def _columns(sentence: Sentence, rows: Sequence[Line], held: Sequence[Line], dimension: str) -> list[str]:
    """The columns that may be meant, of those that have a value in all the rows."""
    headers = [h for h, _ in rows[0].cells if all(row.column(h) for row in held)]
    dates = _dates(sentence.text, sentence)
    if dated := [h for h in headers if any(same(d, f) for d in dates for f in read_figures(h, rows[0].language))]:
        headers = dated
    keys = [key for row in held for key in row.keys] if len(held) < 3 else []
    names = content(" ".join(keys), sentence.language)
    said = [t.stem for t in sentence.terms if not t.is_function and t.stem not in names]
    meant = [h for h in headers if any(_is_meant(stem, h, rows) for stem in said)]
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
    dates = _dates(sentence.text, sentence)
    if dates and any(same(d, f) for d in dates for f in read_figures(header, row.language)):
        return True
    return any(_is_meant(t.stem, header, [row]) for t in sentence.terms if not t.is_function and t.stem not in names)


def _is_meant(stem: str, header: str, rows: Sequence[Line]) -> bool:
    own = content(header, rows[0].language)
    return any(alike(stem, s) or translated(stem) == translated(s) for s in own)


def _value_sign(said: _Said, header: str, rows: Sequence[Line]) -> int:
    return (_measure(header) or _measure(rows[0].title)) if said.dimension == "good" else 1


def _good(said: _Said, text: str) -> int:
    """1 unless it is said how good something is of which less is better (-1), or nobody knows (0)."""
    return _measure(text) if said.dimension == "good" else 1


def _measure(text: str) -> int:
    signs = {1 if o.member == "good" else -1 for o in degrees("measure").find(text)}
    return signs.pop() if len(signs) == 1 else 0


def _comparatives(sentence: Sentence) -> list[_Said]:
    found = [_said(o) for o in degrees("comparative").find(sentence.text)]
    return [s for s in found if not is_negated(sentence.text, s.word.start, s.word.end, sentence.language)]


def _said(word: Opposite) -> _Said:
    return _Said(word.group, 1 if word.member == "more" else -1, word)


def _turn(said: _Said, *where: Line) -> Turn:
    return Turn(said.word.start, said.word.end, where)
