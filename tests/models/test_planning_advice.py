"""Advice is asked for in plain speech, and takes no question from the documents or the counts."""

from __future__ import annotations

import pytest
from test_planning import NAMES, arguments, frame

from copilot.models.planner import plan


def called(question: str) -> set[str]:
    return {call.tool for call in plan(frame(question), NAMES).calls}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which projects duplicate each other?", {}),
        ("What could we build once?", {}),
        ("Are we paying twice for the same thing anywhere?", {}),
        ("Do any units work on the same problem?", {}),
        ("Which of our pilots could be merged?", {}),
        ("Where could units share a platform?", {"shared": "platform"}),
        ("Could our hospitals' teams share a vendor?", {"shared": "vendor"}),
        ("Does anyone else do what Bed Planner does?", {"project": "H-02"}),
        ("Where does Home Care overlap with other units?", {"units": ["Home Care"]}),
        ("Could Home Care and Halden General share anything?", {"units": ["Home Care", "Halden General"]}),
        ("Which vendors do several of our units share?", {"shared": "vendor"}),
        ("Which triage projects could be merged?", {"about": "triage"}),
    ],
)
def test_duplicates_are_asked_for_in_many_ways(question: str, expected: dict[str, str]) -> None:
    assert arguments("find_duplicates", question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Why is duplicated effort a weakness of a federated model?",
        "How many projects are on the shared platform?",
        "How does a company avoid building the same thing twice?",
        "What are the advantages of a shared platform?",
        "Which projects are in pilot?",
    ],
)
def test_notions_and_counts_are_not_comparisons_of_projects(question: str) -> None:
    assert "find_duplicates" not in called(question)


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (["Should we run a centre of excellence or a federated model?"], {}),
        (["Where should our AI people sit?"], {}),
        (["Would a hub and spoke fit us?"], {}),
        (["Should Home Care run AI on its own or be served centrally?"], {"unit": "Home Care"}),
        (["Which operating model would you recommend for our hospitals?"], {}),
        (["Should Home Care have its own AI team?"], {"unit": "Home Care"}),
        (["Should we centralise AI or leave it to the units?", "And for Home Care?"], {"unit": "Home Care"}),
    ],
)
def test_advice_on_the_operating_model_is_asked_for_in_many_ways(
    questions: list[str], expected: dict[str, str]
) -> None:
    assert arguments("recommend_operating_model", *questions) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is a centre of excellence?",
        "Compare the centre of excellence with the federated model for a large bank.",
        "What are the weaknesses of a hybrid model?",
    ],
)
def test_what_the_operating_models_are_is_for_the_documents(question: str) -> None:
    assert "recommend_operating_model" not in called(question)


def test_a_case_that_is_told_is_not_answered_from_the_records_first() -> None:
    told = "We're a bank with four divisions on one platform. Centre of excellence or federated?"
    calls = {call.tool: call.fit for call in plan(frame(told), NAMES).calls}
    assert calls["recommend_operating_model"] < 0.5


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (["How should we manage the change for Bed Planner?"], {"project": "H-02"}),
        (["Draft a change management plan for Radiology Triage"], {"project": "H-03"}),
        (["How do we get nurses to use Fall Risk Score?"], {"project": "H-05"}),
        (["Staff are afraid of Bed Planner, what should we do?"], {"project": "H-02"}),
        (["How can we raise adoption in Home Care?"], {"unit": "Home Care"}),
        (["We need a training plan for Visit Router"], {"project": "H-04"}),
        (["How should we manage the change for Bed Planner?", "and for Visit Router?"], {"project": "H-04"}),
        (["How do we get our people to trust AI?"], {}),
        (["Adoption of Bed Planner is low. What should we do?"], {"project": "H-02"}),
        (["Who owns the change for Visit Router and what comes first?"], {"project": "H-04"}),
    ],
)
def test_a_plan_for_the_change_is_asked_for_in_many_ways(questions: list[str], expected: dict[str, str]) -> None:
    assert arguments("plan_change", *questions) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What are the five levers of change management?",
        "A manufacturing company's employees resist predictive maintenance. Design a change management strategy.",
        "How do we measure adoption?",
        "How did the adoption of Bed Planner develop?",
        "What changed in the retention policy?",
    ],
)
def test_the_method_and_the_figures_of_change_are_not_a_plan(question: str) -> None:
    assert "plan_change" not in called(question)
