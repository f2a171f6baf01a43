from __future__ import annotations

import pytest
from record_sources import CORPUS, open_sources

from copilot.sources import Sources


@pytest.fixture(scope="session")
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written anew."""
    return bool(request.config.getoption("--rewrite-golden"))


@pytest.fixture(scope="session")
def hospital() -> Sources:
    """The records of the fixture hospital; not to be changed."""
    return open_sources(CORPUS)
