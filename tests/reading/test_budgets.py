"""The budget that a question gives, and what is no budget though something in it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_workspaces import SMALL, copilot_on

from copilot import Copilot
from copilot.models.grounded import Memory
from copilot.reading.budgets import Budget, budget
from copilot.types import Viewer

copilot = copilot_on(
    SMALL
    | {
        "records/projects.csv": "id,name,unit,stage,business_value,risk,budget,spend,expected_benefit\n"
        "H-01,Sepsis Warning,Halden General,pilot,9,8,4000000,1000000,6000000\n"
        "H-02,Bed Planner,Halden General,pilot,7,3,2000000,500000,2500000\n"
        "H-03,Visit Router,Home Care,production,6,2,900000,900000,1000000\n"
        "H-04,Ward Scribe,Home Care,pilot,5,2,3000000,0,2000000\n",
        "records/observations.csv": "metric,date,value\nadoption,2026-01-31,60\n",
        "metrics.yaml": "metrics:\n  adoption: {label: Adoption, table: observations, time: date, "
        "expression: AVG(value), unit: percent, where: {metric: adoption}}\n",
    }
)


@pytest.fixture(scope="module")
def read(copilot: Copilot) -> Callable[[str], Budget]:
    memory = Memory(copilot.sources, Viewer())
    return lambda question: budget(memory.asked(question))


@pytest.mark.parametrize(
    ("question", "amount", "share", "added"),
    [
        ("Which set should we fund with 5 million?", 5e6, None, None),
        ("Our budget was 6 million, the bank now says halve it. Which projects do we keep?", 6e6, 0.5, None),
        ("If we had a third less to spend, which set of projects would we keep?", None, 2 / 3, None),
        ("The board doubled the allowance from 2 to 4 million. Which set would you run?", 4e6, None, None),
        ("We have 5 million, 10% more than last year. What should we fund?", 5e6, None, None),
        ("What would 10% more budget bring?", None, 1.1, None),
        ("Suppose we get 2 million less than today. What do we keep?", None, None, -2e6),
        ("With half of 6 million and Bed Planner untouchable, what do we keep?", 6e6, 0.5, None),
    ],
)
def test_a_budget_is_an_amount_or_what_becomes_of_one(
    read: Callable[[str], Budget], question: str, amount: float | None, share: float | None, added: float | None
) -> None:
    found = read(question)
    assert (found.amount, found.added) == (amount, added)
    assert found.share == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    "question",
    [
        "What if adoption fell by a third?",
        "What if the expected benefit came in a third lower?",
        "What should we fund if risk counted twice?",
        "What if Sepsis Warning’s budget were halved?",
        "What if half of the projects were stopped?",
        "What if we lost a third of our staff?",
        "What would we fund if the business value of Bed Planner doubled?",
    ],
)
def test_what_changes_of_a_metric_a_project_or_a_weight_is_no_budget(
    read: Callable[[str], Budget], question: str
) -> None:
    assert (read(question).amount, read(question).share, read(question).added) == (None, None, None)


def test_the_answer_says_what_its_budget_comes_of(copilot: Copilot) -> None:
    answer = copilot.ask("Our budget was 6 million, the bank now says halve it. Which set of projects do we keep?")
    assert "3,000,000 NOK is half of 6,000,000 NOK" in answer.text
    call = next(c for c in answer.tool_calls if c.name == "plan_portfolio")
    assert dict(call.arguments) == {"budget": 6e6, "budget_change": 0.5}
    opened = [c.formula for citation in answer.citations for c in citation.calculations if "half of" in c.method]
    assert opened == ["budget = 0.5 × 6,000,000 NOK"]
