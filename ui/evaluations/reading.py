"""What the sections read of runs, kept until a run changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from copilot import Copilot
from evals import browse
from evals.browse import RunRow, SampleRow
from evals.compare import Comparison, compare
from evals.runs import Run
from ui import state

# Kept runs and comparisons; one of a thousand samples takes a few megabytes.
_KEPT = 32


def runs(copilot: Copilot) -> list[RunRow]:
    found = browse.find_runs(browse.folders(state.settings()), copilot.sources.workspace.root)
    return [_sum_up(str(folder), browse.changed_at(folder)) for folder in found]


def finished(rows: Sequence[RunRow]) -> list[RunRow]:
    return [row for row in rows if row.finished]


def samples(copilot: Copilot, viewer: str, row: RunRow) -> list[SampleRow]:
    return _samples(copilot, str(row.folder), browse.changed_at(row.folder), viewer)


def comparison(base: RunRow, candidate: RunRow) -> Comparison:
    changed = (browse.changed_at(base.folder), browse.changed_at(candidate.folder))
    return _compare(str(base.folder), str(candidate.folder), changed)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _sum_up(folder: str, changed: tuple[int, ...]) -> RunRow:
    return browse.sum_up(Path(folder))


@st.cache_data(max_entries=_KEPT, show_spinner="Reading the run")
def _samples(_copilot: Copilot, folder: str, changed: tuple[int, ...], viewer: str) -> list[SampleRow]:
    return browse.samples(Path(folder), _copilot.sources.workspace, _copilot.viewer(viewer))


@st.cache_data(max_entries=_KEPT, show_spinner="Comparing")
def _compare(base: str, candidate: str, changed: tuple[tuple[int, ...], ...]) -> Comparison:
    return compare(Run(Path(base)), Run(Path(candidate)))


def named(row: RunRow) -> str:
    """A run in a list to choose from."""
    return f"{row.id} · {row.began[:16].replace('T', ' ')} · {row.asked} of {row.total}"
