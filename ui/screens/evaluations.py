"""How good the answers are: runs, two of them side by side, blind reviews, and drafts of new questions."""

from __future__ import annotations

import streamlit as st

from copilot import Copilot
from ui import state
from ui.evaluations import blind, drafting, overview, side_by_side, start

SECTIONS = {
    "Runs": overview.draw,
    "Compare": side_by_side.draw,
    "Review": blind.draw,
    "Drafts": drafting.draw,
}


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Answer quality", anchor=False, width="content")
        if st.button("Start a run", icon=":material/play_arrow:", type="primary"):
            start.dialog(copilot)
    section = st.segmented_control(
        "Section", list(SECTIONS), default="Runs", required=True, key="section", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    if state.started():
        start.progress()
    SECTIONS[str(section)](copilot, viewer)
