"""The memos: which there are and in what state, one of them to read, sign, take away and check, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from copilot import Copilot, CopilotError
from copilot.boards.portfolio import choices
from copilot.boards.reweighing import own_shares
from copilot.jobs import kinds
from copilot.memos import desk
from copilot.memos.comparison import STATES, Check
from copilot.memos.editing import editable, section_text
from copilot.memos.export import Format, export, missing
from copilot.memos.layout import flagged, heading, unsourced_lines, without_source, written
from copilot.memos.memo import FIRMNESS, KINDS, Memo, MemoResult
from copilot.memos.store import Memos, Step, status
from copilot.tools.draft_memo.check import check_memo
from ui import exhibits, jobs, markdown, memo_terms, state, weights
from ui import memo as draw
from ui.asking import ask_anew

_FORMATS: dict[str, tuple[Format, str]] = {
    "PDF": ("pdf", "application/pdf"),
    "Word": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "Markdown": ("md", "text/markdown"),
}
_COLORS = {"draft": "gray", "in review": "blue", "signed off": "green"}
_EVERY_UNIT = "All units"
_PURPOSES = {"fund": "What to fund", "stop": "What to stop", "status": "How projects stand"}


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="wide")
    memos = copilot.memos
    if memos is None or "projects" not in copilot.sources.records.tables:
        st.title("Memos", anchor=False)
        st.info("This workspace records no projects, so there is nothing to draft a memo on.")
        return
    if id := st.query_params.get("memo"):
        _one(copilot, viewer, memos, id)
    else:
        _all(copilot, viewer, memos)


def _all(copilot: Copilot, viewer: str, memos: Memos) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Memos", anchor=False, width="content")
        if st.button("New memo", icon=":material/add:", type="primary"):
            _draft(copilot, viewer)
    jobs.draw(copilot, copilot.viewer(viewer))
    infos = memos.list(copilot.viewer(viewer))
    if not infos:
        st.info("No memo yet. Draft one here, or ask for one in a conversation.", icon=":material/description:")
        return
    frame = pd.DataFrame(
        {
            "Open": [":material/open_in_full: Open"] * len(infos),
            "Memo": [info.title for info in infos],
            "State": [info.step.state for info in infos],
            "Edited by": [info.edit.name if info.edit else None for info in infos],
            "Without a source": [info.unsourced or None for info in infos],
            "By": [info.step.name or None for info in infos],
            "On": [info.step.at for info in infos],
            "Kind": [KINDS[info.kind] for info in infos],
            "It says": [info.proposal for info in infos],
            "Recommendation": [FIRMNESS[info.firmness] for info in infos],
        }
    )
    frame = frame.drop(columns=[name for name in ("Edited by", "Without a source") if frame[name].isna().all()])

    def opened() -> None:
        st.query_params["memo"] = infos[st.session_state.open_memo.row].id

    config = st.column_config
    st.dataframe(
        frame, hide_index=True, placeholder=exhibits.NOTHING, height=min(560, 38 + 35 * len(frame)), key="memos",
        column_config={
            "Memo": config.TextColumn(width=420, pinned=exhibits.stays_in_sight()),
            "Open": config.ButtonColumn("", type="tertiary", key="open_memo", on_click=opened, width=85),
            "On": config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Without a source": config.NumberColumn(help="Figures that somebody wrote and that no source holds"),
        },
        alt=f"Table: {len(frame)} memos",
    )  # fmt: skip


@st.dialog("New memo")
def _draft(copilot: Copilot, viewer: str) -> None:
    # Outside the form, so that its fields are those of what is chosen.
    purpose = st.segmented_control("About", list(_PURPOSES), default="fund", format_func=_PURPOSES.get, required=True)
    asked = _asked_for(copilot, viewer, purpose or "fund")
    if asked is None:
        return
    try:
        if asked.is_in_background:
            wanted = kinds.requested("memo", asked.arguments)
            kinds.start(state.jobs(), copilot.conversations, wanted, copilot.viewer(viewer))
            st.rerun()
        with st.spinner("Reading the records, checking the rules and writing"):
            result = copilot.call("draft_memo", viewer, **asked.arguments)
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/error:")
        return
    if isinstance(result, MemoResult) and copilot.memos is not None:
        copilot.memos.keep(result.memo)
        copilot.note("kept memo", result.memo.id, viewer, title=result.memo.title)
        st.query_params["memo"] = result.memo.id
        st.rerun()


class _Asked(NamedTuple):
    arguments: dict[str, Any]
    is_in_background: bool


def _asked_for(copilot: Copilot, viewer: str, purpose: str) -> _Asked | None:
    """The arguments of the memo, once they are sent."""
    config = copilot.sources.workspace.config
    units = choices(copilot.sources, copilot.viewer(viewer)).get("unit", [])
    usual = own_shares(config.criteria)
    arguments: dict[str, Any] = {"purpose": purpose}
    chosen: Mapping[str, float] = usual
    with st.form("draft", border=False):
        arguments["title"] = st.text_input("Title", placeholder="Made up from what it is about")
        arguments["addressee"] = st.text_input("To", placeholder="The body that decides")
        named = st.multiselect("Projects", memo_terms.projects(copilot, viewer), placeholder="All that are meant")
        unit = st.selectbox("Unit", [_EVERY_UNIT, *units])
        if purpose != "status":
            first = 8 if purpose == "fund" else None
            arguments["top"] = st.number_input("Projects at the most", 1, 20, first, placeholder="The weakest quarter")
        if purpose == "fund":
            budget = st.number_input(f"Budget, {config.currency}".rstrip(", "), 0.0, step=100_000.0, format="%.0f")
            arguments |= {"budget": budget} if budget else {}
        if purpose != "status":
            with st.expander("Weights"):
                chosen = weights.sliders(config.criteria, usual, "memo-weight")
        with st.container(horizontal=True):
            at_once = st.form_submit_button("Draft it", type="primary")
            later = st.form_submit_button("In the background", help="You may go on; it is listed once it is done.")
        if not at_once and not later:
            return None
    arguments["projects"] = [memo_terms.id_of(name) for name in named]
    if unit != _EVERY_UNIT and not named:
        arguments["unit"] = unit
    if chosen != usual:
        arguments["weights"] = dict(chosen)
    return _Asked(arguments, is_in_background=later)


def _one(copilot: Copilot, viewer: str, memos: Memos, id: str) -> None:
    who = copilot.viewer(viewer)
    st.button("All memos", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    try:
        memo = memos.read(id, who)
    except CopilotError:
        st.title("This memo is not available", anchor=False)
        st.write("It was not drafted for you, or it holds what you may no longer see.")
        return
    steps = memos.steps(id, who)
    st.title(markdown.label(memo.title), anchor=False)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        state = steps[-1].state if steps else "draft"
        st.badge(markdown.label(status(steps)), color=_COLORS[state])
        st.badge(f"as of {written(memo.provenance.today)}", color="gray", icon=":material/calendar_today:")
        if memo.addressee:
            st.badge(markdown.label(f"to {memo.addressee}"), color="gray", icon=":material/groups:")
        if missing_sources := without_source(memo.unsourced):
            st.badge(missing_sources, color="orange", icon=":material/warning:")
    _actions(copilot, viewer, memos, memo, steps)
    if memo.unsourced:
        lines = "\n".join(f"- {markdown.label(line)}" for line in unsourced_lines(memo))
        st.warning(f"Nothing that was read for this memo holds these figures:\n\n{lines}", icon=":material/warning:")
    if st.session_state.get(f"checked-{id}"):
        with st.spinner("Computing it again on today's data"):
            _checked(check_memo(copilot.sources, who, memo))
    if st.session_state.get(_terms(id), False):
        memo_terms.workbench(copilot, viewer, memo, _terms(id))
        return
    is_edited = st.session_state.get(_editing(id), False)
    wide, narrow = st.columns([4, 3] if is_edited else [5, 2], gap="large")
    with wide:
        if is_edited:
            _edit(copilot, viewer, memos, memo)
        else:
            draw.text(flagged(memo))
    with narrow:
        if not is_edited:
            _history(memos, memo, copilot, viewer, steps)
        with st.container(key="memo_evidence_beside" if is_edited else "memo_evidence"):
            draw.evidence(memo, copilot.sources.records.view(who))


def _leave() -> None:
    del st.query_params["memo"]


def _actions(copilot: Copilot, viewer: str, memos: Memos, memo: Memo, steps: tuple[Step, ...]) -> None:
    with st.container(horizontal=True, gap="small", key="memo_actions"):
        for name, (format, mime) in _FORMATS.items():
            st.download_button(
                name, data=partial(_exported, copilot, viewer, memo, format, status(steps)),
                file_name=f"{memo.id}.{format}", mime=mime, icon=":material/download:", on_click="ignore",
                key=f"memo-{format}", disabled=bool(missing(format)), help=missing(format) or None,
            )  # fmt: skip
        if copilot.viewer(viewer).may("edit_memo") and not (steps and steps[-1].state == "signed off"):
            st.button("Edit", icon=":material/edit:", on_click=_set_editing, args=(memo.id, True))
        st.button("Change the terms", icon=":material/tune:", on_click=_set_terms, args=(memo.id, True))
        if st.button("Review or sign off", icon=":material/draw:"):
            _sign(copilot, viewer, memos, memo)
        st.button(
            "Still holds?", icon=":material/published_with_changes:",
            on_click=lambda: st.session_state.update({f"checked-{memo.id}": True}),
        )  # fmt: skip
        st.button("Ask about it", icon=":material/forum:", on_click=ask_anew, args=(copilot, viewer, _question(memo)))


def _exported(copilot: Copilot, viewer: str, memo: Memo, format: Format, status: str) -> bytes:
    """Made, and noted, once somebody takes it away."""
    content = export(memo, format, status)
    copilot.note("exported", memo.id, viewer, title=memo.title, format=format)
    return content


def _question(memo: Memo) -> str:
    """What one asks first of the project that it begins with."""
    if not memo.calls:
        return "Which projects come first?"
    first = memo.calls[0].name
    return f"What is the state of {first}?" if memo.kind in ("stop", "status") else f"What is the case against {first}?"


@st.dialog("Review or sign off")
def _sign(copilot: Copilot, viewer: str, memos: Memos, memo: Memo) -> None:
    st.caption("Your name and today's date stand on the memo and in its history.")
    figures = dict.fromkeys(figure.text for figure in memo.unsourced)
    with st.form("sign", border=False):
        name = st.text_input("Your name")
        state = st.radio("It is", ["in review", "signed off", "draft"], format_func=str.capitalize)
        if figures:
            st.markdown("No source holds these figures. To sign off, confirm each; your name stands for them.")
        accepted = [f for f in figures if st.checkbox(f"I confirm {markdown.label(f)}", key=f"accept-{memo.id}-{f}")]
        if st.form_submit_button("Save", type="primary"):
            try:
                desk.advance(memos, copilot.conversations, copilot.viewer(viewer), memo.id, state, name, accepted)
            except CopilotError as error:
                st.error(markdown.literal(str(error)), icon=":material/error:")
                return
            st.rerun()


def _checked(found: Check) -> None:
    if found.holds:
        st.success(f"The {found.claim} still holds on the data of {written(found.today)}.", icon=":material/check:")
    else:
        reasons = "\n".join(f"- {markdown.label(reason)}" for reason in found.reasons)
        st.warning(f"The {found.claim} no longer holds:\n\n{reasons}", icon=":material/published_with_changes:")
    moved = [line for line in found.lines if line.state != "holds"]
    st.caption(
        f"{found.count('holds')} lines hold, {len(moved)} do not; {len(found.sources_changed)} of {found.sources} "
        "records and passages read differently."
    )
    if moved:
        with st.expander("What changed"):
            for line in moved:
                now = f"  \nNow: {markdown.safe(line.after)}" if line.state == "changed" else ""
                st.markdown(f"- :gray[{STATES[line.state]}] {markdown.safe(line.before or line.after)}{now}")


def _editing(id: str) -> str:
    return f"editing-{id}"


def _set_editing(id: str, is_on: bool) -> None:
    st.session_state[_editing(id)] = is_on


def _terms(id: str) -> str:
    return f"terms-{id}"


def _set_terms(id: str, is_on: bool) -> None:
    st.session_state[_terms(id)] = is_on


def _edit(copilot: Copilot, viewer: str, memos: Memos, memo: Memo) -> None:
    """The text of each section to change, the annexes folded; saved, it is a new version."""
    st.caption(
        "A line for each sentence or item, the numbers of its sources in brackets behind it. Figures that no source "
        "holds are marked when it is saved, and nothing is struck. Tables and charts stay as they were computed."
    )
    texts: dict[str, str] = {}
    with st.form("edit", border=False):
        for section in editable(memo):
            place = st.expander(markdown.label(heading(section))) if section.is_annex else st.container()
            texts[section.name] = place.text_area(
                heading(section), section_text(section), key=f"text-{memo.id}-{section.name}", height="content"
            )
        name = st.text_input("Your name")
        with st.container(horizontal=True):
            is_saved = st.form_submit_button("Save as a new version", type="primary")
            st.form_submit_button("Cancel", on_click=_set_editing, args=(memo.id, False))
    if not is_saved:
        return
    try:
        with st.spinner("Comparing its figures with the evidence"):
            version = desk.edit(memos, copilot.conversations, copilot.viewer(viewer), memo.id, texts, name)
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/error:")
        return
    _set_editing(memo.id, False)
    # The list of what has no source stands at the top, out of sight of who has saved at the end.
    told = ", ".join(filter(None, ("Kept as a new version", without_source(version.unsourced))))
    st.toast(f"{told}.", icon=":material/warning:" if version.unsourced else ":material/check:")
    st.query_params["memo"] = version.id
    st.rerun()


def _history(memos: Memos, memo: Memo, copilot: Copilot, viewer: str, steps: tuple[Step, ...]) -> None:
    st.header("History", anchor=False)
    st.caption(f"Drafted as of {written(memo.provenance.today)}")
    if memo.redrafted_from:
        st.caption("On other terms than the version that it was made from")
    for edit in memo.edits:
        st.caption(markdown.label(f"Text edited: {edit.name}, {written(edit.at.date())}, {edit.at:%H:%M} UTC"))
    for step in steps:
        confirmed = f"; confirmed without a source: {', '.join(step.accepted)}" if step.accepted else ""
        st.caption(markdown.label(f"{step.state.capitalize()}: {step.name}, {written(step.at.date())}{confirmed}"))
    others = [info for info in memos.versions(memo.id, copilot.viewer(viewer)) if info.id != memo.id]
    if others:
        st.header("Versions", anchor=False)
        for info in others:
            by = f", edited by {markdown.label(info.edit.name)}" if info.edit else ""
            other = "" if info.arguments == memo.provenance.arguments else f", on other terms: {info.proposal}"
            if st.button(f"{info.kept:%d %b %Y, %H:%M}{by}{other}", key=f"version-{info.id}", type="tertiary"):
                st.query_params["memo"] = info.id
                st.rerun()
