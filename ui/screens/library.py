"""The library: the documents that answers are made from, a search to try, and what is wrong with the workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from copilot import Copilot, CopilotError, Viewer, index
from copilot.records.checks import Issue
from copilot.retrieval.types import DocumentInfo, ScoredChunk
from copilot.upkeep.checking import told
from copilot.upkeep.library import About, state_of
from ui import exhibits, markdown, state
from ui.asking import ask_anew
from ui.citations import day

_SECTIONS = ("Documents", "Search", "Faults")
_ORDERS = {"Fused": "fused", "Words": "words", "Meaning": "meaning", "Nearest sentence": "sentence"}
_FOUND = 30
_EXCERPT = 220
_ICONS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "info": ":material/info:"}
_NO_LABEL = "Everyone"


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Library", anchor=False, width="content")
        if st.button("Upload", icon=":material/upload:", type="primary"):
            _upload(copilot.viewer(viewer))
    if notice := st.session_state.pop("library_notice", None):
        st.success(markdown.literal(notice), icon=":material/check:")
    section = st.segmented_control(
        "Section", _SECTIONS, default=_SECTIONS[0], required=True, key="library_section",
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    if section == "Search":
        _search(copilot, viewer)
    elif section == "Faults":
        _faults(told(state.faults(), copilot.sources.workspace.config, copilot.viewer(viewer)))
    else:
        _documents(copilot, viewer)


def _documents(copilot: Copilot, viewer: str) -> None:
    who, today = copilot.viewer(viewer), copilot.sources.today
    infos = state.library().list(who)
    if not infos:
        st.info("The library holds no document that you may see.")
        return
    frame = pd.DataFrame(
        {
            "Title": [info.title for info in infos],
            "State": [state_of(info, today) for info in infos],
            "Owner": [info.owner for info in infos],
            "From": [info.effective for info in infos],
            "Seen by": [info.label or _NO_LABEL.lower() for info in infos],
            "Parts": [len(copilot.sources.retriever.chunks_of(info.id, who)) if copilot.sources.retriever else 0
                      for info in infos],
            "File": [info.id for info in infos],
        }
    )  # fmt: skip
    chosen = st.dataframe(
        frame, hide_index=True, placeholder=exhibits.NOTHING, height=min(480, 38 + 35 * len(frame)),
        key="documents", on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Title": st.column_config.TextColumn(width=330, pinned=exhibits.stays_in_sight()),
            "From": st.column_config.DateColumn("In force from", format="D MMM YYYY"),
            "Parts": st.column_config.NumberColumn("Parts", help="Citable parts in the index"),
        },
        alt=f"Table: {len(frame)} documents",
    )  # fmt: skip
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(infos):
        _document(copilot, viewer, infos[rows[0]])
    else:
        st.caption("Select a document to read its parts, replace it or remove it.")


def _document(copilot: Copilot, viewer: str, info: DocumentInfo) -> None:
    who = copilot.viewer(viewer)
    shown = state.library().show(info.id, who)
    with st.container(border=True):
        st.header(markdown.label(info.title), anchor=False)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Ask about it", icon=":material/forum:", on_click=ask_anew,
                args=(copilot, viewer, f"What does “{info.title}” say?"),
            )  # fmt: skip
            if st.button("Replace", icon=":material/upload_file:"):
                _replace(who, info)
            if st.button("Remove", icon=":material/delete:"):
                _remove(who, info)
        for warning in shown.warnings:
            st.caption(f":orange[:material/warning:] {markdown.safe(warning)}")
        for chunk in shown.chunks:
            title = " › ".join(part for part in chunk.heading_path if part != info.title) or info.title
            with st.expander(f"{markdown.label(title)} :gray[{markdown.label(chunk.locator)}]"):
                st.markdown(markdown.safe(chunk.text), anchors=False)


def _about(viewer: Viewer, key: str) -> Callable[[], About]:
    """Widgets for what is known of a file; what they give, once they are filled in."""
    title = st.text_input("Title", key=f"{key}_title", placeholder="As the file says")
    owner = st.text_input("Owner", key=f"{key}_owner", placeholder="Who answers for it")
    begins = st.date_input("In force from", None, key=f"{key}_effective", format="YYYY-MM-DD")
    label = st.selectbox("Seen by", [_NO_LABEL, *sorted(viewer.labels)], key=f"{key}_label")
    return lambda: About(
        title=title or None,
        owner=owner or None,
        effective=begins if isinstance(begins, date) else None,
        label=None if label == _NO_LABEL else label,
    )


@st.dialog("Upload documents")
def _upload(viewer: Viewer) -> None:
    with st.form("upload", border=False):
        files = st.file_uploader(
            "Files", accept_multiple_files=True, help="Markdown, text, PDF, Word, PowerPoint, Excel, HTML, mail."
        )
        about = _about(viewer, "upload")
        folder = st.text_input("Folder", "documents", help="Inside the workspace.")
        if st.form_submit_button("Add to the library", type="primary") and files:
            library, known = state.library(), about()
            with tempfile.TemporaryDirectory() as place:
                _change(
                    lambda: [
                        library.add(_kept(Path(place), file.name, file.getvalue()), known, folder, viewer=viewer)
                        for file in files
                    ],
                    f"{len(files)} document{'' if len(files) == 1 else 's'} added: you can ask about them now.",
                )


@st.dialog("Replace this document")
def _replace(viewer: Viewer, info: DocumentInfo) -> None:
    st.caption(f"{markdown.label(info.title)} stays for questions about earlier days.")
    with st.form("replace", border=False):
        file = st.file_uploader("New version")
        about = _about(viewer, "replace")
        if st.form_submit_button("Replace", type="primary") and file is not None:
            library, content = state.library(), file.getvalue()
            with tempfile.TemporaryDirectory() as folder:
                _change(
                    lambda: library.replace(info.id, _kept(Path(folder), file.name, content), viewer, about()),
                    f"{info.title} has a new version.",
                )


@st.dialog("Remove this document?")
def _remove(viewer: Viewer, info: DocumentInfo) -> None:
    st.write(f"{markdown.label(info.title)} is deleted from the workspace; answers no longer use it.")
    if st.button("Remove", type="primary", icon=":material/delete:"):
        _change(lambda: state.library().remove(info.id, viewer), f"{info.title} is removed.")


def _kept(folder: Path, name: str, content: bytes) -> Path:
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


def _change(change: Callable[[], object], notice: str) -> None:
    """Changes the library and brings the index in step, with its progress; what is refused is told."""
    bar = st.progress(0.0, "Reading the file")
    try:
        change()
        bar.progress(0.1, "Bringing the index in step")
        report, _ = index(
            state.settings(),
            lambda done, total: bar.progress(0.1 + 0.9 * done / max(total, 1), f"{done} of {total} parts"),
        )
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/error:")
        return
    state.faults.clear()
    st.session_state.library_notice = "\n\n".join([notice, *(f"{path}: {reason}" for path, reason in report.skipped)])
    st.rerun()


def _search(copilot: Copilot, viewer: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        query = st.text_input(
            "Search the documents", key="query", placeholder="Words or a question", bind="query-params",
            icon=":material/search:",
        )  # fmt: skip
        order = st.segmented_control(
            "Order by", list(_ORDERS), default="Fused", required=True, key="order", bind="query-params"
        )
    if not query or copilot.sources.retriever is None:
        st.caption(
            "The search looks at words, at the meaning of a whole part and at its nearest sentence, and fuses the "
            "three. Here you see the place that each gives."
        )
        return
    found = copilot.sources.retriever.search(query, copilot.viewer(viewer), _FOUND, kind="passage")
    if not found:
        st.info("Nothing was found.")
        return
    places = _places(found)
    for at in sorted(range(len(found)), key=lambda at: places[_ORDERS[str(order)]][at]):
        _found(found[at], {name: places[key][at] for name, key in _ORDERS.items()})


def _places(found: Sequence[ScoredChunk]) -> dict[str, list[int]]:
    """By view, the place of each chunk among those found, from 1."""
    scores: dict[str, list[float]] = {
        "fused": [-float(at) for at in range(len(found))],
        "words": [each.bm25 for each in found],
        "meaning": [each.cosine for each in found],
        "sentence": [each.sentence for each in found],
    }
    places = {}
    for view, values in scores.items():
        order = sorted(range(len(found)), key=lambda at: -values[at])
        places[view] = [order.index(at) + 1 for at in range(len(found))]
    return places


def _found(scored: ScoredChunk, places: dict[str, int]) -> None:
    chunk = scored.chunk
    with st.container(border=True, gap="xsmall"):
        headings = [part for part in chunk.heading_path if part != chunk.title]
        st.markdown(f"**{markdown.label(' › '.join([chunk.title, *headings]))}**")
        with st.container(horizontal=True, gap="xsmall"):
            for name, place in places.items():
                st.badge(f"{name} {place}", color="blue" if name == "Fused" else "gray")
            if scored.is_exact:
                st.badge("names it exactly", color="green")
        text = " ".join(chunk.text.split())
        st.caption(markdown.safe(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"))
        where = f"{chunk.document_id}, {chunk.locator}" + (f", from {day(chunk.effective)}" if chunk.effective else "")
        st.caption(f":gray[{markdown.label(where)}]")


def _faults(issues: Sequence[Issue]) -> None:
    if not issues:
        st.success("Nothing is wrong with this workspace.", icon=":material/check:")
        return
    for severity in ("error", "warning", "info"):
        for issue in issues:
            if issue.severity == severity:
                place = [issue.file, f"row {issue.row}" if issue.row else "", issue.column or ""]
                where = markdown.label(", ".join(part for part in place if part))
                st.markdown(
                    f"{_ICONS[severity]} **{where}.** {markdown.safe(issue.message)} {markdown.safe(issue.remedy)}"
                )
