"""BM25 over the chunks, by tantivy: English stemming and stop words, headings weighing a little more."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import tantivy

from copilot.retrieval import references
from copilot.retrieval.chunker import heading_text
from copilot.retrieval.entries import FOREVER, Entry, Match, Scope, written
from copilot.retrieval.initials import initials

_HEADING_WEIGHT = 0.4
# Two words of a question that stand together in a text say more than each alone.
_PROXIMITY_WEIGHT = 0.3
_NEAR = 2
_MOST_PAIRS = 12
_MOST_PLACES = 20_000
_LONGEST_QUERY_TERMS = 256
_WRITER_BYTES = 64_000_000
_WORD = re.compile(r"[^\W_]+")
_Value = TypeVar("_Value", str, int)


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", indexed=True, fast=True)
    for name in ("heading", "text"):
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    for name in ("label", "kind", "document", "reference"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("effective", "superseded"):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def build(folder: Path, entries: Iterable[Entry]) -> None:
    """Write an index of these entries into a new folder.

    Nothing is ever deleted in place: tantivy counts deleted texts in its word statistics until segments merge, so
    the scores of an index that grew would differ from those of one that was rebuilt.
    """
    folder.mkdir(parents=True)
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer("words", _analyzer())
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for entry in sorted(entries, key=lambda entry: entry.number):
        document = tantivy.Document()
        document.add_integer("number", entry.number)
        chunk = entry.chunk
        heading = heading_text(chunk)
        document.add_text("heading", heading)
        text = f"{heading}\n{chunk.text}"
        document.add_text("text", "\n".join((text, *sorted(initials(text)))))
        document.add_text("label", written(chunk.label))
        document.add_text("kind", chunk.kind)
        document.add_text("document", chunk.document_id)
        for key in sorted(references.index_terms(chunk)):
            document.add_text("reference", key)
        document.add_integer("effective", entry.effective)
        document.add_integer("superseded", entry.superseded)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _neighbours(terms: Sequence[str]) -> list[tuple[str, str]]:
    pairs = dict.fromkeys(pair for pair in itertools.pairwise(terms) if pair[0] != pair[1])
    return list(pairs)[:_MOST_PAIRS]


class LexicalIndex:
    """An index that `build` wrote, open for reading, also when its folder is removed. A folder without one raises
    ValueError."""

    def __init__(self, folder: Path) -> None:
        index = tantivy.Index.open(str(folder))
        # Nothing changes there; a reader that watches for it would write into the folder while that is removed.
        index.config_reader("manual")
        index.register_tokenizer("words", _analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()
        self._words = _analyzer()
        self._narrows: dict[tuple[str, tuple[object, ...]], bool] = {}
        """Of each filter used so far, whether any entry fails it."""

    def numbers(self) -> set[int]:
        """Of every entry."""
        count = self._searcher.num_docs
        if not count:
            return set()
        found = self._searcher.search(tantivy.Query.all_query(), limit=count, count=False).hits
        return {int(n or 0) for n in self._searcher.fast_field_values("number", [address for _, address in found])}

    def search(self, query: str, scope: Scope, top_k: int, within: tantivy.Query | None = None) -> list[Match]:
        """The best matches of any word of the query, best first; with `within`, of what that query matches too."""
        # A word asked for twice counts twice.
        terms = self._words.analyze(query)[:_LONGEST_QUERY_TERMS]
        clauses = [
            (tantivy.Occur.Should, self._term(field, term, weight * times))
            for term, times in Counter(terms).items()
            for field, weight in (("text", 1.0), ("heading", _HEADING_WEIGHT))
        ]
        if not clauses and within is None:
            return []
        clauses += [(tantivy.Occur.Should, self._beside(first, second)) for first, second in self._pairs(terms)]
        # What `within` finds need not hold a word of the query.
        occurs = tantivy.Occur.Must if within is None else tantivy.Occur.Should
        wanted = [(occurs, tantivy.Query.boolean_query(clauses))] if clauses else []
        filters = self._filters(scope) if within is None else [within, *self._filters(scope)]
        needed = [(tantivy.Occur.Must, tantivy.Query.const_score_query(f, 0.0)) for f in filters]
        found = self._searcher.search(tantivy.Query.boolean_query([*wanted, *needed]), limit=top_k, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in found])
        matches = [Match(int(number or 0), float(score)) for (score, _), number in zip(found, numbers, strict=True)]
        return sorted(matches, key=lambda match: (-match.score, match.number))

    def referring(self, keys: Collection[str]) -> tantivy.Query:
        """A query for what the index calls by any of the keys."""
        return self._any_of("reference", keys)

    def stems(self, text: str) -> list[str]:
        """The words of a text as the index has them."""
        return list(self._words.analyze(text))

    def phrase(self, text: str) -> tantivy.Query | None:
        """A query for words that stand in this order, beside each other; None for fewer than two."""
        placed = [(place, self._words.analyze(word)) for place, word in enumerate(_WORD.findall(text))]
        # Stop words are not in the index, but leave their place free.
        terms = [(place, found[0]) for place, found in placed if found]
        if len(terms) < 2:
            return None
        return tantivy.Query.phrase_query(self._schema, "text", terms)

    def _pairs(self, terms: Sequence[str]) -> list[tuple[str, str]]:
        """The neighbours among the terms, the rarest first, as far as finding them beside each other takes no time."""
        pairs = _neighbours(terms)
        # What a pair costs is how many texts hold its rarer word.
        held = {term: self._searcher.doc_freq("text", term) for pair in pairs for term in pair}
        costs = {pair: min(held[pair[0]], held[pair[1]]) for pair in pairs}
        ordered = sorted(pairs, key=lambda pair: costs[pair])
        total = itertools.accumulate(costs[pair] for pair in ordered)
        return [pair for pair, cost in zip(ordered, total, strict=True) if cost <= _MOST_PLACES]

    def _beside(self, first: str, second: str) -> tantivy.Query:
        query = tantivy.Query.phrase_query(self._schema, "text", [first, second], slop=_NEAR)
        return tantivy.Query.boost_query(query, _PROXIMITY_WEIGHT)

    def _term(self, field: str, term: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, field, term, index_option="freq")
        return tantivy.Query.boost_query(query, weight)

    def _filters(self, scope: Scope) -> list[tantivy.Query]:
        """What keeps out of sight whatever is not in scope; a filter that keeps out nothing is left out."""
        wanted = [("label", (written(None), *map(written, sorted(scope.labels))))]
        if scope.kind is not None:
            wanted.append(("kind", (scope.kind,)))
        filters = [self._narrowing(field, values, self._any_of) for field, values in wanted]
        if scope.as_of is not None:
            filters.append(self._narrowing("effective", (0, scope.as_of), self._between))
        first = FOREVER if scope.as_of is None else scope.as_of + 1
        in_force = self._narrowing("superseded", (first, FOREVER), self._between)
        if in_force is not None and scope.still_valid:
            either = [in_force, self._any_of("document", scope.still_valid)]
            in_force = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in either])
        filters.append(in_force)
        if scope.documents is not None:
            filters.append(self._any_of("document", scope.documents))
        return [found for found in filters if found is not None]

    def _narrowing(
        self, field: str, values: tuple[_Value, ...], filtering: Callable[[str, Collection[_Value]], tantivy.Query]
    ) -> tantivy.Query | None:
        """The filter, or None where every entry passes it."""
        key, query = (field, values), filtering(field, values)
        if key not in self._narrows:
            # The index never changes, so neither does this.
            count = self._searcher.search(query, limit=1).count or 0
            self._narrows[key] = count < self._searcher.num_docs
        return query if self._narrows[key] else None

    def _any_of(self, field: str, values: Collection[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, field, sorted(values))

    def _between(self, field: str, ends: Collection[int]) -> tantivy.Query:
        low, high = ends
        return tantivy.Query.range_query(self._schema, field, tantivy.FieldType.Integer, low, high)
