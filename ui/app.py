"""The entrance of the screens: the frame of the page, who looks at it, and where one can go."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from copilot import Copilot, CopilotError
from copilot.types import Permission
from copilot.upkeep.checking import told
from ui import citations, markdown, sign_in, state
from ui.asking import choose_model
from ui.screens import admin, ask, evaluations, governance, help, library, memos, metrics, models, portfolio, sharing

_STATIC = Path(__file__).parent / "static"
_RECENT = 15
_PAGES: dict[str, tuple[str, Callable[[Copilot, str], None]]] = {
    "portfolio": (":material/grid_view:", portfolio.page),
    "metrics": (":material/show_chart:", metrics.page),
    "models": (":material/monitor_heart:", models.page),
    "governance": (":material/gavel:", governance.page),
    "memos": (":material/description:", memos.page),
    "library": (":material/library_books:", library.page),
    "evaluations": (":material/rule:", evaluations.page),
    "administration": (":material/monitoring:", admin.page),
    "help": (":material/help:", help.page),
}
# What is not for everyone who may ask.
_NEEDS: dict[str, Permission] = {"evaluations": "evaluate", "administration": "administer"}
_CONVERSATION_URL = re.compile(r"/c-([A-Za-z0-9_.:-]+)/?(?:\?|$)")


def main() -> None:
    st.set_page_config(
        page_title="Bearing",
        page_icon=str(_STATIC / "logo.svg"),
        # With an entry of its own the menu stays, and with it the choice between light and dark.
        menu_items={"About": "**Bearing** answers strategy questions from your playbook, policies and records."},
    )
    st.logo(str(_STATIC / "logo-wide.svg"), icon_image=str(_STATIC / "logo.svg"), size="large")
    try:
        copilot = state.copilot()
        if viewer := sign_in.viewer(copilot):
            _notice(copilot, viewer)
            choose_model(copilot)
            _page(copilot, viewer).run()
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/error:")


def _notice(copilot: Copilot, viewer: str) -> None:
    """That something of the workspace cannot be read, on every page: answers then lack it."""
    issues = told(state.faults(), copilot.sources.workspace.config, copilot.viewer(viewer))
    errors = sum(issue.severity == "error" for issue in issues)
    if errors:
        faults = "fault" if errors == 1 else "faults"
        st.sidebar.warning(
            f"The workspace has {errors} {faults}: [see the library](/library?library_section=Faults).",
            icon=":material/report:",
        )


def _page(copilot: Copilot, viewer: str) -> StreamlitPage:
    """The page that was asked for; one per conversation, and home."""
    session = state.session()
    home = st.Page(lambda: ask.home(copilot, viewer), title="Ask", icon=":material/forum:", default=True)
    others = [
        st.Page(_named(name, partial(_board, draw, copilot, viewer)), title=name.capitalize(), icon=icon, url_path=name)
        for name, (icon, draw) in _PAGES.items()
        if name not in _NEEDS or copilot.viewer(viewer).may(_NEEDS[name])
    ]
    shared = st.Page(
        _named("shared", lambda: sharing.page(copilot, viewer)), title="Shared", url_path=sharing.PATH,
        icon=":material/link:", visibility="hidden",
    )  # fmt: skip
    search = str(st.session_state.get("search") or "")
    listed = {c.id: c.title for c in copilot.conversations.list(viewer, search, _RECENT)}
    if found := _CONVERSATION_URL.search(st.context.url or ""):
        session.opened.add(found[1])
    if session.go_to:
        session.opened.add(session.go_to)
    pages = {id: _conversation_page(copilot, viewer, id, title) for id, title in listed.items()}
    for id in session.opened - set(listed):
        pages[id] = _conversation_page(copilot, viewer, id, None)

    sections = {"": [home, *others, shared], "Recent": list(pages.values())}
    page = st.navigation({name: inside for name, inside in sections.items() if inside}, expanded=True)
    with st.sidebar:
        if listed or search:
            _search_box(found_any=bool(listed))
        else:
            st.caption("Your conversations will be listed here.")
    if session.go_to is not None:
        target = pages.get(session.go_to, home)
        # Wanted until it is there: on a busy machine another run may come between.
        if page.url_path != target.url_path:
            st.switch_page(target, query_params=st.query_params.to_dict())
        session.go_to = None
    return page


def _board(draw: Callable[[Copilot, str], None], copilot: Copilot, viewer: str) -> None:
    draw(copilot, viewer)
    citations.chips((), is_answering=False)


def _conversation_page(copilot: Copilot, viewer: str, id: str, title: str | None) -> StreamlitPage:
    """Hidden without a title: one that can be opened but is not listed."""
    return st.Page(
        _named(f"conversation_{id}", lambda: ask.conversation(copilot, viewer, id)),
        title=markdown.label(title or "Conversation"),
        url_path=f"c-{id}",
        icon=":material/chat_bubble:",
        visibility="visible" if title else "hidden",
    )


def _named(name: str, draw: Callable[[], None]) -> Callable[[], None]:
    def page() -> None:
        draw()

    # Streamlit tells the pages of one app apart by the names of their functions.
    page.__name__ = name
    return page


def _search_box(*, found_any: bool) -> None:
    st.text_input(
        "Search conversations",
        key="search",
        placeholder="Search conversations",
        label_visibility="collapsed",
        icon=":material/search:",
    )
    if not found_any:
        st.caption("No conversation matches.")


main()
