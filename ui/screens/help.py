"""What Bearing can do here, with questions of this workspace to try, and the keys to know."""

from __future__ import annotations

import streamlit as st

from copilot import Copilot
from copilot.language.formatting import humanize
from ui import markdown
from ui.asking import ask_anew

_KEYS = (
    ("Tab", "The question box, first on every page that has one"),
    ("Ctrl or ⌘ Shift O", "A new question"),
    ("Ctrl or ⌘ K", "Search your conversations"),
    ("Esc", "Close a source and go back to where it was cited"),
)


def page(copilot: Copilot, viewer: str) -> None:
    st.set_page_config(layout="centered")
    found = copilot.about(viewer)
    st.title("What Bearing can do here", anchor=False)
    tables = ", ".join(f"{rows:,} {humanize(name)}" for name, rows in found.records.items())
    holds = [f"{found.documents:,} documents"] if found.documents else []
    holds += [f"records ({tables})"] if tables else []
    st.markdown(
        f"It answers questions about the AI strategy, policies and projects of {markdown.label(copilot.title)} from "
        f"{markdown.label(' and '.join(holds) or 'a workspace that is still empty')}: what you may see of them. Every "
        "figure links to the passage, the record or the calculation behind it; what they do not say, it does not guess."
    )
    for aim, questions in found.examples.items():
        st.header(aim, anchor=False)
        with st.container(key=f"examples-{aim.replace(' ', '-').lower()}", gap="xsmall"):
            for at, question in enumerate(questions):
                st.button(
                    markdown.label(question), key=f"example-{aim}-{at}", icon=":material/forum:", type="tertiary",
                    on_click=ask_anew, args=(copilot, viewer, question),
                )  # fmt: skip
    st.header("After an answer", anchor=False)
    st.markdown(
        "- Ask on: “and in the other units?”, “who owns it?”, “what if the budget were half?”\n"
        "- Edit your last question with the pencil beside it, or try again; what it replaces stays readable.\n"
        "- Rate or correct an answer, and the evaluators get it as a test question.\n"
        "- Export it, or share the conversation by a link that shows others what they may see."
    )
    st.header("Keys", anchor=False)
    st.markdown("\n".join(["| Key | Goes to |", "|---|---|", *(f"| {key} | {place} |" for key, place in _KEYS)]))
