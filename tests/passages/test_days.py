"""Documents of one day, such as minutes, tell of that day and of what they speak of."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot


def minutes(day: str, text: str) -> str:
    return f"# Harbour AI Moot - minutes of {day}\n\n## Decisions\n\n{text}\n"


copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Tamar Harbours\nas_of: 2026-06-15\n",
        "minutes/march.md": minutes(
            "18 March 2026",
            "The council decided to lengthen the trial of the Berth Planner by ten weeks.\n\n"
            "The council decided that the Crane Reader is switched off on 30 May 2026.",
        ),
        "minutes/staff-panel.md": "# Staff Panel, minutes of 4 March 2026\n\n## Decisions\n\n"
        "The panel took note of the plan for the shifts and asked for nothing more.\n",
        "minutes/january.md": minutes(
            "21 January 2026",
            "The council decided to buy no further licences this year.\n\n"
            "The council decided that the Tide Clock stays closed. Its owner brings a paper in February.",
        ),
        "policies/trials.md": "# Trials\n\nA trial lasts six months at the most. The council may lengthen it once.\n",
    }
)


@pytest.mark.parametrize(
    "question",
    [
        "What did the council decide at its April sitting on the Berth Planner?",
        "What did the council decide on 20 May 2026 about the trial of the Berth Planner?",
        "What did the council decide on 25 February 2026 about the Tide Clock?",
    ],
)
def test_what_was_decided_on_another_day_is_not_told(copilot: Copilot, question: str) -> None:
    assert copilot.ask(question).status == "insufficient_evidence"


def test_a_day_names_the_minutes_of_that_day(copilot: Copilot) -> None:
    answer = copilot.ask("What did the council decide on 18 March 2026?")
    assert answer.status == "answered"
    assert {c.source for c in answer.citations} == {"minutes/march.md"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did the council decide in March about the trial of the Berth Planner?", "ten weeks"),
        ("When is the Crane Reader switched off?", "30 May 2026"),
    ],
)
def test_what_a_document_of_a_day_tells_of_it_is_told(copilot: Copilot, question: str, said: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "answered"
    assert said in answer.text


def test_a_body_of_which_there_are_several_minutes_is_not_asked_back(copilot: Copilot) -> None:
    answer = copilot.ask("May the Moot lengthen a trial twice?")
    assert answer.status == "answered"
