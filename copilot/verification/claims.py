"""Whether a sentence says what was read: its figures, ids, names and the words that turn a statement into another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from copilot.verification.deriving import Pools, derive
from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Held, Line, clause
from copilot.verification.labels import groups
from copilot.verification.names import proper_names
from copilot.verification.nearness import nearest, overlap, together, weighed
from copilot.verification.places import candidates, find_place
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import plain
from copilot.verification.wording import swaps, turned

Kind = Literal["figure", "question", "id", "name", "word", "claim", "uncited"]

# A sentence says something else when less of its words than this stand in what was read; more where it cites nothing.
_KNOWN, _KNOWN_UNCITED = 0.3, 0.5
# Its words stand apart when the line that says most of it says such a part, by weight.
_APART = (0.5, 0.8)
# Some line says at least this part of what cites nothing, by weight; a word that was never read weighs so much.
_TOGETHER_UNCITED, _UNKNOWN = 0.5, 2.0
# Too few words tell nothing; an item of a list leans on its lead.
_FEWEST_WORDS, _FEWEST_WORDS_OF_ITEM = 3, 4
# Of a longer name the last letter may be an ending.
_SHORT_NAME = 4
# Up to this count a number word may count what nobody numbered: "two conditions".
_FEW = 4
# As many lines are looked at for figures from which another follows, if they fit this well compared with the best.
_NEAREST, _LEAST_NEAR = 3, 0.3
# As many figures of the sentences before are looked at.
_FIGURES_BEFORE = 4
# And as many lines of what it cites.
_CITED = 6


@dataclass(frozen=True)
class Fault:
    """What in a sentence is not borne out."""

    kind: Kind
    text: str
    start: int
    end: int
    """Where it stands in the sentence without markers."""
    where: tuple[Line, ...] = ()
    """What was read that comes nearest."""


@dataclass(frozen=True)
class Failure:
    """A sentence of a draft that is not borne out, as it stood there."""

    sentence: str
    faults: tuple[Fault, ...]


@dataclass
class Verdict:
    faults: list[Fault] = field(default_factory=list)
    carriers: list[tuple[Read, Held]] = field(default_factory=list)
    """Each figure that was found, and where."""
    computed: list[tuple[Read, str]] = field(default_factory=list)
    """Each figure that follows from others, with the calculation."""


@dataclass(frozen=True)
class Citing:
    """What a sentence cites."""

    ids: Sequence[str] = ()
    """What it, or else what follows it, cites of what was read."""
    is_own: bool = False
    """Whether the sentence itself cites them."""
    is_unread: bool = False
    """Whether it cites only what was never read."""


class Checker:
    """Compares sentences with what was read."""

    def __init__(self, question: str, grounds: Grounds) -> None:
        self.question = question
        self.grounds = grounds

    def check(self, sentence: Sentence, citing: Citing) -> Verdict:
        """The faults of a sentence, and what carries its figures. A question, and what says that nothing was found, has
        none; nor has a proposal that cites nothing, but for ids."""
        verdict = Verdict()
        if sentence.is_meta or sentence.text.rstrip().endswith("?"):
            return verdict
        is_cited = citing.is_own or (sentence.role == "row" and bool(citing.ids))
        is_free = (sentence.is_plan or sentence.is_proposal) and not is_cited
        for figure in sentence.figures:
            if figure.kind == "id":
                verdict.faults += self._id(sentence, figure)
            elif not is_free and not _is_timetable(sentence, figure):
                verdict.faults += self._figure(sentence, figure, citing, verdict)
        used = [how.partition(": ")[2] or how for _, how in verdict.computed]
        verdict.faults = [
            f for f in verdict.faults
            if not (f.kind == "figure" and _is_supposed(sentence, f) and any(f.text in how for how in used))
        ]  # fmt: skip
        if verdict.carriers:
            # A sentence that answers may repeat the period it was asked for.
            verdict.faults = [f for f in verdict.faults if f.kind != "question" or not _is_period(sentence, f)]
        if is_free or sentence.role == "heading":
            return verdict
        verdict.faults += self._names(sentence)
        verdict.faults += self._words(sentence, citing)
        for figure, where in swaps(sentence, verdict.carriers, self.grounds):
            verdict.faults.append(Fault("figure", figure.text, figure.start, figure.end, where))
        if not verdict.faults:
            verdict.faults += self._unsaid(sentence, verdict, citing)
        return verdict

    def _id(self, sentence: Sentence, figure: Read) -> Iterator[Fault]:
        known = f"{self.grounds.plain_text}\n{plain(self.question.lower())}"
        if not re.search(rf"(?<!\w){re.escape(plain(figure.text.lower()))}(?!\w)", known):
            yield self._fault("id", figure, sentence)

    def _figure(self, sentence: Sentence, figure: Read, citing: Citing, verdict: Verdict) -> Iterator[Fault]:
        if held := self._place(sentence, figure, citing, verdict):
            verdict.carriers.append((figure, held))
        elif how := self._derived(sentence, figure, citing, verdict):
            verdict.computed.append((figure, how))
        elif not self._is_idle(sentence, figure) and not _is_scale(figure, verdict):
            asked = any(same(figure, other) for other in read_figures(self.question, sentence.language))
            # What is asked may be repeated by what claims nothing.
            if not asked or citing.ids:
                yield self._fault("question" if asked else "figure", figure, sentence)

    def _place(self, sentence: Sentence, figure: Read, citing: Citing, verdict: Verdict) -> Held | None:
        """Where a figure stands in all that was read, or else in what the sentence itself cites: that was chosen for
        it, whatever else was read in like words."""
        held = find_place(sentence, figure, citing.ids, verdict.carriers, self.grounds)
        if held is None and citing.is_own:
            chosen = self.grounds.only(citing.ids)
            held = find_place(sentence, figure, citing.ids, verdict.carriers, chosen, is_chosen=True)
        return held

    def _derived(self, sentence: Sentence, figure: Read, citing: Citing, verdict: Verdict) -> str:
        """How a figure follows from others, unless many other figures would have followed too."""
        found = [*(f for f, _ in verdict.carriers), *(f for f, _ in verdict.computed)]
        rest = [f for f in sentence.figures if f != figure and f not in found]
        stated = [
            *found,
            *(f for f in rest if not found or any(same(f, h.figure) for h in candidates(f, self.grounds))),
        ]
        before = read_figures(sentence.before, sentence.language)[-_FIGURES_BEFORE:]
        part = Sentence(clause(sentence.text, figure, sentence.figures), sentence.language)
        lines = [*nearest(part, self.grounds, _NEAREST, _LEAST_NEAR), *nearest(sentence, self.grounds, _NEAREST)]
        lines += [line for line in self.grounds.lines if line.evidence in citing.ids and not line.cells][:_CITED]
        pools = Pools(stated, before, list(dict.fromkeys(lines)))
        return derive(sentence, figure, pools, self.grounds)

    def _is_idle(self, sentence: Sentence, figure: Read) -> bool:
        """A small count in words of what nobody numbered, or of the items of its own list."""
        if figure.kind == "factor":
            return not any(held.figure.kind == "factor" for held in candidates(figure, self.grounds))
        if figure.kind != "number" or not figure.is_word:
            return False
        listed = max(sentence.items, sentence.listed)
        if figure.value == listed or sentence.word_before(figure) in sentence.language.definite:
            return figure.value <= max(_FEW, listed)
        is_few = figure.value <= _FEW and not self._miscounts(sentence, figure)
        return is_few and not self._contradicts(sentence, figure)

    def _contradicts(self, sentence: Sentence, figure: Read) -> bool:
        """Whether another count of the same thing was read."""
        noun = sentence.noun(figure)
        meant = self.grounds.vocabulary.meant(noun.stem) if noun else frozenset()
        return any(
            not meant.isdisjoint(held.near) and held.figure.kind == "number" and not same(figure, held.figure)
            for held in candidates(figure, self.grounds)
        )

    def _miscounts(self, sentence: Sentence, figure: Read) -> bool:
        """Whether rows with a label that the sentence names were read, and another number of them."""
        return any(
            len(held) != figure.value
            for rows in self.grounds.tables
            if len(rows) > 2
            for _, held in groups(sentence, rows)
        )

    def _fault(self, kind: Kind, figure: Read, sentence: Sentence) -> Fault:
        where = [h.line for h in candidates(figure, self.grounds) if figure.kind != "id" and same(figure, h.figure)]
        lines = dict.fromkeys(where or nearest(sentence, self.grounds, 2))
        return Fault(kind, figure.text, figure.start, figure.end, tuple(lines)[:_NEAREST])

    def _names(self, sentence: Sentence) -> list[Fault]:
        """The first name that was never read."""
        unknown = [(s, e) for s, e in proper_names(sentence) if not self._knows(sentence.text[s:e])]
        return [Fault("name", sentence.text[s:e], s, e) for s, e in unknown[:1]]

    def _knows(self, name: str) -> bool:
        asked = plain(self.question.lower())
        words = [plain(w.lower()) for w in re.findall(r"[^\W_]+", name) if len(w) > 1]
        # "Austrian" is known from "Austria".
        return all(self.grounds.mentions(w[:-1] if len(w) > _SHORT_NAME else w) or w in asked for w in words)

    def _words(self, sentence: Sentence, citing: Citing) -> list[Fault]:
        if sentence.is_plan:
            return []
        cited = self.grounds.only(citing.ids).lines if citing.is_own else ()
        return [
            Fault("word", sentence.text[turn.start : turn.end], turn.start, turn.end, turn.where)
            for turn in turned(sentence, self.grounds, cited)
        ]

    def _unsaid(self, sentence: Sentence, verdict: Verdict, citing: Citing) -> Iterator[Fault]:
        """Most of what it says stands nowhere in what was read, or it cites what nobody read."""
        if not (citing.ids or citing.is_unread or sentence.figures) and sentence.words & sentence.language.negation:
            # Most often it tells what was not found.
            return
        kind: Kind = "claim" if citing.ids else "uncited"
        leads = sentence.text.rstrip(" *\n").endswith(":")
        is_carried = bool(citing.ids) and not citing.is_own and sentence.role == "prose"
        fewest = _FEWEST_WORDS if citing.is_own or sentence.role != "item" else _FEWEST_WORDS_OF_ITEM
        is_borne = verdict.carriers or verdict.computed or self.grounds.quotes(sentence.text)
        if is_borne or leads or is_carried or len(sentence.content) < fewest:
            if not citing.is_unread:
                return
        elif not (
            citing.is_unread
            or self._is_unknown(sentence, citing)
            or (self._is_apart(sentence, citing) if citing.ids else self._is_scattered(sentence))
        ):
            return
        where = tuple(nearest(sentence, self.grounds, 2))
        yield Fault(kind, sentence.text, 0, len(sentence.text.rstrip()), where)

    def _is_apart(self, sentence: Sentence, citing: Citing) -> bool:
        """Whether all of its words stand in what it cites, and not together: who or what it speaks of is another."""
        if len(sentence.clauses) > 1 or sentence.figures or sentence.words & sentence.language.negation:
            return False
        lines = [line for line in self.grounds.lines if line.evidence in citing.ids and not line.cells]
        low, high = _APART
        return low <= together(sentence, lines, self.grounds) <= high

    def _is_scattered(self, sentence: Sentence) -> bool:
        """Whether no line says half of it; what speaks of the evidence itself claims nothing that stands there."""
        if sentence.language.says(sentence.language.material, sentence.text):
            return False
        said = weighed(sentence.content, self.grounds)
        whole = sum(weight for _, weight in said) + _UNKNOWN * (len(sentence.content) - len(said))
        return max((overlap(said, line) for line in self.grounds.lines), default=0.0) < _TOGETHER_UNCITED * whole

    def _is_unknown(self, sentence: Sentence, citing: Citing) -> bool:
        """Whether few of its words stand in what it cites and one thing more; not where that is in another language."""
        read = [line.language for line in self.grounds.lines if not citing.ids or line.evidence in citing.ids]
        if sentence.language not in read or not sentence.is_known:
            return False
        asked, read_by = plain(self.question.lower()), self.grounds.by_evidence
        cited = [read_by[id] for id in citing.ids if id in read_by]
        rest = [s for s in sentence.content if s not in asked and not any(read.meant(s) for read in cited)]
        fewest = min((sum(not read.meant(s) for s in rest) for read in read_by.values()), default=len(rest))
        return 1 - fewest / len(sentence.content) < (_KNOWN if citing.ids else _KNOWN_UNCITED)


def _is_scale(figure: Read, verdict: Verdict) -> bool:
    """Whether it is the most that a column can have, as its name says: in "4.6 of 5" the five."""
    headers = [(held.header, held.line.language) for _, held in verdict.carriers if held.header]
    return any(same(figure, f) for header, language in headers for f in read_figures(header, language))


def _is_supposed(sentence: Sentence, fault: Fault) -> bool:
    """Whether a figure is one that the sentence reckons with: "over three years"."""
    ahead = sentence.text[: fault.start].rstrip().lower()
    return ahead.endswith(sentence.language.supposed)


def _is_timetable(sentence: Sentence, figure: Read) -> bool:
    """Days and periods of a plan or in a heading, "First 30 days", claim nothing."""
    is_time = figure.kind in ("time", "date") or sentence.word_before(figure) in sentence.language.units
    return is_time and (sentence.is_plan or sentence.role == "heading")


def _is_period(sentence: Sentence, fault: Fault) -> bool:
    return any(f.kind == "time" and f.start == fault.start for f in sentence.figures)
