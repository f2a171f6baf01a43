"""Verifies what a language model writes in words of its own, line by line, and marks what is not borne out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from copilot.citations import Verifier, best_span
from copilot.types import Calculation, Evidence, Figure, Finding, Table
from copilot.verification.claims import Checker, Citing, Failure, Fault, Verdict
from copilot.verification.grounds import Grounds, Held
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
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Role, Sentence

# How much of what was said before is kept, to see what "it" is.
_BEFORE_CHARACTERS = 400
# Most citations that are added to a sentence.
_MOST_ADDED = 2
_UNITS = {"percent": "percent", "points": "points"}


@dataclass
class ProseVerifier(Verifier):
    """Turns a streamed draft into verified text; what is not borne out is marked, and told in `failures`."""

    grounds: Grounds = field(default_factory=Grounds)
    failures: list[Failure] = field(default_factory=list)
    claims: int = 0
    """How many sentences say something that can be checked."""
    draft: str = ""
    """All that was fed, its citations in one form."""
    refuses: bool | None = None
    """Whether its first sentence says that something was not found."""
    _waiting: list[str] = field(default_factory=list)
    """Lines of a list or table, until the markers below it are known."""
    _lead: list[str] = field(default_factory=list)
    """What the line before a list cites."""
    _section: str = ""
    _headers: tuple[str, ...] = ()
    _before: str = ""
    _language: Language | None = None
    _computed: dict[str, list[Calculation]] = field(default_factory=dict)
    """By evidence, the calculations of figures that the text derives from it."""

    def read(
        self, evidence: Iterable[Evidence], tables: Iterable[Table] = (), findings: Iterable[Finding] = ()
    ) -> None:
        fresh = [item for item in evidence if item.id not in self.evidence]
        super().read(fresh)
        self.grounds.language = language_of(self.question).code
        said = [(f.evidence[0], f.text) for f in findings if f.evidence and f.text]
        self.grounds.read(fresh, tables if fresh else (), said)

    def again(self) -> ProseVerifier:
        """A verifier of another draft over what was read so far."""
        return ProseVerifier(self.question, self.evidence, grounds=self.grounds, _titles=self._titles)

    def close(self) -> str:
        return super().close() + self._release([])

    def _take(self, line: str) -> str:
        """A line; one of a list or table waits, since markers below hold for it."""
        unknown: list[str] = []
        line = normalised(line, self.evidence, unknown)
        self.draft += line
        self.warnings += [f"Left out a citation of something that was not read in this turn: {id}." for id in unknown]
        if is_item(line) or is_row(line) or (self._waiting and not line.strip()):
            self._waiting.append(line)
            return ""
        return self._release(MARKER.findall(line) if is_sources(line) else []) + self._check_line(line, [])

    def _release(self, below: list[str]) -> str:
        """The list or table that waited; the markers above or below it hold for lines without any of their own."""
        lines, self._waiting = self._waiting, []
        marked = [MARKER.findall(line) for line in lines if MARKER.search(line)]
        # Where one item alone is cited, its ids hold for all.
        carried = below or (marked[0] if len(marked) == 1 else self._lead)
        items = sum(is_item(line) for line in lines)
        text = "".join(self._check_line(line, carried, items) for line in lines)
        self._headers = ()
        return text

    def _check_line(self, line: str, carried: list[str], items: int = 0) -> str:
        if is_rule(line) or not line.strip():
            self._before = MARKER.sub("", self._section)
            return line
        if is_heading(line):
            self._section, self._before = line, ""
        if is_row(line) and not self._headers:
            self._headers = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            return self._number_markers(line)
        if not (is_item(line) or is_row(line)):
            self._lead = MARKER.findall(line)
        text, parts = "", pieces(line)
        for piece, cited in zip(parts, self._cited(parts, carried), strict=True):
            text += self._check(piece, cited, line, items)
            self._before = f"{self._before} {piece.text.strip()}"[-_BEFORE_CHARACTERS:]
        return text

    def _cited(self, parts: list[Piece], following: list[str]) -> list[list[str]]:
        """What each sentence of a line cites; one without markers is carried by the next ones."""
        cited: list[list[str]] = []
        for piece in reversed(parts):
            following = self._known(piece) if piece.ids else following
            cited.append([id for id in following if id in self.evidence])
        return cited[::-1]

    def _known(self, piece: Piece) -> list[str]:
        return [id for id in piece.ids if id in self.evidence]

    def _check(self, piece: Piece, cited: list[str], line: str, items: int) -> str:
        if not any(c.isalnum() for c in piece.text):
            return piece.render([], self._markers, [])
        sentence = self._sentence(piece, line, items)
        if self.refuses is None and sentence.role == "prose":
            self.refuses = sentence.is_meta
        own = self._known(piece)
        citing = Citing(cited, is_own=bool(own), is_unread=bool(piece.ids) and not own)
        verdict = Checker(self.question, self.grounds).check(sentence, citing)
        self.claims += bool(cited or verdict.faults)
        if verdict.faults:
            self.failures.append(Failure(piece.raw.strip(), tuple(verdict.faults)))
            self.warnings += [f"Not borne out by the sources: {fault.text.strip()}" for fault in verdict.faults]
        carriers = dict.fromkeys(held.line.evidence for _, held in verdict.carriers)
        added = [] if is_heading(line) else [id for id in carriers if not self._is_cited(id, cited)][:_MOST_ADDED]
        self._note(piece, verdict, [*cited, *added])
        edits = [_mark(fault, piece, sentence.language) for fault in _apart(verdict.faults)]
        return piece.render(edits, self._markers, added)

    def _sentence(self, piece: Piece, line: str, items: int) -> Sentence:
        language = self._language = language_of(piece.text, self._language.code if self._language else "en")
        start = prefix(piece.text)
        text = " " * start + piece.text[start:]
        for title in sorted(self._titles, key=len, reverse=True):
            # The name of a document that was read is no claim: "Data retention policy 2025".
            text = text.replace(title, " " * len(title))
        headers = self._headers if is_row(line) else ()
        return Sentence(text, language, _role(line), headers, self._before, self._is_plan(language, text), items)

    def _is_plan(self, language: Language, text: str) -> bool:
        """Whether a heading, or the label that a sentence begins with, says that proposals follow."""
        if is_heading(self._section) and any(f.kind == "time" for f in read_figures(self._section, language)):
            return True
        label = text.partition(":")[0] if ":" in text else ""
        return language.says(language.plan, f"{self._section} {label}")

    def _is_cited(self, id: str, cited: list[str]) -> bool:
        return self._whole(id) in {self._whole(c) for c in cited}

    def _note(self, piece: Piece, verdict: Verdict, ids: list[str]) -> None:
        """Keeps what the citations show: quotes that hold the figures, the figures, and how others follow from them."""
        carried = {held.line.evidence for _, held in verdict.carriers}
        for id in ids:
            if id not in carried:
                self._mark_quote(id, piece.text)
        for read, held in verdict.carriers:
            self._quote_place(held)
            if read.kind not in ("date", "id"):
                unit = read.unit or _UNITS.get(read.kind, "count")
                figure = Figure(text=read.text, value=read.value, unit=unit, evidence=held.line.evidence)
                self._figures += [figure] if figure not in self._figures else []
        for read, how in verdict.computed:
            for id in ids[:1]:
                formula = f"{read.text} = {how}"
                self._computed.setdefault(self._whole(id), []).append(Calculation(method="computed", formula=formula))

    def _quote_place(self, held: Held) -> None:
        text = self.evidence[held.line.evidence].text
        at = text.find(held.line.text)
        words = f"{held.header}: {held.figure.text}" if held.header else held.line.text
        span = (at, at + len(held.line.text)) if at >= 0 else best_span(text, words)
        if span is not None:
            self._quoted.setdefault(held.line.evidence, []).append(span)

    def _calculations(self, item: Evidence) -> tuple[Calculation, ...]:
        return tuple(dict.fromkeys([*super()._calculations(item), *self._computed.get(item.id, [])]))


def _role(line: str) -> Role:
    return "heading" if is_heading(line) else "row" if is_row(line) else "item" if is_item(line) else "prose"


def _mark(fault: Fault, piece: Piece, language: Language) -> tuple[int, int, str]:
    """What stands in place of a figure or name, or behind anything else, with the place it takes."""
    if fault.kind in ("figure", "question", "id"):
        return fault.start, fault.end, f"({language.marks['figure']})"
    if fault.kind == "name":
        return fault.start, fault.end, f"({language.marks['name']})"
    mark = f" ({language.marks['uncited' if fault.kind == 'uncited' else 'claim']})"
    stop = len(re.sub(r"[\s|.!?*_]+$", "", piece.text[: fault.end]))
    return stop, stop, mark


def _apart(faults: Iterable[Fault]) -> list[Fault]:
    """The faults that do not overlap an earlier one."""
    kept: list[Fault] = []
    for fault in faults:
        if all(fault.end <= k.start or fault.start >= k.end for k in kept):
            kept.append(fault)
    return kept
