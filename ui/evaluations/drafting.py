"""Drafts of samples, to correct and accept, or to discard."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import streamlit as st

from copilot import Copilot, CopilotError
from evals import browse, draft, drafts
from evals.drafts import Draft
from evals.samples import DATASETS, Expectation, GoldPassage, Type
from ui import markdown, state

PROPOSED_AT_ONCE = 10
DRAFTS_SHOWN = 20


def draw(copilot: Copilot, viewer: str) -> None:
    st.caption(
        "Questions that people found badly answered, and answers that they corrected. Accepted, they are asked in "
        "every later run of their set."
    )
    _propose(copilot)
    workspace, me = copilot.sources.workspace, copilot.viewer(viewer)
    waiting = [d for d in state.drafts().open() if browse.may_read(d.asked_as, workspace, me)]
    if not waiting:
        with st.container(border=True):
            st.markdown("**No draft waits.** A thumb down or a corrected answer in a conversation makes one.")
        return
    if len(waiting) > DRAFTS_SHOWN:
        st.caption(f"The newest {DRAFTS_SHOWN} of {len(waiting)}.")
    for found in waiting[:DRAFTS_SHOWN]:
        _draft(copilot, viewer, found)


def _propose(copilot: Copilot) -> None:
    if st.button("Propose questions for documents nobody asks about", icon=":material/library_add:"):
        waiting = {d.id for d in state.drafts().open()}
        fresh = [d for d in map(drafts.from_document, draft.drafts(copilot)) if d.id not in waiting]
        for found in fresh[:PROPOSED_AT_ONCE]:
            state.drafts().add(found)
        st.toast(
            f"{min(len(fresh), PROPOSED_AT_ONCE)} drafts were added." if fresh else "Every document is asked about."
        )


def _draft(copilot: Copilot, viewer: str, found: Draft) -> None:
    with st.container(border=True, key=f"draft-{found.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{markdown.label(found.question)}**", width="content")
            st.badge(found.origin, color="gray")
        about = [found.at[:10], f"asked as {found.asked_as}" if found.asked_as else "", found.complaint]
        st.caption(markdown.label(" · ".join(part for part in about if part)))
        if found.answer:
            with st.expander("What was answered", icon=":material/chat_bubble:"):
                st.markdown(markdown.safe(found.answer), anchors=False)
        with st.expander("Correct and accept", icon=":material/edit:"):
            _form(copilot, viewer, found)
        if st.button("Discard", icon=":material/delete:", type="tertiary", key=f"discard-{found.id}"):
            state.drafts().settle(found.id, "discarded", viewer)
            st.rerun()


def _form(copilot: Copilot, viewer: str, found: Draft) -> None:
    with st.form(f"accept-{found.id}", border=False):
        question = st.text_area("Question", found.question, height=68)
        left, middle, right = st.columns(3)
        id = left.text_input("Id", f"life-{found.id[:8]}".replace(" ", "-").replace("/", "-"))
        type = middle.selectbox("Type", get_args(Type))
        expect = right.selectbox("A right answer is", get_args(Expectation))
        vital = st.text_area(
            "Points that must be said", "\n".join(found.points), height=110, help="One a line, each one fact.",
        )  # fmt: skip
        welcome = st.text_area("Points that are welcome", height=68, help="One a line.")
        sources = st.text_area(
            "Documents that hold the answer", "\n".join(p.document for p in found.passages), height=68,
            help="One a line; after a bar a sentence of it: `policies/a.md | kept for two years`.",
        )  # fmt: skip
        never = st.text_input("Never to be said", help="Words apart by semicolons.")
        targets = _targets()
        target = st.selectbox("Add to", list(targets))
        if st.form_submit_button("Accept", type="primary", icon=":material/check:"):
            try:
                sample = drafts.complete(
                    found, id=id, type=type, expect=expect, question=question, vital=_lines(vital),
                    welcome=_lines(welcome), must_not_say=_lines(never.replace(";", "\n")),
                    passages=[_passage(line) for line in _lines(sources)], author=viewer,
                )  # fmt: skip
                drafts.append(sample, targets[target], copilot.sources.workspace)
            except CopilotError as error:
                st.error(markdown.literal(str(error)), icon=":material/error:")
                return
            state.drafts().settle(found.id, "accepted", viewer)
            st.rerun()


def _targets() -> dict[str, Path]:
    """The files a sample may be added to: one of this workspace's own, and the shipped sets of a checkout."""
    own = state.feedback_samples()
    return {f"{own.stem} (of this workspace)": own} | {path.stem: path for path in sorted(DATASETS.glob("*.yaml"))}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _passage(line: str) -> GoldPassage:
    document, _, quote = (part.strip() for part in line.partition("|"))
    return GoldPassage(document=document, quote=quote)
