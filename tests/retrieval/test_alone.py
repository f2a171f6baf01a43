"""The search as others use it alone: as LangChain's retriever, by sections and neighbours, on another day."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from indexes import CORPUS, Indexes
from retrieval_library import Library

from copilot import Settings
from copilot.build import open_sources
from copilot.retrieval.langchain_retriever import LangChainRetriever
from copilot.types import Viewer

ROOT = Path(__file__).resolve().parents[2]
EVERYONE = Viewer()
BOARD = Viewer(name="chair", labels=frozenset({"board"}))
OLD, NEW = "policies/data-retention-2023.md", "policies/data-retention-2025.md"


def test_the_example_of_the_page_runs(indexes: Indexes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "retrieval.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    names: dict[str, Any] = {}
    exec(example[1].replace('"knowledge"', f"{str(CORPUS)!r}, state_dir={str(tmp_path)!r}"), names)
    names["sources"].retriever.close()
    assert "lines " in capsys.readouterr().out


def test_viewer_and_day_are_fields(shared: Library) -> None:
    everyone = LangChainRetriever(retriever=shared.retriever, top_k=30)
    question = "sale of the imaging unit; how long is training data kept"

    def sources(retriever: LangChainRetriever) -> set[str]:
        return {document.metadata["source"] for document in retriever.invoke(question)}

    assert "policies/board-risk-appetite.md" not in sources(everyone)
    assert "policies/board-risk-appetite.md" in sources(everyone.model_copy(update={"viewer": BOARD}))
    assert NEW in sources(everyone)
    assert OLD in sources(everyone.model_copy(update={"as_of": date(2025, 1, 1)}))


def test_it_is_asked_like_a_vector_store(shared: Library) -> None:
    retriever = LangChainRetriever(retriever=shared.retriever)
    found = retriever.similarity_search_with_score("what is data drift", k=3)
    assert [document.id for document, _ in found] == [
        d.id for d in retriever.similarity_search("what is data drift", 3)
    ]
    assert len(found) == 3
    assert all(-1 <= score <= 1 for _, score in found)


def test_results_can_be_spread_over_documents(shared: Library) -> None:
    found = shared.retriever.search("drift of models and what to measure", EVERYONE, 8, per_document=1)
    documents = [s.chunk.document_id for s in found]
    assert len(documents) == len(set(documents)) > 2
    everything = shared.retriever.search("drift of models and what to measure", EVERYONE, 8)
    assert found[0] == everything[0]


def test_the_whole_section_comes_on_demand(library: Library) -> None:
    long = "\n\n".join(f"Paragraph {n} says something of its own about wells and water levels. " * 6 for n in range(8))
    library.write("wells.md", f"# Wells\n\n## Levels\n\n{long}\n\n## Fines\n\nWho lies about a level pays. " * 1)
    library.sync()
    best = library.search("water levels of wells")[0].chunk
    section = library.retriever.section(best, EVERYONE)
    assert len(section) > 2
    assert {c.heading_path for c in section} == {best.heading_path}
    assert [c.position for c in section] == list(range(len(section)))


def test_a_successor_is_named_only_to_who_may_see_it(library: Library) -> None:
    library.write("old.md", "---\nsuperseded_by: secret-plan.md\n---\n# Wells\n\nWells are measured each month.")
    library.write("secret-plan.md", "---\nlabel: board\neffective: 2025-05-01\n---\n# Secret plan\n\nWells are sold.")
    library.sync()

    def told(viewer: Viewer) -> set[str | None]:
        found = library.retriever.search("wells", viewer, 5, as_of=date(2025, 1, 1), documents=["old.md"])
        listed = [i.superseded_by for i in library.retriever.documents(viewer) if i.id == "old.md"]
        chunks = library.retriever.chunks_of("old.md", viewer)
        assert found
        return {*listed, *(s.chunk.superseded_by for s in found), *(c.superseded_by for c in chunks)}

    assert told(BOARD) == {"secret-plan.md"}
    assert told(EVERYONE) == {None}


def test_a_row_about_what_is_withheld_is_withheld_too(tmp_path: Path) -> None:
    records = tmp_path / "work" / "records"
    records.mkdir(parents=True)
    (tmp_path / "work" / "workspace.yaml").write_text("labels: [board, people]\n")
    (records / "projects.csv").write_text(
        "id,name,description,label\nP-1,Well register,Counts the wells,\nP-2,Quorvex sale,Sells quorvex,board\n"
    )
    (records / "models.csv").write_text(
        "id,project_id,name,purpose,kind,owner,status,label\n"
        "M-1,P-1,Quorvex finder,Finds quorvex,trees,Ada,live,people\n"
    )
    (records / "incidents.csv").write_text(
        "id,date,project_id,model_id,severity,title,description,status,closed_on\n"
        "I-1,2026-01-01,P-1,M-1,2,Quorvex lost,The quorvex was not found,open,\n"
    )
    (records / "decisions.csv").write_text(
        "id,date,project_id,body,decision,reason,conditions,label\n"
        "D-1,2026-01-02,P-2,Board,Quorvex goes on,Quorvex pays,,people\n"
    )
    sources = open_sources(Settings(workspace=tmp_path / "work", state_dir=tmp_path / "state"))
    assert sources.retriever is not None

    def rows(*labels: str) -> set[str]:
        found = sources.retriever.search("quorvex", Viewer(labels=frozenset(labels)), 9)  # type: ignore[union-attr]
        return {s.chunk.id for s in found if "quorvex" in s.chunk.text.lower()}

    assert rows() == set()
    assert rows("people") == {"r-M-1", "r-I-1"}
    assert rows("board") == {"r-P-2"}
    sources.retriever.close()
