"""The id of a record is a condition where a question says it, and is guessed from no other words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot import Answer, Copilot, Settings, open_copilot


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    opened = open_copilot(Settings(state_dir=tmp_path_factory.mktemp("state")))
    yield opened
    opened.close()


def filters(answer: Answer) -> dict[str, object]:
    lead = next(call for call in answer.tool_calls if call.is_lead)
    return {one["column"]: one["value"] for one in lead.arguments.get("filters", ())}


def test_no_project_that_must_come_first_is_guessed(shipped: Copilot) -> None:
    answer = shipped.ask("If we could only keep three of our AI projects in Insurance, which ones and why?")
    assert filters(answer) == {"unit": "Insurance"}


def test_a_project_that_is_said_is_a_condition(shipped: Copilot) -> None:
    assert filters(shipped.ask("How many projects depend on P-073?"))["depends_on"] == "P-073"
