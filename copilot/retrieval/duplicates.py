"""Passages that versions and copies of one document share, so that a search shows each of them once.

Two texts count as one when their shingles of three words overlap by nine tenths (MinHash finds the pairs, the
exact Jaccard index decides) and they differ in nothing but spelling: a figure, a negation or another word in the
same place keeps them apart, because that may be the difference between a rule and its opposite.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from copilot.retrieval.entries import Entry
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.states import DocumentState, NearDuplicates, NewDocument

if TYPE_CHECKING:
    from datasketch import MinHash  # type: ignore[import-untyped]  # it has no annotations

_ALIKE = 0.9
_SHINGLE = 3
_PERMUTATIONS = 64
# MinHash may miss a pair at the limit itself; a lower one for the candidates costs only comparisons.
_CANDIDATE = 0.75
_KINDRED = 80
# More files of one name than this are a habit of naming, not versions.
_LARGEST_FAMILY = 50
_VERSION_WORDS = frozenset(
    ("copy", "of", "final", "draft", "rev", "revised", "version", "ver", "new", "old", "until", "signed", "clean", "v")
)
_WORD = re.compile(r"\w+")
_HYPHEN_BREAK = re.compile(r"(?<=\w)-\s*\n\s*(?=\w)")


def in_families(
    manifest: Manifest,
    before: Mapping[str, DocumentState],
    added: Sequence[NewDocument],
    removed: Collection[str],
) -> NearDuplicates:
    """The near-duplicates among the passages of every family that the run changes."""
    new = {document.document.id: document for document in added}
    after = {
        id: _Member(state.info.label, state.info.superseded_by)
        for id, state in before.items()
        if state.kind == "passage" and id not in removed and id not in new
    }
    after |= {
        id: _Member(n.document.label, n.document.superseded_by) for id, n in new.items() if n.document.kind == "passage"
    }
    families: dict[_Family, list[str]] = {}
    for id in sorted(after):
        families.setdefault(_family(id, after), []).append(id)
    touched = {_family(id, after) for id in new if id in after}
    touched |= {_Family(before[id].info.label, family_name(id)) for id in removed}
    examined: set[int] = set()
    first_of: dict[int, int] = {}
    for family in touched & families.keys():
        members = families[family]
        standing = [id for id in members if id not in new]
        examined |= manifest.numbers_of(standing)
        if 2 <= len(members) <= _LARGEST_FAMILY:
            fresh = (entry for id in members if id in new for entry in new[id].entries)
            first_of |= near_duplicates([*manifest.entries_of(manifest.numbers_of(standing)), *fresh])
    return NearDuplicates(frozenset(examined), first_of)


class _Member(NamedTuple):
    label: str | None
    superseded_by: str | None


class _Family(NamedTuple):
    """Documents that may share text. A label belongs to it, so that nothing is shown by way of a copy."""

    label: str | None
    name: str


def _family(id: str, members: Mapping[str, _Member]) -> _Family:
    """Of the name of the document that replaced it in the end, or of its own."""
    latest, seen = id, {id}
    while (by := members[latest].superseded_by) and by in members and by not in seen:
        latest = by
        seen.add(by)
    return _Family(members[id].label, family_name(latest))


def family_name(id: str) -> str:
    """The file's name without folder, suffix, dates, numbers and what else marks a version or a copy."""
    stem = PurePosixPath(id).stem.casefold()
    words = [word for word in re.split(r"[\W_]+", stem) if word and not re.fullmatch(r"v?\d+\w?", word)]
    return " ".join(word for word in words if word not in _VERSION_WORDS) or stem


def near_duplicates(entries: Sequence[Entry]) -> dict[int, int]:
    """Of each entry that says what an earlier one of another document says, and of that one: the earlier's number."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=_CANDIDATE, num_perm=_PERMUTATIONS)
    words_of: dict[int, tuple[str, ...]] = {}
    document_of: dict[int, str] = {}
    found: dict[int, int] = {}
    in_order = sorted(entries, key=lambda entry: (entry.chunk.document_id, entry.chunk.position))
    for document, of_document in groupby(in_order, key=lambda entry: entry.chunk.document_id):
        for entry in list(of_document):
            words = _words(entry.chunk.text)
            signature = _signature(words)
            alike = sorted(number for number in index.query(signature) if document_of[number] != document)
            first = next((number for number in alike if says_the_same(words_of[number], words)), None)
            if first is None:
                index.insert(entry.number, signature)
                words_of[entry.number], document_of[entry.number] = words, document
            else:
                found[first] = found[entry.number] = first
    return found


def says_the_same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two texts, as words, differ in nothing but the spelling of a few."""
    from rapidfuzz.fuzz import ratio

    if len(one) != len(other) or not one:
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return all(a[0] == b[0] and a.isalpha() and b.isalpha() and ratio(a, b) >= _KINDRED for a, b in different) and (
        _jaccard(_shingles(one), _shingles(other)) >= _ALIKE
    )


def _words(text: str) -> tuple[str, ...]:
    whole = _HYPHEN_BREAK.sub("", unicodedata.normalize("NFKC", text))
    return tuple(_WORD.findall(whole.casefold()))


def _shingles(words: Sequence[str]) -> frozenset[str]:
    starts = range(max(1, len(words) - _SHINGLE + 1))
    return frozenset(" ".join(words[start : start + _SHINGLE]) for start in starts)


def _signature(words: Sequence[str]) -> MinHash:
    from datasketch import MinHash

    signature = MinHash(num_perm=_PERMUTATIONS)
    signature.update_batch([shingle.encode() for shingle in _shingles(words)])
    return signature


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
