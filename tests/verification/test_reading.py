"""Figures as they are written in three languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.verification.figures import Read, same
from copilot.verification.languages import language_of, languages
from copilot.verification.reading import read_figures

LANGUAGES = st.sampled_from(sorted(languages()))


def figures(text: str, code: str = "en") -> tuple[Read, ...]:
    return read_figures(text, languages()[code])


@pytest.mark.parametrize(
    ("code", "text", "value", "kind", "unit"),
    [
        ("en", "1.250.000 EUR", 1_250_000, "money", "EUR"),
        ("en", "EUR 17.4m", 17_400_000, "money", "EUR"),
        ("en", "€560k", 560_000, "money", "EUR"),
        ("en", "a hundred and twenty", 120, "number", ""),
        ("en", "twenty-one", 21, "number", ""),
        ("en", "five working days", 5, "time", "day"),
        ("en", "roughly half a million people", 500_000, "number", ""),
        ("en", "two thirds", 2 / 3, "fraction", ""),
        ("en", "3/4 of the plants", 0.75, "fraction", ""),
        ("en", "79 per cent", 79, "percent", ""),
        ("en", "68.3 of 100", 68.3, "number", ""),
        ("de", "350.000 EUR", 350_000, "money", "EUR"),
        ("de", "12,50 EUR", 12.5, "money", "EUR"),
        ("de", "13,1 %", 13.1, "percent", ""),
        ("de", "1,2 Mio. EUR", 1_200_000, "money", "EUR"),
        ("de", "zweihundertfünfzig", 250, "number", ""),
        ("de", "drei Milliarden Euro", 3e9, "money", "EUR"),
        ("de", "3,7 Prozentpunkte", 3.7, "points", ""),
        ("fr", "1 250 000 €", 1_250_000, "money", "EUR"),
        ("fr", "1,25 million d'euros", 1_250_000, "money", "EUR"),
        ("fr", "quatre-vingt-onze", 91, "number", ""),
        ("fr", "soixante-douze pour cent", 72, "percent", ""),
    ],
)
def test_a_figure_is_read_in_its_language(code: str, text: str, value: float, kind: str, unit: str) -> None:
    (figure,) = figures(text, code)
    assert figure.value == pytest.approx(value)
    assert (figure.kind, figure.unit) == (kind, unit)


@pytest.mark.parametrize(
    ("code", "text", "day"),
    [
        ("en", "on 6 July 2026", (2026, 7, 6)),
        ("en", "the third of March 2026", (2026, 3, 3)),
        ("en", "June 9, 2026", (2026, 6, 9)),
        ("en", "in 12/2026", (2026, 12, 0)),
        ("en", "since 2026", (2026, 0, 0)),
        ("en", "the third quarter of 2026", (2026, -3, 0)),
        ("de", "seit dem 1. Januar 2026", (2026, 1, 1)),
        ("de", "am 31.10.2026", (2026, 10, 31)),
        ("fr", "le 12 février 2026", (2026, 2, 12)),
    ],
)
def test_a_date_is_read_in_words_and_figures(code: str, text: str, day: tuple[int, int, int]) -> None:
    (figure,) = figures(text, code)
    assert figure.day == day


@pytest.mark.parametrize("text", ["P-017", "#4711", "x4711", "M-6c7cffb15d"])
def test_a_code_is_an_id(text: str) -> None:
    (figure,) = figures(f"as {text} says")
    assert (figure.kind, figure.text) == ("id", text)


@pytest.mark.parametrize(
    ("said", "held", "holds"),
    [
        ("9.61 million EUR", "9,610,000 EUR", True),
        ("1.3 million USD", "1,250,000 USD", True),
        ("1.4 million USD", "1,250,000 USD", False),
        ("504,000 EUR", "504,000 USD", False),
        ("5 days", "5 %", False),
        ("60 hours", "60 days", False),
        ("12 months", "a period of one year", False),
        ("897 days", "2.5 years", True),
        ("6 July 2026", "2026-07-06", True),
        ("July 2026", "2026-07-06", True),
        ("Q3 2026", "2026-07-06", True),
        ("6 August 2026", "2026-07-06", False),
        ("half", "50 %", True),
        ("more than 40 %", "43.4 %", True),
        ("more than 40 %", "39 %", False),
        ("about 217 thousand USD", "217,480 USD", True),
        ("about 221 thousand USD", "217,480 USD", False),
    ],
)
def test_a_figure_says_what_another_says_by_value_unit_and_precision(said: str, held: str, holds: bool) -> None:
    assert any(same(a, b) for a in figures(said) for b in figures(held)) is holds


def test_numbers_that_stand_together_share_a_unit() -> None:
    spent, budget = figures("3.4 of 11.8 million USD")
    assert (spent.value, spent.unit) == (3_400_000, "USD")
    assert (budget.value, budget.unit) == (11_800_000, "USD")


@given(st.text(max_size=200), LANGUAGES)
def test_any_text_can_be_read(text: str, code: str) -> None:
    found = figures(text, code)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))


@given(st.integers(1, 10**9))
def test_a_grouped_number_is_the_same_in_every_language(value: int) -> None:
    english, german, french = f"{value:,}", f"{value:,}".replace(",", "."), f"{value:,}".replace(",", " ")
    read = [figures(f"{text} EUR", code)[0].value for text, code in ((english, "en"), (german, "de"), (french, "fr"))]
    assert read == [value] * 3


def test_the_language_of_a_sentence_is_told_by_its_function_words() -> None:
    assert language_of("Zwei der vier Projekte sind im Pilotbetrieb.").code == "de"
    assert language_of("Deux des quatre projets sont en pilote.").code == "fr"
    assert language_of("Two of the four projects are pilots.").code == "en"
    assert language_of("350 000", "fr").code == "fr"
