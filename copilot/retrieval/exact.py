"""What a question names exactly: the section that is "Article 14", the text that holds a quoted phrase."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from copilot.retrieval import references
from copilot.retrieval.entries import Match, Scope
from copilot.retrieval.fusion import Numbers
from copilot.retrieval.references import Reference
from copilot.retrieval.snapshot import Snapshot
from copilot.retrieval.types import Chunk

# Look-alikes of other documents after the best one are of little use, and would leave no place for anything else.
_MOST_HITS = 5
_MOST_REFERENCES = 6
_LOOKED_AT = 50
# So many words beside each other as in a text are taken from it, not found there by chance.
_PASTED = 5
_TITLE_WEIGHT = 2.0
# Stems of words with which a section is asked for, whatever is in it.
_ASKING = """what do doe say state read text show me give quot cite explain mean which tell us our about contain cover
can requir ask look up where find summar summaris content word how compar differ between you pleas"""


def exact_hits(snapshot: Snapshot, question: str, vector: Numbers, scope: Scope) -> list[int]:
    """Numbers of the chunks that are what the question names, best first; of several names each in turn."""
    asked = references.asked_for(question)[:_MOST_REFERENCES]
    groups = [
        _best(snapshot, found, _said_of(reference, asked, question), question, vector)
        for reference in asked
        if (found := _parts_called(snapshot, reference, question, scope))
    ]
    groups += [_holding(snapshot, phrase, question, scope) for phrase in references.quoted_in(question)]
    groups.append(_pasted(snapshot, question, scope))
    turns = itertools.zip_longest(*groups)
    return list(dict.fromkeys(number for turn in turns for number in turn if number is not None))


def unknown_references(snapshot: Snapshot, question: str, scope: Scope) -> list[str]:
    """References of the question that nothing in scope is, and no text mentions, as they are written."""
    return [
        reference.text
        for reference in references.asked_for(question)[:_MOST_REFERENCES]
        if (reference.is_structural or reference.is_id) and _is_unknown(snapshot, reference, scope)
    ]


def _is_unknown(snapshot: Snapshot, reference: Reference, scope: Scope) -> bool:
    if _parts_called(snapshot, reference, reference.text, scope):
        return False
    words = snapshot.words(scope.labels)
    if not reference.is_structural and not words.search("", scope, 1, words.referring([reference.family])):
        return False
    return not any(is_mentioned(snapshot, text, scope) for text in (reference.text, reference.keys[0]))


def is_mentioned(snapshot: Snapshot, text: str, scope: Scope) -> bool:
    """Whether a text in scope has these words beside each other."""
    words = snapshot.words(scope.labels)
    if phrase := words.phrase(text):
        return bool(words.search("", scope, 1, phrase))
    # "T077" is one word to the index, of which no phrase is made.
    return text.isalnum() and bool(words.search(text, scope, 1))


def _parts_called(snapshot: Snapshot, reference: Reference, question: str, scope: Scope) -> list[Match]:
    """What is called so, by the narrowest name that anything has; else what stands in a part called so."""
    words = snapshot.words(scope.labels)
    terms = [*(f"={key}" for key in reference.keys), *(f">{key}" for key in reference.keys)]
    # Most numbers of a question name nothing, which is found without scoring a word of it.
    if not words.search("", scope, 1, words.referring(terms)):
        return []
    for term in terms:
        found = words.search(question, scope, _LOOKED_AT, words.referring([term]))
        if named := [match for match in found if match.number in snapshot.row_of]:
            return named
    return []


def _said_of(reference: Reference, asked: Sequence[Reference], question: str) -> str:
    """The question from this reference to the next: "Article 14 of the one act and Article 5 of the other"."""
    later = [other.start for other in asked if other.start > reference.start]
    return question[reference.start : min(later)] if later else question[reference.start :]


def _best(snapshot: Snapshot, found: Sequence[Match], said: str, question: str, vector: Numbers) -> list[int]:
    """Among look-alikes the one of the document that the question names, then the one that fits its other words."""
    numbers = [match.number for match in found]
    chunks = snapshot.manifest.chunks(numbers)
    titles = _title_scores(snapshot, chunks, said) or _title_scores(snapshot, chunks, question)
    words = _standard([match.score for match in found])
    cosines = _standard((snapshot.vectors_of(numbers) @ vector).tolist())
    if _is_only_a_reference(snapshot, question):
        # The beginning of a section comes before its other pieces.
        words = cosines = [0.0] * len(numbers)
    score = {
        number: round((word + cosine) / 2 + _TITLE_WEIGHT * titles.get(number, 0.0), 6)
        for number, word, cosine in zip(numbers, words, cosines, strict=True)
    }
    known = [number for number in numbers if number in chunks]
    return sorted(known, key=lambda number: (-score[number], chunks[number].position, number))[:_MOST_HITS]


def _is_only_a_reference(snapshot: Snapshot, question: str) -> bool:
    """Whether a question has no word beside its references that a text could be about."""
    rest = references.without(question)
    return not set(snapshot.words().stems(rest)) - set(_ASKING.split())


def _title_scores(snapshot: Snapshot, chunks: Mapping[int, Chunk], text: str) -> dict[int, float]:
    """How far a text names each chunk's document rather than another's, 0 to 1; empty when it names none."""
    titles = {number: set(snapshot.words().stems(chunk.title)) for number, chunk in chunks.items()}
    shared = Counter(word for title in set(map(frozenset, titles.values())) for word in title)
    total = len(set(map(frozenset, titles.values())))
    said = set(snapshot.words().stems(text))
    # A word that all the titles share tells nothing.
    weights = {number: sum(math.log(total / shared[word]) for word in title & said) for number, title in titles.items()}
    most = max(weights.values(), default=0.0)
    return {number: weight / most for number, weight in weights.items()} if most > 0 else {}


def _holding(snapshot: Snapshot, phrase: str, question: str, scope: Scope) -> list[int]:
    """The chunks that hold the phrase as it is written, but for capitals and line breaks."""
    found = _in_order(snapshot, phrase, question, scope)
    chunks = snapshot.manifest.chunks(found)
    wanted = _plain(phrase)
    return [number for number in found if number in chunks and wanted in _plain(chunks[number].text)][:_MOST_HITS]


def _pasted(snapshot: Snapshot, question: str, scope: Scope) -> list[int]:
    """The chunks of which the whole question may be a part, pasted without quotation marks."""
    if len(snapshot.words().stems(question)) < _PASTED:
        return []
    return _in_order(snapshot, question, "", scope)[:_MOST_HITS]


def _in_order(snapshot: Snapshot, phrase: str, question: str, scope: Scope) -> list[int]:
    """The chunks in which the words of a phrase stand beside each other in its order."""
    words = snapshot.words(scope.labels)
    query = words.phrase(phrase)
    if query is None:
        return []
    return [match.number for match in words.search(question, scope, _LOOKED_AT, query)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _standard(values: Sequence[float]) -> list[float]:
    spread = float(np.std(values))
    return [0.0 if spread < 1e-9 else (value - float(np.mean(values))) / spread for value in values]
