"""Mistyped words of a workspace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.reading.spelling import Speller

SPELLER = Speller(["status is withdrawn", "ward: radiology", "settled", "shift use"])


@pytest.mark.parametrize(
    ("typed", "meant"), [("withdrwan", "withdrawn"), ("radilogy", "radiology"), ("shfit", "shift")]
)
def test_a_mistyped_word_of_the_workspace_is_repaired(typed: str, meant: str) -> None:
    assert SPELLER.repaired(f"not {typed} yet?") == f"not {meant} yet?"


@pytest.mark.parametrize("text", ["unsettled", "the dearest shop", "Kuvasto", "drawn", "2,500 in Köln"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert SPELLER.repaired(text) == text


@given(st.text())
def test_what_stands_between_words_stays(text: str) -> None:
    assert "".join(c for c in SPELLER.repaired(text) if not c.isalpha()) == "".join(c for c in text if not c.isalpha())
