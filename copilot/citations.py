"""From a draft to an answer: only what was read is cited, only figures that were found are shown.

A draft cites evidence as `[#id]` after the words it carries. Sentence by sentence, ids that were not read in
this turn are dropped, and a sentence whose numbers are in none of its cited evidence is left out. What a language model
writes in words of its own is compared with more than that: `copilot/verification`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.sentences import split_sentences
from copilot.language.support import is_supported_by
from copilot.types import Calculation, Citation, Evidence, Figure, Finding, Table
from copilot.verification.markup import MARKER, normalised

_MARKER_RUN = re.compile(rf"(?:{MARKER.pattern})+")
_ORDINAL = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_QUOTE_LIMIT = 600


@dataclass
class Verifier:
    """Turns a streamed draft into verified text with `[n]` markers."""

    question: str
    evidence: dict[str, Evidence] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _order: list[str] = field(default_factory=list)
    _parts: dict[str, list[str]] = field(default_factory=dict)
    """By whole computation the parts of it that are cited."""
    _quoted: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _figures: list[Figure] = field(default_factory=list)
    _titles: set[str] = field(default_factory=set)
    _buffer: str = ""
    _numbers: dict[str, list[Number]] = field(default_factory=dict)

    def read(
        self, evidence: Iterable[Evidence], tables: Iterable[Table] = (), findings: Iterable[Finding] = ()
    ) -> None:
        """Adds what a tool has read to what may be cited, with the tables and the sentences that it gave the model."""
        for item in evidence:
            self.evidence.setdefault(item.id, item)
            if item.kind == "passage":
                self._titles.add(item.title.partition(" › ")[0])

    def name(self, choices: Iterable[str]) -> None:
        """Adds what a person may choose from, whose names claim nothing: "Minutes of 26 February 2026"."""
        self._titles.update(choices)

    def again(self) -> Verifier:
        """A verifier of another draft over what was read so far."""
        return Verifier(self.question, self.evidence, _titles=self._titles)

    def feed(self, delta: str) -> str:
        """Takes the next piece of the draft; gives the verified text of the lines that are complete."""
        self._buffer += delta
        ready, newline, self._buffer = self._buffer.rpartition("\n")
        return "".join(self._take(line + "\n") for line in ready.split("\n")) if newline else ""

    def close(self) -> str:
        rest, self._buffer = self._buffer, ""
        return self._take(rest) if rest else ""

    def _take(self, line: str) -> str:
        """A sentence without markers of its own is carried by the next markers on its line."""
        sentences = split_sentences(normalised(line, self.evidence))
        verified: list[str] = []
        cited: list[str] = []
        for sentence in reversed(sentences):
            own = [id for id in MARKER.findall(sentence) if id in self.evidence]
            cited = own or cited
            verified.append(self._verify(sentence, cited))
        text = "".join(self._number_markers(s) for s in reversed(verified))
        return "\n" if line.endswith("\n") and not text.strip(" \t\n-*") else text

    def _verify(self, sentence: str, cited: list[str]) -> str:
        """The sentence with the markers of known evidence, or what stands in its place."""
        bare = MARKER.sub("", sentence)
        if missing := self._unsupported(bare, cited):
            self.warnings.append(f"Left out because {missing.text} is in none of the sources cited: {bare.strip()}")
            return "\n" * (len(sentence) - len(sentence.rstrip("\n")))
        for id in cited:
            self._mark_quote(id, bare)
        self._note_figures(bare, cited)
        return sentence

    def _number_markers(self, sentence: str) -> str:
        return _MARKER_RUN.sub(lambda run: self._markers(MARKER.findall(run.group())), sentence)

    def _markers(self, ids: Iterable[str]) -> str:
        known = [id for id in dict.fromkeys(ids) if id in self.evidence]
        return "".join(f"[{n}]" for n in dict.fromkeys(self._number(id) for id in known))

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
            self._citation(n, item, self._quote(item), self._calculations(item)) for n, item in enumerate(self.cited, 1)
        )

    @property
    def also_read(self) -> tuple[Citation, ...]:
        """The passages, records and metrics that were read and not cited, those of one source together."""
        cited = {(item.source, item.locator) for item in self.cited}
        beside: dict[str, dict[str, Evidence]] = {}
        for item in self.evidence.values():
            if item.kind != "computation" and (item.source, item.locator) not in cited:
                beside.setdefault(item.source, {})[item.locator] = item
        items = [item for read in beside.values() for item in read.values()]
        return tuple(
            # A passage and a record are opened from where they stand; of a metric there is but its text.
            self._citation(n, item, item.text if item.kind == "metric" else "")
            for n, item in enumerate(items, len(self._order) + 1)
        )

    @staticmethod
    def _citation(marker: int, item: Evidence, quote: str, calculations: tuple[Calculation, ...] = ()) -> Citation:
        return Citation(
            marker=marker,
            kind=item.kind,
            source=item.source,
            locator=item.locator,
            title=item.title,
            quote=quote,
            as_of=item.as_of,
            calculations=calculations,
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
