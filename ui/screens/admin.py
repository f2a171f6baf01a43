"""For who administers: how Bearing is used, what stays unanswered, and whether index and state are sound."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from copilot import Copilot
from copilot.boards.usage import Usage, read_usage
from copilot.commands.doctor import Check, examine
from ui import exhibits, markdown, state

_SPANS = {"7 days": 7, "30 days": 30, "90 days": 90}
_HEALTH_SECONDS = 300


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    st.title("Administration", anchor=False)
    span = st.segmented_control(
        "Span", list(_SPANS), default="30 days", required=True, key="usage_span", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    found = read_usage(copilot.conversations, copilot.viewer(viewer), _SPANS[span])
    _tiles(found)
    if found.questions:
        _by_day(found)
        left, right = st.columns(2, gap="medium")
        with left:
            _unanswered(found)
        with right:
            _opinions(found)
            _tools(found)
    _health()


def _tiles(found: Usage) -> None:
    share = f"{found.refused / found.questions:.0%}" if found.questions else "–"
    tiles = {
        "Questions": f"{found.questions:,}",
        "People": f"{found.people:,}",
        "Not answered": share,
        "Median time": _seconds(found.median_seconds),
        "95% within": _seconds(found.slowest_seconds),
        "Cost": f"{found.cost:,.2f}",
    }
    with st.container(horizontal=True, gap="small", key="usage_tiles"):
        for name, value in tiles.items():
            st.metric(name, value, border=True)
    models = ", ".join(f"{count:,} by {markdown.label(model)}" for model, count in found.models.items())
    st.caption(
        f"{found.first} to {found.last} (UTC). {models or 'No question was asked'}; "
        f"{found.input_tokens:,} tokens sent, {found.output_tokens:,} received."
    )


def _by_day(found: Usage) -> None:
    days = pd.DataFrame([day.model_dump() for day in found.days]).set_index("day")
    days["answered or settled"] = days["questions"] - days["refused"]
    st.bar_chart(
        days.rename(columns={"refused": "not answered"})[["answered or settled", "not answered"]],
        height=220, x_label="", y_label="Questions",
    )  # fmt: skip


def _unanswered(found: Usage) -> None:
    st.header("Not answered", anchor=False)
    frame = pd.DataFrame(
        [(topic.asked, topic.question, topic.last) for topic in found.unanswered], columns=["Asked", "Question", "Last"]
    )
    st.dataframe(
        frame, hide_index=True, placeholder=exhibits.NOTHING, key="unanswered",
        column_config={"Asked": st.column_config.NumberColumn(width=70)},
        alt="Topics that got no answer, the most asked first",
    )  # fmt: skip


def _opinions(found: Usage) -> None:
    st.header("Feedback", anchor=False)
    st.write(f":material/thumb_up: {found.thumbs_up:,}  :material/thumb_down: {found.thumbs_down:,}")
    for reason, count in found.reasons.items():
        st.caption(f"{count:,} × {markdown.label(reason)}")


def _tools(found: Usage) -> None:
    st.header("Tools", anchor=False)
    frame = pd.DataFrame(
        [(tool.name, tool.calls, tool.failed) for tool in found.tools], columns=["Tool", "Calls", "Failed"]
    )
    st.dataframe(frame, hide_index=True, placeholder=exhibits.NOTHING, key="tools_used", alt="Calls of tools")


def _health() -> None:
    st.header("Index and state", anchor=False)
    for check in _checks():
        icon = ":green[:material/check_circle:]" if check.ok else ":red[:material/error:]"
        st.markdown(f"{icon} **{markdown.label(check.name)}** {markdown.literal(check.detail)}")
    st.button("Look again", icon=":material/refresh:", on_click=_checks.clear)


@st.cache_data(show_spinner="Examining index and state", ttl=_HEALTH_SECONDS)
def _checks() -> list[Check]:
    return examine(state.settings())


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
