"""BM25 over the chunks, by tantivy: English stemming and stop words, headings weighing a little more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

import tantivy

from copilot.retrieval.chunker import heading_text
from copilot.retrieval.entries import FOREVER, Entry, Match, Scope

_HEADING_WEIGHT = 0.4
_LONGEST_QUERY_TERMS = 256
_WRITER_BYTES = 64_000_000
PUBLIC = "-"
"""How the absence of a label is written."""


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
    for name in ("label", "kind", "document"):
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
        document.add_text("text", f"{heading}\n{chunk.text}")
        document.add_text("label", f"={chunk.label}" if chunk.label else PUBLIC)
        document.add_text("kind", chunk.kind)
        document.add_text("document", chunk.document_id)
        document.add_integer("effective", entry.effective)
        document.add_integer("superseded", entry.superseded)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """An index that `build` wrote, open for reading."""

    def __init__(self, folder: Path) -> None:
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer("words", _analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()
        self._words = _analyzer()

    def numbers(self) -> set[int]:
        """Of every entry."""
        count = self._searcher.num_docs
        if not count:
            return set()
        found = self._searcher.search(tantivy.Query.all_query(), limit=count, count=False).hits
        return {int(n or 0) for n in self._searcher.fast_field_values("number", [address for _, address in found])}

    def search(self, query: str, scope: Scope, top_k: int) -> list[Match]:
        """The best matches of any word of the query, best first."""
        # A word asked for twice counts twice.
        terms = Counter(self._words.analyze(query)[:_LONGEST_QUERY_TERMS])
        if not terms:
            return []
        clauses = [
            (tantivy.Occur.Should, self._term(field, term, weight * times))
            for term, times in terms.items()
            for field, weight in (("text", 1.0), ("heading", _HEADING_WEIGHT))
        ]
        wanted = [(tantivy.Occur.Must, tantivy.Query.boolean_query(clauses))]
        filters = [(tantivy.Occur.Must, tantivy.Query.const_score_query(f, 0.0)) for f in self._filters(scope)]
        found = self._searcher.search(tantivy.Query.boolean_query([*wanted, *filters]), limit=top_k, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in found])
        matches = [Match(int(number or 0), float(score)) for (score, _), number in zip(found, numbers, strict=True)]
        return sorted(matches, key=lambda match: (-match.score, match.number))

    def _term(self, field: str, term: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, field, term, index_option="freq")
        return tantivy.Query.boost_query(query, weight)

    def _filters(self, scope: Scope) -> list[tantivy.Query]:
        filters = [self._any_of("label", [PUBLIC, *(f"={label}" for label in scope.labels)])]
        if scope.as_of is None:
            filters.append(self._between("superseded", FOREVER, FOREVER))
        else:
            filters.append(self._between("effective", 0, scope.as_of))
            filters.append(self._between("superseded", scope.as_of + 1, FOREVER))
        if scope.kind is not None:
            filters.append(self._any_of("kind", [scope.kind]))
        if scope.documents is not None:
            filters.append(self._any_of("document", scope.documents))
        return filters

    def _any_of(self, field: str, values: Collection[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, field, sorted(values))

    def _between(self, field: str, low: int, high: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._schema, field, tantivy.FieldType.Integer, low, high)
