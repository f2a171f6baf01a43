"""The evaluations page without a browser: the real app on a real Copilot and on runs written by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
import yaml
from eval_answers import sample
from run_folders import BAD, GOOD, make_run
from streamlit.testing.v1 import AppTest

from copilot.settings import Settings
from evals.calibrate import read_labels
from evals.runs import Run
from evals.samples import Sample

CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"
SAMPLES = [
    *(sample(id=f"s{i}", question=f"Question {i}?") for i in range(4)),
    sample(id="board", question="What does the board accept?", viewer="chief_physician"),
]
Opener = Callable[..., AppTest]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this workspace's state is kept."""
    monkeypatch.setenv("BEARING_WORKSPACE", str(CORPUS))
    monkeypatch.setenv("BEARING_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return Settings.from_env().workspace_state()


def add_run(place: Path, name: str, answers: dict[str, str], samples: list[Sample] | None = None) -> Run:
    began = f"2026-11-0{len(list((place / 'runs').glob('*'))) + 1}T10:00:00+00:00"
    return make_run(place / "runs" / name, samples or SAMPLES, answers, workspace="corpus", began=began)


def _page(viewer: str) -> None:
    from ui import state
    from ui.screens import evaluations

    evaluations.page(state.copilot(), viewer)


def open_page(section: str = "Runs", viewer: str = "everyone") -> AppTest:
    st.cache_resource.clear()
    st.cache_data.clear()
    # A test cannot switch to a page that is a function, so it is drawn by itself.
    app = AppTest.from_function(_page, default_timeout=120, args=(viewer,))
    app.session_state["section"] = section
    return app.run()


def shown(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.header, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(element.value for element in elements)


def test_dummy(place: Path) -> None:
    add_run(place, "one", {s.id: GOOD for s in SAMPLES})
    app = open_page()
    print([str(e.value)+str(e.message) for e in app.exception], app.title)
