"""Two runs side by side, with the verdict of the gate."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from copilot import Copilot, CopilotError
from evals import browse
from evals.browse import RunRow
from evals.compare import Changed, Comparison, Row
from evals.report import html, word_diff
from ui import markdown
from ui.evaluations import reading

_DIFF = (
    "<style>.diff{line-height:1.6}.diff del{background:#c8586a33;text-decoration:line-through}"
    ".diff ins{background:#2f9e8f33;text-decoration:none}</style>"
)


def choose(copilot: Copilot, key: str) -> tuple[RunRow, RunRow] | None:
    """Two runs that were asked the same questions: the older as base, the newer as candidate."""
    rows = reading.runs(copilot)
    if len(rows) < 2:
        st.caption("Two runs are needed. Start one with the button above.")
        return None
    same = [at for at, row in enumerate(rows[1:], 1) if row.dataset == rows[0].dataset]
    left, right = st.columns(2)
    base = left.selectbox("Base", rows, index=same[0] if same else 1, format_func=reading.named, key=f"base-{key}")
    candidate = right.selectbox("Candidate", rows, index=0, format_func=reading.named, key=f"candidate-{key}")
    if base.folder == candidate.folder:
        st.caption("Choose two different runs.")
        return None
    return base, candidate


def draw(copilot: Copilot, viewer: str) -> None:
    chosen = choose(copilot, "compare")
    if chosen is None:
        return
    try:
        found = reading.comparison(*chosen)
    except CopilotError as error:
        st.warning(markdown.literal(str(error)), icon=":material/info:")
        return
    _verdict(found, all(row.visible for row in reading.samples(copilot, viewer, chosen[1])))
    _metrics(found.rows, "all")
    if found.slices:
        with st.expander("By type, persona and viewer", icon=":material/stacked_bar_chart:"):
            names = [f"{s.field}: {s.value}" for s in found.slices]
            name = st.selectbox("Part", names, label_visibility="collapsed")
            _metrics(found.slices[names.index(name)].rows, "part")
    st.header("What got worse", anchor=False)
    if not found.worst:
        st.caption("No question lost anything.")
    else:
        st.html(_DIFF)
    for changed in found.worst:
        _changed(copilot, viewer, changed)


def _verdict(found: Comparison, may_read_all: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.passes:
            st.badge("Gate passed", icon=":material/check:", color="green")
        else:
            st.badge("Gate failed", icon=":material/close:", color="red")
        if may_read_all:
            st.download_button(
                "Report", data=lambda: html(found), file_name=f"{found.base}-{found.candidate}.html",
                mime="text/html", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip
    for text in found.failures:
        st.markdown(f":red[:material/error:] {markdown.label(text)}")
    for text in found.doubts:
        st.markdown(f":orange[:material/help:] Perhaps chance: {markdown.label(text)}")
    for text in found.warnings:
        st.caption(f":material/info: {markdown.label(text)}")


def _metrics(rows: Iterable[Row], key: str) -> None:
    rows = list(rows)
    st.dataframe(
        pd.DataFrame(
            {
                "Metric": [r.metric.title for r in rows],
                "N": [r.change.n for r in rows],
                "Base": [r.change.base for r in rows],
                "Candidate": [r.change.candidate for r in rows],
                "Change": [r.change.delta for r in rows],
                "95% interval": [f"{r.change.low:+.3f} … {r.change.high:+.3f}" for r in rows],
                "p": [r.change.p if r.p_holm is None else r.p_holm for r in rows],
                "Better": [r.change.better for r in rows],
                "Worse": [r.change.worse for r in rows],
                "Gate": ["certain loss" if r.is_certain_loss else "watched" if r.metric.is_gated else "" for r in rows],
            }
        ),  # fmt: skip
        hide_index=True,
        key=f"metrics-{key}",
        height=320,
        alt="Metrics of both runs",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f") for name in ("Base", "Candidate", "Change", "p")
        },
    )


def _changed(copilot: Copilot, viewer: str, changed: Changed) -> None:
    moves = ", ".join(f"{name} {_shown(a)} → {_shown(b)}" for name, a, b in changed.metrics[:3])
    with st.expander(f"**{markdown.label(changed.sample.id)}** ({changed.sample.type}): {markdown.label(moves)}"):
        if not browse.may_read(changed.sample.viewer, copilot.sources.workspace, copilot.viewer(viewer)):
            st.info("It was asked by someone who sees more than you do.", icon=":material/lock:")
            return
        st.markdown(f"*{markdown.label(changed.sample.question)}*")
        for text in changed.explanations:
            st.caption(markdown.label(text))
        before, after = (o.answer.text if o and o.answer else "" for o in (changed.base, changed.candidate))
        st.html(f'<div class="diff">{word_diff(before, after)}</div>')


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
