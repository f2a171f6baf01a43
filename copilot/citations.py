"""From a draft to an answer: only what was read is cited, only figures that were found are shown.

A draft cites evidence as `[#id]` after the words it carries. Sentence by sentence, ids that were not read in this turn
are dropped, and what the sentence says is compared with what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.sentences import split_sentences
from copilot.language.support import is_supported_by
from copilot.types import Calculation, Citation, Evidence, Figure, Finding, Table
from copilot.verification.claims import Checker, Failure, Fault, Verdict
from copilot.verification.figures import read_figures
from copilot.verification.grounds import Grounds
from copilot.verification.languages import Language, language_of
from copilot.verification.markup import (
    MARKER,
    Piece,
    is_heading,
    is_item,
    is_row,
    is_rule,
    is_sources,
    normalised,
    pieces,
    prefix,
)
from copilot.verification.sentence import Role, Sentence

_MARKER_RUN = re.compile(rf"(?:{MARKER.pattern})+")
_ORDINAL = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_QUOTE_LIMIT = 600


@dataclass
class Verifier:
    """Turns a streamed draft into verified text with `[n]` markers."""

    question: str
    is_free: bool = False
    """Whether a language model wrote the draft in words of its own: then not only figures are compared, and what is not
    borne out is marked; in sentences that the tools made it is left out."""
    evidence: dict[str, Evidence] = field(default_factory=dict)
    grounds: Grounds = field(default_factory=Grounds)
    warnings: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    claims: int = 0
    """How many sentences were checked that say something."""
    draft: str = ""
    """All that was fed, its citations in one form."""
    refuses: bool | None = None
    """Whether its first sentence says that something was not found."""
    _order: list[str] = field(default_factory=list)
    _parts: dict[str, list[str]] = field(default_factory=dict)
    """By whole computation the parts of it that are cited."""
    _quoted: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _figures: list[Figure] = field(default_factory=list)
    _titles: set[str] = field(default_factory=set)
    _buffer: str = ""
    _waiting: list[str] = field(default_factory=list)
    """Lines of a list or table, until the markers below it are known."""
    _section: str = ""
    _before: str = ""
    _lead: list[str] = field(default_factory=list)
    """What the line before a list cites."""
    _headers: tuple[str, ...] = ()
    _language: Language | None = None
    _numbers: dict[str, list[Number]] = field(default_factory=dict)

    def read(
        self, evidence: Iterable[Evidence], tables: Iterable[Table] = (), findings: Iterable[Finding] = ()
    ) -> None:
        """Adds what a tool has read to what may be cited, with the tables and sentences it gave to the model."""
        self.grounds.language = language_of(self.question).code
        items = [item for item in evidence if item.id not in self.evidence]
        for item in items:
            self.evidence[item.id] = item
            if item.kind == "passage":
                self._titles.add(item.title.partition(" › ")[0])
        if self.is_free:
            said = [(f.evidence[0], f.text) for f in findings if f.evidence and f.text]
            self.grounds.read(items, tables if items else (), said)

    def again(self) -> Verifier:
        """A verifier of another draft over the same evidence."""
        return Verifier(self.question, self.is_free, self.evidence, self.grounds, _titles=self._titles)

    def feed(self, delta: str) -> str:
        """Takes the next piece of the draft; gives the verified text of the lines that are complete."""
        self._buffer += delta
        ready, newline, self._buffer = self._buffer.rpartition("\n")
        return "".join(self._take(line + "\n") for line in ready.split("\n")) if newline else ""

    def close(self) -> str:
        rest, self._buffer = self._buffer, ""
        return (self._take(rest) if rest else "") + self._release([])

    def _take(self, line: str) -> str:
        """A line; one of a list or table waits, since markers below hold for it."""
        unknown: list[str] = []
        line = normalised(line, self.evidence, unknown)
        self.draft += line
        self.warnings += [f"Left out a citation of something that was not read in this turn: {id}." for id in unknown]
        if not self.is_free:
            return self._verify_line(line)
        if is_item(line) or is_row(line) or (self._waiting and not line.strip()):
            self._waiting.append(line)
            return ""
        below = MARKER.findall(line) if is_sources(line) else []
        return self._release(below) + self._check_line(line, [])

    def _release(self, below: list[str]) -> str:
        """The list or table that waited. Its items without markers are carried by those of the next item, below or above."""
        lines, self._waiting = self._waiting, []
        marked = sum(bool(MARKER.search(line)) for line in lines)
        carried = below or self._lead
        later: list[list[str]] = []
        for line in reversed(lines):
            later.append(carried)
            # Where one item alone is cited, its ids hold for those before it.
            carried = (MARKER.findall(line) if marked == 1 else []) or carried
        items = sum(is_item(line) for line in lines)
        text = "".join(self._check_line(line, ids, items) for line, ids in zip(lines, reversed(later), strict=True))
        self._headers = ()
        return text

    def _check_line(self, line: str, carried: list[str], items: int = 0) -> str:
        if is_rule(line) or not line.strip():
            return line
        if is_heading(line):
            self._section, self._before = line, ""
        if is_row(line) and not self._headers:
            self._headers = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            return self._number_markers(line)
        parts = pieces(line)
        ids: list[list[str]] = []
        following = carried
        for piece in reversed(parts):
            own = [id for id in piece.ids if id in self.evidence]
            following = own or ([] if piece.ids else following)
            ids.append(following)
        text = ""
        for piece, cited in zip(parts, reversed(ids), strict=True):
            text += self._check(piece, cited, line, items)
            self._before = f"{self._before} {piece.text.strip()}"[-400:]
        if not (is_item(line) or is_row(line)):
            self._lead = MARKER.findall(line) if line.rstrip().endswith((":", "]", "*")) else []
        if not line.strip() or line.endswith("\n\n"):
            self._before = ""
        return text

    def _check(self, piece: Piece, cited: list[str], line: str, items: int) -> str:
        if not any(c.isalnum() for c in piece.text):
            return piece.render([], self._markers_of, [])
        start = prefix(piece.text)
        language = self._language = language_of(piece.text, self._language.code if self._language else "en")
        text = piece.text
        for title in sorted(self._titles, key=len, reverse=True):
            # The name of a document that was read is no claim: "Data retention policy 2025".
            text = text.replace(title, " " * len(title))
        sentence = Sentence(
            " " * start + text[start:], language, _role(line), self._headers if is_row(line) else (), self._before,
            self._is_plan(language, text), items,
        )  # fmt: skip
        if self.refuses is None and sentence.role == "prose":
            self.refuses = sentence.is_meta
        own = [id for id in piece.ids if id in self.evidence]
        checker = Checker(self.question, self.grounds)
        verdict = checker.check(sentence, cited, own, cites_unread=bool(piece.ids) and not own)
        self.claims += bool(cited or verdict.faults)
        if verdict.faults:
            self.failures.append(Failure(piece.raw.strip(), tuple(verdict.faults)))
            self.warnings += [f"Not borne out by the sources: {fault.text.strip()}" for fault in verdict.faults]
        carriers = dict.fromkeys(held.line.evidence for _, held in verdict.carriers)
        added = [] if is_heading(line) else [id for id in carriers if not self._is_part_of(id, cited)][:2]
        for id in [*cited, *added]:
            self._mark_quote(id, piece.text)
        self._note_found(verdict)
        return piece.render(
            [self._mark(fault, piece, language) for fault in _apart(verdict.faults)], self._markers_of, added
        )

    def _is_plan(self, language: Language, text: str) -> bool:
        if is_heading(self._section) and any(f.kind == "time" for f in read_figures(self._section, language)):
            return True
        section = f"{self._section} {text.partition(':')[0] if ':' in text else ''}".lower()
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", section) for word in language.plan)

    def _is_part_of(self, id: str, cited: list[str]) -> bool:
        return self._whole(id) in {self._whole(c) for c in cited if c in self.evidence}

    def _mark(self, fault: Fault, piece: Piece, language: Language) -> tuple[int, int, str]:
        """What stands in place of a fault, or behind it."""
        end = len(piece.text.rstrip(" \n|"))
        if fault.kind in ("figure", "question", "id"):
            return fault.start, fault.end, f"({language.marks['figure']})"
        if fault.kind == "name":
            return fault.start, fault.end, f"({language.marks['name']})"
        if fault.kind == "word":
            return fault.end, fault.end, f" ({language.marks['claim']})"
        stop = len(piece.text[:end].rstrip(".!?*_"))
        return stop, stop, f" ({language.marks['uncited' if fault.kind == 'uncited' else 'claim']})"

    def _note_found(self, verdict: Verdict) -> None:
        for read, held in verdict.carriers:
            if read.kind not in ("date", "id"):
                unit = read.unit or {"percent": "percent", "points": "points"}.get(read.kind, "count")
                figure = Figure(text=read.text, value=read.value, unit=unit, evidence=held.line.evidence)
                if figure not in self._figures:
                    self._figures.append(figure)

    def _markers_of(self, ids: list[str]) -> str:
        return "".join(f"[{n}]" for n in dict.fromkeys(self._number(id) for id in ids if id in self.evidence))

    def _verify_line(self, line: str) -> str:
        """A sentence without markers of its own is carried by the next markers on its line."""
        sentences = split_sentences(line)
        verified: list[str] = []
        cited: list[str] = []
        for sentence in reversed(sentences):
            own = [id for id in MARKER.findall(sentence) if id in self.evidence]
            cited = own or cited
            verified.append(self._verify(sentence, cited))
        text = "".join(self._number_markers(s) for s in reversed(verified))
        return "\n" if line.endswith("\n") and not text.strip(" \t\n-*") else text

    def _verify(self, sentence: str, cited: list[str]) -> str:
        """The sentence, or what stands in its place."""
        bare = MARKER.sub("", sentence)
        if missing := self._unsupported(bare, cited):
            self.warnings.append(f"Left out because {missing.text} is in none of the sources cited: {bare.strip()}")
            return "\n" * (len(sentence) - len(sentence.rstrip("\n")))
        for id in cited:
            self._mark_quote(id, bare)
        self._note_figures(bare, cited)
        return sentence

    def _number_markers(self, sentence: str) -> str:
        return _MARKER_RUN.sub(lambda run: self._markers_of(MARKER.findall(run.group())), sentence)

    def _number(self, id: str) -> int:
        """The marker of evidence; parts of one computation share that of the whole."""
        whole = self._whole(id)
        if whole not in self._order:
            self._order.append(whole)
        if whole != id and id not in self._parts.setdefault(whole, []):
            self._parts[whole].append(id)
        return self._order.index(whole) + 1

    def _whole(self, id: str) -> str:
        part_of = self.evidence[id].part_of
        return part_of if part_of in self.evidence else id

    def _unsupported(self, bare: str, cited: list[str]) -> Number | None:
        """The first number that neither the cited evidence nor the question contains."""
        text = _ORDINAL.sub("", bare)
        for title in self._titles:
            # The name of a document that was read is no claim: "Data retention policy 2025".
            text = text.replace(title, "")
        asked = find_numbers(self.question)
        return next(
            (
                n
                for n in find_numbers(text)
                if not is_supported(n, asked) and not any(self._holds(id, n) for id in cited)
            ),
            None,
        )

    def _holds(self, id: str, number: Number) -> bool:
        """Whether evidence carries a number: a computation by its values, anything else by its text."""
        values = self.evidence[id].values
        if values is not None:
            return is_supported_by(number, values)
        return is_supported(number, self._numbers_of(id))

    def _numbers_of(self, id: str) -> list[Number]:
        if id not in self._numbers:
            item = self.evidence[id]
            self._numbers[id] = find_numbers(f"{item.title}\n{item.locator}\n{item.text}")
        return self._numbers[id]

    def _mark_quote(self, id: str, sentence: str) -> None:
        span = best_span(self.evidence[id].text, sentence)
        if span is not None:
            self._quoted.setdefault(id, []).append(span)

    def _note_figures(self, bare: str, cited: list[str]) -> None:
        for number in find_numbers(_ORDINAL.sub("", bare)):
            holder = next((id for id in cited if self._holds(id, number)), None)
            if holder is not None and number.unit != "date":
                figure = Figure(
                    text=number.text,
                    value=number.value,
                    unit=number.unit or "count",
                    marker=None,
                    evidence=holder,
                )
                if figure not in self._figures:
                    self._figures.append(figure)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the text cites, in the order of its markers."""
        return tuple(
            Citation(
                marker=n,
                kind=item.kind,
                source=item.source,
                locator=item.locator,
                title=item.title,
                quote=self._quote(item),
                as_of=item.as_of,
                calculations=self._calculations(item),
            )
            for n, id in enumerate(self._order, 1)
            for item in (self.evidence[id],)
        )

    def _quote(self, item: Evidence) -> str:
        parts = self._parts.get(item.id)
        if parts:
            return "\n\n".join(self.evidence[id].text for id in parts)
        return _quote(item, self._quoted.get(item.id, []))

    def _calculations(self, item: Evidence) -> tuple[Calculation, ...]:
        """How the cited parts came about, or the whole."""
        own = [c for id in self._parts.get(item.id, []) if (c := self.evidence[id].calculation) is not None]
        return tuple(dict.fromkeys(own)) or ((item.calculation,) if item.calculation else ())

    def figures(self, stated: Mapping[str, Figure]) -> tuple[Figure, ...]:
        """The numbers of the text with the citation that carries each.

        `stated` holds the tools' own figures by their printed text: their unit is better than a guess.
        """
        result = []
        for figure in self._figures:
            better = stated.get(figure.text)
            result.append(
                figure.model_copy(
                    update={
                        "marker": self._marker_of(figure.evidence),
                        **({"unit": better.unit, "value": better.value} if better else {}),
                    }
                )
            )
        return tuple(result)

    def _marker_of(self, id: str | None) -> int | None:
        whole = self._whole(id) if id in self.evidence else None
        return self._order.index(whole) + 1 if whole in self._order else None

    @property
    def cited(self) -> tuple[Evidence, ...]:
        """What the text cites, in the order of its markers; of a computation the whole."""
        return tuple(self.evidence[id] for id in self._order)


def _role(line: str) -> Role:
    return "heading" if is_heading(line) else "row" if is_row(line) else "item" if is_item(line) else "prose"


def _apart(faults: Iterable[Fault]) -> list[Fault]:
    """The faults that do not overlap an earlier one."""
    kept: list[Fault] = []
    for fault in faults:
        if all(fault.end <= k.start or fault.start >= k.end for k in kept):
            kept.append(fault)
    return kept


def with_markers(text: str, ids: Iterable[str]) -> str:
    """A sentence of a draft with the markers of its evidence before the closing stop."""
    marks = "".join(f"[#{id}]" for id in ids)
    bare = text.rstrip()
    if marks and bare.endswith((".", "!", "?")) and not bare.endswith(("..", "e.g.", "etc.")):
        return f"{bare[:-1]}{marks}{bare[-1]}"
    return f"{bare}{marks}"


def _quote(item: Evidence, spans: list[tuple[int, int]]) -> str:
    """A contiguous part of the evidence that holds the cited sentences, or the first of them when far apart."""
    if not spans:
        return item.text[:_QUOTE_LIMIT].strip()
    first, last = min(s for s, _ in spans), max(e for _, e in spans)
    if last - first > _QUOTE_LIMIT:
        first, last = min(spans)
    return item.text[first:last].strip()


_WORD = re.compile(r"[A-Za-z0-9]+")
_WRAP = re.compile(r"\n(?!\s*(?:\n|$|[-*+#|>]|\d{1,2}[.)]\s))")


def best_span(text: str, sentence: str) -> tuple[int, int] | None:
    """Where in a text the sentence stands, or the sentence of the text that shares most words with it."""
    wanted = {w.lower() for w in _WORD.findall(sentence)}
    best: tuple[float, tuple[int, int]] | None = None
    for start, end in _spans(text):
        words = {w.lower() for w in _WORD.findall(text[start:end])}
        if not words:
            continue
        score = len(words & wanted) / len(words | wanted)
        if best is None or score > best[0]:
            best = (score, (start, end))
    return best[1] if best and best[0] > 0 else None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    # A line break within a paragraph ends no sentence; a blank is as long as the break it stands for.
    for piece in split_sentences(_WRAP.sub(" ", text)):
        yield start, start + len(piece.rstrip())
        start += len(piece)
