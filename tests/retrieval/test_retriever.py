from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.retrievers import BaseRetriever
from retrieval_library import Library, on_a_server_too

from copilot.retrieval.langchain_retriever import LangChainRetriever
from copilot.retrieval.retriever import Retriever
from copilot.types import Viewer

BOARD = Viewer(name="chair", labels=frozenset({"board"}))
EVERYONE = Viewer()
OLD, NEW = "policies/data-retention-2023.md", "policies/data-retention-2025.md"


@pytest.fixture(
    params=[("shared", 20_000), ("shared", 0), ("shared_on_server", 0)],
    ids=["all vectors compared", "vectors from Chroma", "vectors from a server"],
)
def retriever(request: pytest.FixtureRequest) -> Iterator[Retriever]:
    place, exact_limit = request.param
    library: Library = request.getfixturevalue(place)
    with closing(library.reader(exact_limit)) as opened:
        yield opened


def documents(retriever: Retriever, query: str, viewer: Viewer = EVERYONE, **narrowed: object) -> list[str]:
    found = retriever.search(query, viewer, 50, **narrowed)  # type: ignore[arg-type]  # narrowed by keyword
    return [scored.chunk.document_id for scored in found]


@pytest.mark.parametrize(
    ("query", "document", "heading"),
    [
        (
            "Who has to confirm when a patient is downgraded?",
            "policies/triage-models.md",
            "3 Human oversight",
        ),
        (
            "why was the bed manager software ignored",
            "playbook/adoption-on-the-wards.md",
            "A tool is adopted",
        ),
        ("what is data drift?", "playbook/model-monitoring.md", "Data drift"),
        ("an owner and a budget for each year after the first", "playbook/scaling-pilots.md", "What it is"),
        ("how many months are prediction logs stored", NEW, ""),
    ],
)
def test_a_question_finds_its_section_first(retriever: Retriever, query: str, document: str, heading: str) -> None:
    best = retriever.search(query, EVERYONE, 1)[0].chunk
    assert best.document_id == document
    assert " ".join(best.heading_path).startswith(heading)


def test_results_are_ordered_by_their_fused_score(retriever: Retriever) -> None:
    found = retriever.search("model drift and pilots", EVERYONE, 10)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert len({s.chunk.id for s in found}) == len(found) == 10
    assert all(-1 <= s.cosine <= 1 and s.bm25 >= 0 for s in found)


def test_the_same_question_has_the_same_answer(retriever: Retriever, shared: Library) -> None:
    again = shared.reader()
    assert retriever.search("retention", EVERYONE) == again.search("retention", EVERYONE)
    again.close()


@pytest.mark.parametrize("query", ["", "  \n", "?!", "the of and", "\0", "漢字", "AND OR NOT (", 'title:"x"^2 -y~'])
def test_a_question_without_words_is_no_error(retriever: Retriever, query: str) -> None:
    found = retriever.search(query, EVERYONE, 3)
    assert len(found) == (3 if query.strip() else 0)


def test_a_very_long_question_is_answered(retriever: Retriever) -> None:
    assert retriever.search("model drift " * 3000, EVERYONE, 3)


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_no_question_breaks_the_search_or_shows_what_is_labelled(shared: Library, query: str) -> None:
    for scored in shared.retriever.search(query + " sale of the imaging unit", EVERYONE, 50):
        assert scored.chunk.label is None


def test_a_labelled_document_exists_only_for_who_holds_its_label(retriever: Retriever) -> None:
    question = "sale of the imaging unit"
    assert documents(retriever, question, BOARD)[0] == "policies/board-risk-appetite.md"
    assert "policies/board-risk-appetite.md" not in documents(retriever, question)
    (chunk,) = {s.chunk for s in retriever.search(question, BOARD, 1)}
    assert retriever.chunk(chunk.id, BOARD) == chunk
    assert retriever.chunk(chunk.id, EVERYONE) is None
    assert retriever.siblings(chunk, EVERYONE) == []
    assert retriever.chunks_of(chunk.document_id, EVERYONE) == []
    assert {info.id for info in retriever.documents(BOARD)} - {info.id for info in retriever.documents(EVERYONE)} == {
        "policies/board-risk-appetite.md"
    }


@on_a_server_too
def test_what_is_withheld_takes_no_place_in_the_ranking(library: Library) -> None:
    for number in range(320):
        library.write(f"secret/{number}.md", f"---\nlabel: board\n---\n# Quorvex {number}\n\nquorvex {number} {number}")
    library.write("open.md", "# Opening hours\n\nThe quorvex desk opens at eight.")
    library.sync()
    for limit in (20_000, 0):
        retriever = library.reader(limit)
        best = retriever.search("quorvex", EVERYONE, 200)[0]
        assert (best.chunk.document_id, best.bm25 > 0) == ("open.md", True)
        assert len(retriever.search("quorvex", BOARD, 200)) >= 100
        retriever.close()


def test_only_what_is_in_force_is_found(retriever: Retriever) -> None:
    question = "how long is training data kept"
    assert NEW in documents(retriever, question)
    assert OLD not in documents(retriever, question)


def test_a_day_in_the_past_finds_what_was_in_force_then(retriever: Retriever) -> None:
    question = "how long is training data kept"
    for day, there, gone in (
        (date(2025, 6, 30), OLD, NEW),
        (date(2025, 7, 1), NEW, OLD),
        (date(2026, 1, 14), NEW, "policies/triage-models.md"),
    ):
        found = documents(retriever, question, as_of=day)
        assert there in found
        assert gone not in found
    assert OLD not in documents(retriever, question, as_of=date(2023, 1, 31))


def test_a_search_can_be_narrowed_to_documents_and_kinds(retriever: Retriever) -> None:
    assert set(documents(retriever, "drift", documents=[NEW])) == {NEW}
    assert documents(retriever, "drift", documents=[]) == []
    assert documents(retriever, "drift", documents=["no-such.md"]) == []
    assert documents(retriever, "drift", kind="record") == []
    assert len(documents(retriever, "drift", kind="passage")) > 10


def test_a_chunk_is_resolved_by_its_id_with_its_lines(shared: Library) -> None:
    best = shared.retriever.search("downgrade of urgency", EVERYONE, 1)[0].chunk
    assert shared.retriever.chunk(best.id, EVERYONE) == best
    lines = (shared.root / best.document_id).read_text().split("\n")
    assert "\n".join(lines[best.first_line - 1 : best.last_line]) == best.text
    assert (best.effective, best.locator) == (date(2026, 1, 15), f"lines {best.first_line}-{best.last_line}")
    assert shared.retriever.chunk("p-0000000000", EVERYONE) is None


def test_siblings_are_the_sections_under_the_same_heading_in_order(shared: Library) -> None:
    best = shared.retriever.search("what is data drift", EVERYONE, 1)[0].chunk
    siblings = shared.retriever.siblings(best, EVERYONE)
    assert best in siblings
    assert [c.heading_path[-1] for c in siblings if c.heading_path] == [
        "Data drift", "Model drift", "Feedback loops", "What to measure"
    ]  # fmt: skip


def test_documents_tell_owner_dates_and_successor(shared: Library) -> None:
    infos = {info.id: info for info in shared.retriever.documents(EVERYONE)}
    assert infos[OLD].superseded_by == NEW
    assert infos[OLD].superseded_on == infos[NEW].effective == date(2025, 7, 1)
    beside = infos["playbook/adoption-on-the-wards.md"]
    assert (beside.owner, beside.tags) == ("Director of Nursing", ("adoption",))


def test_embeddings_are_unit_vectors_that_do_not_depend_on_their_neighbours(shared: Library) -> None:
    texts = ["model drift", "a much longer text about beds, wards and nurses " * 20, ""]
    together = shared.retriever.embed(texts)
    assert together.shape == (3, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = shared.reader().embed(texts[:1])
    assert np.array_equal(alone[0], together[0])
    assert shared.retriever.embed([]).shape == (0, 384)


def test_nothing_is_found_before_anything_is_indexed(tmp_path: Path) -> None:
    retriever = Retriever(tmp_path)
    assert retriever.search("x", EVERYONE) == []
    assert retriever.documents(EVERYONE) == []
    assert retriever.chunk("p-0", EVERYONE) is None


def test_it_is_a_langchain_retriever_for_one_viewer(shared: Library) -> None:
    adapter = LangChainRetriever(retriever=shared.retriever, viewer=EVERYONE, top_k=2)
    assert isinstance(adapter, BaseRetriever)
    found = adapter.invoke("sale of the imaging unit")
    assert len(found) == 2
    assert {d.metadata["source"] for d in found}.isdisjoint({"policies/board-risk-appetite.md"})
    assert found[0].id


def test_a_sentence_pasted_without_quotation_marks_is_found_first(retriever: Retriever) -> None:
    pasted = "no running budget. money was granted for building the model and none for hosting?"
    best = retriever.search(pasted, EVERYONE, 1)[0]
    assert best.is_exact
    assert "No running budget" in best.chunk.text
    assert not any(
        scored.is_exact for scored in retriever.search("who grants the money for hosting a model?", EVERYONE)
    )
