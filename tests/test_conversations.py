from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import command_line
import psycopg
import pytest
import raw_state
from hypothesis import given
from hypothesis import strategies as st

from copilot import Settings
from copilot.errors import PermissionDenied, SettingsError, StateError
from copilot.state import places
from copilot.state.conversation_rows import UNTITLED
from copilot.state.conversation_schema import MIGRATIONS
from copilot.state.conversations import FILE, TITLE_LENGTH, Conversations, title_of
from copilot.state.places import Place
from copilot.types import Answer, Citation, Evidence, Finding, Quantity, ToolCall, Viewer

ANSWER = Answer(
    id="a1",
    question="How many pilots?",
    status="answered",
    text="Three projects are pilots [1].",
    citations=(
        Citation(marker=1, kind="record", source="records/projects.csv", locator="row 2", title="P", quote="3"),
    ),
    tool_calls=(ToolCall(name="find_projects", arguments={"stage": "pilot"}, seconds=0.1, ok=True),),
    model="openai:some-model",
)
EVIDENCE = Evidence(
    id="x-1",
    kind="computation",
    source="records/projects.csv",
    locator="3 rows",
    title="Pilots",
    text="3 pilots",
)
ADMIN, EVALUATOR = Viewer(name="root", role="admin"), Viewer(name="eva", role="evaluator")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def place(kept: Settings) -> Place:
    return places.place(kept, FILE)


@pytest.fixture
def conversations(place: Place) -> Iterator[Conversations]:
    store = Conversations(place, versions={"index": "abc"})
    yield store
    store.close()


def run_python(code: str, settings: Settings) -> subprocess.Popen[bytes]:
    assert settings.state_dir is not None
    environment = command_line.environment(settings.state_dir, settings.workspace, **raw_state.variables(settings))
    return subprocess.Popen([sys.executable, "-c", OPENED + dedent(code)], stdout=subprocess.PIPE, env=environment)


OPENED = """
from copilot import Settings
from copilot.state.conversations import FILE, Conversations
from copilot.state.places import place
store = Conversations(place(Settings.from_env(), FILE))
"""


def test_a_conversation_is_there_after_a_restart(conversations: Conversations, place: Place) -> None:
    id = conversations.start("ana")
    conversations.append(id, "ana", ANSWER.question, ANSWER, [EVIDENCE])
    conversations.close()

    reopened = Conversations(place)
    (turn,) = reopened.turns(id, "ana")
    reopened.close()
    assert turn.answer == ANSWER
    assert (turn.question, turn.state, turn.partial, turn.parent) == (ANSWER.question, "answered", "", None)


def test_what_tools_found_is_kept_by_turn_and_goes_with_the_conversation(conversations: Conversations) -> None:
    id = conversations.start("ana")
    found = Finding(kind="reason", subject="P-1", values={"rank": Quantity(value=1, unit="rank")}, text="P-1 ranks 1.")
    turn = conversations.begin_turn(id, "ana", "Which first?")
    conversations.finish_turn(turn, ANSWER, (), {"prioritize_projects": [found]})
    assert conversations.findings_of(turn, "ana", "prioritize_projects") == (found,)
    assert conversations.findings_of(turn, "ana", "plan_portfolio") == ()
    conversations.delete(id, "ana")
    assert conversations.findings_of(turn, "ana", "prioritize_projects") == ()


def test_the_first_question_gives_the_title(conversations: Conversations) -> None:
    id = conversations.start("ana")
    assert conversations.info(id, "ana").title == UNTITLED
    conversations.begin_turn(id, "ana", "  Which pilots\nshould we stop? ")
    conversations.begin_turn(id, "ana", "And in retail?")
    assert conversations.info(id, "ana").title == "Which pilots should we stop?"


def test_a_given_title_stays(conversations: Conversations) -> None:
    id = conversations.start("ana", "Board meeting")
    conversations.begin_turn(id, "ana", "Which pilots?")
    assert conversations.info(id, "ana").title == "Board meeting"
    conversations.rename(id, "ana", "Spring board meeting")
    assert conversations.info(id, "ana").title == "Spring board meeting"


def test_a_long_title_is_cut_at_a_word() -> None:
    assert title_of("word " * 40) == "word word word word word word word word word word word word…"


@given(st.text())
def test_a_title_is_one_short_line(question: str) -> None:
    title = title_of(question)
    assert len(title) <= TITLE_LENGTH
    assert title == " ".join(title.split())


def test_conversations_are_listed_with_the_last_used_first(conversations: Conversations) -> None:
    first, second = conversations.start("ana", "First"), conversations.start("ana", "Second")
    assert [c.id for c in conversations.list("ana")] == [second, first]
    conversations.begin_turn(first, "ana", "Anything new?")
    assert [c.id for c in conversations.list("ana")] == [first, second]
    assert [c.id for c in conversations.list("ana", limit=1)] == [first]


def test_search_finds_titles_and_questions_in_any_case_and_takes_wildcards_literally(
    conversations: Conversations,
) -> None:
    id = conversations.start("ana", "Über Piloten")
    conversations.begin_turn(id, "ana", "Is 50% of it in PRODUCTION?")
    conversations.start("ana", "Other")
    for query in ("über", "piloten", "production", "50%", " "):
        assert id in [c.id for c in conversations.list("ana", query)]
    assert conversations.list("ana", "5_%") == ()


def test_turns_come_in_order_and_the_last_ones_on_request(conversations: Conversations) -> None:
    id = conversations.start("ana")
    asked = [conversations.append(id, "ana", f"Question {n}", ANSWER) for n in range(4)]
    turns = conversations.turns(id, "ana")
    assert [t.id for t in turns] == asked
    assert [t.parent for t in turns] == [None, *asked[:-1]]
    assert [t.id for t in conversations.turns(id, "ana", last=2)] == asked[2:]
    assert conversations.turns(id, "ana", last=0) == ()


def test_a_turn_may_take_the_place_of_another_which_can_still_be_read(conversations: Conversations) -> None:
    id = conversations.start("ana")
    first = conversations.append(id, "ana", "One", ANSWER)
    second = conversations.append(id, "ana", "Two", ANSWER)
    other = conversations.begin_turn(id, "ana", "Two, put otherwise", instead_of=second)
    third = conversations.append(id, "ana", "Three", ANSWER)
    turns = conversations.turns(id, "ana")
    assert [(t.id, t.parent, t.earlier) for t in turns] == [(first, None, 0), (other, first, 1), (third, other, 0)]
    assert [t.id for t in conversations.replaced(other, "ana")] == [second]
    assert conversations.replaced(other, "ben") == ()
    assert conversations.turn(second, "ana").question == "Two"
    with pytest.raises(SettingsError):
        conversations.turn(second, "ben")
    assert [t.id for t in conversations.turns(id, "ana", last=2)] == [other, third]
    with pytest.raises(SettingsError, match="no turn"):
        conversations.begin_turn(id, "ana", "Four", instead_of="elsewhere")


def test_the_first_question_too_can_be_put_otherwise(conversations: Conversations) -> None:
    id = conversations.start("ana")
    first = conversations.append(id, "ana", "One", ANSWER)
    conversations.append(id, "ana", "Two", ANSWER)
    other = conversations.begin_turn(id, "ana", "One, put otherwise", instead_of=first)
    assert [(t.id, t.parent) for t in conversations.turns(id, "ana")] == [(other, None)]


def test_sharing_is_on_record_and_ends_with_the_link(conversations: Conversations) -> None:
    id = conversations.start("ana")
    conversations.append(id, "ana", "One", ANSWER)
    ana = Viewer(name="ana", labels=frozenset({"board"}))
    assert conversations.share_of(id, "ana") is None
    share = conversations.share(id, ana)
    assert conversations.shared(share.link) == share
    assert (share.viewer, share.conversation, share.labels) == ("ana", id, {"board"})
    again = conversations.share(id, ana)
    assert again.link == share.link
    assert again.at > share.at
    conversations.unshare(id, "ana")
    conversations.unshare(id, "ana")
    with pytest.raises(SettingsError, match="no longer"):
        conversations.shared(share.link)
    acts = [(e.action, e.subject) for e in conversations.audit(ADMIN) if "shar" in e.action]
    assert acts == [("shared conversation", id), ("shared conversation", id), ("ended sharing", id)]


def test_nobody_shares_the_conversation_of_another(conversations: Conversations) -> None:
    id = conversations.start("ana")
    with pytest.raises(SettingsError):
        conversations.share(id, Viewer(name="ben"))
    with pytest.raises(SettingsError):
        conversations.share_of(id, "ben")


def test_a_deleted_conversation_is_shared_no_more(conversations: Conversations) -> None:
    id = conversations.start("ana")
    link = conversations.share(id, Viewer(name="ana")).link
    conversations.delete(id, "ana")
    with pytest.raises(SettingsError):
        conversations.shared(link)


def test_an_interrupted_turn_keeps_its_question_and_the_text_so_far(conversations: Conversations) -> None:
    id = conversations.start("ana")
    turn = conversations.begin_turn(id, "ana", "Why?")
    conversations.keep_partial(turn, "Because the")
    assert conversations.turns(id, "ana")[0].state == "answering"
    conversations.interrupt_turn(turn)
    stored = conversations.turns(id, "ana")[0]
    assert (stored.question, stored.partial, stored.state) == ("Why?", "Because the", "interrupted")


def test_an_answered_turn_cannot_be_interrupted(conversations: Conversations) -> None:
    id = conversations.start("ana")
    turn = conversations.append(id, "ana", "Why?", ANSWER)
    conversations.interrupt_turn(turn, "late")
    conversations.keep_partial(turn, "late")
    stored = conversations.turns(id, "ana")[0]
    assert (stored.state, stored.answer, stored.partial) == ("answered", ANSWER, "")


def test_a_turn_whose_process_was_killed_counts_as_interrupted(kept: Settings, place: Place) -> None:
    code = """
        import os, signal
        store.ensure("c1", "ana")
        turn = store.begin_turn("c1", "ana", "Why?")
        store.keep_partial(turn, "Because")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with run_python(code, kept) as process:
        assert process.wait() == -9
    raw_state.execute(place, "UPDATE turns SET touched = '2000-01-01T00:00:00.000000+00:00'")
    store = Conversations(place)
    (turn,) = store.turns("c1", "ana")
    assert (turn.state, turn.partial) == ("interrupted", "Because")
    store.append("c1", "ana", "And now?", ANSWER)
    assert len(store.turns("c1", "ana")) == 2
    store.close()


def test_another_viewer_can_neither_see_nor_change_a_conversation(conversations: Conversations) -> None:
    id = conversations.start("ana", "Secret plans")
    turn = conversations.append(id, "ana", "Why?", ANSWER)
    assert conversations.belongs_to(id, "ana")
    assert not conversations.belongs_to(id, "bo")
    assert conversations.list("bo") == ()
    attempts = (
        lambda: conversations.info(id, "bo"),
        lambda: conversations.turns(id, "bo"),
        lambda: conversations.begin_turn(id, "bo", "What?"),
        lambda: conversations.append(id, "bo", "What?", ANSWER),
        lambda: conversations.rename(id, "bo", "Mine"),
        lambda: conversations.delete(id, "bo"),
        lambda: conversations.rate(turn, "bo", False),
        lambda: conversations.ensure(id, "bo", "Mine"),
    )
    for attempt in attempts:
        with pytest.raises(SettingsError) as caught:
            attempt()
        assert "ana" not in str(caught.value)
        assert "Secret" not in str(caught.value)
    assert len(conversations.turns(id, "ana")) == 1


def test_a_missing_conversation_reads_like_that_of_another_viewer(conversations: Conversations) -> None:
    id = conversations.start("ana")
    messages = []
    for asked in (id, "missing"):
        with pytest.raises(SettingsError) as caught:
            conversations.turns(asked, "bo")
        messages.append(str(caught.value).replace(asked, "ID"))
    assert messages[0] == messages[1]


def test_a_caller_may_bring_an_id_and_come_back_to_it(conversations: Conversations) -> None:
    conversations.ensure("board-2026", "ana", "What now?")
    conversations.ensure("board-2026", "ana", "Another title")
    assert conversations.info("board-2026", "ana").title == "What now?"


@pytest.mark.parametrize("id", ["", "-x", "a b", "../etc", "x" * 65, "ü"])
def test_an_id_that_would_not_fit_in_a_url_is_refused(conversations: Conversations, id: str) -> None:
    with pytest.raises(SettingsError, match="conversation id"):
        conversations.ensure(id, "ana")


def test_a_deleted_conversation_is_wiped_and_its_id_stays_taken(conversations: Conversations, place: Place) -> None:
    conversations.ensure("c1", "ana", "zebra crossing")
    turn = conversations.append("c1", "ana", "Why?", ANSWER.model_copy(update={"text": "quagga text"}))
    conversations.rate(turn, "ana", True, comment="okapi")
    conversations.delete("c1", "ana")
    assert conversations.list("ana") == ()
    assert conversations.feedback(EVALUATOR) == ()
    for viewer in ("ana", "bo"):
        with pytest.raises(SettingsError):
            conversations.ensure("c1", viewer)
    conversations.close()
    if isinstance(place, Path):
        stored = place.read_bytes()
        assert not any(word in stored for word in (b"zebra", b"quagga", b"okapi"))


def test_an_answer_that_comes_after_its_conversation_was_deleted_is_only_audited(
    conversations: Conversations,
) -> None:
    id = conversations.start("ana")
    turn = conversations.begin_turn(id, "ana", "Why?")
    conversations.delete(id, "ana")
    conversations.finish_turn(turn, ANSWER)
    assert [(e.viewer, e.action) for e in conversations.audit(ADMIN)] == [
        ("ana", "asked"), ("ana", "deleted conversation"), ("ana", "answered"),
    ]  # fmt: skip


def test_the_latest_rating_of_a_turn_counts(conversations: Conversations) -> None:
    id = conversations.start("ana")
    turn = conversations.append(id, "ana", "Why?", ANSWER)
    conversations.append(id, "ana", "And then?", ANSWER)
    conversations.rate(turn, "ana", True)
    conversations.rate(turn, "ana", False, ["wrong number"], "It is four.")
    (feedback,) = conversations.feedback(EVALUATOR)
    assert (feedback.viewer, feedback.conversation, feedback.turn.id) == ("ana", id, turn)
    assert (feedback.turn.rating, feedback.turn.reasons) == (False, ("wrong number",))
    assert feedback.turn == conversations.turns(id, "ana")[0]
    conversations.rate(turn, "ana", None)
    assert conversations.feedback(EVALUATOR) == ()
    assert conversations.turns(id, "ana")[0].rating is None


def test_the_audit_trail_tells_what_an_answer_rested_on(conversations: Conversations) -> None:
    id = conversations.start("ana")
    turn = conversations.append(id, "ana", "Why?", ANSWER, [EVIDENCE])
    asked, answered = conversations.audit(ADMIN)
    assert (asked.action, asked.details["question"], asked.viewer, asked.subject) == ("asked", "Why?", "ana", turn)
    assert (answered.action, answered.subject) == ("answered", turn)
    about = answered.details
    assert (about["status"], about["answer"], about["model"]) == ("answered", "a1", "openai:some-model")
    assert about["tool_calls"] == [call.model_dump(mode="json") for call in ANSWER.tool_calls]
    assert about["evidence"] == [
        {"id": "x-1", "source": "records/projects.csv", "locator": "3 rows",
         "sha256": hashlib.sha256(b"3 pilots").hexdigest()},
    ]  # fmt: skip
    assert about["versions"]["index"] == "abc"
    assert {"bearing", "python"} <= set(about["versions"])
    assert list(conversations.audit(ADMIN, after=asked.number)) == [answered]


def test_what_everyone_asked_and_was_answered_is_not_for_everyone(conversations: Conversations) -> None:
    leader = Viewer(name="ana", role="leader")
    with pytest.raises(PermissionDenied, match="admin"):
        conversations.audit(leader)
    with pytest.raises(PermissionDenied, match="evaluator"):
        conversations.feedback(leader)


def test_what_was_found_for_a_turn_is_only_for_whoever_asked(conversations: Conversations) -> None:
    turn = conversations.begin_turn(conversations.start("ana"), "ana", "Which first?")
    found = Finding(kind="reason", subject="P-1", text="P-1 ranks 1.")
    conversations.finish_turn(turn, ANSWER, [EVIDENCE], {"prioritize_projects": (found,)})
    assert conversations.findings_of(turn, "ana", "prioritize_projects")
    assert conversations.evidence_of(turn, "ana")
    assert conversations.findings_of(turn, "bo", "prioritize_projects") == ()
    assert conversations.evidence_of(turn, "bo") == ()


@pytest.mark.parametrize("statement", ["DELETE FROM trail", "UPDATE trail SET viewer = 'bo'"])
def test_the_audit_trail_only_grows(conversations: Conversations, place: Place, statement: str) -> None:
    conversations.begin_turn(conversations.start("ana"), "ana", "Why?")
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="append-only"):
        raw_state.execute(place, statement)


def test_text_that_is_not_unicode_is_stored_readably(conversations: Conversations) -> None:
    id = conversations.start("ana")
    conversations.begin_turn(id, "ana", "caf\udce9?\0")
    turn = conversations.turns(id, "ana")[0]
    assert turn.question.startswith("caf??")
    conversations.rate(turn.id, "ana", True, comment="\0")
    assert conversations.list("ana", "caf?")[0].id == id
    assert conversations.verify_audit().faults == ()


def test_two_processes_and_their_threads_write_at_once_and_nothing_is_lost(kept: Settings, place: Place) -> None:
    code = """
        import threading
        from copilot.types import Answer
        store.ensure("shared", "ana")
        answer = Answer(id="a", question="q", status="answered", text="t")
        def work():
            for n in range(20):
                store.append("shared", "ana", f"Question {n}", answer)
        threads = [threading.Thread(target=work) for _ in range(2)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        store.close()
    """
    processes = [run_python(code, kept) for _ in range(2)]
    for process in processes:
        with process:
            assert process.wait() == 0
    store = Conversations(place)
    turns = store.turns("shared", "ana")
    assert len(turns) == 80
    assert [t.parent for t in turns] == [None, *(t.id for t in turns[:-1])]
    assert len(list(store.audit(ADMIN))) == 160
    assert store.verify_audit().faults == ()
    store.close()


def test_many_threads_share_one_store(conversations: Conversations) -> None:
    id = conversations.start("ana")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                conversations.append(id, "ana", "Why?", ANSWER)
                conversations.turns(id, "ana", last=1)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(conversations.turns(id, "ana")) == 60


def test_a_failed_change_leaves_nothing_half_done(conversations: Conversations) -> None:
    id = conversations.start("ana")
    first = conversations.begin_turn(id, "ana", "Why?")
    with pytest.raises(SettingsError):
        conversations.begin_turn(id, "ana", "Lost", instead_of="elsewhere")
    assert [t.id for t in conversations.turns(id, "ana")] == [first]
    assert len(list(conversations.audit(ADMIN))) == 1


def test_the_schema_carries_its_version(path: Path) -> None:
    with closing(Conversations(path)) as conversations:
        conversations.start("ana")
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    connection.close()


def test_a_store_of_a_newer_version_is_refused(conversations: Conversations, place: Place) -> None:
    conversations.start("ana")
    conversations.close()
    is_file = isinstance(place, Path)
    raw_state.execute(place, "PRAGMA user_version = 99" if is_file else "UPDATE versions SET version = 99")
    with closing(Conversations(place)) as newer, pytest.raises(StateError, match="newer version"):
        newer.list("ana")


def test_a_file_that_is_no_database_is_a_clear_error(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to have a header" * 20)
    with pytest.raises(StateError, match="is damaged .* --repair"):
        Conversations(path).list("ana")
