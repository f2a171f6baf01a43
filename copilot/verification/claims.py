"""Whether a sentence says what was read: its figures, ids, names and the words that turn a statement into another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from copilot.verification.deriving import derive
from copilot.verification.figures import Read, read_figures, same
from copilot.verification.grounds import Grounds, Held, Line, capitals
from copilot.verification.labels import named_rows
from copilot.verification.languages import languages
from copilot.verification.sentence import Sentence
from copilot.verification.terms import plain
from copilot.verification.wording import nearest, swaps, turned

Kind = Literal["figure", "question", "id", "name", "word", "claim", "uncited"]

# A figure must stand where its words lead: in a place that fits them at least this well, compared with the best.
_FITS = 0.6
# A whole date hardly stands there by chance.
_FITS_DATE = 0.4
# Within one line the words right beside a figure tell less.
_FITS_IN_LINE = 0.3
# A sentence says something else when less of its words than this stand in what was read; more where it cites nothing.
_KNOWN, _KNOWN_UNCITED = 0.4, 0.5
# Up to this count a number word may count what nobody numbered: "two conditions".
_FEW = 4


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


class Checker:
    """Compares sentences with what was read."""

    def __init__(self, question: str, grounds: Grounds) -> None:
        self.question = question
        self.grounds = grounds

    def check(
        self, sentence: Sentence, cited: Sequence[str], own: Sequence[str] = (), *, cites_unread: bool = False
    ) -> Verdict:
        """The faults of a sentence, and what carries its figures.

        `cited` is the evidence that it or what follows it cites, `own` what it cites itself; `cites_unread` tells that
        it cites only what was never read.
        """
        verdict = Verdict()
        if sentence.is_meta or sentence.text.rstrip().endswith("?"):
            return verdict
        is_free = (sentence.is_plan or sentence.is_proposal) and not own
        for figure in sentence.figures:
            self._figure(sentence, figure, cited, verdict, is_free)
        if is_free or sentence.role == "heading":
            return verdict
        verdict.faults += self._names(sentence)
        if not sentence.is_plan:
            verdict.faults += [Fault("word", sentence.text[t.start : t.end], t.start, t.end, t.where) for t in turned(sentence, self.grounds)]  # fmt: skip
        verdict.faults += [
            Fault("figure", f.text, f.start, f.end, where)
            for f, where in swaps(sentence, verdict.carriers, self.grounds)
        ]
        if not verdict.faults and (fault := self._unknown(sentence, verdict, cited, own, cites_unread)):
            verdict.faults.append(fault)
        return verdict

    # Figures

    def _figure(self, sentence: Sentence, figure: Read, cited: Sequence[str], verdict: Verdict, is_free: bool) -> None:
        if figure.kind == "id":
            if not self._is_mentioned(figure.text):
                verdict.faults.append(self._fault("id", figure, sentence))
            return
        if is_free or ((sentence.is_plan or sentence.role == "heading") and figure.kind in ("time", "date")):
            return
        if found := self._place(sentence, figure, cited, verdict):
            verdict.carriers.append((figure, found))
            return
        near = nearest(sentence, self.grounds, 3, 0.3)
        stated = [f for f in sentence.figures if f != figure and any(f == c for c, _ in verdict.carriers)]
        others = stated or [f for f in sentence.figures if f != figure]
        before = read_figures(sentence.before, sentence.language)[-6:]
        if how := derive(sentence, figure, others, before, near, self.grounds):
            verdict.computed.append((figure, how))
            return
        if figure.is_word and self._is_idle(sentence, figure):
            return
        asked = any(same(figure, other) for other in read_figures(self.question, sentence.language))
        if asked and (not cited or (figure.kind == "time" and verdict.carriers)):
            return
        verdict.faults.append(self._fault("question" if asked else "figure", figure, sentence))

    def _is_idle(self, sentence: Sentence, figure: Read) -> bool:
        """A small count in words of what nobody numbered, or of the items of its own list."""
        if figure.kind != "number":
            return False
        return figure.value == sentence.items or (figure.value <= _FEW and not self._contradicts(sentence, figure))

    def _is_mentioned(self, code: str) -> bool:
        pattern = rf"(?<![\w]){re.escape(plain(code.lower()))}(?![\w])"
        return bool(re.search(pattern, f"{self.grounds.plain_text}\n{plain(self.question.lower())}"))

    def _place(self, sentence: Sentence, figure: Read, cited: Sequence[str], verdict: Verdict) -> Held | None:
        """Where the figure stands, among the places that fit its words best."""
        if figure.day and figure.day[2] == 0:
            return self._dated(figure, cited)
        said = self._weighed(sentence, figure)
        meant = self._rows_meant(sentence, figure)
        names = self._names_of(capitals(sentence.part(figure)))
        places = [
            (self._fit(said, held) * (1.15 if held.line.evidence in cited else 1.0), held)
            for held in self._candidates(figure)
            if held.line in meant or held.line.table not in {row.table for row in meant if row.table >= 0}
            if not names or self._is_about(held.line, names)
        ]
        found = sorted((p for p in places if self._says(figure, sentence, p[1])), key=lambda p: -p[0])
        others = [f for f in sentence.figures if f is not figure]
        rivals = [p for p in places if _is_rival(figure, p[1]) and not any(same(o, p[1].figure) for o in others)]
        together = {other.line for _, other in verdict.carriers}
        return next(
            (
                held
                for fit, held in found
                if self._stands(figure, fit, held, rivals, cited, meant, held.line in together)
            ),
            None,
        )

    def _stands(
        self, figure: Read, fit: float, held: Held, rivals: Sequence[tuple[float, Held]], cited: Sequence[str],
        meant: Sequence[Line], together: bool,
    ) -> bool:  # fmt: skip
        """Whether no other figure fits the words much better than the one in this place."""
        others = [p for p in rivals if p[1].line is not held.line and (held.line not in meant or p[1].line.cells)]
        best = max((p[0] for p in others), default=0.0)
        beside = max((p[0] for p in rivals if p[1].line is held.line), default=0.0)
        if best == fit == 0.0 or _is_wordless(held.line):
            return held.line.evidence in cited and _is_rare(figure)
        if together and not held.line.cells:
            return True
        least = _FITS_DATE if figure.kind == "date" else _FITS
        return fit >= least * best and (fit >= (_FITS if held.line.cells else _FITS_IN_LINE) * beside or together)

    def _rows_meant(self, sentence: Sentence, figure: Read) -> list[Line]:
        """The rows that are named beside a figure, or that begin with a date that the sentence names."""
        dates = [f for f in sentence.figures if f.kind == "date"]
        part = Sentence(sentence.part(figure), sentence.language) if sentence.role != "row" else sentence
        return [
            line for rows in self.grounds.tables if len(rows) > 1
            for line in {*named_rows(part, rows), *(row for row in rows if _begins(row, dates))}
        ]  # fmt: skip

    def _names_of(self, words: frozenset[str]) -> frozenset[str]:
        """Which of the words with a capital are names that were read."""
        return words & self.grounds.names - _months()

    def _is_about(self, line: Line, names: frozenset[str]) -> bool:
        """Whether a line has one of the names, or none at all of its own."""
        said = self._names_of(line.capitals)
        return (
            not said
            or not said.isdisjoint(names)
            or any(name in line.named for name in names)
            or not names.isdisjoint(line.context)
        )

    def _dated(self, figure: Read, cited: Sequence[str]) -> Held | None:
        """A month or a year may stand anywhere in what was read."""
        found = [held for held in self._candidates(figure) if same(figure, held.figure)]
        if not found and figure.day and figure.day[1] == 0 and str(figure.day[0]) in self.grounds.text:
            line = next((line for line in self.grounds.lines if line.evidence in cited), None)
            return Held(figure, frozenset(), line) if line else None
        return next((held for held in found if held.line.evidence in cited), found[0] if found else None)

    def _candidates(self, figure: Read) -> Iterator[Held]:
        for line in self.grounds.lines:
            for held in line.held:
                if _comparable(figure, held.figure):
                    yield held

    def _weighed(self, sentence: Sentence, figure: Read) -> list[tuple[frozenset[str], float]]:
        """The words of a sentence by what they mean in what was read, those beside the figure with more weight."""
        near = sentence.near(figure)
        vocabulary, weights = self.grounds.vocabulary, self.grounds.weights
        counted = sentence.noun(figure)
        noun = counted.stem if counted else ""
        found = []
        for stem in sentence.content | sentence.back | near:
            if meant := vocabulary.meant(stem):
                own = 2.0 if stem == noun else 1.0 if stem in near else 0.5 if stem in sentence.content else 0.25
                found.append((meant, own * max(weights.get(s, 1.0) for s in meant)))
        return found

    def _fit(self, said: Iterable[tuple[frozenset[str], float]], held: Held) -> float:
        score = 0.0
        for meant, weight in said:
            if not meant.isdisjoint(held.near):
                score += weight
            elif not meant.isdisjoint(held.line.stems):
                score += 0.5 * weight
            elif not meant.isdisjoint(held.line.context):
                score += 0.25 * weight
        return score

    def _says(self, figure: Read, sentence: Sentence, held: Held) -> bool:
        """Whether the place holds the same figure, of the same kind of thing."""
        if not same(figure, held.figure):
            return False
        typed, bare = (figure, held.figure) if held.figure.kind == "number" else (held.figure, figure)
        if typed.kind == "number":
            return self._counts(figure, sentence, held)
        if bare.kind != "number" or typed.kind == "date":
            return True
        if _is_wordless(held.line):
            return True
        if bare is figure and sentence.noun(figure) and typed.kind != "time":
            return self._is_of(typed, sentence.words) or self._counts(figure, sentence, held)
        if bare is figure:
            return True
        if held.unit and typed.kind == "money":
            return typed.unit in _currencies(held.unit)
        if typed.kind == "percent" and held.figure.step and abs(held.figure.value) <= 1:
            return True
        return self._is_of(
            typed, _words(f"{held.header} {held.line.text if not held.header else ''} {held.line.title}")
        )

    def _is_of(self, typed: Read, words: frozenset[str]) -> bool:
        """Whether words say that a bare number is one of money, a share or a time."""
        for language in languages().values():
            kinds = {"money": language.money, "percent": language.share}
            if typed.kind in kinds and kinds[typed.kind] & words:
                return True
            if typed.kind == "time" and any(
                unit == typed.unit and word in words for word, unit in language.units.items()
            ):
                return True
        return typed.kind in ("points", "fraction", "factor")

    def _counts(self, figure: Read, sentence: Sentence, held: Held) -> bool:
        """Whether what is counted is known where the number stands, or at all."""
        noun = sentence.noun(figure)
        if noun is None or noun.text.lower() in sentence.language.generic or figure.hedge:
            return True
        meant = self.grounds.vocabulary.meant(noun.stem)
        if _currencies(held.unit) or held.figure.kind in ("percent", "money"):
            return bool(meant & held.near)
        if not meant:
            return held.line.language != sentence.language
        return True

    def _contradicts(self, sentence: Sentence, figure: Read) -> bool:
        """Whether another count of the same thing was read."""
        noun = sentence.noun(figure)
        meant = self.grounds.vocabulary.meant(noun.stem) if noun else frozenset()
        return any(
            meant & held.near and held.figure.kind == "number" and not same(figure, held.figure)
            for held in self._candidates(figure)
        )

    def _fault(self, kind: Kind, figure: Read, sentence: Sentence) -> Fault:
        where = [h.line for h in self._candidates(figure) if h.figure.kind != "id" and same(figure, h.figure)]
        lines = tuple(dict.fromkeys(where or nearest(sentence, self.grounds, 2)))[:3]
        return Fault(kind, figure.text, figure.start, figure.end, lines)

    # Names, and what nobody wrote

    def _names(self, sentence: Sentence) -> list[Fault]:
        unknown = [(s, e) for s, e in proper_names(sentence) if not self._knows(sentence.text[s:e])]
        return [Fault("name", sentence.text[s:e], s, e) for s, e in unknown[:1]]

    def _knows(self, name: str) -> bool:
        words = [plain(w.lower()) for w in re.findall(r"[^\W_]+", name) if len(w) > 1]
        return all(
            self.grounds.mentions(w) or self.grounds.mentions(w.removesuffix("s")) or w in plain(self.question.lower())
            for w in words
        )

    def _unknown(
        self, sentence: Sentence, verdict: Verdict, cited: Sequence[str], own: Sequence[str], cites_unread: bool
    ) -> Fault | None:
        """Most of what it says stands nowhere in what was read, or it cites what nobody read."""
        at = (0, len(sentence.text.rstrip()))
        where = tuple(nearest(sentence, self.grounds, 2))
        if cites_unread:
            return Fault("uncited", sentence.text, *at, where)
        leads = sentence.text.rstrip(" *\n").endswith(":")
        if (
            verdict.carriers
            or verdict.computed
            or leads
            or len(sentence.content) < (4 if sentence.role == "item" else 3)
        ):
            return None
        if cited and not own and sentence.role == "prose":
            return None
        if self._known(sentence, cited) < (_KNOWN if cited else _KNOWN_UNCITED):
            return Fault("claim" if cited else "uncited", sentence.text, *at, where)
        return None

    def _known(self, sentence: Sentence, cited: Sequence[str]) -> float:
        """Which part of its words stands in what was read; all of them where that is in another language."""
        read = [line.language for line in self.grounds.lines if not cited or line.evidence in cited]
        if sentence.language not in read:
            return 1.0
        asked = plain(self.question.lower())
        by_id = self.grounds.by_evidence
        base = frozenset(
            s for s in sentence.content if s in asked or any(by_id[id].meant(s) for id in cited if id in by_id)
        )
        best = max((sum(s in base or bool(v.meant(s)) for s in sentence.content) for v in by_id.values()), default=0)
        return best / len(sentence.content)


@lru_cache
def _months() -> frozenset[str]:
    return frozenset(plain(month) for language in languages().values() for month in language.months)


def _begins(row: Line, dates: Sequence[Read]) -> bool:
    return any(h.header == row.cells[0][0] and any(same(d, h.figure) for d in dates) for h in row.held)


def _is_rival(figure: Read, held: Held) -> bool:
    """Whether a figure could have been meant instead: one of its kind, or a bare one of a table."""
    return held.figure.kind == figure.kind or (held.figure.kind == "number" and bool(held.line.cells))


def _is_wordless(line: Line) -> bool:
    """A line of a calculator has no words to go by."""
    return not line.cells and "=" in line.text


def _comparable(said: Read, held: Read) -> bool:
    if said.kind == held.kind:
        return True
    if "id" in (said.kind, held.kind):
        return False
    if "date" in (said.kind, held.kind):
        return "number" in (said.kind, held.kind)
    return "number" in (said.kind, held.kind) or {said.kind, held.kind} <= {"percent", "fraction", "points"}


def _is_rare(figure: Read) -> bool:
    """Whether it hardly stands there by chance."""
    digits = re.sub(r"\D", "", figure.text).strip("0")
    return len(digits) >= 2 or figure.kind in ("percent", "money", "date")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+|%", text.lower()))


def _currencies(unit: str) -> set[str]:
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
    return {signs.get(word, word) for word in re.findall(r"[A-Z]{3}|[€$£¥]", unit)}


_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_OPENING = ' *_-#|>"“„«(0123456789.)'


def proper_names(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that do not begin a sentence; in German, where nouns have capitals, of two or more."""
    text = sentence.text
    run: list[re.Match[str]] = []
    for token in _WORD.finditer(text):
        joined = bool(run) and text[run[-1].end() : token.start()].strip(" .") == ""
        if run and not (joined and token[0][0].isupper()):
            yield from _named(run, sentence)
            run = []
        if token[0][0].isupper():
            run.append(token)
    if run:
        yield from _named(run, sentence)


def _named(run: list[re.Match[str]], sentence: Sentence) -> Iterator[tuple[int, int]]:
    language, text = sentence.language, sentence.text
    ahead = text[: run[0].start()]
    begins = not ahead.strip(_OPENING) or ahead.rstrip(' *_"“„«').endswith((".", ":", "!", "?", "|"))
    if begins and (run[0][0].lower() in language.function or len(run) == 1 or language.code == "de"):
        run = run[1:]
    common = {**language.months, **language.scales, **language.units, **language.numbers}
    if language.code == "de":
        if len(run) < 2 or any(t[0].lower() in common or t[0].lower() in language.function for t in run):
            return
    while run and (run[0][0].lower() in language.function or run[0][0].lower() in common):
        run = run[1:]
    if run and not (len(run) == 1 and len(run[0][0]) <= 3 and run[0][0].isupper()):
        yield run[0].start(), run[-1].end()
