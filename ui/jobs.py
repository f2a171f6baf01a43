"""The viewer's long work that workers do: what waits, runs or failed lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from copilot import Copilot, CopilotError
from copilot.jobs import kinds
from copilot.state.jobs import Job
from copilot.types import Viewer
from ui import markdown, state

_POLL_SECONDS = 2.0
_FAILED_SHOWN = timedelta(days=1)
_NAMES = {"memo": "Memo", "index": "Index run", "evaluation": "Evaluation"}
_WORDS = {"waiting": "waits for a worker", "running": "is being worked on"}


def draw(copilot: Copilot, viewer: Viewer) -> None:
    """Drawn anew every few seconds while something is underway, and the page with it once that has ended."""
    if shown := _shown(viewer):
        if all(job.has_ended for job in shown):
            _rows(copilot, viewer, shown)
        else:
            _followed(copilot, viewer)


@st.fragment(run_every=_POLL_SECONDS)
def _followed(copilot: Copilot, viewer: Viewer) -> None:
    shown = _shown(viewer)
    before: set[str] = st.session_state.get("jobs_underway", set())
    underway = {job.id for job in shown if not job.has_ended}
    st.session_state.jobs_underway = underway
    if before - underway:
        st.rerun()
    _rows(copilot, viewer, shown)


def _shown(viewer: Viewer) -> list[Job]:
    since = datetime.now(UTC) - _FAILED_SHOWN
    return [
        job
        for job in state.jobs().list(viewer)
        if not job.has_ended or (job.state == "failed" and job.ended and job.ended > since)
    ]


def _rows(copilot: Copilot, viewer: Viewer, shown: list[Job]) -> None:
    for job in shown:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            name = f"{_NAMES[job.kind]}, asked for at {job.created:%H:%M} UTC"
            if job.has_ended:
                st.error(f"{name}: {markdown.literal(job.failure)}", icon=":material/error:")
                continue
            st.markdown(f":material/hourglass_top: {name}: {_WORDS[job.state]}.")
            if st.button("Cancel", icon=":material/stop_circle:", key=f"cancel-{job.id}"):
                try:
                    kinds.cancel(state.jobs(), copilot.conversations, job.id, viewer)
                except CopilotError as error:
                    st.error(markdown.literal(str(error)))
                st.rerun()
