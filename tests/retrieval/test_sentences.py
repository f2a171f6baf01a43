"""Sentences of passages: how they are cut, kept, and used to rank."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from retrieval_library import Library

from copilot.retrieval.embedder import DIMENSIONS, encode
from copilot.retrieval.index import manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sentences import Wording, packed, plain, sentences, unpacked
from copilot.retrieval.sync import Phrases, sync
from copilot.types import Viewer
from copilot.workspace import Workspace

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


@given(st.lists(arrays(np.float32, DIMENSIONS, elements=st.floats(-1, 1, width=32)), max_size=3))
def test_packed_vectors_keep_their_direction(rows: list[np.ndarray]) -> None:
    vectors = [row / length for row in rows if (length := np.linalg.norm(row)) > 0.1]
    for vector, back in zip(vectors, unpacked(packed(vectors)), strict=True):
        # Each number is rounded by half of a 127th of the largest at most.
        off = np.abs(vector).max() / 254
        assert vector @ back >= np.sqrt(1 - DIMENSIONS * off**2) - 1e-5


def test_the_sentences_of_a_text_are_embedded_once_whatever_chunk_holds_them(library: Library) -> None:
    same = "The quorvex is oiled weekly by its keeper. The keeper signs the book."
    library.write("one.md", f"# One\n\n{same}")
    library.write("two.md", f"# Two\n\n{same}")
    library.sync()
    with closing(Manifest(manifest_path(library.state), create=False)) as manifest:
        numbers = sorted(manifest.numbers_of(["one.md", "two.md"]))
        first, second = manifest.sentences_of(numbers).values()
    # The heading differs, the sentences are bit for bit the same.
    assert first[:DIMENSIONS] != second[:DIMENSIONS]
    assert first[DIMENSIONS:] == second[DIMENSIONS:]
    assert len(first) == 3 * DIMENSIONS


def sentences_kept(library: Library) -> int:
    with closing(sqlite3.connect(manifest_path(library.state))) as database:
        return int(database.execute("SELECT count(*) FROM sentences").fetchone()[0])


def test_the_sentences_of_a_document_go_with_it(library: Library) -> None:
    before = sentences_kept(library)
    library.write("one.md", "# One\n\nThe quorvex is oiled weekly. The keeper signs the book.")
    library.sync()
    library.write("one.md", "# One\n\nThe quorvex is oiled daily. The keeper signs the book.")
    library.write("two.md", "# Two\n\nAnother text is here. It stays where it is.")
    library.sync()
    (library.root / "two.md").unlink()
    library.sync()
    assert sentences_kept(library) == before + 1


def test_phrases_follow_what_is_asked_for(library: Library) -> None:
    library.write("one.md", "# One\n\nA text.")
    workspace = Workspace.open(library.root)
    for phrases in (["adoption rate", "cost"], ["cost", "incidents"]):
        sync(workspace, None, library.state, phrases=Phrases(phrases, encode, "one model"))
        with closing(Retriever(library.state)) as retriever:
            assert retriever.phrases().keys() == {*phrases, "one model"}


def test_phrases_of_another_model_are_made_again(library: Library) -> None:
    library.write("one.md", "# One\n\nA text.")
    workspace = Workspace.open(library.root)
    sync(workspace, None, library.state, phrases=Phrases(["cost"], encode, "one model"))
    sync(workspace, None, library.state, phrases=Phrases(["cost"], lambda text: -encode(text), "another"))
    with closing(Retriever(library.state)) as retriever:
        kept = retriever.phrases()
    assert kept.keys() == {"cost", "another"}
    assert kept["cost"] @ encode("cost") == pytest.approx(-1, abs=1e-5)


def test_a_passage_is_found_by_one_sentence_of_many(library: Library) -> None:
    filler = "The canteen serves soup on Mondays and pasta on Fridays. " * 6
    library.write("mixed.md", f"# Notes\n\n{filler}Staff may work from home two days a week. {filler}")
    library.write("other.md", "# Notes\n\nStaff rest in the lounge. The lounge has a window to the garden.")
    library.sync()
    with closing(Retriever(library.state)) as retriever:
        found = retriever.search("on how many days may I work at home?", Viewer())
    assert found[0].chunk.document_id == "mixed.md"
    assert found[0].sentence > found[0].cosine


def test_a_short_list_is_the_beginning_of_a_long_one(shared: Library) -> None:
    with closing(Retriever(shared.state)) as retriever:
        found = retriever.search("how are wards told to use it", Viewer(), 8, kind="passage")
        assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
        wide = retriever.search("how are wards told to use it", Viewer(), 50, kind="passage")
        assert [s.chunk.id for s in wide[: len(found)]] == [s.chunk.id for s in found]


def test_the_likeness_of_a_sentence_is_that_by_which_its_passage_was_found(shared: Library) -> None:
    question = "how are wards told to use it"
    with closing(Retriever(shared.state)) as retriever:
        for scored in retriever.search(question, Viewer(), 8, kind="passage"):
            views = Wording.of(scored.chunk).views
            if views:
                assert max(retriever.likeness(question, views)) == pytest.approx(scored.sentence, abs=1e-5)


def test_likeness_is_the_cosine_and_needs_a_text(shared: Library) -> None:
    with closing(Retriever(shared.state)) as retriever:
        same, other = retriever.likeness("data drift", ["data drift", "breakfast"])
        assert same == pytest.approx(1, abs=1e-3)
        assert other < same
        assert retriever.likeness("data drift", []) == []
