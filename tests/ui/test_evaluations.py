"""The evaluations page without a browser: the real app on a real Copilot and on runs written by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
import yaml
from eval_answers import sample
from indexes import CORPUS, Indexes
from run_folders import BAD, GOOD, make_run
from streamlit.testing.v1 import AppTest

from copilot.settings import Settings
from evals.calibrate import read_labels
from evals.drafts import Draft, Drafts
from evals.runs import Run
from evals.samples import Dataset, Sample

SAMPLES = [
    *(sample(id=f"s{i}", question=f"Question {i}?") for i in range(4)),
    sample(id="board", question="What does the board accept?", viewer="chief_physician"),
]
Opener = Callable[..., AppTest]


@pytest.fixture
def place(indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this workspace's state is kept."""
    monkeypatch.setenv("BEARING_WORKSPACE", str(CORPUS))
    monkeypatch.setenv("BEARING_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return indexes.copy_to(Settings.from_env()).workspace_state()


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


def table(app: AppTest, key: str) -> pd.DataFrame:
    return app.get_by_key(key).value


def open_question(app: AppTest, row: int) -> AppTest:
    app.session_state["questions-All-None"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_without_a_run_the_page_says_how_to_make_one(place: Path) -> None:
    app = open_page()
    assert not app.exception
    assert "No run yet" in shown(app)


def test_runs_are_listed_and_the_newest_is_summed_up_against_the_one_before(place: Path) -> None:
    add_run(place, "one", {s.id: GOOD for s in SAMPLES})
    add_run(place, "two", {**{s.id: GOOD for s in SAMPLES}, "s0": BAD})
    app = open_page()
    assert not app.exception
    assert list(table(app, "runs")["Run"]) == ["two", "one"]
    passed = next(m for m in app.metric if m.label == "Passed")
    assert (passed.value, passed.delta) == ("80%", "-20.0%")
    assert len(table(app, "questions-All-None")) == 5
    app.segmented_control(key="only").set_value("Not passed").run()
    assert list(table(app, "questions-Not passed-None")["Id"]) == ["s0"]


def test_a_question_opens_with_its_answer_its_scores_and_their_reasons(place: Path) -> None:
    add_run(place, "one", {**{s.id: GOOD for s in SAMPLES}, "s0": BAD})
    app = open_question(open_page(), 0)
    assert not app.exception
    assert BAD in shown(app)
    assert "Model drift loses accuracy." in shown(app)
    scores = next(d.value for d in app.dataframe if "Reason" in d.value)
    assert scores.iloc[0]["Score"] == 0
    assert any("not fully said" in reason for reason in scores["Reason"])


def test_what_another_may_read_is_not_shown_to_who_may_not(place: Path) -> None:
    add_run(place, "one", {**{s.id: GOOD for s in SAMPLES}, "board": "Four million kroner [1]."})
    hidden = open_question(open_page(viewer="ward_manager"), 4)
    assert "Four million" not in shown(hidden)
    assert "someone who sees more than you do" in shown(hidden)
    assert "Four million" in shown(open_question(open_page(viewer="chief_physician"), 4))


def test_two_runs_side_by_side_show_the_gate_and_what_got_worse(place: Path) -> None:
    samples = [*SAMPLES, sample(id="hard", hard=True)]
    add_run(place, "one", {s.id: GOOD for s in samples}, samples)
    add_run(place, "two", {**{s.id: GOOD for s in samples}, "hard": BAD}, samples)
    app = open_page("Compare")
    assert not app.exception
    assert "Gate failed" in shown(app)
    assert "hard samples passed and now fail: hard" in shown(app)
    assert any("<del>" in html.proto.body for html in app.get("html"))


def test_a_blind_review_keeps_the_verdict_and_goes_on(place: Path) -> None:
    add_run(place, "one", {s.id: GOOD for s in SAMPLES})
    add_run(place, "two", {**{s.id: GOOD for s in SAMPLES}, "s0": BAD, "s1": BAD, "board": BAD})
    app = open_page("Review", viewer="ward_manager")
    assert not app.exception
    assert "2 to judge" in shown(app)
    first = next(c.key for c in app.segmented_control if (c.key or "").startswith("better-"))
    id = first.removeprefix("better-")
    app.segmented_control(key=first).set_value("The first")
    app.segmented_control(key=f"first-{id}").set_value("Right")
    click(app, "Save and go on")
    assert "1 to judge, 1 judged" in shown(app)
    labels = read_labels(place / "labels.jsonl")
    assert [label.metric for label in labels] == ["preferred", "passed"]
    assert {label.sample for label in labels} == {id}
    assert labels[0].reviewer == "ward_manager"


def draft(id: str, asked_as: str | None) -> Draft:
    return Draft(id=id, origin="thumbs down", at="2026-11-24T10:00:00+00:00", asked_as=asked_as,
                 question=f"Question of {asked_as}?", answer="Nothing.",
                 points=("The head nurse decides.",))  # fmt: skip


def test_a_draft_is_corrected_and_becomes_a_sample(place: Path) -> None:
    drafts = Drafts(place / "drafts.jsonl")
    drafts.add(draft("nurse-1", "ward_manager"))
    drafts.add(draft("board-1", "chief_physician"))
    app = open_page("Drafts", viewer="ward_manager")
    assert not app.exception
    assert "Question of ward" in shown(app)
    assert "chief" not in shown(app)
    next(t for t in app.text_input if t.label == "Id").set_value("who-decides")
    click(app, "Accept")
    assert not app.error
    assert [d.id for d in drafts.open()] == ["board-1"]
    accepted = yaml.safe_load((place / "feedback.yaml").read_text(encoding="utf-8"))["samples"][0]
    assert (accepted["id"], accepted["nuggets"]) == ("who-decides", [{"text": "The head nurse decides."}])


def test_a_draft_that_lacks_something_stays_and_says_what(place: Path) -> None:
    drafts = Drafts(place / "drafts.jsonl")
    drafts.add(draft("nurse-1", None).model_copy(update={"points": ()}))
    app = click(open_page("Drafts"), "Accept")
    assert "needs nuggets, numbers or tools" in shown(app)
    assert len(drafts.open()) == 1
    click(app, "Discard")
    assert drafts.open() == ()


def test_questions_are_proposed_for_documents_nobody_asks_about(place: Path) -> None:
    app = click(open_page("Drafts"), "Propose questions for documents nobody asks about")
    assert not app.exception
    assert len(Drafts(place / "drafts.jsonl").open()) == 10


def test_a_run_of_a_thousand_samples_is_drawn_without_lag(place: Path) -> None:
    samples = [sample(id=f"s{i:04}", question=f"Question {i}?", cluster=f"c{i % 80}") for i in range(1000)]
    small = add_run(place, "big", {"s0000": GOOD}, samples[:1])
    answers, scores = (small.folder / name for name in ("answers.jsonl", "scores.jsonl"))
    (small.folder / "samples.json").write_text(
        Dataset(name="hand", samples=tuple(samples)).model_dump_json(exclude_defaults=True), encoding="utf-8"
    )
    # Real answers hold some 25 kB of evidence each.
    line = answers.read_text(encoding="utf-8").replace("Pilots without", f"{'Padding words. ' * 1600}Pilots without")
    answers.write_text("".join(line.replace("s0000", s.id) for s in samples), encoding="utf-8")
    scored = scores.read_text(encoding="utf-8")
    scores.write_text("".join(scored.replace("s0000", s.id) for s in samples), encoding="utf-8")
    app = open_page()
    assert len(table(app, "questions-All-None")) == 1000
    began = time.perf_counter()
    app.run()
    again = time.perf_counter() - began
    began = time.perf_counter()
    open_question(app, 900)
    opened = time.perf_counter() - began
    assert "Question 900?" in shown(app)
    print(f"drawn again in {again:.2f} s, a question opened in {opened:.2f} s, {answers.stat().st_size / 1e6:.0f} MB")
    # Far above the hundredth of a second it takes: reading the whole run at each click would show.
    assert max(again, opened) < 10.0
