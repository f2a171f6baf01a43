"""The weights of criteria, moved by hand: their sliders, and the ranking of an answer that follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from copilot import Copilot, CopilotError
from copilot.boards import reweighing
from copilot.boards.portfolio import Changes
from copilot.state.turns import Turn
from copilot.tools.prioritize_projects.tool import Arguments
from copilot.workspace import Criterion
from ui import exhibits, markdown
from ui.asking import ask
from ui.state import session

INVITATION = "Move a weight: the ranking follows at once. The weights count relative to one another."


def sliders(
    criteria: Sequence[Criterion], usual: Mapping[str, float], key: str, across: int = 1
) -> Mapping[str, float]:
    """A slider for each criterion, from its usual share of all weight; gives the shares that they come to.

    The usual ones where none is moved, or all are at 0.
    """
    columns = st.columns(across)
    shown = _shown(criteria, usual)
    given: dict[str, int] = {}
    for at, criterion in enumerate(criteria):
        name = criterion.name
        # Another usual share makes another slider, which then begins there.
        own_key = _key(key, name, shown[name])
        st.session_state.setdefault(own_key, shown[name])
        given[name] = columns[at % across].slider(criterion.label, 0, 100, key=own_key, format="%d%%")
    if given == shown or not any(given.values()):
        return usual
    # One that is not moved keeps its share to the last digit.
    weights = {name: usual[name] if value == shown[name] else value / 100 for name, value in given.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def reset(criteria: Sequence[Criterion], usual: Mapping[str, float], key: str) -> None:
    """The button that puts the sliders of this key back."""

    def put_back() -> None:
        for name, value in _shown(criteria, usual).items():
            st.session_state[_key(key, name, value)] = value

    st.button("Reset", icon=":material/undo:", type="tertiary", key=f"{key}-reset", on_click=put_back)


def together(criteria: Sequence[Criterion], weights: Mapping[str, float]) -> None:
    """What the sliders come to."""
    shares = markdown.label(reweighing.spoken(criteria, weights))
    st.caption(f"The sliders count relative to one another; brought to 100% together they are: {shares}.")


def told(changes: Changes, end: str, count: int, of: str = "", *, is_reordered: bool = False) -> str:
    """Who comes in among the first or last so many of what is ranked, and who goes, as Markdown."""
    come, go = (markdown.label(", ".join(names)) for names in changes)
    if count == 1:
        return f"**{come} comes {end}, in the place of {go}.**" if come else f"**The {end}{of} stays the same.**"
    which = f"{end} {count}{of}"
    if not come:
        return f"**The {which} stay the same{', in another order' if is_reordered else ''}.**"
    change = "changes" if len(changes.come) == 1 else "change"
    return f"**{len(changes.come)} of the {which} {change}:** {come} in, {go} out."


def below(copilot: Copilot, viewer: str, conversation: str | None, turn: Turn) -> None:
    """Beside an answer that leads with a ranking, that ranking to try with other weights; nothing beside another."""
    if turn.answer and (arguments := reweighing.asked_ranking(turn.answer)):
        _fold(copilot, viewer, conversation, turn.id, arguments)


@st.fragment
def _fold(copilot: Copilot, viewer: str, conversation: str | None, turn: str, arguments: Arguments) -> None:
    """A fragment, so that a slider draws neither the conversation anew nor ends an answer that is being written."""
    fold = st.expander("Change the weights", icon=":material/tune:", key=f"weights-{turn}", on_change="rerun")
    # What is folded is not computed.
    if fold.open:
        with fold:
            try:
                _tried(copilot, viewer, conversation, turn, arguments)
            except CopilotError as error:
                st.info(markdown.literal(str(error)), icon=":material/info:")


def _tried(copilot: Copilot, viewer: str, conversation: str | None, turn: str, arguments: Arguments) -> None:
    findings = copilot.conversations.findings_of(turn, viewer, "prioritize_projects")
    found = reweighing.read_ranking(copilot.sources, copilot.viewer(viewer), arguments, findings)
    if found is None:
        st.info("The records no longer allow a ranking here.", icon=":material/info:")
        return
    if found.has_changed:
        st.caption(
            ":material/update: The records, or what you may see of them, have changed since this answer. What follows "
            "is computed on today's, its own weights included."
        )
    key = f"weight-{turn}"
    weights = sliders(found.criteria, found.shares, key, across=2)
    if weights == found.shares:
        st.caption(INVITATION)
        return
    tried = found.under(weights)
    end = "last" if found.is_from_the_end else "first"
    st.markdown(told(tried.changes, end, found.told, is_reordered=tried.is_reordered))
    exhibits.plain_table(tried.table, f"weighed-{turn}")
    together(found.criteria, weights)
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Ask with these weights", icon=":material/forum:", key=f"{key}-ask", disabled=session().pending is not None
        ):
            ask(copilot, viewer, conversation, tried.question)
            st.rerun()
        reset(found.criteria, found.shares, key)


def _shown(criteria: Sequence[Criterion], usual: Mapping[str, float]) -> dict[str, int]:
    """Where the sliders stand before they are moved, in per cent."""
    return {c.name: round(100 * usual[c.name]) for c in criteria}


def _key(key: str, name: str, shown: int) -> str:
    return f"{key}-{name}-{shown}"
