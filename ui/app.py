"""The entrance of the screens: the frame of the page, who looks at it, and where one can go."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from copilot import Copilot, CopilotError
from ui import markdown, sign_in, state
from ui.screens import ask, evaluations

_STATIC = Path(__file__).parent / "static"
_RECENT = 15
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
            _page(copilot, viewer).run()
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/error:")


def _page(copilot: Copilot, viewer: str) -> StreamlitPage:
    """The page that was asked for; one per conversation, and home."""
    session = state.session()
    home = st.Page(lambda: ask.home(copilot, viewer), title="Ask", icon=":material/forum:", default=True)
    quality = st.Page(
        lambda: evaluations.page(copilot, viewer),
        title="Evaluations",
        icon=":material/rule:",
        url_path="evaluations",
    )
    search = str(st.session_state.get("search") or "")
    listed = {c.id: c.title for c in copilot.conversations.list(viewer, search, _RECENT)}
    if found := _CONVERSATION_URL.search(st.context.url or ""):
        session.opened.add(found[1])
    if session.go_to:
        session.opened.add(session.go_to)
    pages = {id: _conversation_page(copilot, viewer, id, title) for id, title in listed.items()}
    for id in session.opened - set(listed):
        pages[id] = _conversation_page(copilot, viewer, id, None)

    pages_of_all = [home, quality] if copilot.viewer(viewer).may("evaluate") else [home]
    sections = {"": pages_of_all, "Recent": list(pages.values())}
    page = st.navigation({name: inside for name, inside in sections.items() if inside}, expanded=True)
    with st.sidebar:
        if listed or search:
            _search_box(found_any=bool(listed))
        else:
            st.caption("Your conversations will be listed here.")
    if session.go_to is not None:
        target, session.go_to = session.go_to, None
        st.switch_page(pages.get(target, home), query_params=st.query_params.to_dict())
    return page


def _conversation_page(copilot: Copilot, viewer: str, id: str, title: str | None) -> StreamlitPage:
    """Hidden without a title: one that can be opened but is not listed."""
    return st.Page(
        _named(f"conversation_{id}", lambda: ask.conversation(copilot, viewer, id)),
        title=markdown.label(title or "Conversation"),
        url_path=f"c-{id}",
        icon=":material/chat_bubble:",
        visibility="visible" if title else "hidden",
    )


def _named(name: str, function: Callable[[], None]) -> Callable[[], None]:
    # Streamlit tells the pages of one app apart by the names of their functions.
    function.__name__ = name
    return function


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
