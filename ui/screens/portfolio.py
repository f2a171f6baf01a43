"""The portfolio: all projects as a table, a matrix and a funnel; some of them side by side; and one of them whole."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from copilot import Chart, Copilot, CopilotError, ToolError
from copilot.boards import portfolio as board
from copilot.boards.portfolio import Line, Portfolio
from copilot.boards.reweighing import spoken
from copilot.language.formatting import humanize
from copilot.state.views import LONGEST_NAME, View
from ui import exhibits, markdown, weights
from ui.asking import ask_anew
from ui.screens import project

_MOST_COMPARED = 5
_FIRST = 5
_PAGE, _WORDS, _SHOWN = "portfolio", "words", "portfolio_view"
"""What saved views are kept under, and the keys of what is no column."""
_VIEWS = ("Table", "Matrix", "Funnel")


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    if "projects" not in copilot.sources.records.tables:
        st.title("Portfolio", anchor=False)
        st.info("This workspace records no projects: put a projects.csv into its folder records/.")
        return
    if id := st.query_params.get("project"):
        project.page(copilot, viewer, id)
        return
    st.title("Portfolio", anchor=False)
    chosen, words = _filters(copilot, viewer)
    found = board.read_portfolio(copilot.sources, copilot.viewer(viewer), chosen, words)
    _tiles(found)
    found = _weighed(copilot, viewer, found, chosen, words)
    if not found.lines:
        st.info("No project meets these filters.", icon=":material/filter_alt_off:")
        return
    shown = st.segmented_control(
        "View", _VIEWS, default=_VIEWS[0], required=True, key=_SHOWN,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    picked: Sequence[str] = ()
    if shown == "Table":
        picked = _table(found)
    elif shown == "Matrix":
        picked = _matrix(found)
    elif chart := board.funnel(copilot.sources, found):
        _funnel(copilot, viewer, chart)
    if picked:
        _picked(copilot, viewer, found, picked)
    if found.hidden:
        st.caption(f":material/lock: Not in these figures: {found.hidden} more that you may not see.")


def _filters(copilot: Copilot, viewer: str) -> tuple[dict[str, Sequence[str]], str]:
    """What the address holds, as widgets that keep it there: a view is saved by its address."""
    columns = list(board.choices(copilot.sources, copilot.viewer(viewer)).items())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="portfolio_filters"):
        words = st.text_input(
            "Words", key=_WORDS, placeholder="Name or description", bind="query-params", icon=":material/search:",
            width=220,
        )  # fmt: skip
        chosen: dict[str, Sequence[str]] = {
            column: st.multiselect(
                humanize(column).capitalize(), values, key=column, format_func=lambda value: humanize(value),
                placeholder="All", bind="query-params", width=190,
            )
            for column, values in columns[:3]
        }  # fmt: skip
        with st.popover("More filters", icon=":material/tune:"):
            for column, values in columns[3:]:
                chosen[column] = st.multiselect(
                    humanize(column).capitalize(), values, key=column, placeholder="All", bind="query-params"
                )
        _saved_views(copilot, viewer, chosen, words, dict(columns))
    return chosen, words


def _saved_views(
    copilot: Copilot,
    viewer: str,
    chosen: dict[str, Sequence[str]],
    words: str,
    choices: dict[str, list[str]],
) -> None:
    """Those of this viewer, to open and to remove, and a name for the filters as they are."""
    kept, name = copilot.conversations.views, copilot.viewer(viewer).name
    with st.popover("Saved views", icon=":material/bookmark:"):
        try:
            for view in kept.list(name, _PAGE):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.button(
                        markdown.label(view.name), key=f"open-view-{view.name}", type="tertiary", width="stretch",
                        on_click=_open_view, args=(view, choices),
                    )  # fmt: skip
                    st.button(
                        f"Remove {markdown.label(view.name)}", key=f"remove-view-{view.name}", icon=":material/delete:",
                        on_click=kept.remove, args=(name, _PAGE, view.name),
                    )  # fmt: skip
            with st.form("save_view", border=False, clear_on_submit=True):
                wanted = st.text_input("Name for these filters", max_chars=LONGEST_NAME)
                if st.form_submit_button("Save this view"):
                    shown = st.session_state.get(_SHOWN) or _VIEWS[0]
                    filters = {**chosen, _WORDS: [words] if words else [], _SHOWN: [shown]}
                    kept.save(name, _PAGE, wanted, filters)
                    st.rerun()
        except CopilotError as error:
            st.error(markdown.literal(str(error)), icon=":material/error:")


def _open_view(view: View, choices: dict[str, list[str]]) -> None:
    """Sets the filters of a view; a value that there is no more, or that the viewer may not see, is left out."""
    for column, values in choices.items():
        st.session_state[column] = [value for value in view.filters.get(column, ()) if value in values]
    st.session_state[_WORDS] = next(iter(view.filters.get(_WORDS, ())), "")
    st.session_state[_SHOWN] = next((shown for shown in view.filters.get(_SHOWN, ()) if shown in _VIEWS), _VIEWS[0])


def _tiles(found: Portfolio) -> None:
    blocked = sum(bool(line.blocked_by) for line in found.lines)
    with st.container(horizontal=True, gap="small", key="portfolio_tiles"):
        st.metric("Projects", f"{len(found.lines):,}", border=True)
        for label, column in (("Budget", "budget"), ("Spent", "spend"), ("Expected a year", "expected_benefit")):
            total = found.total(column)
            if total is not None:
                st.metric(f"{label}, million {found.currency}".strip(), f"{total / 1e6:,.1f}", border=True)
        st.metric("Blocked by a rule", f"{blocked:,}", border=True)


def _weighed(
    copilot: Copilot, viewer: str, found: Portfolio, chosen: dict[str, Sequence[str]], words: str
) -> Portfolio:
    """The portfolio under the weights of the sliders, with what they change among the first."""
    criteria, key = found.candidates.criteria, "weight"
    with st.expander("What if the weights were others?", icon=":material/tune:"):
        given = weights.sliders(criteria, found.weights, key, across=3)
        if given == found.weights:
            st.caption(weights.INVITATION)
            return found
        other = board.read_portfolio(copilot.sources, copilot.viewer(viewer), chosen, words, given)
        st.markdown(weights.told(board.changes(found, other, _FIRST), "first", _FIRST, " not yet in production"))
        weights.together(criteria, given)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Ask with these weights", icon=":material/forum:", on_click=ask_anew,
                args=(
                    copilot, viewer,
                    f"Which {_FIRST} projects should come first with these weights: {spoken(criteria, given)}?",
                ),
            )  # fmt: skip
            weights.reset(criteria, found.weights, key)
    return other


def _table(found: Portfolio) -> Sequence[str]:
    """The ids of the projects that are ticked."""
    frame = _frame(found)
    chosen = st.dataframe(
        frame,
        hide_index=True,
        placeholder=exhibits.NOTHING,
        height=min(560, 38 + 35 * len(frame)),
        key="projects",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_columns(found),
        alt=f"Table: {len(frame)} projects",
    )
    st.caption(
        'Tick projects to set them side by side. Filters stay in the address; "Saved views" keeps them by a name.'
    )
    return [found.lines[row].id for row in chosen["selection"]["rows"] if row < len(found.lines)]


def _frame(found: Portfolio) -> pd.DataFrame:
    def cells(line: Line) -> dict[str, object]:
        row = line.row
        return {
            "Open": ":material/open_in_full: Open",
            "Project": line.name,
            "Score": line.score,
            "Stage": humanize(str(row.get("stage") or "")).capitalize(),
            "Unit": row.get("unit"),
            "Blocked": len(line.blocked_by) or None,
            "Budget": row.get("budget"),
            "Benefit": row.get("expected_benefit"),
            "Risk class": row.get("risk_class"),
            **{c.label: row.get(c.column) for c in found.candidates.criteria},
            "Owner": row.get("owner"),
            "Id": line.id,
        }

    # A column without a value says nothing.
    return pd.DataFrame([cells(line) for line in found.lines]).dropna(axis="columns", how="all")


def _columns(found: Portfolio) -> dict[str, object]:
    money = f", {found.currency}" if found.currency else ""
    config = st.column_config

    def opened() -> None:
        st.query_params["project"] = found.lines[st.session_state.open_project.row].id

    return {
        "Project": config.TextColumn(width=260, pinned=exhibits.stays_in_sight()),
        "Open": config.ButtonColumn("", type="tertiary", key="open_project", on_click=opened, width=85),
        "Score": config.ProgressColumn("Score of 100", min_value=0, max_value=100, format="%.1f", width=125),
        "Blocked": config.NumberColumn("Blocked by", help="Blocking governance rules that are unmet today"),
        "Budget": config.NumberColumn(f"Budget{money}", format="localized"),
        "Benefit": config.NumberColumn(f"Benefit a year{money}", format="localized", help="Expected"),
        **{
            c.label: config.NumberColumn(
                f"{c.label}, {c.scale[0]:g} to {c.scale[1]:g}", format="%.1f",
                help="Lower is better" if c.direction == "down" else None,
            )
            for c in found.candidates.criteria
        },
    }  # fmt: skip


def _matrix(found: Portfolio) -> Sequence[str]:
    """The ids of the points that are selected."""
    before = st.session_state.get("matrix") or {}
    picked = _ids(before)
    chart = board.matrix(found, picked)
    if chart is None:
        st.info("The records hold no value or no feasibility of these projects, so they have no place here.")
        return []
    chosen = exhibits.pickable(chart, "matrix")
    st.caption("Click a point to select it, with Shift for several; double-click to clear.")
    return _ids(chosen)


def _ids(chosen: object) -> list[str]:
    selection = chosen.get("selection", {}) if isinstance(chosen, dict) else {}
    return [str(point["key"]) for point in selection.get(exhibits.PICKED, []) if "key" in point]


def _funnel(copilot: Copilot, viewer: str, chart: Chart) -> None:
    exhibits.chart(chart, "funnel")
    try:
        result = copilot.call("diagnose_scaling", viewer)
    except ToolError:
        # Without a history of stages there is no more to tell.
        return
    with st.container(border=True):
        st.header("How projects move on, over all of the portfolio", anchor=False)
        for finding in result.findings:
            if finding.role == "headline":
                st.markdown(f"- {markdown.safe(finding.text)}")
        for table in result.tables[:1]:
            exhibits.plain_table(table, "funnel")
        st.button(
            "Ask why pilots stall", icon=":material/forum:", on_click=ask_anew,
            args=(copilot, viewer, "Why do pilots not reach production?"),
        )  # fmt: skip


def _picked(copilot: Copilot, viewer: str, found: Portfolio, picked: Sequence[str]) -> None:
    lines = found.named(picked)[:_MOST_COMPARED]
    if not lines:
        return
    with st.container(border=True):
        names = " and ".join(line.name for line in lines[:2])
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.header("Side by side" if len(lines) > 1 else markdown.label(lines[0].name), anchor=False)
            question = (
                f"Is {lines[0].name} before {lines[1].name}?" if len(lines) > 1 else f"Tell me about {lines[0].name}."
            )
            st.button(
                f"Ask about {markdown.label(names)}", icon=":material/forum:", key="ask_picked",
                on_click=ask_anew, args=(copilot, viewer, question),
            )  # fmt: skip
            st.button(
                "Draft a memo on " + ("these" if len(lines) > 1 else "it"), icon=":material/description:",
                key="memo_picked", on_click=ask_anew,
                args=(copilot, viewer, f"Draft a funding memo for {', '.join(line.id for line in lines)}."),
            )  # fmt: skip
        view = copilot.sources.records.view(copilot.viewer(viewer))
        exhibits.plain_table(board.comparison(found, [line.id for line in lines], view), "comparison")
    if len(picked) > len(lines):
        st.caption(f"The first {_MOST_COMPARED} of {len(picked)} are shown.")
