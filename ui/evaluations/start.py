"""Beginning a run, and how far those that were begun here are."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from copilot import Copilot, CopilotError
from evals import background, browse
from evals.background import Started
from evals.runs import Run
from evals.samples import DATASETS, Type
from ui import markdown, state

_POLL_SECONDS = 1.0
_EVERY_TYPE = "every type"


def datasets() -> dict[str, str]:
    """What can be asked, by name: the shipped sets, and the samples made from feedback."""
    found = {path.stem: path.stem for path in sorted(DATASETS.glob("*.yaml"))}
    own = state.feedback_samples()
    return found | ({own.stem: str(own)} if own.is_file() else {})


@st.dialog("Start a run")
def dialog(copilot: Copilot) -> None:
    known = datasets()
    names = list(known)
    with st.form("start", border=False):
        name = st.selectbox("Questions", names, index=names.index("dev") if "dev" in names else 0)
        kind = st.selectbox("Of type", [_EVERY_TYPE, *get_args(Type)])
        st.caption(f"Answered by {markdown.label(state.settings().model)} over {markdown.label(copilot.title)}.")
        if st.form_submit_button("Start", type="primary", icon=":material/play_arrow:"):
            place = browse.folders(state.settings())[0]
            filters = [] if kind == _EVERY_TYPE else [f"type={kind}"]
            try:
                state.started().append(background.start(known[name], state.settings(), place, filters))
            except CopilotError as error:
                st.error(markdown.literal(str(error)))
                return
            st.rerun()


@st.fragment(run_every=_POLL_SECONDS)
def progress() -> None:
    """Every run that this server began and that has not ended, or failed."""
    for started in list(state.started()):
        told = started.progress()
        if told.state == "finished":
            state.started().remove(started)
            st.rerun()
        with st.container(border=True):
            if told.state == "failed":
                _failed(started, told.last_words)
            else:
                _underway(started, told.asked, told.total)


def _underway(started: Started, asked: int, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{asked} of {total} asked" if total else "Reading the workspace"
        st.progress(asked / total if total else 0.0, f"{markdown.label(started.folder.name)}: {words}")
        if st.button("Stop", icon=":material/stop_circle:", key=f"stop-{started.folder.name}"):
            started.stop()
            state.started().remove(started)
            st.rerun()


def _failed(started: Started, last_words: str) -> None:
    st.error(markdown.literal(last_words or "The run ended without a word."), icon=":material/error:")
    if st.button("Dismiss", key=f"dismiss-{started.folder.name}"):
        state.started().remove(started)
        st.rerun()


def unfinished(row: browse.RunRow) -> None:
    """A run that stopped on its way, to go on with."""
    if row.finished or any(s.folder == row.folder for s in state.started()):
        return
    if row.running:
        st.info(f"Another process is asking: {row.asked} of {row.total}.", icon=":material/hourglass_top:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(f"Stopped after {row.asked} of {row.total} questions.", icon=":material/pause_circle:")
        dataset = datasets().get(row.dataset)
        if dataset and st.button("Resume", icon=":material/play_arrow:"):
            state.started().append(background.resume(Run(row.folder), dataset, state.settings()))
            st.rerun()
