"""What many callers share gives each of them what it gives one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from copilot import Copilot
from copilot.language.words import stem


@pytest.fixture
def hurried_threads() -> Iterator[None]:
    """Threads take turns so often that what is not safe between them shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried_threads")
def test_a_stem_is_the_same_in_every_thread() -> None:
    begins = [f"{a}{b}{c}" for a in "bcdfgm" for b in "aeiou" for c in ("lt", "nd", "rm", "st")]
    words = [f"{begin}{end}" for begin in begins for end in ("", "ing", "ization", "fulness", "ed", "ically")]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda turn: [stem(word) for word in words[turn * 50 :] + words[: turn * 50]], range(8)))
    stem.cache_clear()
    assert told == [[stem(word) for word in words[turn * 50 :] + words[: turn * 50]] for turn in range(8)]


@pytest.mark.usefixtures("hurried_threads")
def test_answers_of_many_threads_are_those_of_one(copilot: Copilot) -> None:
    questions = [
        "How many projects are in pilot?",
        "How long is data kept that was copied for training a model?",
        "Which three projects should come first?",
        "What was weekly use in the last quarter?",
        "What is data drift and why does it matter?",
        "Tell me about Bed Planner",
    ]
    with ThreadPoolExecutor(6) as pool:
        told = [answer.text for answer in pool.map(copilot.ask, questions * 3)]
    assert told == [copilot.ask(question).text for question in questions] * 3
