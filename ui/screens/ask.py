"""The chat: a home page to start from, and one page for each conversation."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import cast

import streamlit as st

from copilot import Answer, Copilot, CopilotError, Event
from copilot.memos.transcript import Transcript
from copilot.state.conversations import title_of
from copilot.state.turns import Turn
from ui import citations, components, exhibits, markdown, state, weights
from ui.asking import ask
from ui.screens import sharing
from ui.state import TURNS_SHOWN, Pending, session

MAX_QUESTION_CHARACTERS = 20_000
SUGGESTIONS_SHOWN = 4
_POLL_SECONDS = 1.0


def home(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="centered")
    pending = session().pending
    # One place for the welcome, so that it makes way at once for an answer and not at the end of it.
    welcome = st.empty()
    if pending is None and (unkept := session().unkept.get((viewer, None))):
        _head(title_of(unkept.question))
        _thread(copilot, viewer, None, (), None)
        return
    if failure := session().failures.get(None):
        st.error(markdown.literal(failure), icon=":material/error:")
    if pending is None:
        with welcome.container():
            _welcome(copilot, viewer)
            citations.chips((), is_answering=False)
        _question_box(copilot, viewer, None)
        return
    # Answered where it was asked and moved to its own address after: a change of page would take Stop away.
    _head(title_of(pending.question))
    _thread(copilot, viewer, pending.conversation, (), pending)


def conversation(copilot: Copilot, viewer: str, id: str) -> None:
    st.set_page_config(layout="centered")
    if not copilot.conversations.belongs_to(id, viewer):
        _not_available()
        return
    _head(copilot.conversations.info(id, viewer).title, lambda: _menu(copilot, viewer, id))
    shown = session().turns_shown.get(id, TURNS_SHOWN)
    turns = copilot.conversations.turns(id, viewer, shown + 1)
    if len(turns) > shown:
        st.button(
            "Show earlier", icon=":material/expand_less:", type="tertiary", width="stretch",
            on_click=lambda: session().turns_shown.update({id: shown + TURNS_SHOWN}),
        )  # fmt: skip
    pending = session().pending
    _thread(copilot, viewer, id, turns[-shown:], pending if pending and pending.conversation == id else None)


def _thread(copilot: Copilot, viewer: str, id: str | None, turns: tuple[Turn, ...], pending: Pending | None) -> None:
    """The turns, the one being answered now, and the box for the next question."""
    if pending:
        turns = tuple(turn for turn in turns if turn.id != pending.instead_of)
    unkept = session().unkept.get((viewer, id)) if pending is None else None
    shown = (*turns, unkept) if unkept else turns
    opened = citations.chips(shown, is_answering=pending is not None)
    for turn in turns:
        _turn(copilot, viewer, id, turn, is_last=turn is turns[-1] and pending is None)
    _question_box(copilot, viewer, id)
    if pending:
        _answer(copilot, viewer, pending)
    elif unkept:
        _unkept(copilot, viewer, unkept)
    elif id and turns and turns[-1].answer:
        _follow_ups(copilot, viewer, id, turns[-1])
    elif id and turns and turns[-1].state == "answering":
        _await_elsewhere(copilot, viewer, id)
    if opened:
        citations.open_source(copilot, viewer, shown, opened)


def _turn(copilot: Copilot, viewer: str, id: str, turn: Turn, *, is_last: bool) -> None:
    is_open = is_last and turn.state != "answering"
    components.question(turn.question, turn.id, (lambda: _edit(copilot, viewer, id, turn)) if is_open else None)
    with st.chat_message("assistant", avatar=components.AVATAR):
        if turn.answer:
            below = partial(weights.below, copilot, viewer, id, turn)
            components.answer(copilot, viewer, turn.id, turn.answer, below)
        else:
            components.unanswered(turn, session().failures.get(id) if is_last else None)
        if turn.earlier:
            components.earlier(copilot, viewer, turn)
        retry = (lambda: ask(copilot, viewer, id, turn.question, turn.id)) if is_open else None
        components.actions(copilot, viewer, turn, retry)


@st.dialog("Edit the question")
def _edit(copilot: Copilot, viewer: str, id: str, turn: Turn) -> None:
    st.caption("It is asked again in the place of this one, whose answer stays under “Earlier versions”.")
    key = f"edited-{turn.id}"
    with st.form("edit", border=False):
        st.text_area("Question", turn.question, max_chars=MAX_QUESTION_CHARACTERS, key=key)
        if st.form_submit_button(
            "Ask", type="primary",
            on_click=lambda: ask(copilot, viewer, id, st.session_state[key], turn.id),
        ):  # fmt: skip
            st.rerun()


def _answer(copilot: Copilot, viewer: str, pending: Pending) -> None:
    """Shows the answer as it is written. The Copilot stores it, or as much as there was when it was stopped."""
    here, id = session(), pending.conversation
    here.failures.pop(id, None)
    here.unkept.pop((viewer, id), None)
    components.question(pending.question, "now")

    asked = partial(copilot.stream, pending.question, id, viewer, instead_of=pending.instead_of, model=pending.model)
    running = state.answer(id, cast(Callable[[], Generator[Event]], asked))
    try:
        with st.chat_message("assistant", avatar=components.AVATAR):
            answer = components.stream(running.events())
        if answer and not _is_kept(copilot, viewer, id, answer):
            here.unkept[viewer, id] = Turn.of(answer)
    except CopilotError as error:
        here.failures[id] = str(error)
    finally:
        # Also when Stop or a reload ends this run.
        here.pending = None
        here.go_to = id
    st.rerun()


def _is_kept(copilot: Copilot, viewer: str, conversation: str | None, answer: Answer) -> bool:
    if conversation is None:
        return False
    last = copilot.conversations.turns(conversation, viewer, 1)
    stored = last[0].answer if last else None
    return stored is not None and stored.id == answer.id


def _unkept(copilot: Copilot, viewer: str, turn: Turn) -> None:
    """An answer that could not be stored can be read, but neither rated nor asked for again."""
    components.question(turn.question, turn.id)
    with st.chat_message("assistant", avatar=components.AVATAR):
        if turn.answer:
            components.answer(copilot, viewer, turn.id, turn.answer)


@st.fragment(run_every=_POLL_SECONDS)
def _await_elsewhere(copilot: Copilot, viewer: str, id: str) -> None:
    """Looks again until an answer that another tab or a former visit began has come."""
    if copilot.conversations.turns(id, viewer, 1)[-1].state != "answering":
        st.rerun()
    if st.button("Stop", icon=":material/stop_circle:", type="tertiary", key=f"stop-{id}"):
        state.stop(id)
        st.rerun()


def _question_box(copilot: Copilot, viewer: str, conversation: str | None) -> None:
    st.chat_input(
        "Ask a strategy question",
        key="question",
        submit_mode="stop",
        max_chars=MAX_QUESTION_CHARACTERS,
        on_submit=lambda: ask(copilot, viewer, conversation, st.session_state.question),
    )


def _follow_ups(copilot: Copilot, viewer: str, id: str, turn: Turn) -> None:
    if not turn.answer or not turn.answer.follow_ups:
        return
    key = f"follow-{turn.id}"
    with st.container(key="follow_ups"):
        st.pills(
            "Follow-up questions",
            turn.answer.follow_ups,
            key=key,
            format_func=markdown.label,
            label_visibility="collapsed",
            on_change=lambda: ask(copilot, viewer, id, st.session_state[key]),
        )


def _welcome(copilot: Copilot, viewer: str) -> None:
    suggestions = copilot.suggestions(viewer)[:SUGGESTIONS_SHOWN]
    st.space("large")
    if not suggestions:
        st.title("Nothing to answer from yet", anchor=False, text_alignment="center")
        st.markdown(
            f"The workspace of {markdown.label(copilot.title)} holds no documents and no records "
            "that you may see. Add some to its folder, then run `bearing index`.",
            text_alignment="center",
        )
        return
    st.space("large")
    st.title("What are you deciding?", anchor=False, text_alignment="center")
    st.markdown(
        f"Ask about the AI strategy, policies and projects of {markdown.label(copilot.title)}. "
        "Every claim links to the passage or record behind it.",
        text_alignment="center",
    )
    st.space("small")
    grid = st.grid(2, min_column_width=250, gap="small", key="suggestions")
    for at, text in enumerate(suggestions):
        grid.button(
            markdown.label(text), key=f"suggestion-{at}", width="stretch", wrap=True,
            on_click=ask, args=(copilot, viewer, None, text),
        )  # fmt: skip


def _head(title: str, menu: Callable[[], None] | None = None) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        wrap=False,
        key="conversation_head",
    ):
        st.title(markdown.label(title), anchor=False)
        if menu:
            menu()


def _menu(copilot: Copilot, viewer: str, id: str) -> None:
    chosen = st.menu_button(
        ":material/more_horiz:",
        ["Share", "Export", "Rename", "Delete"],
        type="tertiary",
        help="Share, export, rename or delete this conversation",
    )
    if chosen == "Share":
        _share(copilot, viewer, id)
    elif chosen == "Export":
        _export(copilot, viewer, id)
    elif chosen == "Rename":
        _rename(copilot, viewer, id)
    elif chosen == "Delete":
        _delete(copilot, viewer, id)


@st.dialog("Share conversation")
def _share(copilot: Copilot, viewer: str, id: str) -> None:
    st.write(
        "Whoever may ask here can read it by a link, as it stands now: every question, and of the answers those whose "
        "sources they may see themselves. That you share it stands in the audit trail."
    )
    share = copilot.conversations.share_of(id, viewer)
    if share:
        st.code(sharing.address(share.link), language=None, wrap_lines=True)
        st.caption(f"As it stood on {share.at:%d %B %Y at %H:%M} UTC.")
    with st.container(horizontal=True, gap="small"):
        if st.button("Bring up to date" if share else "Create a link", type="primary", icon=":material/link:"):
            copilot.share(id, viewer)
            st.rerun(scope="fragment")
        if share and st.button("Stop sharing", icon=":material/link_off:"):
            copilot.conversations.unshare(id, viewer)
            st.rerun(scope="fragment")


@st.dialog("Export conversation")
def _export(copilot: Copilot, viewer: str, id: str) -> None:
    st.write("All its questions and answers, with tables and numbered sources.")
    turns = copilot.conversations.turns(id, viewer)
    answers = tuple(turn.answer for turn in turns if turn.answer)
    title = copilot.conversations.info(id, viewer).title
    exhibits.take_away(Transcript(title, copilot.title, answers), id)


@st.dialog("Rename conversation")
def _rename(copilot: Copilot, viewer: str, id: str) -> None:
    with st.form("rename", border=False):
        title = st.text_input("Title", copilot.conversations.info(id, viewer).title, max_chars=60)
        if st.form_submit_button("Save", type="primary") and title.strip():
            copilot.conversations.rename(id, viewer, title)
            st.rerun()


@st.dialog("Delete conversation?")
def _delete(copilot: Copilot, viewer: str, id: str) -> None:
    st.write("Its questions, answers and ratings are removed for good.")
    if st.button("Delete", type="primary", icon=":material/delete:"):
        copilot.conversations.delete(id, viewer)
        session().go_to = ""
        st.rerun()


def _not_available() -> None:
    citations.chips((), is_answering=False)
    st.title("This conversation is not available", anchor=False)
    st.write("It may have been deleted, or it belongs to another viewer.")
    if st.button("Ask a new question", icon=":material/forum:"):
        session().go_to = ""
        st.rerun()
