"""Which figures that people write into a memo no evidence of it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.support import is_supported_by
from copilot.memos.comparison import without_figures
from copilot.memos.memo import Line, Section, Source
from copilot.stopping import go_on
from copilot.types import Evidence, Table
from copilot.verification.claims import Checker, Citing
from copilot.verification.grounds import Grounds
from copilot.verification.languages import language_of
from copilot.verification.markup import prefix, split
from copilot.verification.sentence import Sentence

# How much of what was said before is looked at, to see what "it" is.
_BEFORE_CHARACTERS = 400
_FIGURES = ("figure", "question", "id")


class Place(NamedTuple):
    """Of a figure in the text of its line."""

    start: int
    end: int


@dataclass(frozen=True)
class Checked:
    unsourced: tuple[Place, ...]
    markers: tuple[int, ...]
    """The sources that carry what is borne out, ascending."""


class _Drafted(NamedTuple):
    """A sentence as it was computed."""

    numbers: Sequence[Number]
    markers: tuple[int, ...]


class FigureCheck:
    """Compares what people write with the evidence of a memo and with its sentences as they were computed."""

    def __init__(self, drafted: Sequence[Section], sources: Sequence[Source]) -> None:
        self._sources = {source.marker: source.evidence for source in sources}
        self._markers = {source.evidence.id: source.marker for source in sources}
        self._lines = [line for section in drafted for line in section.lines]
        self._tables = [section.table for section in drafted if section.table]
        self._held: dict[int, list[Number]] = {}

    def check(self, text: str, markers: Sequence[int]) -> Checked:
        """The figures of one line that nothing bears out; `markers` are the sources that its writer names."""
        places: list[Place] = []
        carriers: list[int] = []
        at = 0
        for piece in split(text):
            go_on()
            found = self._sentence(piece, text[max(0, at - _BEFORE_CHARACTERS) : at], markers)
            places += [Place(at + place.start, at + place.end) for place in found.unsourced]
            carriers += found.markers
            at += len(piece)
        return Checked(tuple(places), tuple(sorted(dict.fromkeys(carriers))))

    def _sentence(self, text: str, before: str, markers: Sequence[int]) -> Checked:
        alike = self._alike.get(_pattern(text), [])
        if alike:
            return self._changed(text, alike, markers)
        # A number that counts the items of a list, and the name of a document, are no claims.
        start = prefix(text) if not before else 0
        bare = " " * start + text[start:]
        for title in self._titles:
            bare = bare.replace(title, " " * len(title))
        sentence = Sentence(bare, language_of(bare), before=before)
        if not sentence.figures and not find_numbers(bare):
            return Checked((), ())
        return self._written(sentence, markers)

    def _changed(self, text: str, alike: Sequence[_Drafted], markers: Sequence[int]) -> Checked:
        """A sentence whose words were computed: its figures are those of then, or stand in a source that it names."""
        numbers = find_numbers(text)

        def other(drafted: _Drafted) -> list[Number]:
            pairs = zip(numbers, drafted.numbers, strict=True)
            return [new for new, old in pairs if not is_supported(new, [old]) or new.unit != old.unit]

        nearest = min(alike, key=lambda drafted: len(other(drafted)))
        read = [marker for marker in markers if self._sources[marker].kind != "computation"]
        changed = [number for number in other(nearest) if not any(self._holds(m, number) for m in read)]
        return Checked(tuple(Place(n.start, n.end) for n in changed), () if changed else nearest.markers)

    def _written(self, sentence: Sentence, markers: Sequence[int]) -> Checked:
        """A sentence of a person's own: a figure stands where its words lead, or follows from others, and its value is
        one that the sources hold."""
        # A computation holds so many values that naming it chooses none of them.
        chosen = [m for m in markers if self._sources[m].kind != "computation"]
        ids = [self._sources[m].id for m in chosen or markers]
        verdict = Checker("", self._grounds).check(sentence, Citing(ids, is_own=bool(chosen)))
        unsourced = {Place(f.start, f.end) for f in verdict.faults if f.kind in _FIGURES}
        # By itself a figure follows from some two of so many that were read.
        derived = [Place(figure.start, figure.end) for figure, _ in verdict.computed]
        if not verdict.carriers:
            unsourced |= set(derived)
        looked_at = markers or list(self._sources)
        for number in find_numbers(sentence.text):
            place = Place(number.start, number.end)
            if _overlaps(place, [*unsourced, *derived]) or any(self._holds(m, number) for m in looked_at):
                continue
            unsourced.add(place)
        carriers = dict.fromkeys(held.line.evidence for _, held in verdict.carriers)
        return Checked(tuple(sorted(unsourced)), tuple(self._markers[id] for id in carriers))

    def _holds(self, marker: int, number: Number) -> bool:
        evidence = self._sources[marker]
        if evidence.values is not None and is_supported_by(number, evidence.values):
            return True
        if marker not in self._held:
            self._held[marker] = find_numbers("\n".join(_texts(evidence)))
        return is_supported(number, self._held[marker])

    @cached_property
    def _alike(self) -> dict[str, list[_Drafted]]:
        """The sentences as they were computed, by their words."""
        found: dict[str, list[_Drafted]] = {}
        for line in self._lines:
            for text in split(line.text):
                found.setdefault(_pattern(text), []).append(_Drafted(find_numbers(text), line.markers))
        return found

    @cached_property
    def _titles(self) -> list[str]:
        titles = {e.title.partition(" › ")[0] for e in self._sources.values() if e.kind == "passage"}
        return sorted(titles, key=len, reverse=True)

    @cached_property
    def _grounds(self) -> Grounds:
        grounds = Grounds()
        grounds.read(map(_in_words, self._sources.values()), self._tables, _said(self._lines, self._sources))
        return grounds


def _pattern(text: str) -> str:
    return without_figures(text, find_numbers(text)).strip()


def _said(lines: Iterable[Line], sources: dict[int, Evidence]) -> Iterator[tuple[str, str]]:
    return ((sources[line.markers[0]].id, line.text) for line in lines if line.markers)


def _in_words(evidence: Evidence) -> Evidence:
    """A computation as its text alone, a sentence for each finding: its values by themselves would fit any words."""
    if evidence.values is None:
        return evidence
    text = "\n".join(f"{line}." for line in evidence.text.splitlines() if line)
    return evidence.model_copy(update={"values": None, "text": text})


def _texts(evidence: Evidence) -> Iterator[str]:
    """What holds the numbers of evidence beside its values: its text, or of a computation what went in."""
    if evidence.values is None:
        yield from (evidence.title, evidence.locator, evidence.text)
    tables: tuple[Table, ...] = evidence.calculation.inputs if evidence.calculation else ()
    yield from (str(cell) for table in tables for row in table.rows for cell in row if cell is not None)


def _overlaps(place: Place, others: Iterable[Place]) -> bool:
    return any(place.start < other.end and other.start < place.end for other in others)
