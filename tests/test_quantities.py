"""Quantities in words and figures, and what they are in the unit of a column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.language.quantities import compared_amounts, comparison, find_amounts, in_column


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("half a million", 500_000, ""),
        ("more than half crore", 5_000_000, ""),
        ("5 lakh", 500_000, ""),
        ("₹15 lakh", 1_500_000, "INR"),
        ("R1.1 million", 1_100_000, ""),
        ("two and a half thousand", 2_500, ""),
        ("a hundred and twenty", 120, ""),
        ("twelve thousand five hundred", 12_500, ""),
        ("a quarter of a million", 250_000, ""),
        ("not one rand", 0, ""),
        ("half a dozen", 6, ""),
        ("a dozen", 12, ""),
        ("two dozen", 24, ""),
        ("twenty five", 25, ""),
        ("two thirds", 2 / 3, ""),
        ("less than half the pen", 0.5, ""),
        ("€2.5m", 2_500_000, "EUR"),
        ("1,200,000", 1_200_000, ""),
        ("more than two weeks", 2, "week"),
        ("a couple of months", 2, "month"),
        ("more than a year", 1, "year"),
        ("ten per cent", 10, "percent"),
        ("more than one time in four", 0.25, ""),
        ("two out of three", 2 / 3, ""),
        ("nine in every ten", 0.9, ""),
        ("a tenth of the staff", 0.1, ""),
        ("12%", 12, "percent"),
    ],
)
def test_a_quantity_is_read_with_its_unit(text: str, value: float, unit: str) -> None:
    assert [(pytest.approx(a.value), a.unit) for a in find_amounts(text)] == [(value, unit)]


@pytest.mark.parametrize("text", ["before 2026-09-01", "a project", "and a", "per cent", "the second quarter", "P-017"])
def test_what_is_no_quantity_is_not_read_as_one(text: str) -> None:
    assert find_amounts(text) == []


@pytest.mark.parametrize(
    ("text", "unit", "most", "value"),
    [
        ("half a million", "kEUR", 900.0, 500),
        ("eight million", "mNOK", 20.0, 8),
        ("eight", "mNOK", 20.0, 8),
        ("450,000", "kEUR", 900.0, 450),
        ("450", "kEUR", 900.0, 450),
        ("450,000", "tEUR", 900.0, 450),
        ("two million", "EUR mio", 20.0, 2),
        ("two weeks", "day", 90.0, 14),
        ("half", "percent", 100.0, 50),
        ("80%", "share", 1.0, 0.8),
        ("60 percent", "percent", 100.0, 60),
        ("one in four", "percent", 100.0, 25),
        ("half", "", 87.0, 50),
        ("half", "", 0.9, 0.5),
        ("0.5", "", 87.0, 0.5),
        ("a quarter", "percent", 100.0, 25),
        ("a quarter", "day", 400.0, 91.3125),
    ],
)
def test_an_amount_is_turned_into_the_unit_of_its_column(text: str, unit: str, most: float, value: float) -> None:
    assert in_column(find_amounts(text)[0], unit, most) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("more than 50k a year", [50_000]),
        ("a hundred thousand every month", [100_000]),
        ("more than they bring back in a year", []),
        ("more in a year than we have spent", []),
        ("more than a year", [1]),
        ("for longer than three months", [3]),
        ("three pilots in four plants", [3, 4]),
    ],
)
def test_what_a_size_is_counted_over_is_not_compared(text: str, values: list[float]) -> None:
    assert [a.value for a in compared_amounts(text)] == values


@given(st.text(alphabet="a hundred than in year every month 5k,.", max_size=60))
def test_what_is_compared_is_some_of_what_is_said(text: str) -> None:
    assert set(compared_amounts(text)) <= set(find_amounts(text))


@given(st.text(alphabet="a hundred two half million of and dozen % 5,.00-", max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    for amount in find_amounts(text):
        assert 0 <= amount.start < amount.end <= len(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("between two hundred and four hundred million", [200, 400e6]),
        ("two hundred thousand and four hundred thousand", [200e3, 400e3]),
        ("three hundred and fifty thousand", [350e3]),
        ("two thousand and four", [2004]),
    ],
)
def test_and_joins_a_number_or_parts_two(text: str, values: list[float]) -> None:
    assert [a.value for a in find_amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "sign"),
    [("no more than 40", "<="), ("more than 40", ">"), ("40 or more", ">="), ("under a million", "<"), ("40", None),
     ("not less than 3", ">="), ("fewer than ten", "<"), ("exceeding 2 million", ">")],
)  # fmt: skip
def test_comparisons_are_read_by_their_words(text: str, sign: str | None) -> None:
    assert comparison(text) == sign
