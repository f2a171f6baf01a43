"""What one browser session remembers. Conversations are not here: the Copilot keeps those."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from copilot import Copilot, Event, Settings, logs, open_copilot
from copilot.build import open_library
from copilot.records.checks import Issue
from copilot.serving.rates import Rates
from copilot.state.jobs import FILE as JOBS
from copilot.state.jobs import Jobs
from copilot.state.places import place
from copilot.state.turns import Turn
from copilot.upkeep.checking import check
from copilot.upkeep.library import Library
from evals.background import Started
from evals.drafts import Drafts
from ui.running import Running

TURNS_SHOWN = 10
"""Questions with their answers drawn at once; drawing a hundred takes a browser twenty seconds."""

ANSWERS_AT_ONCE = 32
"""Further questions wait their turn."""

FAULTS_SECONDS = 300
"""How long what is wrong with the workspace is not looked for again."""


@dataclass(frozen=True)
class Pending:
    """A question that waits for its answer in this run of the script."""

    conversation: str | None
    """None where the state folder cannot be written."""
    question: str
    instead_of: str | None = None
    """The turn whose place it takes."""
    model: str | None = None
    """Who answers; None where there is no choice."""


@dataclass
class Session:
    pending: Pending | None = None
    answering: str | None = None
    """The conversation whose answer this session shows as it is written."""
    go_to: str | None = None
    """The conversation to open next; empty for the home page."""
    opened: set[str] = field(default_factory=set)
    """A page that leaves the navigation while it is open cannot run again, so each opened one stays."""
    failures: dict[str | None, str] = field(default_factory=dict)
    """Why the last question of a conversation got no answer."""
    unkept: dict[tuple[str, str | None], Turn] = field(default_factory=dict)
    """The last turn of a viewer's conversation where it could not be stored."""
    turns_shown: dict[str, int] = field(default_factory=dict)


def session() -> Session:
    found: Session = st.session_state.setdefault("session", Session())
    return found


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    found = Settings.from_env()
    logs.configure(found)
    return found


@st.cache_resource(show_spinner="Reading the workspace")
def copilot() -> Copilot:
    found = open_copilot(settings())
    # While the first visitor reads the page.
    pool().submit(found.prepare)
    return found


@st.cache_resource(show_spinner=False)
def library() -> Library:
    return open_library(settings())


@st.cache_resource(show_spinner=False)
def rates() -> Rates:
    """How often each viewer may ask."""
    return Rates(settings().rate)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    return Jobs(place(settings(), JOBS))


@st.cache_resource(show_spinner=False, ttl=FAULTS_SECONDS)
def faults() -> list[Issue]:
    """What is wrong with the workspace, as of a little while ago."""
    return check(settings().workspace)


def drafts() -> Drafts:
    """Samples that people proposed by their feedback."""
    return Drafts(settings().workspace_state() / "drafts.jsonl")


def labels() -> Path:
    """The verdicts of blind reviews."""
    return settings().workspace_state() / "labels.jsonl"


def feedback_samples() -> Path:
    """The dataset that accepted drafts are added to unless another is named."""
    return settings().workspace_state() / "feedback.yaml"


@st.cache_resource(show_spinner=False)
def pool() -> ThreadPoolExecutor:
    """Where answers are written."""
    return ThreadPoolExecutor(ANSWERS_AT_ONCE, thread_name_prefix="bearing-answer")


@st.cache_resource(show_spinner=False)
def running() -> dict[str, Running]:
    """The answers being written, by conversation, whichever session asked."""
    return {}


def answer(conversation: str | None, events: Callable[[], Generator[Event]]) -> Running:
    """Begins an answer that goes on whether this session stays or not; one that is kept nowhere is this session's."""
    conversation = conversation or f"unkept-{uuid.uuid4().hex}"
    found = running()
    for id in [id for id, other in found.items() if other.is_done]:
        found.pop(id, None)
    found[conversation] = Running(pool(), events)
    session().answering = conversation
    return found[conversation]


def stop(conversation: str | None) -> None:
    """Ends the answer that is being written in a conversation, if any."""
    if found := running().pop(conversation or "", None):
        found.stop()


@st.cache_resource(show_spinner=False)
def started() -> list[Started]:
    """The runs that this server began, for every session to see."""
    return []
