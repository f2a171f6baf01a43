"""Sizes for which a clause holds, and the size that a question names."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.passages.bands import Band, bands, lies_within, sizes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a budget of up to EUR 250,000", [Band("EUR", -math.inf, 250_000)]),
        ("above EUR 250,000 and up to EUR 5 million", [Band("EUR", 250_000, 5_000_000)]),
        ("above EUR 2 million and up to 10 million", [Band("EUR", 2_000_000, 10_000_000)]),
        ("above 300,000 and up to EUR 2 million", [Band("EUR", 300_000, 2_000_000)]),
        ("above 30 days and up to EUR 2 million", [Band("time", 30, math.inf), Band("EUR", -math.inf, 2_000_000)]),
        ("between 1,000 and 10,000 customers", [Band("", 1_000, 10_000)]),
        ("SEK 750,000 or more", [Band("SEK", 750_000, math.inf)]),
        ("at most 180 days, then at most 90", [Band("time", -math.inf, 180), Band("", -math.inf, 90)]),
        ("falls by more than 5 percentage points", [Band("percent", 5, math.inf)]),
        ("the 3 members meet in 2 rooms", []),
    ],
)  # fmt: skip
def test_a_text_names_the_sizes_for_which_it_holds(text: str, expected: list[Band]) -> None:
    assert bands(text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("who signs off three million euro?", "above EUR 250,000 and up to EUR 5 million", True),
        ("and if it were seven million?", "above EUR 250,000 and up to EUR 5 million", False),
        ("wrong for 5,000 customers", "at least 1,000 customers are affected", True),
        ("wrong for 5,000 customers", "a loss above EUR 1,000", None),
        ("it has run for eight months", "at most 180 days", False),
        ("six points less accurate", "falls by more than 5 percentage points", True),
        ("who owns it?", "up to EUR 250,000", None),
        ("she spends 600,000 euros", "above EUR 250,000 and up to EUR 5 million", True),
        ("put 320,000 into a model", "above 150,000 up to 600,000; Approver: the panel", True),
        ("put 320,000 into a model", "above EUR 40,000 up to EUR 150,000", False),
        ("2,500 customers were told", "above 150,000 up to 600,000", None),
        ("5,000 of our customers", "at least 1,000 customers are affected", True),
    ],
)
def test_a_size_is_compared_with_bands_of_its_kind(question: str, text: str, expected: bool | None) -> None:
    assert lies_within(sizes(question), text) is expected


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_size_lies_in_a_band_as_numbers_do(one: int, other: int, size: int) -> None:
    low, high = sorted((one, other))
    asked = sizes(f"for {size:,} EUR")

    assert lies_within(asked, f"above EUR {low:,} and up to EUR {high:,}") is (low <= size <= high)
