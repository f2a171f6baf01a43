"""A memo, drawn: its text and its evidence."""

from __future__ import annotations

import streamlit as st

from copilot.memos.layout import NO_SOURCE, annexes, front, lead
from copilot.memos.memo import Line, Memo
from copilot.records.store import RecordView
from ui import exhibits, markdown


def text(memo: Memo) -> None:
    """The memo as its documents have it: the page that is decided from, and the annexes, folded."""
    with st.container(border=True):
        for line in memo.section("decision").lines:
            st.markdown(_said(line, lead(line)))
    for part in front(memo):
        st.header(markdown.label(part.heading), anchor=False)
        for line in part.section.lines:
            st.markdown(f"- {_said(line)}")
        if chart := part.chart or part.beside:
            exhibits.chart(chart, f"memo-{part.section.name}")
        if part.section.table:
            exhibits.plain_table(part.section.table, f"memo-{part.section.name}")
    for part in annexes(memo):
        with st.expander(markdown.label(part.heading)):
            if part.section.table:
                exhibits.plain_table(part.section.table, f"memo-{part.section.name}")
            for line in part.section.lines:
                st.markdown(f"- {_said(line)}")


def _said(line: Line, before: str = "") -> str:
    marks = " ".join(f"\\[{marker}\\]" for marker in line.markers)
    start = f"**{before}** " if before else ""
    text = markdown.safe(line.text).replace(NO_SOURCE, f":orange-badge[{NO_SOURCE.strip('[]')}]")
    return f"{start}{text} :gray[{marks}]" if marks else f"{start}{text}"


def evidence(memo: Memo, view: RecordView) -> None:
    st.header("Evidence", anchor=False)
    for source in memo.sources:
        with st.expander(f"\\[{source.marker}\\] {markdown.label(source.evidence.title)}"):
            st.caption(markdown.label(f"{source.evidence.source}, {source.evidence.locator}"))
            if source.evidence.calculation:
                exhibits.calculation(source.evidence.calculation, f"source-{source.marker}", view)
                st.caption("What was computed")
            st.markdown(markdown.safe(source.evidence.text))
