"""Citations on the screen: the chips in an answer, and the drawer that shows what was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from copilot import Citation, Copilot, CopilotError
from copilot.state.conversations import Turn
from ui import exhibits, export, markdown, state

KIND_NAMES = {"passage": "Passage", "record": "Record", "metric": "Metric", "computation": "Calculation"}

_ANNOUNCED = 80
_FRONTEND = Path(__file__).parent / "frontend"


@st.cache_resource
def _page_behaviour() -> Any:
    css, js = (_FRONTEND / f"page.{ending}" for ending in ("css", "js"))
    return st.components.v2.component(
        "bearing_page", css=css.read_text("utf-8"), js=js.read_text("utf-8"), isolate_styles=False
    )


def chips(turns: Sequence[Turn], *, is_answering: bool) -> str | None:
    """Brings the links in the answers of these turns to life; gives the source that was asked for, if any.

    While an answer is written the page keeps such a wish for later: to run the script would end the answer.
    """
    answers = {turn.id: turn.answer for turn in turns if turn.answer}
    happened = _page_behaviour()(
        key="page_behaviour",
        data={
            "sources": {f"{id}-{c.marker}": _card(c) for id, answer in answers.items() for c in answer.citations},
            "copies": {id: export.answer_markdown(answer) for id, answer in answers.items()},
            "announcement": "" if is_answering or not answers else f"Answered: {turns[-1].question[:_ANNOUNCED]}",
            "isAnswering": is_answering,
        },
        on_opened_change=lambda: None,
        on_stopped_change=lambda: state.stop(state.session().answering),
    )
    opened: str | None = happened.opened
    return opened


def open_source(copilot: Copilot, viewer: str, turns: Sequence[Turn], opened: str) -> None:
    """Shows the drawer with the source that `chips` gave."""
    id, marker = opened.rsplit("-", 1)
    citations = next((turn.answer.citations for turn in turns if turn.answer and turn.id == id), ())
    markers = [citation.marker for citation in citations]
    if int(marker) in markers:
        st.session_state.source = markers.index(int(marker))
        _drawer(copilot, viewer, id, citations)


def _card(citation: Citation) -> dict[str, str]:
    where = " · ".join(filter(None, [KIND_NAMES[citation.kind], citation.source, citation.locator]))
    # What a metric or a computation says is all cited; nothing in it stands out.
    highlight = citation.quote if citation.kind in ("passage", "record") else ""
    return {"title": citation.title, "quote": citation.quote, "where": where, "highlight": highlight}


@st.dialog("Source", position="right", width=480)
def _drawer(copilot: Copilot, viewer: str, turn: str, citations: Sequence[Citation]) -> None:
    at: int = st.session_state.source
    citation = citations[at]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{at + 1} of {len(citations)}", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for name, icon, to in (("Previous", "chevron_left", at - 1), ("Next", "chevron_right", at + 1)):
                st.button(
                    name,
                    key=f"source_{name}",
                    icon=f":material/{icon}:",
                    icon_position="left" if to < at else "right",
                    disabled=not 0 <= to < len(citations),
                    on_click=_turn_to,
                    args=(to,),
                )
    with st.container(key="source_title"):
        st.subheader(f"\\[{citation.marker}\\] {markdown.label(citation.title)}", anchor=False)
    try:
        page = copilot.source(citation, viewer)
    except CopilotError as error:
        st.info(markdown.literal(str(error)), icon=":material/info:")
        st.markdown(markdown.safe(citation.quote))
        return
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(KIND_NAMES.get(page.kind, page.kind), color="blue")
        if page.effective:
            st.badge(day(page.effective), icon=":material/calendar_today:", color="gray")
        elif page.dated:
            st.badge(f"file of {day(page.dated)}", icon=":material/draft:", color="gray")
        if page.owner:
            st.badge(markdown.label(page.owner), icon=":material/person:", color="gray")
    if page.superseded_by:
        st.warning(f"Superseded by {markdown.label(page.superseded_by)}", icon=":material/history:")
    if page.before:
        st.caption(markdown.safe(page.before))
    if citation.calculations:
        for n, computed in enumerate(citation.calculations):
            exhibits.calculation(computed, f"{turn}-{citation.marker}-{n}")
        st.caption("What was computed")
    with st.container(key=f"cited-{turn}-{citation.marker}"):
        st.markdown(markdown.safe(page.text), anchors=False)
    if page.after:
        st.caption(markdown.safe(page.after))
    if image := copilot.page_image(citation, viewer):
        with st.container(border=True):
            st.image(image, alt=f"{citation.locator} of {citation.title}, with the passage marked", width="stretch")
    st.caption(":material/folder_open: " + markdown.label(" · ".join(filter(None, [page.source, page.locator]))))


def _turn_to(position: int) -> None:
    st.session_state.source = position


def day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"
