"""A conversation that someone shared, to read."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from copilot import Copilot, CopilotError
from ui import citations, components, markdown
from ui.exhibits import day

PATH = "shared"


def address(link: str) -> str:
    """Where a link is opened, by the way that this page was reached."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/{PATH}?link={link}"


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="centered")
    try:
        found = copilot.shared(st.query_params.get("link", ""), viewer)
    except CopilotError as error:
        citations.chips((), is_answering=False)
        st.title("This conversation is not available", anchor=False)
        st.write(markdown.literal(str(error)))
        return
    with st.container(key="conversation_head"):
        st.title(markdown.label(found.title), anchor=False)
    st.caption(
        f":material/link: Shared by {markdown.label(found.viewer)} on {day(found.at)}, to read. "
        "You see what you may see yourself."
    )
    opened = citations.chips(found.turns, is_answering=False)
    for turn in found.turns:
        components.question(turn.question, turn.id)
        with st.chat_message("assistant", avatar=components.AVATAR):
            if turn.answer:
                components.answer(copilot, viewer, turn.id, turn.answer)
            else:
                st.info("This answer rests on sources that you may not see.", icon=":material/lock:")
    if opened:
        citations.open_source(copilot, viewer, found.turns, opened)
