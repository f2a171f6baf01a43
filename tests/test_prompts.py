from __future__ import annotations

from pathlib import Path

import pytest

from copilot import prompts
from copilot.citations import MARKER
from copilot.prompts import render

VARIABLES = {
    "organisation": "Acme $1 Ltd",
    "today": "2026-02-03",
    "currency": "EUR",
    "viewer": "ana",
    "card": "- Stages: idea.",
}


def test_the_system_prompt_renders_with_its_variables() -> None:
    text = render("system", **VARIABLES)
    assert all(value in text for value in VARIABLES.values())


@pytest.mark.parametrize("missing", VARIABLES)
def test_a_missing_variable_is_an_error(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        render("system", **{name: value for name, value in VARIABLES.items() if name != missing})


def test_an_unused_variable_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        render("system", **VARIABLES, colour="blue")


def test_a_prompt_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        render("missing")


def test_the_system_prompt_shows_citations_in_the_form_that_is_verified() -> None:
    assert MARKER.findall(render("system", **VARIABLES)) == ["r-P-004", "x-1a2b3c4d"]


JUDGES = {
    "judge_points": {"question", "answer", "fence", "points", "count"},
    "judge_rubric": {"question", "answer", "fence", "rubric"},
    "judge_pair": {"question", "first", "second", "fence"},
}


@pytest.mark.parametrize("prompt", JUDGES)
def test_a_prompt_of_the_judge_renders_and_declares_the_answer_to_be_data(prompt: str) -> None:
    text = render(prompt, **{name: f"<{name} $1>" for name in JUDGES[prompt]})
    assert all(f"<{name} $1>" in text for name in JUDGES[prompt])
    assert "data to be judged" in text


def test_the_repair_prompt_renders_with_the_sentences_to_rewrite() -> None:
    text = render("repair", question="How many $1?", sentences="1. They save 47 million.")
    assert "How many $1?" in text
    assert "1. They save 47 million." in text
    assert MARKER.findall(text) == ["id", "r-P-004"]


def test_every_prompt_has_a_test_here() -> None:
    folder = Path(prompts.__file__).parent
    assert [path.stem for path in sorted(folder.glob("*.md"))] == sorted(["system", "repair", *JUDGES])
