"""What the rules block, by which clause, who approves, and what ends when."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from copilot import Copilot
from copilot.boards.governance import read_governance
from copilot.types import Table
from ui import exhibits
from ui.asking import ask_anew

_EVERYWHERE = "All units"
_LAST = ("Unit", "Stage")
"""Columns that stand behind what is unmet."""


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    st.title("Governance", anchor=False)
    view = copilot.sources.records.view(copilot.viewer(viewer))
    units = view.values("projects", "unit") if view.has("projects", "unit") else []
    unit = st.selectbox("Unit", [_EVERYWHERE, *units], key="unit_checked", bind="query-params", width=260)
    found = read_governance(copilot.sources, copilot.viewer(viewer), "" if unit == _EVERYWHERE else unit)
    if found is None:
        st.info(
            "This workspace has no governance rules, or no projects to check: docs/gates.md says how to write them."
        )
        return
    tables = (found.blocked, found.rules, found.waivers, found.expiring, found.asked)
    with st.container(horizontal=True, gap="small", key="governance_tiles"):
        st.metric("Projects blocked", f"{found.blocked_projects} of {found.bound}", border=True)
        st.metric("Rules unmet", f"{len(found.blocked.rows):,}", border=True)
        st.metric("Waivers", f"{len(found.waivers.rows):,}", border=True)
        st.metric("Evidence due in 60 days", f"{len(found.expiring.rows):,}", border=True)
    names = [f"{table.title} ({len(table.rows)})" for table in tables]
    for tab, table in zip(st.tabs(names), tables, strict=True):
        with tab:
            _section(copilot, viewer, table)
    if found.hidden:
        st.caption(f":material/lock: Not in these figures: {found.hidden} projects that you may not see.")


def _section(copilot: Copilot, viewer: str, table: Table) -> None:
    if not table.rows:
        st.caption("Nothing here.")
        return
    key = table.title.replace(" ", "_").lower()
    frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
    actions: dict[str, Callable[[], None]] = {}
    if "Id" in table.columns:
        frame.insert(0, "Ask", ":material/forum: Ask")

        def asked() -> None:
            row = table.rows[st.session_state[f"ask_{key}"].row]
            ask_anew(copilot, viewer, f"Is {row[1]} ({row[0]}) blocked, and what is missing?")

        actions["Ask"] = asked
    config = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=exhibits.NOTHING,
        column_order=sorted((name for name in frame.columns if name != "Id"), key=lambda name: name in _LAST),
        height=min(600, 38 + 35 * len(frame)),
        key=f"board_{key}",
        column_config={
            **{
                name: config.ButtonColumn("", type="tertiary", key=f"ask_{key}", on_click=call, width=75)
                for name, call in actions.items()
            },
            "Project": config.TextColumn(width=260, pinned=exhibits.stays_in_sight()),
            "Rule": config.TextColumn(width=430),
            "Clause": config.TextColumn(width=300),
            "Question": config.TextColumn(width=620),
        },
        alt=f"Table: {table.title}, {len(table.rows)} rows",
    )
    exhibits.downloads(table, key)
