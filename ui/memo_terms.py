"""What a memo is drafted on, moved by hand: scope, weights and constraints, with the memo that follows them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from copilot import Copilot, CopilotError
from copilot.boards import memo_terms as board
from copilot.boards.memo_terms import Tried
from copilot.boards.portfolio import choices
from copilot.language.formatting import humanize
from copilot.memos.layout import flagged, written
from copilot.memos.memo import Memo, MemoResult
from copilot.tools.draft_memo.tool import Arguments
from ui import markdown, memo, weights

_MOST_NAMED = 12
_ALWAYS_SHOWN = 4
"""Columns of the scope that are not folded."""
_PROPOSED = {"fund": "To fund", "stop": "To stop", "status": "Blocked or off track"}


def projects(copilot: Copilot, viewer: str, *, open_only: bool = False) -> list[str]:
    """Each project as it is listed to be chosen."""
    stages = copilot.sources.workspace.config.stages
    rows = copilot.sources.records.view(copilot.viewer(viewer)).select("projects", order_by=["name"])
    return [f"{row['name']} ({row['id']})" for row in rows if not open_only or stages.is_open(row.get("stage"))]


def id_of(name: str) -> str:
    """The id of a project as it is listed."""
    return name.rsplit(" (", 1)[1][:-1]


@st.fragment
def workbench(copilot: Copilot, viewer: str, kept: Memo, key: str) -> None:
    """A fragment, so that what is moved draws nothing else anew. `key` holds whether it is shown."""
    narrow, wide = st.columns([2, 5], gap="large")
    own = board.terms(kept)
    try:
        with narrow, st.container(key="memo_terms"):
            asked = _terms(copilot, viewer, kept, own)
        if asked != own:
            with wide, st.spinner("Computing it on these terms"):
                found = board.tried(copilot.sources, copilot.viewer(viewer), kept, asked)
    except CopilotError as error:
        with wide:
            st.error(markdown.literal(str(error)), icon=":material/error:")
            _close(key)
        return
    with wide:
        if asked == own:
            st.caption(
                "Change the scope, a weight or a limit: the motion, the money and the ranking follow at once. Nothing "
                "is kept until you draft it."
            )
            _close(key)
            memo.text(flagged(kept))
        else:
            _preview(copilot, viewer, kept, found, asked, key)
            memo.text(found.memo)
            memo.evidence(found.memo, copilot.sources.records.view(copilot.viewer(viewer)))


def _terms(copilot: Copilot, viewer: str, kept: Memo, own: Arguments) -> Arguments:
    """The arguments as they are set; those of the kept memo where nothing is moved."""
    asked = own.model_copy(update=_scope(copilot, viewer, kept, own))
    config = copilot.sources.workspace.config
    criteria = [c for c in config.criteria if c.name in kept.provenance.weights]
    if criteria:
        st.header("Weights", anchor=False)
        usual = kept.provenance.weights
        key = f"terms-weight-{kept.id}"
        chosen = weights.sliders(criteria, usual, key)
        if chosen != usual:
            asked = asked.model_copy(update={"weights": dict(chosen), "weight_changes": {}})
            weights.together(criteria, chosen)
            weights.reset(criteria, usual, key)
    st.header("Limits", anchor=False)
    return asked.model_copy(update=_limits(copilot, viewer, kept, own))


def _scope(copilot: Copilot, viewer: str, kept: Memo, own: Arguments) -> Mapping[str, Any]:
    st.header("Scope", anchor=False)
    if own.projects:
        named = _chosen(copilot, viewer, "Projects", own.projects, f"terms-projects-{kept.id}")
        # Without any it would be a memo of another kind.
        return {"projects": named or own.projects}
    before = board.scope(copilot.sources, copilot.viewer(viewer), own)
    options = choices(copilot.sources, copilot.viewer(viewer))
    rest = [*before][_ALWAYS_SHOWN:]
    shown = st.container()
    folded = st.expander("More of the scope", expanded=any(before[column] for column in rest)) if rest else shown
    after = {
        column: (folded if column in rest else shown).multiselect(
            humanize(column).capitalize(), options[column], default=values, format_func=lambda value: humanize(value),
            placeholder="All", key=f"terms-{column}-{kept.id}",
        )
        for column, values in before.items()
    }  # fmt: skip
    narrowed = board.narrowed(own, before, after)
    return {"filters": narrowed.filters, "unit": narrowed.unit}


def _limits(copilot: Copilot, viewer: str, kept: Memo, own: Arguments) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if own.purpose == "fund":
        currency = copilot.sources.workspace.config.currency
        limits["budget"] = st.number_input(
            f"Budget, {currency}".rstrip(", "), 1.0, value=own.budget, step=100_000.0, format="%.0f",
            placeholder="None", key=f"terms-budget-{kept.id}",
        )  # fmt: skip
    limits["top"] = st.number_input("Projects at the most", 1, 20, own.top, key=f"terms-top-{kept.id}")
    if own.purpose == "fund" and not own.projects:
        limits["must_have"] = _chosen(copilot, viewer, "Must be in", own.must_have, f"terms-must-{kept.id}")
        limits["exclude"] = _chosen(copilot, viewer, "Left out", own.exclude, f"terms-out-{kept.id}")
    return limits


def _chosen(copilot: Copilot, viewer: str, label: str, ids: list[str], key: str) -> list[str]:
    """The ids of the projects that are chosen; those given at first, as far as they are still there."""
    names = {id_of(name): name for name in projects(copilot, viewer)}
    listed = projects(copilot, viewer, open_only=True)
    first = [names[id] for id in ids if id in names]
    options = [*(name for name in first if name not in listed), *listed]
    picked = st.multiselect(label, options, default=first, placeholder="None", max_selections=_MOST_NAMED, key=key)
    return [id_of(name) for name in picked]


def _preview(copilot: Copilot, viewer: str, kept: Memo, found: Tried, asked: Arguments, key: str) -> None:
    """What the terms change against the kept version, and the buttons that keep them or go back."""
    with st.container(border=True, key="memo_preview"):
        st.markdown(f":material/visibility: Preview, not kept. {_told(found, asked.purpose)}")
        today = copilot.sources.today
        if today != kept.provenance.today:
            st.caption(
                f"Computed on the data of {written(today)}; the kept version counts from "
                f"{written(kept.provenance.today)}."
            )
        if found.reasons:
            with st.expander("Project by project"):
                st.markdown("\n".join(f"- {markdown.label(reason)}" for reason in found.reasons))
        with st.container(horizontal=True, gap="small"):
            if st.button("Draft this version", icon=":material/description:", type="primary"):
                _draft(copilot, viewer, kept, asked, key)
            _close(key)
        if kept.edits:
            st.caption("What people wrote into the kept version stays in it; the new one is as it is computed.")


def _told(found: Tried, purpose: str) -> str:
    """Who comes in and who goes, as Markdown."""
    what = _PROPOSED[purpose]
    if not found.come and not found.go:
        return f"**{what}: the same projects{', in another order' if found.is_reordered else ''}.**"
    come, go = (markdown.label(", ".join(names)) for names in (found.come, found.go))
    counted = " and ".join(f"{len(names)} {way}" for names, way in ((found.come, "in"), (found.go, "out")) if names)
    said = " ".join(f"{way}: {names}." for way, names in (("In", come), ("Out", go)) if names)
    return f"**{what}: {counted}.** {said}"


def _close(key: str) -> None:
    if st.button("Close", icon=":material/close:", key=f"close-{key}"):
        st.session_state[key] = False
        st.rerun()


def _draft(copilot: Copilot, viewer: str, kept: Memo, asked: Arguments, key: str) -> None:
    with st.spinner("Reading the records, checking the rules and writing"):
        result = copilot.call("draft_memo", viewer, **asked.model_dump(mode="json", exclude_defaults=True))
    if isinstance(result, MemoResult) and copilot.memos is not None:
        version = result.memo.model_copy(update={"redrafted_from": kept.id})
        copilot.memos.keep(version)
        copilot.note("kept memo", version.id, viewer, title=version.title, redrafted_from=kept.id)
        st.session_state[key] = False
        st.query_params["memo"] = version.id
        st.rerun()
