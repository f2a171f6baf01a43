"""An answer, drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.column_types import ColumnConfig

from copilot import Answer, Copilot
from copilot.state.conversations import Turn
from copilot.types import Chart, Event, Final, Restart, Status, Step, Table, TextDelta, ToolCall
from evals import drafts
from ui import export, markdown, state

AVATAR = ":material/explore:"
REASONS = ("Not supported by its sources", "Wrong figure", "Missed the question", "Too long", "Out of date")
FRAME_SECONDS = 0.05
"""Between two frames of a streaming answer; a frame for every token would cost five times the traffic."""

_NOTICES: dict[Status, tuple[str, str]] = {
    "insufficient_evidence": ("Not enough evidence to answer this", "find_in_page"),
    "needs_clarification": ("One thing to settle first", "help"),
    "not_permitted": ("Not available to this viewer", "lock"),
}


def question(text: str, key: str) -> None:
    with (
        st.container(horizontal=True, horizontal_alignment="right", key=f"question-{key}"),
        st.container(width="content", border=True),
    ):
        st.markdown(markdown.literal(text), width="content")


def stream(events: Iterable[Event]) -> None:
    """Draws the steps and the text of an answer as they come. What is left is drawn from the stored turn."""
    began = time.perf_counter()
    status = st.status(":shimmer[Thinking]", type="compact")
    body = st.empty()
    calls = 0
    text, shown_at = "", 0.0
    for event in events:
        match event:
            case Step(done=False):
                status.update(label=f":shimmer[{markdown.label(event.label)}]")
            case Step():
                calls += 1
                _step(status, event.label, event.seconds, event.ok)
            case TextDelta():
                if not text:
                    status.update(label=_used(calls, time.perf_counter() - began), state="complete")
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


def answer(turn: Turn, answer: Answer) -> None:
    """A stored answer, without what can be done with it."""
    _steps(answer)
    if answer.status in _NOTICES:
        words, icon = _NOTICES[answer.status]
        st.badge(words, icon=f":material/{icon}:", color="gray")
    st.markdown(markdown.render(answer.text, turn.id), anchors=False)
    for warning in answer.warnings:
        st.caption(f":orange[:material/warning:] {markdown.safe(warning)}")
    _exhibits(answer, turn.id)


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


def _exhibits(answer: Answer, key: str) -> None:
    """Tables and charts, each under its own tab when there are several."""
    exhibits: list[Table | Chart] = [*answer.tables, *answer.charts]
    if not exhibits:
        return
    icons = {Table: ":material/table_rows:", Chart: ":material/bar_chart:"}
    labels = [f"{icons[type(exhibit)]} {markdown.label(exhibit.title)}" for exhibit in exhibits]
    for at, (tab, exhibit) in enumerate(zip(st.tabs(labels, key=f"tabs-{key}"), exhibits, strict=True)):
        with tab:
            if isinstance(exhibit, Table):
                _table(exhibit, f"{key}-{at}")
            else:
                _chart(exhibit, f"{key}-{at}")


def _table(table: Table, key: str) -> None:
    frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
    st.dataframe(
        frame,
        hide_index=True,
        column_config={str(name): _column(str(name), frame[name]) for name in frame.select_dtypes("number")},
        alt=f"Table: {table.title}; {len(table.rows)} rows of {', '.join(table.columns)}",
        key=f"table-{key}",
    )
    with st.container(horizontal=True, gap="xsmall"):
        for name, ending, mime, write in (
            ("CSV", "csv", "text/csv", export.table_csv),
            ("Markdown", "md", "text/markdown", export.table_markdown),
        ):
            st.download_button(
                name,
                data=partial(write, table),
                file_name=export.file_name(table.title, ending),
                mime=mime,
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"{ending}-{key}",
            )


def _column(name: str, values: pd.Series) -> ColumnConfig:
    """How a column of numbers is written: all with the same decimals, thousands apart."""
    if name.strip().casefold() == "score":
        # Of 1, of 10 or of 100, whichever holds them.
        highest = float(values.max())
        full = next((end for end in (1, 10, 100) if highest <= end), highest)
        return st.column_config.ProgressColumn(name, min_value=0, max_value=full, format="%.1f", width=130)
    if pd.api.types.is_integer_dtype(values) or float(values.abs().max()) >= 1000:
        return st.column_config.NumberColumn(name, format="localized")
    decimals = max(len(str(round(float(value), 3)).partition(".")[2]) for value in values.dropna())
    return st.column_config.NumberColumn(name, format=f"%.{decimals}f")


def _chart(chart: Chart, key: str) -> None:
    # Charts bring colours that read on light and on dark; Streamlit's theme would paint over them.
    st.vega_lite_chart(chart.spec, theme=None, alt=_description(chart), key=f"chart-{key}")


def _description(chart: Chart) -> str:
    given = chart.spec.get("description")
    return f"Chart: {given or chart.title}"
