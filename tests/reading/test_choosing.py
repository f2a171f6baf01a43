"""The chooser: what it says of the columns and values of a table before a question."""

from __future__ import annotations

import time

import pytest

from copilot.reading.choosing import Item, Judged, judge

ITEMS = [
    Item("stage", None, "stage / phase (idea, pilot, production)"),
    Item("stage", "pilot", "stage: pilot"),
    Item("cost", None, "cost / outlay (number)"),
    Item("owner", None, "owner / lead (person)"),
]


@pytest.fixture(scope="module")
def judged() -> Judged:
    return judge("How many projects are in pilot?", "projects", ITEMS)


def test_a_value_that_a_question_names_is_its_condition_and_is_found_in_it(judged: Judged) -> None:
    assert set(judged.uses) == {item.key for item in ITEMS}
    assert judged.sure("stage", "pilot", "is") > 0.5 > judged.sure("cost", None, "measured", "shown")
    start, end, sure = max(judged.said["stage", "pilot"], key=lambda place: place[2])
    assert ("How many projects are in pilot?"[start:end], sure > 0.5) == ("pilot", True)


def test_the_same_question_is_judged_alike_and_without_reading_it_again(judged: Judged) -> None:
    before = time.thread_time()
    again = judge("How many projects are in pilot?", "projects", list(ITEMS))
    took = time.thread_time() - before
    assert again == judged
    before = time.thread_time()
    judge("How many projects were in pilot?", "projects", ITEMS)
    assert took < (time.thread_time() - before) / 3
