from __future__ import annotations

import pytest
from memo_sources import CORPUS, SHIPPED, open_sources

from copilot.sources import Sources


@pytest.fixture(scope="session")
def shipped() -> Sources:
    """The records of the shipped workspace; not to be changed."""
    return open_sources(SHIPPED)


@pytest.fixture(scope="session")
def hospital() -> Sources:
    """The records of the fixture hospital; not to be changed."""
    return open_sources(CORPUS)
