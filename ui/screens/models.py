"""The models in use: which hold what they were validated for, which fall, since when, and what to do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from copilot import Copilot
from copilot.boards.models import ModelLine, read_models
from ui import exhibits, markdown
from ui.asking import ask_anew

_RANKS = ("Needs somebody now", "To be watched", "Holds")


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    st.title("Models", anchor=False)
    if "models" not in copilot.sources.records.tables:
        st.info("This workspace records no models: put a models.csv into its folder records/.")
        return
    found = read_models(copilot.sources, copilot.viewer(viewer))
    with st.container(horizontal=True, gap="small", key="model_tiles"):
        for rank, words in enumerate(_RANKS):
            st.metric(words, f"{found.count(rank):,}", border=True)
    wanted = st.segmented_control(
        "Show", ["All", *_RANKS], default="All", required=True, key="model_state", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    lines = [line for line in found.lines if wanted in ("All", _RANKS[line.rank])]
    if not lines:
        st.info("No model is in this state.")
        return
    wanted_id = st.query_params.get("model")
    picked = _table(lines) or next((line for line in lines if line.id == wanted_id), None)
    if wanted_id and picked is None:
        st.info("The model asked for is not among those shown.", icon=":material/filter_alt_off:")
    if found.hidden:
        st.caption(f":material/lock: Not in these figures: {found.hidden} more that you may not see.")
    _one(copilot, viewer, picked or lines[0])


def _table(lines: list[ModelLine]) -> ModelLine | None:
    frame = pd.DataFrame(
        {
            "Model": [line.name for line in lines],
            "State": [line.state for line in lines],
            "Validated": [_percent(line.validated) for line in lines],
            "Latest": [_percent(line.latest) for line in lines],
            "Change": [line.points for line in lines],
            "Last year": [list(line.trend) for line in lines],
            "Since": [line.declining_since for line in lines],
            "Next step": [line.next_step for line in lines],
            "Project": [line.project for line in lines],
            "Owner": [line.owner for line in lines],
        }
    )
    config = st.column_config
    chosen = st.dataframe(
        frame,
        hide_index=True,
        placeholder=exhibits.NOTHING,
        height=min(460, 38 + 35 * len(frame)),
        key="models",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Model": config.TextColumn(pinned=exhibits.stays_in_sight(), width=210),
            "State": config.TextColumn(width=270),
            "Validated": config.NumberColumn("Validated, %", format="%.1f"),
            "Latest": config.NumberColumn("Latest, %", format="%.1f", help="Mean of the last four weeks"),
            "Change": config.NumberColumn("Change, points", format="%+.1f", help="Latest less validated"),
            "Last year": config.LineChartColumn(width=120, help="Quality by week"),
            "Since": config.DateColumn("Falling since", format="D MMM YYYY"),
        },
        alt=f"Table: {len(frame)} models, the worst first",
    )
    rows = chosen["selection"]["rows"]
    return lines[rows[0]] if rows and rows[0] < len(lines) else None


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _one(copilot: Copilot, viewer: str, line: ModelLine) -> None:
    """One model: its curve with the validated level and the change point, and what was found."""
    result = copilot.call("check_model_health", viewer, model=line.id)
    with st.container(border=True):
        st.header(markdown.label(f"{line.name} ({line.id})"), anchor=False)
        st.caption(markdown.label(f"{line.state}. {line.next_step}"))
        wide, narrow = st.columns([3, 2], gap="large")
        with wide:
            for chart in result.charts:
                exhibits.chart(chart, f"model-{line.id}")
            for table in result.tables:
                exhibits.plain_table(table, f"inputs-{line.id}")
        with narrow:
            for finding in result.findings:
                if finding.role != "method":
                    st.markdown(f"- {markdown.safe(finding.text)}")
            st.button(
                "Ask about it", icon=":material/forum:", on_click=ask_anew,
                args=(copilot, viewer, f"Is {line.name} ({line.id}) drifting, and what should be done?"),
            )  # fmt: skip
