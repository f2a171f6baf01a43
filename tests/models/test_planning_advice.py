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
        ("Where does Home Care overlap with other units?", {"unit": "Home Care"}),
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
