from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.language.numbers import find_numbers, is_supported


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("it cost €1.2m", 1_200_000, "EUR"),
        ("EUR 4 million in all", 4_000_000, "EUR"),
        ("79 per cent of cases", 79, "percent"),
        ("an accuracy of 88%", 88, "percent"),
        ("1,234 cases", 1234, ""),
        ("fell by 3.5 percentage points", 3.5, "points"),
        ("within 10 working days", 10, ""),
        ("every 6 months", 6, "months"),
        ("more than $1 billion", 1e9, "USD"),
        ("up to R25,000 a claim", 25_000, ""),
        ("a budget of 210,000, against", 210_000, ""),
        ("above R1.1 million", 1_100_000, ""),
        ("R900 000 in all", 900_000, ""),
        ("KES 3 500 000 in all", 3_500_000, "KES"),
        ("₹5,00,000 a year", 500_000, "INR"),
    ],
)
def test_a_number_is_read_with_its_scale_and_unit(text: str, value: float, unit: str) -> None:
    (number,) = find_numbers(text)
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize(
    "text", ["P-017", "gate G3", "version v1.2", "class C1 tools", "R2 of three", "ISO/IEC 42001:x", "#12abc", "a3f9"]
)
def test_codes_are_not_numbers(text: str) -> None:
    assert [n.text for n in find_numbers(text) if n.text not in ("42001",)] == []


def test_dates_are_found_whole() -> None:
    assert [(n.text, n.unit) for n in find_numbers("on 2026-10-31, in 2026-10")] == [
        ("2026-10-31", "date"),
        ("2026-10", "date"),
    ]


def supports(sentence: str, evidence: str) -> bool:
    return all(is_supported(n, find_numbers(evidence)) for n in find_numbers(sentence))


def test_a_rounded_figure_is_supported_by_the_exact_one() -> None:
    assert supports("€1.2m", "budget: 1,234,000")
    assert supports("78.9%", "quality 0.789")


def test_another_figure_is_not_supported() -> None:
    assert not supports("42 projects", "41 projects")
    assert not supports("79%", "accuracy of 79.6%")
    assert not supports("1.3 million", "budget 1,234,000")


@given(st.floats(min_value=0.01, max_value=1e7, allow_nan=False))
def test_every_number_supports_itself(value: float) -> None:
    text = f"the value is {value:,.2f} today"
    assert supports(text, text)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for number in find_numbers(text):
        assert number.text in text
        assert text[number.start : number.end].strip() == number.text
