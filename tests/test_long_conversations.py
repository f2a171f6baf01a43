"""What a conversation leaves behind: as much as was said in it, and nothing once it is forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from indexes import CORPUS, Indexes
from langchain_core.messages import AIMessage, ToolMessage

from copilot import Copilot, Settings, open_copilot
from copilot.models.history import remembered
from copilot.retrieval import tokens

QUESTION = "How many projects are in pilot?"


@pytest.fixture
def settings(indexes: Indexes, tmp_path: Path) -> Settings:
    return indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path / "state"))


@pytest.fixture
def copilot(settings: Settings) -> Iterator[Copilot]:
    opened = open_copilot(settings)
    yield opened
    opened.close()


def kept(settings: Settings) -> int:
    """Bytes of all that is kept, with what SQLite has yet to write into its files."""
    for path in settings.workspace_state().glob("*.sqlite"):
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return sum(path.stat().st_size for path in settings.workspace_state().glob("*.sqlite*"))


def test_a_conversation_grows_by_what_is_said_in_it(copilot: Copilot, settings: Settings) -> None:
    copilot.ask(QUESTION, conversation="long")
    sizes = [kept(settings)]
    for _ in range(3):
        for _ in range(4):
            copilot.ask(QUESTION, conversation="long")
        sizes.append(kept(settings))
    first, *_, last = (after - before for before, after in zip(sizes, sizes[1:], strict=False))
    assert last <= 1.5 * first
    assert last < 4 * 60_000


def test_a_follow_up_is_understood_by_another_process(copilot: Copilot, settings: Settings) -> None:
    copilot.ask(QUESTION, conversation="elsewhere")
    other = open_copilot(settings)
    answer = other.ask("and in production?", conversation="elsewhere")
    other.close()
    assert answer.tool_calls[0].arguments["filters"][0]["value"] == "production"


def test_what_earlier_versions_remembered_apart_is_dropped_and_the_conversation_goes_on(
    copilot: Copilot, settings: Settings
) -> None:
    copilot.ask(QUESTION, conversation="older")
    former = settings.workspace_state() / "agent.sqlite"
    with sqlite3.connect(former) as connection:
        connection.execute("CREATE TABLE checkpoints (thread_id TEXT)")
    connection.close()
    later = open_copilot(settings)
    answer = later.ask("and in production?", conversation="older")
    later.close()
    assert not former.exists()
    assert answer.tool_calls[0].arguments["filters"][0]["value"] == "production"


def test_what_is_forgotten_is_in_no_file(copilot: Copilot, settings: Settings) -> None:
    copilot.ask(QUESTION, conversation="gone")
    said = copilot.ask("Tell me about Bed Planner", conversation="gone").text.partition("[")[0].encode()
    assert holding(settings, said) == ["conversations.sqlite"]
    copilot.forget("gone")
    assert holding(settings, said) == []
    assert copilot.conversations.turns_of(copilot.viewer().name, 10) == ()


def holding(settings: Settings, text: bytes) -> list[str]:
    kept(settings)
    return [p.name for p in settings.workspace_state().glob("*.sqlite*") if text in p.read_bytes()]


@pytest.mark.parametrize("budget", [0, 50, 200, 1000])
def test_a_model_is_reminded_of_whole_turns_within_its_budget(copilot: Copilot, budget: int) -> None:
    for question in (QUESTION, "Which of them is the most expensive?", "Tell me about Bed Planner"):
        copilot.ask(question, conversation=f"budget-{budget}")
    turns = copilot.conversations.turns(f"budget-{budget}", copilot.viewer().name)
    messages = remembered(turns, budget)
    assert sum(tokens.count(str(m.text)) for m in messages) <= budget
    called = {str(c["id"]) for m in messages if isinstance(m, AIMessage) for c in m.tool_calls}
    assert called == {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
    asked = [str(m.text) for m in messages if m.type == "human"]
    assert asked == [t.question for t in turns][len(turns) - len(asked) :]
    assert len(asked) == sum(m.type == "ai" and bool(m.text) for m in messages)
    assert budget < 1000 or len(asked) == len(turns)
