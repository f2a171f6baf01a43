"""Blind review: which of two answers is better, without knowing whose is whose."""

from __future__ import annotations

import streamlit as st

from copilot import Copilot
from evals import review
from evals.review import Pair, Verdict
from evals.runs import Run
from evals.scores import Output
from ui import markdown, state
from ui.evaluations import reading, side_by_side

_CHOICES: dict[str, Verdict] = {"The first": "first", "Neither": "even", "The second": "second"}
_RIGHT = {"Right": True, "Wrong": False}


def draw(copilot: Copilot, viewer: str) -> None:
    st.caption(
        "Answers that differ, side by side, in an order drawn for each question. Verdicts are only ever added; "
        "`bearing eval calibrate` compares the scorers with them."
    )
    chosen = side_by_side.choose(copilot, "review")
    if chosen is None:
        return
    base, candidate = Run(chosen[0].folder), Run(chosen[1].folder)
    labels = state.labels()
    reviewer = st.text_input("Reviewer", viewer, max_chars=60, help="Kept with every verdict.").strip() or viewer
    readable = [row.id for row in reading.samples(copilot, viewer, chosen[1]) if row.visible]
    waiting = review.waiting(base, candidate, labels, reviewer, readable)
    _tally(review.tally(labels, base, candidate), len(waiting))
    if not waiting:
        st.success("Nothing is left to judge: you judged every answer that differs.", icon=":material/check:")
        return
    pair = review.pair(base, candidate, waiting[0], reviewer)
    st.header(markdown.label(pair.sample.question), anchor=False)
    left, right = st.columns(2, gap="medium")
    for column, name, output in ((left, "First", pair.first), (right, "Second", pair.second)):
        with column, st.container(border=True, height=320):
            st.markdown(f"**{name} answer**")
            st.markdown(_text(output), anchors=False)
    _form(base, candidate, pair, reviewer)


def _tally(told: review.Tally, waiting: int) -> None:
    judged = told.candidate + told.base + told.even
    words = f"{waiting} to judge"
    # The count of one side would unblind the next pair, so it is told only when none is left.
    if judged and not waiting:
        words = (
            f"{judged} judged: the candidate was better {told.candidate} times, the base {told.base} times, "
            f"neither {told.even} times (p = {told.p:.3f})"
        )
    elif judged:
        words += f", {judged} judged"
    st.caption(words)


def _form(base: Run, candidate: Run, pair: Pair, reviewer: str) -> None:
    id = pair.sample.id
    with st.form(f"verdict-{id}", border=True):
        left, middle, right = st.columns(3)
        first = left.segmented_control("The first answer is", list(_RIGHT), key=f"first-{id}")
        better = middle.segmented_control("Better is", list(_CHOICES), key=f"better-{id}")
        second = right.segmented_control("The second answer is", list(_RIGHT), key=f"second-{id}")
        note = st.text_input("Why", max_chars=500, key=f"note-{id}", placeholder="In your words, if you like")
        if st.form_submit_button("Save and go on", type="primary"):
            if better is None:
                st.error("Say which answer is better, or neither.")
                return
            rights = (_RIGHT.get(first or ""), _RIGHT.get(second or ""))
            review.record(state.labels(), base, candidate, pair, reviewer, _CHOICES[better], rights, note)
            st.rerun()


def _text(output: Output) -> str:
    if output.answer is None:
        return f":red[{markdown.label(output.error)}]"
    return markdown.safe(output.answer.text)
