"""A question put from anywhere on the screens."""

from __future__ import annotations

import math
from contextlib import suppress

import streamlit as st

from copilot import Copilot
from copilot.errors import StateError
from ui.state import Pending, rates, session

_MODEL = "model"


def choose_model(copilot: Copilot) -> None:
    """Who answers the next question, where several models are set."""
    if len(copilot.models) > 1:
        st.sidebar.selectbox("Answers are written by", copilot.models, key=_MODEL, format_func=model_name)


def model_name(model: str) -> str:
    return "Built-in model" if model == "grounded" else model.removeprefix("openai:")


def ask(
    copilot: Copilot, viewer: str, conversation: str | None, question: str | None, instead_of: str | None = None
) -> None:
    """Runs before the page is drawn, so that its address exists when the navigation is made.

    Who asks too often is told so instead.
    """
    if question and question.strip():
        if wait := rates().wait_seconds(viewer):
            st.toast(f"Too many questions; ask again in {math.ceil(wait)} seconds.", icon=":material/hourglass_top:")
            return
        if conversation is None:
            # Where nothing can be written, the question is answered all the same.
            with suppress(StateError):
                conversation = copilot.conversations.start(viewer, question)
        model = st.session_state.get(_MODEL)
        session().pending = Pending(conversation, question.strip(), instead_of, model)


def ask_anew(copilot: Copilot, viewer: str, question: str) -> None:
    """Starts a conversation from another page, which is left for the chat."""
    ask(copilot, viewer, None, question)
    session().go_to = ""
