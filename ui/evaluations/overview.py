"""All runs, and one of them: how it did in all, by type of question, and question by question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from copilot import Copilot
from evals import browse
from evals.browse import RunRow, SampleRow
from evals.drawing import slice_chart, trend_chart
from evals.scorers import METRICS
from evals.statistics import wilson_interval
from ui import markdown
from ui.evaluations import reading, sample, start

_TITLES = {m.name: m.title for m in METRICS}
_SHORT = {
    "passed": "Passed", "groundedness": "Grounded", "citation_precision": "Cited well",
    "refusal_ok": "Answers when due",
}  # fmt: skip
NO_CHANGE = "no change"
TREND_RUNS = 20
WEAKLY_GROUNDED = 0.8
ROW_PIXELS, HEAD_PIXELS, ROWS_SHOWN = 35, 38, 6


def draw(copilot: Copilot, viewer: str) -> None:
    rows = reading.runs(copilot)
    if not rows:
        _nothing_yet()
        return
    row = _choose(rows)
    start.unfinished(row)
    if not row.asked:
        st.caption("Nothing has been asked yet.")
        return
    questions = reading.samples(copilot, viewer, row)
    _cards(row, _before(rows, row))
    left, right = st.columns([1, 1.5], gap="medium")
    with left, st.container(border=True):
        kind = _charts(rows, row, questions)
    with right:
        chosen = _questions(questions, kind)
    if chosen:
        sample.draw(copilot, viewer, row, chosen)
    else:
        st.caption("Select a question to see its answer, its scores with their reasons, and what was read.")


def _nothing_yet() -> None:
    with st.container(border=True):
        st.markdown("**No run yet.** A run asks every question of a set and judges the answers; it needs no key.")
        st.caption("Start one above, or run `bearing eval run dev`.")


def _choose(rows: Sequence[RunRow]) -> RunRow:
    shares = {name: [_percent(row.means.get(name)) for row in rows] for name in browse.CARDS}
    frame = pd.DataFrame({
        "Run": [row.id for row in rows],
        "When": [_when(row.began) for row in rows],
        "Model": [row.model for row in rows],
        "N": [row.asked for row in rows],
        **{_SHORT[name]: values for name, values in shares.items()},
        "Median s": [row.seconds for row in rows],
        "Cost each": [row.cost for row in rows],
    })  # fmt: skip
    if frame["Cost each"].isna().all():
        frame = frame.drop(columns="Cost each")
    event = st.dataframe(
        frame,
        hide_index=True,
        key="runs",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        height=min(len(rows), ROWS_SHOWN) * ROW_PIXELS + HEAD_PIXELS,
        alt="Runs, the newest first",
        column_config={
            "Run": st.column_config.TextColumn(width=172),
            "When": st.column_config.TextColumn(width=94),
            "Model": st.column_config.TextColumn(width=84),
            "N": st.column_config.NumberColumn(width=48),
            **{
                _SHORT[name]: st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f%%", width=122)
                for name in browse.CARDS
            },
            "Median s": st.column_config.NumberColumn(format="%.2f", width=72),
            "Cost each": st.column_config.NumberColumn(format="%.4f", width=84),
        },
    )
    chosen = event.selection.rows
    return rows[chosen[0] if chosen and chosen[0] < len(rows) else 0]


def _before(rows: Sequence[RunRow], row: RunRow) -> RunRow | None:
    """The finished run of the same questions that began before."""
    earlier = [r for r in reading.finished(rows) if r.dataset == row.dataset and r.began < row.began]
    return earlier[0] if earlier else None


def _cards(row: RunRow, before: RunRow | None) -> None:
    grid = st.grid(len(browse.CARDS) + 1, min_column_width=150, gap="small")
    for name in browse.CARDS:
        if name not in row.means:
            continue
        n, share = row.counts[name], row.means[name]
        low, high = wilson_interval(share, n)
        change = _change(row, before, name)
        grid.metric(
            _SHORT[name],
            f"{share:.0%}",
            change,
            delta_color="off" if change == NO_CHANGE else "normal",
            delta_arrow="off" if change == NO_CHANGE else "auto",
            border=True,
            delta_description=f"{100 * low:.0f}–{100 * high:.0f}%",
            help=f"{_TITLES[name]}, over {n} questions. Change from the run of the same questions before, "
            "and the 95% interval.",
        )
    if row.seconds is not None:
        change = None if before is None or before.seconds is None else f"{row.seconds - before.seconds:+.2f}"
        grid.metric(
            "Median seconds", f"{row.seconds:.2f}", change, delta_color="off", border=True,
            help="To the last word. It depends on the machine and on what else it does.",
        )  # fmt: skip


def _change(row: RunRow, before: RunRow | None, name: str) -> str | None:
    if before is None or name not in before.means:
        return None
    change = row.means[name] - before.means[name]
    return NO_CHANGE if abs(change) < 0.0005 else f"{change:+.1%}"


def _charts(rows: Sequence[RunRow], row: RunRow, questions: Sequence[SampleRow]) -> str | None:
    """Both charts; gives the type of question that was clicked."""
    by_type, trend = st.tabs(["By type of question", "Trend"])
    with by_type:
        st.caption("Bars show the 95% interval. Click a dot to filter.")
        event = st.vega_lite_chart(
            slice_chart(browse.slices(questions), "Passed"), theme=None, key=f"slice-{row.id}", on_select="rerun",
            selection_mode="type", alt="Chart: share passed by type of question",
        )  # fmt: skip
    with trend:
        same = [r for r in reading.finished(rows) if r.dataset == row.dataset][:TREND_RUNS]
        if len(same) < 2:
            st.caption(f"A trend needs two finished runs of {markdown.label(row.dataset)}.")
        else:
            st.vega_lite_chart(
                trend_chart(same, [(name, _SHORT[name]) for name in browse.CARDS]), theme=None, key=f"trend-{row.id}",
                alt=f"Chart: the latest {len(same)} runs of {row.dataset}",
            )  # fmt: skip
    picked = event.selection.get("type") or []
    return str(picked[0]["type"]) if picked else None


def _questions(questions: Sequence[SampleRow], kind: str | None) -> SampleRow | None:
    """The questions that fit the filters; gives the chosen one."""
    with st.container(horizontal=True, vertical_alignment="center"):
        only = st.segmented_control(
            "Show", ["All", "Not passed", "Weakly grounded"], default="All", required=True, key="only",
            label_visibility="collapsed",
        )  # fmt: skip
        if kind:
            st.badge(kind, icon=":material/filter_alt:", color="blue")
    shown = [q for q in questions if kind in (None, q.type) and _is_wanted(q, str(only))]
    frame = pd.DataFrame({
        "Id": [q.id for q in shown],
        "Type": [q.type for q in shown],
        "Question": [q.question for q in shown],
        "Passed": [None if q.passed is None else q.passed == 1 for q in shown],
        "Grounded": [_percent(q.scores.get("groundedness")) for q in shown],
    })  # fmt: skip
    event = st.dataframe(
        frame,
        hide_index=True,
        key=f"questions-{only}-{kind}",
        on_select="rerun",
        selection_mode="single-row",
        height=388,
        alt=f"Questions of this run: {len(shown)}",
        column_config={
            "Id": st.column_config.TextColumn(width=112),
            "Type": st.column_config.TextColumn(width=88),
            "Question": st.column_config.TextColumn(width=208),
            "Passed": st.column_config.CheckboxColumn(width=64),
            "Grounded": st.column_config.NumberColumn(format="%.0f%%", width=78),
        },
    )
    chosen = [row for row in event.selection.rows if row < len(shown)]
    return shown[chosen[0]] if chosen else None


def _is_wanted(question: SampleRow, only: str) -> bool:
    if only == "Not passed":
        return question.passed is not None and question.passed < 1
    if only == "Weakly grounded":
        return question.scores.get("groundedness", 1.0) < WEAKLY_GROUNDED
    return True


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _when(began: str) -> str:
    """A moment, short: the hour of today, the day of others."""
    moment = datetime.fromisoformat(began).astimezone(UTC)
    if moment.date() == datetime.now(UTC).date():
        return f"Today {moment:%H:%M}"
    return f"{moment:%d %b %Y}"
