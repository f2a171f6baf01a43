"""Where a figure stands in what was read, among the places that fit its words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Held, Line, capitals
from copilot.verification.kinds import comparable, is_rare, is_wordless, says
from copilot.verification.labels import named_rows
from copilot.verification.languages import languages
from copilot.verification.reading import BETWEEN
from copilot.verification.sentence import Sentence
from copilot.verification.terms import content, plain

# A figure must stand where its words lead: in a place that fits them at least this well, compared with the best.
_FITS = 0.6
# A whole date hardly stands there by chance.
_FITS_DATE = 0.4
# Within one sentence the words right beside a figure tell less.
_FITS_IN_LINE = 0.3
# How much better a place fits that the sentence cites.
_CITED = 1.15
# How much a word tells: what is counted, those beside the figure, those of the sentence, those it refers back to.
_NOUN, _NEAR, _IN_SENTENCE, _BEFORE = 2.0, 1.0, 0.5, 0.25


@dataclass(frozen=True)
class _Place:
    held: Held
    fit: float


def find_place(
    sentence: Sentence,
    figure: Read,
    cited: Collection[str],
    carriers: Sequence[tuple[Read, Held]],
    grounds: Grounds,
    is_chosen: bool = False,
) -> Held | None:
    """Where a figure stands; None when it stands nowhere, or another figure fits its words much better.

    `carriers` are the places of the sentence's figures before it. Where the lines were chosen for the sentence, a
    figure is compared with those of its own line alone.
    """
    if figure.day and figure.day[2] == 0:
        return _dated(figure, cited, _rows_meant(sentence, figure, grounds), grounds)
    if not any(same(figure, held.figure) for held in candidates(figure, grounds)):
        return None
    meant = _rows_meant(sentence, figure, grounds)
    places = sorted(_places(sentence, figure, cited, meant, grounds), key=lambda p: -p.fit)
    others = [f for f in sentence.figures if f is not figure]
    together = {held.line for _, held in carriers}
    range_of = _column_of_range(sentence, figure, carriers)
    found = (p for p in places if says(figure, sentence, p.held, grounds))
    return next(
        (
            p.held
            for p in found
            if (p.held.line.table, p.held.header) == range_of
            or _stands(figure, p, _beside(p, places) if is_chosen else places, others, cited, meant, together)
        ),
        None,
    )


def _beside(place: _Place, places: Sequence[_Place]) -> list[_Place]:
    """The places of the same line, or of the same table."""
    line = place.held.line
    return [p for p in places if p.held.line is line or (line.cells and p.held.line.table == line.table)]


def _column_of_range(sentence: Sentence, figure: Read, carriers: Sequence[tuple[Read, Held]]) -> tuple[int, str] | None:
    """The column in which the other end of a range stands, as in "99% to 100%"."""
    for other, held in carriers[-1:]:
        if held.header and other.kind == figure.kind and BETWEEN.fullmatch(sentence.text[other.end : figure.start]):
            return held.line.table, held.header
    return None


def _places(
    sentence: Sentence, figure: Read, cited: Collection[str], meant: Collection[Line], grounds: Grounds
) -> Iterator[_Place]:
    said = _weighed(sentence, figure, grounds)
    tables = {row.table for row in meant}
    rivals = [(rows, [row for row in rows if row in meant]) for rows in grounds.tables if len(rows) > 1]
    # A count in words may be of what another line names: "than the six projects of today".
    names = frozenset() if figure.is_word else _names(capitals(sentence.part(figure)), grounds)
    headed = sentence.header(figure)
    columned = {line.table for line in grounds.lines if headed and any(_heads(h, headed, grounds) for h in line.held)}
    for line in grounds.lines:
        if (line.table in tables and line not in meant) or (names and not _is_about(line, names, grounds)):
            continue
        if not line.cells and any(_is_of_others(line, rows, own) for rows, own in rivals if own):
            continue
        shared = [(meanings, weight) for meanings, weight in said if not meanings.isdisjoint(line.words)]
        for held in line.held:
            if comparable(figure, held.figure) and (line.table not in columned or _heads(held, headed, grounds)):
                yield _Place(held, _fit(shared, held) * (_CITED if line.evidence in cited else 1.0))


def _is_of_others(line: Line, rows: Sequence[Line], own: Sequence[Line]) -> bool:
    """Whether a line of prose names other rows of a table, and none of those meant."""
    said = Sentence(line.text, line.language)
    named = named_rows(said, rows)
    return bool(named) and not any(row in own for row in named)


def _heads(held: Held, stems: frozenset[str], grounds: Grounds) -> bool:
    """Whether the column of a figure is called by one of the words."""
    own = content(held.header, held.line.language)
    return any(not grounds.vocabulary.meant(stem).isdisjoint(own) for stem in stems)


def _stands(
    figure: Read,
    place: _Place,
    places: Sequence[_Place],
    others: Sequence[Read],
    cited: Collection[str],
    meant: Collection[Line],
    together: Collection[Line],
) -> bool:
    """Whether no other figure fits the words much better than the one in this place; `places` are ordered by fit."""
    line = place.held.line
    rivals = (p for p in places if _is_rival(figure, p.held, others))
    best, beside = 0.0, 0.0
    for rival in rivals:
        if rival.held.line is line:
            beside = beside or rival.fit
        elif line not in meant or rival.held.line.cells:
            best = best or rival.fit
        if best and beside:
            break
    if best == place.fit == 0.0 or is_wordless(line):
        return line.evidence in cited and is_rare(figure)
    if line in together and not line.cells:
        return True
    if place.fit < (_FITS_DATE if figure.kind == "date" else _FITS) * best:
        return False
    return line in together or place.fit >= (_FITS if line.cells else _FITS_IN_LINE) * beside


def candidates(figure: Read, grounds: Grounds) -> Iterator[Held]:
    """The figures that were read and could be the one said."""
    return (held for line in grounds.lines for held in line.held if comparable(figure, held.figure))


def _is_rival(figure: Read, held: Held, others: Sequence[Read]) -> bool:
    """Whether a figure could have been meant instead, one of its kind or a bare one of a table, and is not said too."""
    is_alike = held.figure.kind == figure.kind or (held.figure.kind == "number" and bool(held.line.cells))
    return is_alike and not held.is_label and not any(same(other, held.figure) for other in others)


def _dated(figure: Read, cited: Collection[str], meant: Collection[Line], grounds: Grounds) -> Held | None:
    """A month or a year may stand anywhere in what was read, but in no other row of a table than those meant."""
    tables = {row.table for row in meant if any(held.figure.kind == "date" for held in row.held)}
    found = [
        held
        for held in candidates(figure, grounds)
        if same(figure, held.figure) and (held.line.table not in tables or held.line in meant)
    ]
    if not found and figure.day and figure.day[1] == 0 and str(figure.day[0]) in grounds.text:
        found = [Held(figure, frozenset(), line) for line in grounds.lines if line.evidence in cited]
    return next((held for held in found if held.line.evidence in cited), found[0] if found else None)


def _rows_meant(sentence: Sentence, figure: Read, grounds: Grounds) -> set[Line]:
    """The rows that are named beside a figure, or that begin with a date that the sentence names."""
    dates = [f for f in sentence.figures if f.kind == "date"]
    part = Sentence(sentence.part(figure), sentence.language) if sentence.role != "row" else sentence
    tables = [rows for rows in grounds.tables if len(rows) > 1]
    named = {row for rows in tables for row in named_rows(part, rows)}
    return named | {row for rows in tables for row in rows if _begins(row, dates)}


def _begins(row: Line, dates: Sequence[Read]) -> bool:
    return any(h.header == row.cells[0][0] and any(same(d, h.figure) for d in dates) for h in row.held)


def _names(words: frozenset[str], grounds: Grounds) -> frozenset[str]:
    """Which words with a capital are names that were read."""
    return words & grounds.names - _months()


@lru_cache
def _months() -> frozenset[str]:
    return frozenset(plain(month) for language in languages().values() for month in language.months)


def _is_about(line: Line, names: frozenset[str], grounds: Grounds) -> bool:
    """Whether a line has one of the names, or none at all of its own."""
    said = _names(line.capitals, grounds)
    return not said or not said.isdisjoint(names | line.context) or any(name in line.named for name in names)


def _weighed(sentence: Sentence, figure: Read, grounds: Grounds) -> list[tuple[frozenset[str], float]]:
    """The words of a sentence by what they mean in what was read, with how much each tells of the figure's place."""
    near, counted = sentence.near(figure), sentence.noun(figure)
    noun = counted.stem if counted else ""
    found = []
    for stem in sentence.content | sentence.back | near:
        if meant := grounds.vocabulary.meant(stem):
            tells = _NEAR if stem in near else _IN_SENTENCE if stem in sentence.content else _BEFORE
            rarity = max(grounds.weights.get(s, 1.0) for s in meant)
            found.append((meant, rarity * (_NOUN if stem == noun else tells)))
    return found


def _fit(said: Sequence[tuple[frozenset[str], float]], held: Held) -> float:
    """How many of the words stand beside a figure that was read, in its line, or in what surrounds that."""
    fit = 0.0
    for meant, weight in said:
        if not meant.isdisjoint(held.near):
            fit += weight
        elif not meant.isdisjoint(held.line.stems):
            fit += 0.5 * weight
        elif not meant.isdisjoint(held.line.context):
            fit += 0.25 * weight
    return fit
