"""Makes the modules beside it importable from every test, and what many tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest
from hypothesis import settings
from indexes import CORPUS, Indexes
from postgres_server import Server
from pydantic import SecretStr

from copilot import Copilot, Settings, open_copilot

# A busy machine makes one example slow; how fast things are is for bench/.
settings.register_profile("bearing", deadline=None)
settings.load_profile("bearing")


_SLOW_FIRST = ("ui", "serving", "retrieval")
"""Folders whose files take longest: begun first, none of them is waited for at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return _SLOW_FIRST.index(folder) if folder in _SLOW_FIRST else len(_SLOW_FIRST)

    items.sort(key=place)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="Write the golden files of tools/golden anew.")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def indexes(run_folder: Path) -> Indexes:
    folder = run_folder / "indexes"
    folder.mkdir(exist_ok=True)
    return Indexes(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of this worker."""
    programs = postgres_server.binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt install postgresql")
    with postgres_server.running(programs) as server:
        yield server


@pytest.fixture(params=["files", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a workspace of its own, which need not be there, with its state in files and then in PostgreSQL."""
    folder = Settings(workspace=tmp_path / "workspace", state_dir=tmp_path / "state")
    if request.param == "files":
        return folder
    server: Server = request.getfixturevalue("postgres")
    # The schema is that of the workspace, so that no test meets another's.
    return folder.model_copy(update={"state_url": SecretStr(server.url)})


@pytest.fixture(scope="module")
def copilot(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    """A copilot on the fixture hospital, with conversations of one module."""
    opened = open_copilot(indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path_factory.mktemp("state"))))
    yield opened
    opened.close()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started meanwhile heeds an interrupt; under nohup it would inherit that interrupts are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
