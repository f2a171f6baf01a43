"""One project: its record, its history, the rules that bind it, and what was said of it."""

from __future__ import annotations

import streamlit as st

from copilot import Copilot
from copilot.boards.project import Project, read_project
from copilot.language.formatting import humanize
from copilot.types import Table
from ui import exhibits, markdown
from ui.asking import ask_anew

_OPEN = ("unmet", "unknown")


def page(copilot: Copilot, viewer: str, id: str) -> None:
    found = read_project(copilot.sources, copilot.viewer(viewer), id)
    st.button("All projects", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    if found is None:
        st.title("This project is not available", anchor=False)
        st.write("It is not in the records, or not for you.")
        return
    st.title(markdown.label(found.name), anchor=False)
    _badges(found)
    if description := found.row.get("description"):
        st.markdown(markdown.safe(str(description)))
    _questions(copilot, viewer, found)
    wide, narrow = st.columns([3, 2], gap="large")
    with wide:
        _section(found.criteria)
        _gates(found.gates)
        for table in (found.stages, found.models):
            _section(table)
        _metrics(found)
        for table in (found.incidents, found.decisions):
            _section(table)
        _memos(copilot, viewer, found)
    with narrow:
        for group in found.facts:
            st.header(group.title, anchor=False)
            exhibits.plain_table(group, group.title, has_header=False)


def _leave() -> None:
    del st.query_params["project"]


def _badges(found: Project) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(found.id, color="gray")
        for column, color in (("stage", "blue"), ("unit", "gray"), ("risk_class", "gray")):
            if value := found.row.get(column):
                words = humanize(str(value))
                st.badge(markdown.label(f"{words} risk" if column == "risk_class" else words), color=color)
        unmet = sum(row[0] == "unmet" and row[2] == "blocking" for row in found.gates.rows) if found.gates else 0
        if unmet:
            st.badge(f"blocked by {unmet} rule{'' if unmet == 1 else 's'}", icon=":material/block:", color="orange")


def _questions(copilot: Copilot, viewer: str, found: Project) -> None:
    asked = {
        "Ask about it": (":material/forum:", f"Tell me about {found.name} ({found.id})."),
        "What blocks it?": (":material/rule:", f"Is {found.id} blocked, and what is missing?"),
        "Draft a memo": (":material/description:", f"Draft a funding memo for {found.id}."),
    }
    with st.container(horizontal=True, gap="small"):
        for label, (icon, question) in asked.items():
            st.button(label, icon=icon, key=f"ask_{label}", on_click=ask_anew, args=(copilot, viewer, question))


def _section(table: Table | None) -> None:
    if table is None:
        return
    st.header(markdown.label(table.title), anchor=False)
    exhibits.plain_table(table, table.title)


def _gates(table: Table | None) -> None:
    """The rules that are not met or not known; those that are, folded."""
    if table is None:
        return
    st.header("Governance rules", anchor=False)
    parts = [tuple(row for row in table.rows if (row[0] in _OPEN) is is_open) for is_open in (True, False)]
    if parts[0]:
        exhibits.plain_table(table.model_copy(update={"rows": parts[0]}), "rules_open")
    if parts[1]:
        with st.expander(f"{len(parts[1])} rules are met or waived", icon=":material/check:"):
            exhibits.plain_table(table.model_copy(update={"rows": parts[1]}), "rules_met")


def _metrics(found: Project) -> None:
    if found.metrics is None:
        return
    st.header("Metrics", anchor=False)
    for metric, said, owner in found.metrics.rows:
        whose = f" :gray[Owner: {markdown.label(str(owner))}]" if owner else ""
        st.markdown(f"- **{markdown.label(str(metric))}.** {markdown.safe(str(said))}{whose}")


def _memos(copilot: Copilot, viewer: str, found: Project) -> None:
    if copilot.memos is None:
        return
    naming = copilot.memos.naming(found.id, copilot.viewer(viewer))
    if naming:
        st.header("Memos", anchor=False)
        for info in naming:
            st.markdown(f"- [{markdown.label(info.title)}](/memos?memo={info.id}) :gray[{info.kept:%d %B %Y}]")
