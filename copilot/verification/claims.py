"""Whether a sentence says what was read: its figures, ids, names and the words that turn a statement into another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from copilot.verification.figures import Read, close, read_figures, same
from copilot.verification.grounds import Grounds, Held, Line, segment
from copilot.verification.languages import Language
from copilot.verification.terms import Opposite, Term, content, opposites, plain, terms

Kind = Literal["figure", "question", "id", "name", "word", "claim", "uncited"]

# A figure must stand where its words lead: in a place that fits them at least this well, compared with the best.
_FITS = 0.6
# What a sentence says is unknown when less of its words than this stand in what was read.
_KNOWN = 0.4
# Below this count a number word may count what nobody numbered: "two conditions".
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
class Sentence:
    """A sentence of a draft without its markers."""

    text: str
    language: Language
    role: Literal["prose", "heading", "item", "row"] = "prose"
    headers: tuple[str, ...] = ()
    """Of a row of a table: what its columns are called."""
    before: str = ""
    """What was said before it in its paragraph or list."""
    is_plan: bool = False
    """Whether it stands under a heading of proposals."""
    items: int = 0
    """How many items the list has that it stands beside."""

    @cached_property
    def terms(self) -> list[Term]:
        return terms(self.text, self.language)

    @cached_property
    def content(self) -> frozenset[str]:
        return content(self.text, self.language)

    @cached_property
    def figures(self) -> list[Read]:
        return read_figures(self.text, self.language)

    @cached_property
    def lower(self) -> str:
        return f" {self.text.lower()} "

    @property
    def is_meta(self) -> bool:
        """It says that something was not found."""
        return any(phrase in self.lower for phrase in self.language.meta)

    @property
    def is_proposal(self) -> bool:
        said = {t.text.lower() for t in self.terms}
        return self.is_plan or any(w in said if " " not in w else w in self.lower for w in self.language.proposal)

    def near(self, figure: Read) -> frozenset[str]:
        """The words that stand nearest to a figure."""
        if self.role != "row":
            return content(segment(self.text, figure, self.figures), self.language)
        cells = self.text.strip().strip("|").split("|")
        place = self.text[: figure.start].strip().lstrip("|").count("|") if "|" in self.text[: figure.start].strip()[1:] else 0
        header = self.headers[place] if place < len(self.headers) else ""
        return content(f"{cells[0]} {header} {cells[place] if place < len(cells) else ''}", self.language)


@dataclass
class Verdict:
    faults: list[Fault] = field(default_factory=list)
    carriers: list[tuple[Read, str]] = field(default_factory=list)
    """Each figure that was found, with the evidence that carries it."""
    computed: list[tuple[Read, str]] = field(default_factory=list)
    """Each figure that follows from others, with the calculation."""


class Checker:
    """Compares sentences with what was read."""

    def __init__(self, question: str, grounds: Grounds) -> None:
        self.question = question
        self.grounds = grounds

    def check(self, sentence: Sentence, cited: Sequence[str]) -> Verdict:
        """The faults of a sentence that cites evidence, and what carries its figures."""
        verdict = Verdict()
        if sentence.is_meta:
            return verdict
        for figure in sentence.figures:
            self._figure(sentence, figure, cited, verdict)
        verdict.faults += self._pairs(sentence)
        if sentence.role != "heading" and not (sentence.is_proposal and not cited):
            verdict.faults += self._names(sentence)
            verdict.faults += self._labels(sentence)
            verdict.faults += self._words(sentence, cited)
            if not verdict.faults and not cited and sentence.role == "prose":
                verdict.faults += self._uncited(sentence, verdict)
            if not verdict.faults:
                verdict.faults += self._unknown(sentence, verdict)
        return verdict

    # Figures

    def _figure(self, sentence: Sentence, figure: Read, cited: Sequence[str], verdict: Verdict) -> None:
        if figure.kind == "id":
            if not self._is_mentioned(figure.text):
                verdict.faults.append(self._fault("id", figure, sentence))
            return
        if (sentence.is_plan or sentence.is_proposal) and not cited:
            return
        if sentence.role == "heading" and figure.kind in ("time", "date"):
            return
        if found := self._place(sentence, figure, cited):
            verdict.carriers.append((figure, found.line.evidence))
            return
        if how := self._computed(sentence, figure, verdict):
            verdict.computed.append((figure, how))
            return
        if figure.is_word and figure.kind == "number" and figure.value <= _FEW and not self._contradicts(sentence, figure):
            return
        if figure.is_word and sentence.items == figure.value:
            return
        asked = any(same(figure, other) for other in read_figures(self.question, sentence.language))
        if asked and not cited:
            return
        verdict.faults.append(self._fault("question" if asked else "figure", figure, sentence))

    def _is_mentioned(self, code: str) -> bool:
        pattern = rf"(?<![\w]){re.escape(code.lower())}(?![\w])"
        return bool(re.search(pattern, f"{self.grounds.text}\n{self.question}".lower()))

    def _place(self, sentence: Sentence, figure: Read, cited: Sequence[str]) -> Held | None:
        """Where the figure stands among the places that fit its words best."""
        near = sentence.near(figure)
        best, found, fit = 0.0, None, 0.0
        for held in self._candidates(figure):
            score = self._fit(near, sentence, held) * (1.15 if held.line.evidence in cited else 1.0)
            best = max(best, score)
            if self._says(figure, sentence, held) and (found is None or score > fit):
                found, fit = held, score
        if found is None:
            return None
        if best == 0.0:
            return found if found.line.evidence in cited and _is_rare(figure) else None
        return found if fit >= _FITS * best else None

    def _candidates(self, figure: Read) -> Iterator[Held]:
        for line in self.grounds.lines:
            for held in line.held:
                if _comparable(figure, held.figure):
                    yield held

    def _fit(self, near: frozenset[str], sentence: Sentence, held: Held) -> float:
        vocabulary, weights = self.grounds.vocabulary, self.grounds.weights
        score = 0.0
        before = content(sentence.before, sentence.language) if self._refers_back(sentence) else frozenset()
        for stem in sentence.content | before:
            meant = vocabulary.meant(stem)
            if not meant:
                continue
            own = 1.0 if stem in near else 0.5 if stem in sentence.content else 0.25
            if hit := meant & held.near:
                score += own * max(weights.get(s, 1.0) for s in hit)
            elif hit := meant & held.line.stems:
                score += 0.5 * own * max(weights.get(s, 1.0) for s in hit)
            elif hit := meant & held.line.context:
                score += 0.25 * own * max(weights.get(s, 1.0) for s in hit)
        return score

    def _refers_back(self, sentence: Sentence) -> bool:
        return sentence.role != "prose" or any(t.text.lower() in sentence.language.pronouns for t in sentence.terms)

    def _says(self, figure: Read, sentence: Sentence, held: Held) -> bool:
        """Whether the place holds the same figure, of the same kind of thing."""
        if not same(figure, held.figure):
            return False
        if held.unit and figure.kind == "money" and held.figure.kind == "number":
            return figure.unit in _currencies(held.unit)
        if held.unit and figure.kind == "number" and _currencies(held.unit) and (noun := self._noun(sentence, figure)):
            return bool(self.grounds.vocabulary.meant(noun) & (held.near | held.line.context))
        if figure.kind == "percent" and held.figure.kind == "number":
            return held.line.evidence != "" and not _is_plain(held)
        return True

    def _noun(self, sentence: Sentence, figure: Read) -> str | None:
        """What is counted: the content word right behind a number."""
        following = [t for t in sentence.terms if t.start >= figure.end]
        if not following or following[0].start - figure.end > 2 or following[0].is_function:
            return None
        return following[0].stem

    def _contradicts(self, sentence: Sentence, figure: Read) -> bool:
        """Whether another count of the same thing was read."""
        noun = self._noun(sentence, figure)
        meant = self.grounds.vocabulary.meant(noun) if noun else frozenset()
        return any(
            meant & held.near and held.figure.kind in ("number", "time") and not same(figure, held.figure)
            for held in self._candidates(figure)
        )

    def _fault(self, kind: Kind, figure: Read, sentence: Sentence) -> Fault:
        where = [h.line for h in self._candidates(figure) if h.figure.kind != "id" and same(figure, h.figure)]
        return Fault(kind, figure.text, figure.start, figure.end, tuple(dict.fromkeys(where or self._nearest(sentence)))[:3])

    # Figures that follow from others

    def _computed(self, sentence: Sentence, figure: Read, verdict: Verdict) -> str:
        """How a figure follows from others that are stated with it, or from the rows and lines that are meant."""
        stated = [f for f, _ in verdict.carriers]
        before = read_figures(sentence.before, sentence.language)[-4:]
        others = [f for f in sentence.figures if f != figure]
        return (
            self._counted(sentence, figure)
            or self._from_rows(sentence, figure)
            or _arithmetic(figure, [*stated, *[o for o in others if o not in stated]][:6])
            or _arithmetic(figure, [*stated, *before][:6])
            or self._from_lines(sentence, figure)
        )

    def _counted(self, sentence: Sentence, figure: Read) -> str:
        """The number of rows of a table, of those with a label that the sentence names, or of the rest."""
        if figure.kind not in ("number", "percent", "fraction"):
            return ""
        for rows in self.grounds.tables:
            counts = {len(rows)} if len(rows) > 1 else set()
            for label, held in self._groups(rows).items():
                if self._names_label(sentence, label):
                    counts |= {len(held), len(rows) - len(held)}
            named = sum(any(self._names_label(sentence, key) for key in row.keys) for row in rows)
            if named > 1:
                counts |= {named, len(rows) - named}
            for count in counts:
                if figure.kind == "number" and figure.value == count:
                    return f"{count} of {len(rows)} rows"
                if figure.kind != "number" and len(rows) > 2 and _is_share(figure, count, len(rows)):
                    return f"{count} of {len(rows)} rows"
        return ""

    def _groups(self, rows: Sequence[Line]) -> dict[str, list[Line]]:
        """The rows by each label that a column of them holds."""
        groups: dict[str, list[Line]] = {}
        for row in rows:
            for _, cell in row.cells:
                if cell and len(cell) < 40 and not cell[0].isdigit():
                    groups.setdefault(cell, []).append(row)
        return groups

    def _names_label(self, sentence: Sentence, label: str) -> bool:
        return _mentions(sentence, label, self.grounds)

    def _from_rows(self, sentence: Sentence, figure: Read) -> str:
        """The sum, mean, difference or share of a column over the rows that the sentence names, or all."""
        if figure.kind in ("date", "id"):
            return ""
        for rows in self.grounds.tables:
            if len(rows) < 2:
                continue
            for chosen in self._chosen(sentence, rows):
                for header in dict.fromkeys(h for row in rows for h, _ in row.cells):
                    values = [f for row in chosen for f in _column(row, header)]
                    total = [f for row in rows for f in _column(row, header)]
                    if how := _aggregate(figure, values, total):
                        return f"{header}: {how}"
        return ""

    def _chosen(self, sentence: Sentence, rows: Sequence[Line]) -> Iterator[list[Line]]:
        named = [row for row in rows if any(self._names_label(sentence, key) for key in row.keys)]
        if named:
            yield named
        for label, held in self._groups(rows).items():
            if 1 < len(held) < len(rows) and self._names_label(sentence, label):
                yield held
        yield list(rows)

    def _from_lines(self, sentence: Sentence, figure: Read) -> str:
        """From the figures of the lines that fit the sentence best."""
        for line in self._nearest(sentence, 3):
            figures = [h.figure for h in line.held if h.figure.kind not in ("date", "id")]
            if how := _arithmetic(figure, figures[:7]):
                return how
        pool = [h.figure for line in self._nearest(sentence, 2) for h in line.held if h.figure.kind not in ("date", "id")]
        return _arithmetic(figure, pool[:6])

    # Words

    def _nearest(self, sentence: Sentence, most: int = 2) -> list[Line]:
        scored = [(self._overlap(sentence.content, line), line) for line in self.grounds.lines]
        ranked = sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])
        return [line for score, line in ranked[:most] if score >= 0.5 * ranked[0][0]]

    def _overlap(self, stems: Iterable[str], line: Line) -> float:
        vocabulary, weights = self.grounds.vocabulary, self.grounds.weights
        score = 0.0
        for stem in stems:
            meant = vocabulary.meant(stem)
            if hit := meant & line.stems:
                score += max(weights.get(s, 1.0) for s in hit)
            elif meant & line.context:
                score += 0.3
        return score

    def _pairs(self, sentence: Sentence) -> list[Fault]:
        """A name and an id beside each other that belong to different rows."""
        found = []
        for rows in self.grounds.tables:
            ids = [(row, f) for row in rows for key in row.keys for f in read_figures(key, row.language) if f.kind == "id"]
            for figure in sentence.figures:
                own = [row for row, f in ids if figure.kind == "id" and f.unit == figure.unit]
                around = sentence.text[max(0, figure.start - 45) : figure.end + 30]
                beside = [
                    row for row in rows
                    for key in row.keys
                    if not read_figures(key, row.language) and _contains(around, key)
                ]  # fmt: skip
                if own and beside and not any(row in own for row in beside):
                    found.append(Fault("id", figure.text, figure.start, figure.end, tuple(own[:1])))
        return found[:1]

    def _labels(self, sentence: Sentence) -> list[Fault]:
        """A row is given the label that its column holds for another row."""
        for rows in self.grounds.tables:
            named = [row for row in rows if any(self._names_label(sentence, key) for key in row.keys)]
            if len(named) != 1 or len(rows) < 2:
                continue
            (row,) = named
            keys = {key.lower() for key in row.keys}
            for header, cell in row.cells:
                if cell.lower() in keys:
                    continue
                others = {c for r in rows for h, c in r.cells if h == header and c and len(c) < 40 and not c[0].isdigit()}
                said = [c for c in others if self._names_label(sentence, c)]
                if said and cell not in said and not self._names_label(sentence, cell) and _is_label(said[0]):
                    at = _find(sentence.text, said[0])
                    return [Fault("word", sentence.text[at[0] : at[1]], *at, (row,))]
        return []

    def _names(self, sentence: Sentence) -> list[Fault]:
        return [
            Fault("name", sentence.text[start:end], start, end)
            for start, end in _proper_names(sentence)
            if not self._knows(sentence.text[start:end])
        ][:1]

    def _knows(self, name: str) -> bool:
        words = [w for w in re.findall(r"[^\W_]+", name) if len(w) > 1]
        return all(self.grounds.mentions(w) or plain(w.lower()) in plain(self.question.lower()) for w in words)

    def _words(self, sentence: Sentence, cited: Sequence[str]) -> list[Fault]:
        """A word whose opposite stands in every line that the sentence fits best."""
        said = [o for o in opposites().find(sentence.text) if not _is_negated(sentence.text, o, sentence.language)]
        if not said:
            return []
        stems = sentence.content - frozenset(s for o in said for s in content(o.text, sentence.language))
        scored = sorted(((self._overlap(stems, line), line) for line in self.grounds.lines), key=lambda s: -s[0])
        if not scored or scored[0][0] <= 0:
            return []
        best = [line for score, line in scored[:6] if score >= 0.75 * scored[0][0]]
        for word in said:
            held = [_members(line, word.group) for line in best]
            own = {o.member for o in said if o.group == word.group}
            if any(held) and all(not (own & members) for members in held if members) and held[0]:
                return [Fault("word", word.text, word.start, word.end, tuple(best[:2]))]
        return []

    def _uncited(self, sentence: Sentence, verdict: Verdict) -> list[Fault]:
        if sentence.is_proposal or sentence.text.rstrip().endswith(("?", ":")) or len(sentence.content) < 3:
            return []
        return [Fault("uncited", sentence.text, 0, len(sentence.text), tuple(self._nearest(sentence)))]

    def _unknown(self, sentence: Sentence, verdict: Verdict) -> list[Fault]:
        """Most of what it says stands nowhere in what was read."""
        if verdict.carriers or verdict.computed or len(sentence.content) < 3:
            return []
        if not any(line.language == sentence.language for line in self.grounds.lines):
            return []
        known = [s for s in sentence.content if self.grounds.vocabulary.meant(s)]
        if len(known) >= _KNOWN * len(sentence.content):
            return []
        return [Fault("claim", sentence.text, 0, len(sentence.text), tuple(self._nearest(sentence)))]


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


def _is_plain(held: Held) -> bool:
    """A bare number that no word calls a share: a PSI of 0.08 is no per cent."""
    return not {"share", "percent", "percentag", "rate", "quote", "taux", "part", "anteil"} & (held.near | held.line.stems)


def _currencies(unit: str) -> set[str]:
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
    return {signs.get(word, word) for word in re.findall(r"[A-Z]{3}|[€$£¥]", unit)}


def _column(row: Line, header: str) -> list[Read]:
    """The figure of a cell, with the unit of its column."""
    figures = [h.figure for h in row.held if h.header == header and h.figure.kind not in ("date", "id")]
    cells = [cell for h, cell in row.cells if h == header]
    return figures[:1] if figures and cells and cells[0].strip().startswith(figures[0].text[:1]) else []


def _is_share(figure: Read, part: float, whole: float) -> bool:
    share = part / whole
    if figure.kind == "fraction":
        return abs(figure.value - share) < 0.021
    return abs(figure.value - 100 * share) <= max(0.5, figure.step / 2)


def _aggregate(figure: Read, values: Sequence[Read], total: Sequence[Read]) -> str:
    if len(total) < 2 or not values:
        return ""
    numbers, whole = [v.value for v in values], sum(v.value for v in total)
    if figure.kind in ("percent", "fraction"):
        return "share of the sum" if whole and 0 < len(values) < len(total) and _is_share(figure, sum(numbers), whole) else ""
    if len(values) < 2 or not _fits(figure, values[0]):
        return ""
    options = {"sum": sum(numbers), "mean": sum(numbers) / len(numbers)}
    if len(values) == 2:
        options["difference"] = numbers[0] - numbers[1]
    return next((name for name, value in options.items() if close(figure.value, value, figure, values[0])), "")


def _fits(said: Read, held: Read) -> bool:
    if said.kind == held.kind:
        return said.unit == held.unit
    return "number" in (said.kind, held.kind) and {said.kind, held.kind} <= {"number", "money", "points", "time"} or (
        {said.kind, held.kind} == {"points", "percent"}
    )


def _arithmetic(figure: Read, others: Sequence[Read]) -> str:
    """How a figure follows from two others, or is the sum of all."""
    numbers = [o for o in others if o.kind in ("number", "money", "percent", "points", "time", "fraction") and o.value]
    for a, b in itertools.permutations(numbers, 2):
        if figure.kind in ("percent", "fraction") and _ratio_fits(a, b) and abs(a.value) <= abs(b.value):
            if _is_share(figure, a.value, b.value) and (figure.step or figure.kind == "fraction" or figure.value > 1):
                return f"{a.text} / {b.text}"
        if _fits(figure, a) and _fits(a, b):
            if close(figure.value, a.value - b.value, figure, a) and a.value - b.value > 0:
                return f"{a.text} - {b.text}"
            if close(figure.value, a.value + b.value, figure, a):
                return f"{a.text} + {b.text}"
        if figure.kind == "money" and a.kind == "money" and b.kind in ("percent", "fraction"):
            factor = b.value / 100 if b.kind == "percent" else b.value
            if close(figure.value, a.value * factor, figure, a):
                return f"{a.text} × {b.text}"
    alike = [o for o in numbers if _fits(figure, o)]
    if len(alike) > 2 and close(figure.value, sum(o.value for o in alike), figure, alike[0]):
        return " + ".join(o.text for o in alike)
    if figure.kind == "percent":
        shares = [o.value if o.kind == "percent" else 100 * o.value for o in numbers if o.kind in ("percent", "fraction")]
        if shares and close(figure.value, 100 - sum(shares), figure, figure):
            return "100 % - the others"
    return ""


def _ratio_fits(a: Read, b: Read) -> bool:
    return (a.kind == b.kind and a.unit == b.unit) or ({a.kind, b.kind} <= {"number", "money"})


def _mentions(sentence: Sentence, label: str, grounds: Grounds) -> bool:
    """Whether the words of a label stand in a sentence, one after the other."""
    if not label or not any(c.isalpha() for c in label):
        return False
    ids = [f for f in read_figures(label, sentence.language) if f.kind == "id" and f.text == label.strip()]
    if ids:
        return any(f.kind == "id" and f.unit == ids[0].unit for f in sentence.figures)
    return _contains(sentence.text, label)


def _contains(text: str, label: str) -> bool:
    return _find(text, label) != (0, 0)


def _find(text: str, label: str) -> tuple[int, int]:
    words = [re.escape(w) for w in re.findall(r"[^\W_]+", label)]
    if not words:
        return 0, 0
    pattern = r"[\W_]+".join(words)
    m = re.search(rf"(?<![^\W_]){pattern}(?:s|es|e|n|en|er)?(?![^\W_])", text, re.IGNORECASE)
    return m.span() if m else (0, 0)


def _is_label(text: str) -> bool:
    return len(text) > 2 and any(c.isalpha() for c in text)


def _is_negated(text: str, word: Opposite, language: Language) -> bool:
    """Whether a negation stands shortly before, or after a verb of the duty."""
    before = re.findall(r"[\w'’]+", text[: word.start].lower())[-3:]
    after = re.findall(r"[\w'’]+", text[word.end :].lower())[:2]
    if language.negation & set(before) or any(b.endswith(("n't", "n’t")) for b in before):
        return word.group != "quantity"
    return word.group == "duty" and bool(language.negation & set(after))


def _members(line: Line, group: str) -> set[str]:
    return {
        o.member for o in opposites().find(line.text) if o.group == group and not _is_negated(line.text, o, line.language)
    }


_TITLE = re.compile(r"^(?:Dr|Prof|Mr|Ms|Mrs|Herr|Frau|Mme|M)\.?$")
_CAPITAL = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def _proper_names(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that do not begin a sentence; in German, where nouns have capitals, of two or more."""
    language, text = sentence.language, sentence.text
    tokens = list(_CAPITAL.finditer(text))
    run: list[re.Match[str]] = []
    for token in [*tokens, None]:
        joined = token is not None and run and text[run[-1].end() : token.start()].strip(" .") == ""
        if token is not None and token[0][0].isupper() and (not run or joined):
            run.append(token)
            continue
        if run:
            yield from _named(run, text, language)
        run = [token] if token is not None and token[0][0].isupper() else []


def _named(run: list[re.Match[str]], text: str, language: Language) -> Iterator[tuple[int, int]]:
    begins = not text[: run[0].start()].strip(" *_-#|>\"“„«(0123456789.)")
    begins = begins or text[: run[0].start()].rstrip(" *_\"“„«").endswith((".", ":", "!", "?", "|"))
    if begins and (run[0][0].lower() in language.function or len(run) == 1 or language.code == "de"):
        run = run[1:]
    while run and (run[0][0].lower() in language.function or run[0][0].lower() in language.months):
        run = run[1:]
    if not run or (language.code == "de" and len(run) < 2):
        return
    if len(run) == 1 and len(run[0][0]) <= 3 and run[0][0].isupper():
        return
    yield run[0].start(), run[-1].end()
