from __future__ import annotations

from collections.abc import Iterator

import pytest
from memo_sources import CORPUS, SHIPPED, open_sources

from copilot import Settings
from copilot.memos.store import FILE, Memos
from copilot.sources import Sources
from copilot.state.places import place


@pytest.fixture(scope="session")
def shipped() -> Sources:
    """The records of the shipped workspace; not to be changed."""
    return open_sources(SHIPPED)


@pytest.fixture(scope="session")
def hospital() -> Sources:
    """The records of the fixture hospital; not to be changed."""
    return open_sources(CORPUS)


@pytest.fixture
def memos(kept: Settings) -> Iterator[Memos]:
    """An empty store, in a file and on a server."""
    store = Memos(place(kept, FILE))
    yield store
    store.close()
