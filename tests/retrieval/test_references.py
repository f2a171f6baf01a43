"""What a question names exactly comes first, and what no document has is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrieval_library import Library

from copilot.retrieval.references import asked_for, quoted_in
from copilot.retrieval.retriever import Retriever
from copilot.types import Viewer

EVERYONE = Viewer()
ROBOT_ACT, WATER_ACT, FRAMEWORK = "robot-act.md", "water-act.md", "framework.md"
# Sections of a few words would be joined with their neighbours.
FILLING = (
    "This part is read together with all the others, and whoever is in doubt about what it asks for may put a question "
    "in writing to the office that keeps the text, which answers within a month."
)
DOCUMENTS = {
    ROBOT_ACT: """
# Robot Act

## Chapter I: General

### Article 4: Definitions

A robot is a machine that moves by itself. Article 14 sets out who watches it, and Article 14 applies to all robots.

### Article 14: Human watch

1. A person watches every robot that lifts more than ten kilograms.

2. The watcher may stop the robot at any time, and nobody may punish the watcher for having stopped it.

## Annex III: Machines of high risk

Cranes, presses and saws that move by themselves are of high risk.
""",
    WATER_ACT: """
# Water Act

## Article 14: Duties of the owner of a well

The owner of a well measures its level each month and reports it to the water board.

## Article 15: Penalties

Who breaks Article 14 pays a fine. Annex III of another act does not apply.
""",
    FRAMEWORK: """
# Framework of practices

## GOVERN 1.3 Levels of risk

Processes set how much effort goes into managing a risk.

## GOVERN 1.30 Closing

Old systems are taken out of use without harm.

## 4 Evidence

**4.2** A pilot needs a plan with an end date.

**4.20** A plan names the person who wrote it, as GOVERN 1.3 and clause 4.2 ask.
""",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    root, state = tmp_path_factory.mktemp("acts"), tmp_path_factory.mktemp("state")
    opened = Retriever(state)
    library = Library(root, state, opened)
    for name, text in DOCUMENTS.items():
        library.write(name, re.sub(r"^(##+ .*)\n\n(?=\w|\*)", rf"\1\n\n{FILLING}\n\n", text, flags=re.MULTILINE))
    library.sync()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "document", "heading"),
    [
        ("What does Article 14 of the Robot Act say?", ROBOT_ACT, "Article 14"),
        ("what does art. 14 of the water act say", WATER_ACT, "Article 14"),
        ("Who watches the robot under Article 14?", ROBOT_ACT, "Article 14"),
        ("Which level has to be measured each month under Article 14?", WATER_ACT, "Article 14"),
        ("Art. 14(2) of the Robot Act", ROBOT_ACT, "Article 14"),
        ("paragraph 2 of Article 14 of the robot act", ROBOT_ACT, "Article 14"),
        ("Annex III", ROBOT_ACT, "Annex III"),
        ("annex iii", ROBOT_ACT, "Annex III"),
        ("GOVERN 1.3", FRAMEWORK, "GOVERN 1.3 "),
        ("What does govern 1.3 ask of us?", FRAMEWORK, "GOVERN 1.3 "),
        ("Govern 1.30", FRAMEWORK, "GOVERN 1.30"),
        ("clause 4.2", FRAMEWORK, "4 Evidence"),
        ("§ 4.2 of the framework", FRAMEWORK, "4 Evidence"),
        ("4.2", FRAMEWORK, "4 Evidence"),
        ("Chapter I of the Robot Act", ROBOT_ACT, "Article 4"),
        ('where is "taken out of use without harm" written', FRAMEWORK, "GOVERN 1.30"),
    ],
)
def test_the_section_that_is_meant_comes_first(
    retriever: Retriever, question: str, document: str, heading: str
) -> None:
    best = retriever.search(question, EVERYONE, 5)[0]
    assert best.is_exact
    assert best.chunk.document_id == document
    assert best.chunk.heading_path[-1].startswith(heading)


def test_a_mention_ranks_after_the_section_that_is_the_reference(retriever: Retriever) -> None:
    found = retriever.search("Article 14", EVERYONE, 10)
    headings = [s.chunk.heading_path[-1] for s in found if s.is_exact]
    assert len(headings) == 2
    assert all(heading.startswith("Article 14") for heading in headings)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert any("Article 4:" in s.chunk.heading_path[-1] for s in found if not s.is_exact)


def test_two_references_are_both_at_the_top(retriever: Retriever) -> None:
    first, second, *_ = retriever.search("Compare Articles 4 and 15", EVERYONE, 5)
    assert {first.chunk.heading_path[-1][:10], second.chunk.heading_path[-1][:10]} == {"Article 4:", "Article 15"}


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("What does Article 214 say?", ["Article 214"]),
        ("clause 9.7", ["clause 9.7"]),
        ("What does GOVERN 9.9 ask for?", ["GOVERN 9.9"]),
        ("Compare Article 14 with Annex XI", ["Annex XI"]),
        ("Article 14", []),
        ("What happened in 2024 and in May 2025?", []),
        ("Do we have more than 3 pilots in Q3?", []),
        ("ISO 42001", []),
    ],
)
def test_a_reference_that_no_document_has_is_told(retriever: Retriever, question: str, unknown: list[str]) -> None:
    assert retriever.unknown_references(question, EVERYONE) == unknown


def test_a_code_in_one_word_that_a_table_mentions_is_known(library: Library) -> None:
    library.write("tariffs.md", "# Tariffs\n\nT001 Zone 1 1.25\nT077 Zone 5 96.25\nT078 Zone 0 97.50\n")
    library.sync()
    assert library.retriever.unknown_references("What is the price of T077?", EVERYONE) == []
    assert library.retriever.unknown_references("What is the price of T999?", EVERYONE) == ["T999"]


def test_what_only_a_withheld_document_has_is_unknown(library: Library) -> None:
    library.write("secret.md", "---\nlabel: board\n---\n# Secret statute\n\n## Article 77: Sale\n\nAll wells are sold.")
    library.write("act.md", DOCUMENTS[WATER_ACT])
    library.sync()
    board = Viewer(labels=frozenset({"board"}))
    assert library.retriever.unknown_references("Article 77", EVERYONE) == ["Article 77"]
    assert library.retriever.unknown_references("Article 77", board) == []
    assert not any(s.is_exact for s in library.search("Article 77"))


def test_a_row_is_found_by_its_identifier(tmp_path: Path) -> None:
    from copilot.build import open_sources
    from copilot.settings import Settings

    (tmp_path / "work" / "records").mkdir(parents=True)
    (tmp_path / "work" / "records" / "projects.csv").write_text(
        "id,name,description\nX-007,Crane watch,Watches the cranes\nX-070,Saw watch,Watches the saws\n"
    )
    sources = open_sources(Settings(workspace=tmp_path / "work", state_dir=tmp_path / "state"))
    assert sources.retriever is not None
    for written in ("X-007", "x-7", "x007"):
        assert sources.retriever.search(f"what about {written}?", EVERYONE, 2)[0].chunk.id == "r-X-007"
    sources.retriever.close()


def test_the_grammar_reads_kinds_abbreviations_lists_and_parts() -> None:
    def keys(text: str) -> list[str]:
        return [reference.keys[0] for reference in asked_for(text)]

    assert keys("Arts. 9, 26 and 27") == ["article 9", "article 26", "article 27"]
    assert keys("Art. 6(1)(a)") == ["article 6(1)(a)"]
    assert keys("Article 6, paragraph 2") == ["article 6(2)"]
    assert keys("P-017 and G3") == ["p 17", "g 3"]
    assert keys("It ended. 14 people came") == []
    assert keys("a mix of things in section I wrote") == ["section i"]
    assert quoted_in('"one" and “two words” and "') == ("two words",)


@given(st.text(max_size=80))
def test_any_text_is_read_without_error(text: str) -> None:
    for reference in asked_for(text):
        assert reference.keys
        assert reference.family


@given(st.integers(1, 400), st.sampled_from(["Article {}", "art. {}", "ARTICLE {}", "Articles {}", "Art {}"]))
def test_every_spelling_of_a_reference_is_the_same(number: int, spelling: str) -> None:
    (reference,) = asked_for(f"what does {spelling.format(number)} say")
    assert reference.keys == (f"article {number}",)
