from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, running

from copilot import Copilot


@pytest.fixture(scope="module")
def served(copilot: Copilot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the fixture hospital that wants keys."""
    with running(copilot, tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("other")
