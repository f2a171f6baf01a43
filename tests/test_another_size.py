"""Rules that hold for sizes, and questions that name one, or only another."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

RULES = """# Approval rules for AI

## 2 Who may approve money

| Amount | Approver |
|---|---|
| up to 40,000 | Head of department |
| above 40,000 up to 150,000 | Division manager |
| above 150,000 up to 600,000 | Investment panel |
| above 600,000 | Supervisory board |

## 3 Leaving the company

Devices are handed back on the last day of work.
"""
APPROVERS = ("Head of department", "Division manager", "Investment panel", "Supervisory board")


copilot = copilot_on({"rules.md": RULES})


def first_named(text: str) -> str:
    return min((a for a in APPROVERS if a in text), key=text.index, default="")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who approves 90,000?", "Division manager"),
        ("My division manager wants to put 320,000 into a forecasting model. Who approves that?", "Investment panel"),
        ("Who has to approve a spend of 700,000 euros?", "Supervisory board"),
    ],
)
def test_the_row_in_whose_band_an_amount_lies_is_told_first(copilot: Copilot, question: str, expected: str) -> None:
    answer = copilot.ask(question)
    assert first_named(answer.text) == expected
    assert answer.citations


def test_another_amount_is_the_question_before_with_it(copilot: Copilot) -> None:
    copilot.ask("Who has to approve a spend of 320,000?", conversation="sizes")
    for amount, expected in (("30,000", "Head of department"), ("700,000", "Supervisory board")):
        assert first_named(copilot.ask(f"And {amount}?", conversation="sizes").text) == expected
