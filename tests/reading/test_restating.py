"""A question asked again with another size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.reading.restating import restated

MONEY = "She wants to put 320,000 into a model. Can she sign that off herself?"


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        (MONEY, "and if it were 700,000?", MONEY.replace("320,000", "700,000")),
        (MONEY, "and with EUR 3m?", MONEY.replace("320,000", "EUR 3m")),
        ("It runs 18 percent over. Now what?", "And at 30 percent?", "It runs 30 percent over. Now what?"),
        ("May a 17-year-old use it?", "And a 12-year-old?", "May a 12-year-old use it?"),
        ("2,500 customers heard it. How bad?", "and if only 300 of them?", "300 customers heard it. How bad?"),
        ("It ran for seven months. May it go on?", "what about nine weeks?", "It ran for nine weeks. May it go on?"),
    ],
)
def test_another_size_takes_the_place_of_the_one_before(before: str, text: str, expected: str) -> None:
    assert restated(before, text) == expected


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (MONEY, "and if the board had 700,000?"),  # says more than a size
        (MONEY, "and in 2025?"),  # a year
        (MONEY, "and two of them?"),  # counts something else
        (MONEY, "and three weeks?"),  # of another kind
        ("It took two weeks, not three months. Why?", "and nine days?"),  # of which?
        ("Who approves 2 million?", "and 20?"),  # 20 million, or 20 of something
        ("Who signs?", "and for 700,000?"),
    ],
)
def test_what_is_not_clearly_another_size_is_left_alone(before: str, text: str) -> None:
    assert restated(before, text) is None


@given(st.integers(1_000, 10**8), st.integers(1_000, 10**8))
def test_the_question_is_kept_but_for_the_size(one: int, other: int) -> None:
    found = restated(f"Who approves a budget of {one:,} euros?", f"and {other:,}?")

    assert found == f"Who approves a budget of {other:,} euros?"
