"""Who looks at the page: a person who signed in, or the one local person, who may try on every viewer."""

from __future__ import annotations

import streamlit as st

from copilot import Copilot, CopilotError
from ui import markdown, state

# The file beside the app names an address, so there is none only where no server runs.
_HERE = (None, "localhost", "127.0.0.1", "::1")


def viewer(copilot: Copilot) -> str | None:
    """The name of who asks; None while nobody is let in, and the page says how to be."""
    if copilot.signs_in:
        return _signed_in(copilot)
    if st.get_option("server.address") in _HERE:
        return _tried_on(copilot)
    if fixed := state.settings().viewer:
        return copilot.visit(fixed).name
    st.error(
        "Nobody signs in here, so this page is for the machine that it runs on. Set up `sign_in` in workspace.yaml, "
        "or name the one viewer that everybody is with `BEARING_VIEWER`.",
        icon=":material/lock:",
    )
    return None


def _signed_in(copilot: Copilot) -> str | None:
    if "is_logged_in" not in st.user:
        st.error(
            "workspace.yaml says how people sign in, but the page does not know their provider: write the section "
            "`[auth]` of its secrets.toml.",
            icon=":material/lock:",
        )
        return None
    if not st.user.is_logged_in:
        st.title("Sign in", anchor=False)
        st.write(f"To ask about {markdown.label(copilot.title)}, sign in with your organisation.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        return None
    try:
        name = copilot.sign_in(st.user.to_dict()).name
    except CopilotError as error:
        st.error(markdown.literal(str(error)), icon=":material/lock:")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)
        return None
    with st.sidebar:
        st.caption(f"Signed in as {markdown.label(name)}")
        st.button("Sign out", type="tertiary", icon=":material/logout:", on_click=st.logout)
    return name


def _tried_on(copilot: Copilot) -> str:
    """The viewer that the one person at this machine tries on; the address keeps the choice."""
    if len(copilot.viewers) == 1:
        return copilot.viewers[0]
    named = st.query_params.get("viewer")
    st.session_state.setdefault("viewer", named if named in copilot.viewers else copilot.viewers[0])
    chosen = str(
        st.sidebar.selectbox(
            "Viewing as (demonstration)",
            copilot.viewers,
            key="viewer",
            format_func=lambda name: name.replace("_", " "),
            help="Nobody signs in here: try on what each viewer sees, with their sources and conversations.",
        )
    )
    if chosen != copilot.viewers[0]:
        st.query_params["viewer"] = chosen
    elif named:
        del st.query_params["viewer"]
    return chosen
