"""What a person stops ends at its next step, and is stored as stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from copilot import Copilot, Step
from copilot.errors import Stopped
from copilot.stopping import go_on, stop_by


@pytest.fixture
def switch() -> Iterator[threading.Event]:
    switch = threading.Event()
    stop_by(switch)
    yield switch
    stop_by(threading.Event())


def test_nothing_ends_while_the_switch_is_off(switch: threading.Event) -> None:
    go_on()
    switch.set()
    with pytest.raises(Stopped):
        go_on()


def test_a_tool_ends_between_its_queries(copilot: Copilot, switch: threading.Event) -> None:
    switch.set()
    with pytest.raises(Stopped):
        copilot.call("draft_memo")


def test_an_answer_stopped_while_its_memo_is_drafted_is_stored_as_stopped(
    copilot: Copilot, switch: threading.Event
) -> None:
    id = copilot.conversations.start("everyone")
    events = copilot.stream("Draft a memo for the top five projects.", id)
    next(event for event in events if isinstance(event, Step) and event.tool == "draft_memo")
    switch.set()
    with pytest.raises(Stopped):
        list(events)
    (turn,) = copilot.conversations.turns(id, "everyone")
    assert (turn.state, turn.answer) == ("interrupted", None)
    assert copilot.memos is not None
    assert copilot.memos.list(copilot.viewer()) == ()
