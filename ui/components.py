"""An answer, drawn."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from copilot import Answer, Copilot
from copilot.boards.answers import Parts, parts
from copilot.memos.transcript import Transcript
from copilot.state.turns import Turn
from copilot.types import Chart, Event, Final, Restart, Status, Step, Table, TextDelta, ToolCall
from evals import drafts
from ui import citations, exhibits, markdown, state
from ui.asking import model_name

_MARKERS = re.compile(r"\s*\[\d{1,3}\]")
_LAST_MARKERS = re.compile(r"(?:\[\d{1,3}\])+[.]?\s*$")
AVATAR = ":material/explore:"
REASONS = ("Not supported by its sources", "Wrong figure", "Missed the question", "Too long", "Out of date")
FRAME_SECONDS = 0.05
"""Between two frames of a streaming answer; a frame for every token would cost five times the traffic."""

_NOTICES: dict[Status, tuple[str, str]] = {
    "insufficient_evidence": ("Not enough evidence to answer this", "find_in_page"),
    "needs_clarification": ("One thing to settle first", "help"),
    "not_permitted": ("Not available to this viewer", "lock"),
}


def question(text: str, key: str, edit: Callable[[], None] | None = None) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="xsmall", wrap=False,
        key=f"question-{key}",
    ):  # fmt: skip
        if edit and st.button(
            "Edit the question", icon=":material/edit:", type="tertiary", key=f"edit-{key}", width="content"
        ):
            edit()
        with st.container(width="content", border=True):
            st.markdown(markdown.literal(text), width="content")


def stream(events: Iterable[Event | None]) -> Answer | None:
    """Draws the steps and the text of an answer as they come; None where it was stopped. What is left of it is drawn
    later, as a whole."""
    began = time.perf_counter()
    status = st.status(":shimmer[Thinking]", type="compact")
    body = st.empty()
    calls = 0
    text, shown_at, doing = "", 0.0, "Thinking"
    final: Answer | None = None
    for event in events:
        match event:
            case None:
                # To draw is to notice that Stop was pressed.
                waited = f":shimmer[{doing}] :gray[{time.perf_counter() - began:.0f} s]"
                status.update(label=doing if text else waited)
            case Step(done=False):
                doing = markdown.label(event.label)
                status.update(label=f":shimmer[{doing}]")
            case Step():
                calls += 1
                _step(status, event.label, event.seconds, event.ok)
            case TextDelta():
                if not text:
                    doing = _used(calls, time.perf_counter() - began)
                    status.update(label=doing, state="complete")
                text += event.text
                if time.perf_counter() - shown_at > FRAME_SECONDS:
                    body.markdown(markdown.frame(text, "now") + " ▍", anchors=False)
                    shown_at = time.perf_counter()
            case Restart():
                text = ""
                body.empty()
                _step(status, event.reason, None, ok=False)
            case Final():
                body.markdown(markdown.render(event.answer.text, "now"), anchors=False)
                final = event.answer
    return final


def answer(
    copilot: Copilot, viewer: str, turn: str, answer: Answer, below_exhibits: Callable[[], None] | None = None
) -> None:
    """The answer of a turn, without what can be done with it: what it says first, then the rest, where it is wanted.

    `below_exhibits` draws what is to stand right below its tables and charts.
    """
    _steps(answer)
    if len(copilot.models) > 1:
        st.caption(f":material/edit_note: {markdown.label(model_name(answer.model))}")
    if answer.status in _NOTICES:
        words, icon = _NOTICES[answer.status]
        st.badge(words, icon=f":material/{icon}:", color="gray")
    called = {call.name for call in answer.tool_calls}
    told = [copilot.conversations.findings_of(turn, viewer, name) for name in called]
    found = parts(answer, chain.from_iterable(told))
    if found is None:
        st.markdown(markdown.render(answer.text, turn), anchors=False)
        _exhibits(answer, turn, below_exhibits)
    else:
        _in_parts(found, answer, turn, below_exhibits)
    for warning in answer.warnings:
        st.caption(f":orange[:material/warning:] {markdown.safe(warning)}")
    citations.source_list(answer, turn)


def _in_parts(found: Parts, answer: Answer, key: str, below_exhibits: Callable[[], None] | None) -> None:
    def made(texts: Sequence[str]) -> str:
        return markdown.render("\n".join(f"- {text}" for text in texts), key)

    def lines(texts: Sequence[str]) -> None:
        st.markdown(made(texts), anchors=False)

    lead = found.lead
    if "*" not in lead:
        lead = f"**{_LAST_MARKERS.sub('', lead)}**{_markers(lead)}"
    st.markdown(markdown.render(lead, key), anchors=False)
    if found.points:
        lines(found.points)
    _exhibits(answer, key, below_exhibits)
    if found.changes:
        st.markdown("**What would change this**")
        lines(found.changes)
    if found.more:
        with st.expander("More on this", icon=":material/notes:"):
            lines(found.more)
    if found.limits:
        with st.expander("Method and limits", icon=":material/info:"):
            st.markdown(markdown.explained(made(found.limits)), anchors=False)


def _markers(text: str) -> str:
    found = _LAST_MARKERS.search(text)
    return found[0] if found else ""


def unanswered(turn: Turn, failure: str | None) -> None:
    """A turn whose answer was stopped, failed, or is being written elsewhere."""
    if turn.partial:
        st.markdown(markdown.render(turn.partial, turn.id), anchors=False)
    if turn.state == "answering":
        st.markdown(":gray[:shimmer[Still answering]]")
    elif failure:
        st.error(markdown.literal(failure), icon=":material/error:")
    else:
        st.caption(":material/stop_circle: Stopped before the answer was complete.")


def earlier(copilot: Copilot, viewer: str, turn: Turn) -> None:
    """What was asked and answered before in the place of a turn, folded."""
    with st.expander("Earlier versions", icon=":material/history:"):
        for version in copilot.conversations.replaced(turn.id, viewer):
            st.markdown(f"**{markdown.literal(version.question)}**")
            if version.answer:
                # Without its markers: the sources of an answer open from where it stands.
                st.markdown(markdown.safe(_MARKERS.sub("", version.answer.text)), anchors=False)
            else:
                unanswered(version, None)


@st.fragment
def actions(copilot: Copilot, viewer: str, turn: Turn, retry: Callable[[], None] | None) -> None:
    """Rate, copy, ask again. A fragment, so that a click leaves a running answer alone."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"actions-{turn.id}"):
        if turn.answer:
            default = None if turn.rating is None else int(turn.rating)
            st.feedback(
                "thumbs",
                key=f"thumb-{turn.id}",
                default=default,
                on_change=_rate,
                args=(copilot, viewer, turn),
            )
            st.markdown(f"[:material/content_copy: Copy](#copy-{turn.id})", width="content")
            with st.popover("Export", icon=":material/download:", type="tertiary"):
                exhibits.take_away(Transcript(turn.question, copilot.title, (turn.answer,)), turn.id)
            if st.button("Correct", icon=":material/edit:", type="tertiary", key=f"correct-{turn.id}"):
                _correct(copilot, viewer, turn, turn.answer)
        if retry and st.button("Retry", icon=":material/refresh:", type="tertiary", key=f"retry-{turn.id}"):
            retry()
            st.rerun()
    if turn.answer and st.session_state.get(f"thumb-{turn.id}") == 0:
        _ask_why(copilot, viewer, turn)


def _ask_why(copilot: Copilot, viewer: str, turn: Turn) -> None:
    def save() -> None:
        _rate(copilot, viewer, turn)

    chosen = [reason for reason in turn.reasons if reason in REASONS]
    st.pills(
        "What was wrong?",
        REASONS,
        selection_mode="multi",
        default=chosen,
        key=f"why-{turn.id}",
        on_change=save,
    )
    st.text_input(
        "What should it have said?",
        turn.comment,
        key=f"comment-{turn.id}",
        max_chars=1000,
        placeholder="In your words, if you like",
        on_change=save,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(":material/check: Saved. Thank you.", width="content")
        _draft_button(copilot, viewer, turn)


def _draft_button(copilot: Copilot, viewer: str, turn: Turn) -> None:
    """One click makes the question one that evaluators may ask again."""
    if state.drafts().has(turn.id):
        st.caption(":material/rule: The evaluators have it.", width="content")
        return
    st.button(
        "Make it a test question", icon=":material/rule:", type="tertiary", key=f"draft-{turn.id}",
        on_click=_draft_rated, args=(copilot, viewer, turn),
    )  # fmt: skip


def _draft_rated(copilot: Copilot, viewer: str, turn: Turn) -> None:
    here = st.session_state
    complaint = ", ".join(here.get(f"why-{turn.id}") or ())
    wish = here.get(f"comment-{turn.id}", "")
    state.drafts().add(drafts.from_rating(turn, viewer, _before(copilot, viewer, turn), complaint, wish))


@st.dialog("Correct this answer", width="large")
def _correct(copilot: Copilot, viewer: str, turn: Turn, answer: Answer) -> None:
    st.caption("The evaluators get your version as a draft of a test question. The answer here stays as it is.")
    with st.form("correct", border=False):
        st.text_area("Answer", answer.text, height=320, key=f"corrected-{turn.id}")
        if st.form_submit_button(
            "Save", type="primary", on_click=_draft_corrected, args=(copilot, viewer, turn, answer)
        ):
            st.rerun()


def _draft_corrected(copilot: Copilot, viewer: str, turn: Turn, answer: Answer) -> None:
    text = st.session_state[f"corrected-{turn.id}"]
    if text.strip() != answer.text.strip():
        state.drafts().add(drafts.from_correction(turn, viewer, _before(copilot, viewer, turn), text))


def _before(copilot: Copilot, viewer: str, turn: Turn) -> tuple[str, ...]:
    """What was asked before in the same conversation."""
    conversation = copilot.conversations.conversation_of(turn.id, viewer)
    asked = copilot.conversations.turns(conversation, viewer)
    return tuple(t.question for t in asked if t.asked_at < turn.asked_at)


def _rate(copilot: Copilot, viewer: str, turn: Turn) -> None:
    here = st.session_state
    thumb = here.get(f"thumb-{turn.id}")
    copilot.conversations.rate(
        turn.id,
        viewer,
        None if thumb is None else bool(thumb),
        here.get(f"why-{turn.id}", ()) if thumb == 0 else (),
        here.get(f"comment-{turn.id}", "") if thumb == 0 else "",
    )


def _steps(answer: Answer) -> None:
    if not answer.tool_calls:
        return
    status = st.status(_used(len(answer.tool_calls), answer.seconds.total), state="complete", type="compact")
    for call in answer.tool_calls:
        _step(status, _call_words(call), call.seconds, call.ok)
    if answer.model != "grounded":
        status.caption(f"Written by {markdown.label(answer.model)}: {answer.usage}")


def _step(status: DeltaGenerator, words: str, seconds: float | None, ok: bool) -> None:
    icon = ":green[:material/check:]" if ok else ":orange[:material/error:]"
    took = "" if seconds is None else f" :gray[{_duration(seconds)}]"
    status.markdown(f"{icon} {markdown.label(words)}{took}")


def _call_words(call: ToolCall) -> str:
    given = ", ".join(f"{name.replace('_', ' ')}: {_brief(value)}" for name, value in call.arguments.items() if value)
    name = call.name.replace("_", " ").capitalize()
    return f"{name} ({given})" if given else name


def _brief(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _used(calls: int, seconds: float) -> str:
    tools = f"Used {calls} tool{'' if calls == 1 else 's'}" if calls else "Answered"
    return f"{tools} · {_duration(seconds)}"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 0.095 else f"{seconds:.1f} s"


def _exhibits(answer: Answer, key: str, below: Callable[[], None] | None) -> None:
    """Tables and charts, each under its own tab when there are several."""
    shown: list[Table | Chart] = [*answer.tables, *answer.charts]
    icons = {Table: ":material/table_rows:", Chart: ":material/bar_chart:"}
    labels = [f"{icons[type(exhibit)]} {markdown.label(exhibit.title)}" for exhibit in shown]
    tabs = st.tabs(labels, key=f"tabs-{key}") if shown else ()
    for at, (tab, exhibit) in enumerate(zip(tabs, shown, strict=True)):
        with tab:
            if isinstance(exhibit, Table):
                exhibits.table(exhibit, f"{key}-{at}")
            else:
                exhibits.chart(exhibit, f"{key}-{at}")
    if below:
        below()
