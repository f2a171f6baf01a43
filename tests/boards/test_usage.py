"""How Bearing is used, as the audit trail and the ratings tell it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from copilot import Settings
from copilot.boards.usage import Usage, read_usage
from copilot.errors import PermissionDenied
from copilot.state.conversations import FILE, Conversations
from copilot.state.places import place
from copilot.types import Answer, Seconds, Status, ToolCall, Viewer
from copilot.types import Usage as Tokens

ADMIN = Viewer(name="root", role="admin")


def today() -> date:
    """Today, asked anew by each test: a suite may run past midnight."""
    return datetime.now(UTC).date()


def answer(question: str, status: Status = "answered", seconds: float = 1.0, cost: float | None = None) -> Answer:
    return Answer(
        id=f"a-{question}", question=question, status=status, text="So it is.",
        model="grounded" if cost is None else "x",
        usage=Tokens(input_tokens=100, output_tokens=10, cost=cost), seconds=Seconds(total=seconds),
        tool_calls=(ToolCall(name="search_knowledge", arguments={}, seconds=0.1, ok=status == "answered"),),
    )  # fmt: skip


@pytest.fixture
def conversations(kept: Settings) -> Iterator[Conversations]:
    opened = Conversations(place(kept, FILE))
    yield opened
    opened.close()


def of_week(conversations: Conversations) -> Usage:
    return read_usage(conversations, ADMIN, 7, today())


def test_questions_are_counted_by_outcome_model_and_person(conversations: Conversations) -> None:
    conversations.ensure("c", "ana")
    conversations.append("c", "ana", "How many?", answer("How many?", seconds=1.0))
    conversations.append("c", "ana", "Why?", answer("Why?", seconds=3.0, cost=0.5))
    conversations.note_answer("bo", answer("Alone?", "not_permitted", seconds=2.0), ())
    conversations.interrupt_turn(conversations.begin_turn("c", "ana", "Stopped?"))
    found = of_week(conversations)
    assert (found.questions, found.refused, found.people) == (4, 1, 2)
    assert found.outcomes == {"answered": 2, "not_permitted": 1, "interrupted": 1}
    assert found.models == {"grounded": 2, "x": 1}
    assert found.median_seconds == 2.0
    assert found.slowest_seconds == pytest.approx(2.9)
    assert (found.input_tokens, found.output_tokens, found.cost) == (300, 30, 0.5)
    assert [(tool.name, tool.calls, tool.failed) for tool in found.tools] == [("search_knowledge", 3, 1)]


def test_every_day_of_the_span_is_there_and_no_other(conversations: Conversations) -> None:
    conversations.note_answer("ana", answer("Today?"), ())
    found = of_week(conversations)
    assert [day.day for day in found.days] == [today() - timedelta(days=n) for n in range(6, -1, -1)]
    assert [day.questions for day in found.days] == [0] * 6 + [1]
    earlier = read_usage(conversations, ADMIN, 7, today() - timedelta(days=1))
    assert (earlier.questions, earlier.last) == (0, today() - timedelta(days=1))


def test_what_stays_unanswered_is_told_by_topic_the_most_asked_first(conversations: Conversations) -> None:
    lunch = ("What is for lunch today?", "What will be for lunch?", "Tell me what is for lunch.")
    for question in (*lunch, "Who won the football world cup?"):
        conversations.note_answer("ana", answer(question, "insufficient_evidence"), ())
    conversations.note_answer("ana", answer("How many pilots are there?"), ())
    topics = of_week(conversations).unanswered
    assert [topic.asked for topic in topics] == [3, 1]
    assert topics[0].question in lunch
    assert topics[0].last == today()


def test_feedback_is_counted_with_its_reasons(conversations: Conversations) -> None:
    conversations.ensure("c", "ana")
    turns = [conversations.append("c", "ana", f"{n}?", answer(f"{n}?")) for n in range(3)]
    conversations.rate(turns[0], "ana", True)
    conversations.rate(turns[1], "ana", False, ("Too long", "Wrong figure"))
    conversations.rate(turns[2], "ana", False, ("Too long",))
    found = of_week(conversations)
    assert (found.thumbs_up, found.thumbs_down) == (1, 2)
    assert found.reasons == {"Too long": 2, "Wrong figure": 1}


def test_what_was_deleted_still_counts(conversations: Conversations) -> None:
    conversations.ensure("c", "ana")
    conversations.append("c", "ana", "How many?", answer("How many?"))
    conversations.delete("c", "ana")
    assert of_week(conversations).questions == 1


def test_where_nothing_was_asked_all_is_nought(conversations: Conversations) -> None:
    found = of_week(conversations)
    assert (found.questions, found.median_seconds, found.unanswered) == (0, None, ())


@pytest.mark.parametrize("role", [None, "leader", "pm", "evaluator"])
def test_it_is_for_who_administers(conversations: Conversations, role: str | None) -> None:
    with pytest.raises(PermissionDenied):
        read_usage(conversations, Viewer.model_validate({"name": "ana", "role": role}), 7)
