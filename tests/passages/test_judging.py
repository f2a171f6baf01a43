"""Units that are read beside a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.passages.judging import DOUBTED, MOST, MOST_OF_DOUBTED, scores, together
from copilot.passages.ranked import Ranked
from copilot.passages.units import Unit
from copilot.records.store import Records
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Viewer
from copilot.workspace import Workspace

PAGES = {
    "cold": "The cold store is kept at four degrees. A tray that was warm for an hour is thrown away. It is not sold.",
    "night": "At night one guard walks the yard every two hours. The guard writes each round down. Dogs stay inside.",
    "lorries": "A lorry is washed after each tour. The driver signs for it. A lorry with a flat tyre does not leave.",
}
UNITS = [Unit(f"Text {n}.", n, n + 1, "sentence", n, 0, "e", "Document", "") for n in range(12)]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    root, state = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("state")
    for name, text in PAGES.items():
        (root / f"{name}.md").write_text(f"# {name.title()}\n\n{text}\n")
    workspace = Workspace.open(root)
    sync(workspace, None, state)
    return Sources(workspace, Records.load(workspace), None, Retriever(Path(state)), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("May we still sell food from a tray that got warm?", "thrown away"),
        ("How often does somebody go around outside after dark?", "every two hours"),
        ("Can we send a truck out on a flat?", "flat tyre"),
    ],
)
def test_what_answers_is_among_the_first_three(sources: Sources, question: str, said: str) -> None:
    assert sources.retriever is not None
    evidence = search_knowledge(sources, Viewer(), Arguments(query=question)).evidence
    ranked = Ranked.of(question, evidence, sources.retriever)
    read = ranked.read_beside(question)
    assert set(read.judged) == set(ranked.best[:MOST])
    assert any(said in unit.text for unit in read.best[:3])
    assert 0 <= read.certainty <= 1


def test_beside_two_questions_the_mean_counts(sources: Sources) -> None:
    assert sources.retriever is not None
    one, two = "Can we send a truck out on a flat?", "And who signs that?"
    evidence = search_knowledge(sources, Viewer(), Arguments(query=one)).evidence
    ranked = Ranked.of(one, evidence, sources.retriever)
    both, first, second = (ranked.read_beside(*asked).judged for asked in ((one, two), (one,), (two,)))
    assert both == {unit: pytest.approx((first[unit] + second[unit]) / 2) for unit in both}


@given(
    st.lists(st.floats(-8, 8), min_size=12, max_size=12),
    st.lists(st.floats(-8, 8), min_size=1, max_size=8),
)
def test_what_was_not_read_stays_in_the_order_of_the_ranking(ranked: list[float], judged: list[float]) -> None:
    scores = dict(zip(UNITS, ranked, strict=True))
    read = dict(zip(UNITS, judged, strict=False))
    both = together(scores, read, {})
    left = [unit for unit in UNITS if unit not in read]
    assert sorted(left, key=lambda u: scores[u]) == sorted(left, key=lambda u: (both[u], scores[u]))
    assert both.keys() == scores.keys()


def test_a_unit_that_is_held_for_an_answer_moves_up() -> None:
    scores = dict.fromkeys(UNITS, 0.0)
    both = together(scores, {UNITS[0]: -2.0, UNITS[1]: 3.0}, {})
    assert both[UNITS[1]] == max(both.values())
    assert both[UNITS[0]] == both[UNITS[5]]
    assert replace(UNITS[0], order=99) not in both


def test_a_unit_for_the_size_that_is_asked_about_comes_before_its_neighbours() -> None:
    held, alike = {UNITS[1]: True, UNITS[2]: False}, dict.fromkeys(UNITS, 0.0)
    both = together(alike, alike, held)
    assert both[UNITS[1]] > both[UNITS[0]] > both[UNITS[2]]


def test_more_units_are_read_where_none_of_the_first_surely_answers(sources: Sources) -> None:
    assert sources.retriever is not None
    for question in ("Can we send a truck out on a flat?", "Which opera did the mayor's sister sing in Prague?"):
        evidence = search_knowledge(sources, Viewer(), Arguments(query=question)).evidence
        ranked = Ranked.of(question, evidence, sources.retriever)
        read = ranked.read_beside(question).judged
        first = max(read[unit] for unit in ranked.best[:MOST])
        assert len(read) == min(len(ranked.telling), MOST_OF_DOUBTED if first < DOUBTED else MOST)


@pytest.mark.parametrize(
    ("said", "answered", "unanswered"),
    [
        (
            "A tenant reports a leak within three days of seeing it.",
            "How soon must a leak be reported?",
            "What does a tenant pay who reports a leak too late?",
        ),
        (
            "The warden keeps the keys of the cellar.",
            "Who has the keys of the cellar?",
            "How many keys of the cellar are there?",
        ),
        (
            "The boiler is inspected once a year by a plumber from outside.",
            "How often is the boiler looked at?",
            "What did the plumber find when the boiler was last looked at?",
        ),
        (
            "No more than two bicycles may stand in the hall.",
            "How many bikes can I leave in the hall?",
            "Why may so few bikes be left in the hall?",
        ),
    ],
)
def test_a_unit_answers_what_it_says_rather_than_what_it_is_about(said: str, answered: str, unanswered: str) -> None:
    unit = Unit(said, 0, len(said), "sentence", 0, 0, "e", "House rules", "")
    assert scores(answered, [unit])[0] > scores(unanswered, [unit])[0]
