"""Citations on the screen: the chips in an answer, and the drawer that shows what was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import streamlit as st

from copilot import Answer, Citation, Copilot, CopilotError
from copilot.state.turns import Turn
from copilot.tools.glossary import glossary
from ui import exhibits, export, markdown, state

KIND_NAMES = {"passage": "Passage", "record": "Record", "metric": "Metric", "computation": "Calculation"}

_ANNOUNCED = 80
_SECTION = " › "
"""Between the title of a document and those of its sections."""
_FRONTEND = Path(__file__).parent / "frontend"


@st.cache_resource
def _page_behaviour() -> Any:
    css, js = (_FRONTEND / f"page.{ending}" for ending in ("css", "js"))
    return st.components.v2.component(
        "bearing_page", css=css.read_text("utf-8"), js=js.read_text("utf-8"), isolate_styles=False
    )


def chips(turns: Sequence[Turn], *, is_answering: bool) -> str | None:
    """Brings the links in the answers of these turns to life, to sources and to what words of method mean; gives the
    source that was asked for, if any.

    While an answer is written the page keeps such a wish for later: to run the script would end the answer.
    """
    answers = {turn.id: turn.answer for turn in turns if turn.answer}
    happened = _page_behaviour()(
        key="page_behaviour",
        data={
            "sources": {f"{id}-{c.marker}": _card(c) for id, answer in answers.items() for c in _read(answer)},
            "terms": {id: term.says for id, term in glossary().items()},
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
    answer = next((turn.answer for turn in turns if turn.answer and turn.id == id), None)
    markers = [citation.marker for citation in _read(answer)] if answer else []
    if answer and int(marker) in markers:
        st.session_state.source = markers.index(int(marker))
        _drawer(copilot, viewer, id, answer)


def source_list(answer: Answer, turn: str) -> None:
    """All that was read for an answer, folded: what it cites first, then the rest by where it stands."""
    used, beside = len(answer.citations), len(answer.also_read)
    if not used and not beside:
        return
    with st.expander(f"Sources: {used} used, {beside} also read", icon=":material/menu_book:"):
        lines = [f"- [{c.marker}] {markdown.label(f'{c.title} · {c.source}, {c.locator}')}" for c in answer.citations]
        if used:
            st.markdown(markdown.render("\n".join(lines), turn), anchors=False)
        if beside:
            st.caption("Also read for this answer, but not cited in it")
            of = groupby(answer.also_read, key=lambda citation: citation.source)
            lines = [_beside(source, tuple(read)) for source, read in of]
            st.markdown(markdown.render("\n".join(lines), turn), anchors=False)


def _beside(source: str, read: Sequence[Citation]) -> str:
    """What was read of one source: the sections of a document, the rows of a table."""
    documents = {c.title.partition(_SECTION)[0] for c in read if c.kind == "passage"}
    names = [c.title.partition(_SECTION)[2] if documents else c.title for c in read]
    named = [
        f"{markdown.label(name or c.locator).rstrip('.')} [{c.marker}]" for name, c in zip(names, read, strict=True)
    ]
    return f"- **{markdown.label(min(documents, default=source))}:** {'; '.join(named)}"


def _read(answer: Answer) -> tuple[Citation, ...]:
    return (*answer.citations, *answer.also_read)


def _card(citation: Citation) -> dict[str, str]:
    where = " · ".join(filter(None, [KIND_NAMES[citation.kind], citation.source, citation.locator]))
    # What a metric or a computation says is all cited; nothing in it stands out.
    highlight = citation.quote if citation.kind in ("passage", "record") else ""
    return {"title": citation.title, "quote": citation.quote, "where": where, "highlight": highlight}


@st.dialog("Source", position="right", width=480)
def _drawer(copilot: Copilot, viewer: str, turn: str, answer: Answer) -> None:
    at: int = st.session_state.source
    read = _read(answer)
    citation = read[at]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{at + 1} of {len(read)}", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for name, icon, to in (("Previous", "chevron_left", at - 1), ("Next", "chevron_right", at + 1)):
                st.button(
                    name,
                    key=f"source_{name}",
                    icon=f":material/{icon}:",
                    icon_position="left" if to < at else "right",
                    disabled=not 0 <= to < len(read),
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
        if citation in answer.also_read:
            st.badge("Also read, not cited", icon=":material/visibility:", color="gray")
        else:
            st.badge("Used", icon=":material/check:", color="green")
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
        view = copilot.sources.records.view(copilot.viewer(viewer))
        for n, computed in enumerate(citation.calculations):
            exhibits.calculation(computed, f"{turn}-{citation.marker}-{n}", view)
        st.caption("What was computed")
    with st.container(key=f"cited-{turn}-{citation.marker}"):
        st.markdown(markdown.safe(page.text), anchors=False)
    if page.after:
        st.caption(markdown.safe(page.after))
    if citation.quote and (image := copilot.page_image(citation, viewer)):
        with st.container(border=True):
            st.image(image, alt=f"{citation.locator} of {citation.title}, with the passage marked", width="stretch")
    st.caption(":material/folder_open: " + markdown.label(" · ".join(filter(None, [page.source, page.locator]))))


def _turn_to(position: int) -> None:
    st.session_state.source = position


def day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"
