"""The metric explorer: one metric by a dimension over a period, with what it means and how it was computed."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from copilot import Copilot, ToolError
from copilot.language.formatting import humanize
from copilot.records.catalogue import Metric
from copilot.records.store import RecordView
from copilot.types import Finding, ToolResult
from ui import exhibits, markdown
from ui.asking import ask_anew

_PERIODS = ("Latest month", "Last quarter", "Last two quarters", "Last four quarters", "Year to date", "Last year")
_COMPARED = {"previous_period": "The period before", "previous_year": "A year before", "target": "Target"}
_ALL = "No breakdown"


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    st.title("Metrics", anchor=False)
    catalogue = copilot.sources.metrics
    if catalogue is None:
        st.info("This workspace observes no metrics: it has neither metrics.yaml nor observations.")
        return
    metric, asked = _choice(catalogue.metrics)
    try:
        result = copilot.call("lookup_metric", viewer, metric=metric.name, show_sql=True, **asked)
    except ToolError as error:
        st.info(markdown.literal(str(error)), icon=":material/info:")
        _meaning(metric)
        return
    wide, narrow = st.columns([5, 2], gap="large")
    with wide:
        _shown(result)
    with narrow:
        _meaning(metric)
        question = f"How has {metric.title.lower()} developed over the last two quarters?"
        st.button("Ask about it", icon=":material/forum:", on_click=ask_anew, args=(copilot, viewer, question))
    _calculation(result, copilot.sources.records.view(copilot.viewer(viewer)))


def _choice(metrics: Mapping[str, Metric]) -> tuple[Metric, dict[str, str]]:
    names = sorted(metrics, key=lambda name: (metrics[name].vanity, metrics[name].time is None, metrics[name].title))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="metric_choice"):
        name = st.selectbox(
            "Metric", names, key="metric", format_func=lambda name: metrics[name].title, bind="query-params", width=260
        )
        metric = metrics[name]
        by = st.selectbox(
            "By", [_ALL, *metric.dimensions], key="by", format_func=humanize, bind="query-params", width=170
        )
        period = st.selectbox(
            "Period", _PERIODS, index=2, key="period", bind="query-params", width=190, accept_new_options=True,
            help="One of these, or in your words: 2026 Q3, FY2026, since March.",
        )  # fmt: skip
        compare = st.selectbox(
            "Compare with", list(_COMPARED), key="compare", format_func=_COMPARED.__getitem__, bind="query-params",
            width=190,
        )  # fmt: skip
    asked = {"compare": compare}
    if by != _ALL:
        asked["by"] = by
    if metric.time and period and period != _PERIODS[0]:
        asked["period"] = str(period).lower()
    return metric, asked


def _shown(result: ToolResult) -> None:
    told = [f for f in result.findings if f.role in ("headline", "support") and f.kind not in ("query", "groups")]
    for at, finding in enumerate(told):
        text = markdown.safe(finding.text)
        st.markdown(f"**{text}**" if at == 0 else f"- {text}")
    for finding in result.findings:
        if finding.role == "caveat":
            st.caption(f":orange[:material/warning:] {markdown.safe(finding.text)}")
    for at, chart in enumerate(result.charts):
        st.header(markdown.label(chart.title), anchor=False)
        exhibits.chart(chart, f"metric-{at}")
    if result.tables:
        for tab, table in zip(st.tabs([markdown.label(t.title) for t in result.tables]), result.tables, strict=True):
            with tab:
                exhibits.table(table, f"metric-{table.title}")


def _meaning(metric: Metric) -> None:
    """What the catalogue says of it."""
    with st.container(border=True):
        st.header("What it means", anchor=False)
        st.markdown(markdown.safe(metric.definition or "The catalogue gives no definition."))
        better = {"up": "Higher is better", "down": "Lower is better"}.get(metric.direction or "", "")
        facts = {
            "Owner": metric.owner or "nobody named",
            "Kind": metric.kind,
            "Unit": metric.unit,
            "Fresh for": f"{metric.freshness_days} days" if metric.freshness_days else "",
            "Read from": metric.table,
        }
        for name, value in facts.items():
            if value:
                st.caption(f"{name}: {markdown.label(value)}")
        if better:
            st.caption(better)
        if metric.vanity:
            st.caption(f":orange[:material/warning:] It rises with effort, not with results. {_instead(metric)}")


def _instead(metric: Metric) -> str:
    return f"Look at {markdown.label(humanize(metric.better))} instead." if metric.better else ""


def _calculation(result: ToolResult, view: RecordView) -> None:
    found: Finding | None = next((f for f in result.findings if f.kind == "query"), None)
    computed = next((e.calculation for e in result.evidence if e.calculation), None)
    if computed is None:
        return
    with st.expander("Open the calculation", icon=":material/function:"):
        exhibits.calculation(computed, "metric", view, query_language="sql" if found else None)
