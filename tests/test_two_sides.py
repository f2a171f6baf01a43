"""Two things told apart: each side with its citation, or that the documents do not tell it."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.language.sides import each_alone, set_apart, set_beside

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\nas_of: 2026-04-30\ncurrency: NOK\n",
        "records/projects.csv": "id,name,unit,stage,business_value,risk\n"
        "H-01,Sepsis Warning,Halden General,pilot,9,8\nH-02,Bed Planner,Home Care,production,7,3\n",
        "policies/roles.md": "# Roles around a tool\n\n## 1 Lead\n\n**1.1** The tool lead runs a tool from day to day "
        "and answers for its budget.\n\n## 2 Godparent\n\n**2.1** The godparent is a director who opens doors for a "
        "tool and is asked before it is stopped.\n",
        "policies/trials.md": "# Rules for trials\n\n## 1 Shadow run\n\n**1.1** In a shadow run the tool is watched "
        "and nobody acts on what it says.\n",
    }
)


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between a tool lead and a godparent?",
        "How does a tool lead differ from a godparent?",
        "Who has the heavier duties, a tool lead or a godparent?",
    ],
)
def test_both_sides_are_told_each_with_its_citation(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "answered"
    assert "runs a tool from day to day" in answer.text
    assert "opens doors" in answer.text
    quotes = " ".join(c.quote for c in answer.citations if c.kind == "passage")
    assert "budget" in quotes
    assert "director" in quotes


def test_the_side_that_no_document_tells_is_named(copilot: Copilot) -> None:
    answer = copilot.ask("What is the difference between a shadow run and a penguin colony?")
    assert "nobody acts on what it says" in answer.text
    assert "do not answer “What is a penguin colony?”" in answer.text


def test_both_projects_are_told(copilot: Copilot) -> None:
    answer = copilot.ask("How does H-01 differ from H-02?")
    assert "Sepsis Warning (H-01)" in answer.text
    assert "Bed Planner (H-02)" in answer.text


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("What is the difference between a lead and a godparent?", ("a lead", "a godparent")),
        ("how does a line trial differ from a safe launch, put simply", ("a line trial", "a safe launch")),
        ("What sets gate A apart from gate B?", ("gate A", "gate B")),
        ("Is a mishap the same as a near miss?", ("a mishap", "a near miss")),
    ],
)
def test_what_is_told_apart_is_found(text: str, sides: tuple[str, str]) -> None:
    found = set_apart(text)
    assert found is not None
    assert tuple(text[start:end] for start, end in found) == sides


def test_a_name_is_not_cut_in_two() -> None:
    text = "What sets the Funding and Benefits Policy apart from the Data Policy?"
    start = text.index("Funding")
    found = set_apart(text, [(start, start + len("Funding and Benefits Policy"))])
    assert found is not None
    assert text[slice(*found[0])] == "the Funding and Benefits Policy"


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Who is later, a lead or our board?", ("Who is later, a lead?", "Who is later, our board?")),
        ("A call or a chat: which must go sooner", ("A call: which must go sooner", "a chat: which must go sooner")),
    ],
)  # fmt: skip
def test_each_of_two_is_asked_alone(text: str, alone: tuple[str, str]) -> None:
    found = set_beside(text)
    assert found is not None
    assert each_alone(text, *found) == alone


@pytest.mark.parametrize(
    "text", ["By mail or in person?", "May we keep calls, chats or pictures?", "Who signs, and when?"]
)
def test_a_choice_that_compares_nothing_is_not_cut(text: str) -> None:
    assert set_apart(text) is None
    assert set_beside(text) is None
