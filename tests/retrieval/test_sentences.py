"""Sentences of passages: how they are cut, kept, and used to rank."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrieval_library import Library

from copilot.retrieval.embedder import Embedder
from copilot.retrieval.retriever import NEAREST, Retriever
from copilot.retrieval.sentences import SentenceVectors, plain, sentences
from copilot.types import Viewer

CLAUSES = """# Heading

Some **bold** words. A second sentence here.

- An item. With two sentences.
1. A numbered item of a list

**4.2** A clause stays whole. Even with two sentences.

| a | table |
"""


def test_sentences_items_and_clauses_are_told_apart() -> None:
    assert sentences(CLAUSES) == [
        "Some bold words.",
        "A second sentence here.",
        "An item. With two sentences.",
        "A numbered item of a list",
        "4.2 A clause stays whole. Even with two sentences.",
    ]


@given(st.text(max_size=300))
def test_a_plain_text_stays_as_it_is_and_no_text_breaks_the_cutting(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert all(part == plain(part) for part in sentences(text))


def test_a_vector_is_made_once_and_forgotten_with_its_text(tmp_path: Path) -> None:
    made: list[int] = []
    with closing(SentenceVectors(tmp_path)) as kept:
        first = kept.vectors(["one sentence", "another one"], lambda done, _: made.append(done))
        assert np.allclose(first, Embedder().embed(["one sentence", "another one"]), atol=1e-3)
        kept.vectors(["another one", "one sentence"], lambda done, _: made.append(done))
        assert made == [1, 2]
        kept.complete({"a.md": ["one sentence"]}, {"a.md": "1"})
        kept.vectors(["one sentence", "another one"], lambda done, _: made.append(done))
        assert made == [1, 2, 1]


def test_only_changed_documents_are_read_again(tmp_path: Path) -> None:
    with closing(SentenceVectors(tmp_path)) as kept:
        before = {"a.md": "1", "b.md": "1"}
        assert kept.outdated(before) == ["a.md", "b.md"]
        kept.complete({"a.md": ["shared words here"], "b.md": ["shared words here", "words of b"]}, before)
        assert kept.outdated(before) == []
        assert kept.outdated({"a.md": "2", "b.md": "1"}) == ["a.md"]
        assert kept.outdated({"a.md": "1"}) == []
        made: list[int] = []
        kept.vectors(["shared words here", "words of b"], lambda done, _: made.append(done))
        assert made == [1], "what another document still holds stays"


def test_an_index_that_is_complete_embeds_no_sentence_while_it_searches(shared: Library) -> None:
    with closing(Retriever(shared.state)) as retriever:
        retriever.complete_sentences()
        found = retriever.search("how are wards told to use it", Viewer(), 8, kind="passage")
        assert all(scored.sentence is not None for scored in found)
        assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
        wide = retriever.search("how are wards told to use it", Viewer(), NEAREST, kind="passage")
        assert [s.chunk.id for s in wide[: len(found)]] == [s.chunk.id for s in found]


def test_likeness_is_the_cosine_and_needs_a_text(shared: Library) -> None:
    with closing(Retriever(shared.state)) as retriever:
        same, other = retriever.likeness("data drift", ["data drift", "breakfast"])
        assert same == pytest.approx(1, abs=1e-3)
        assert other < same
        assert retriever.likeness("data drift", []) == []
