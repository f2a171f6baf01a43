"""A real server over the small workspace, and a real browser where there is one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import environment
from indexes import CORPUS, Indexes
from journey import Journey
from openai_server import OpenAIServer, Reply
from playwright.sync_api import Browser, sync_playwright

from copilot import Settings
from ui.server import free_port, served

SLOW_MILLISECONDS = 60_000


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Streamlit makes the app the main module, and each child process of a later test would run it first."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(names)} is installed")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    # Chromium refuses its sandbox to root, which is who runs tests in a container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(chromium: str, indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _served(indexes, tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def silent_address(chromium: str, indexes: Indexes, tmp_path: Path) -> Iterator[str]:
    """A server whose remote model begins no answer, however long one waits."""
    with OpenAIServer([Reply(fault="hang")]) as remote:
        asked = {"BEARING_MODEL": "openai:any", "BEARING_BASE_URL": remote.url, "OPENAI_API_KEY": "any"}
        with _served(indexes, tmp_path, **asked) as address:
            yield address


@contextmanager
def _served(indexes: Indexes, folder: Path, **settings: str) -> Iterator[str]:
    port = free_port()
    # A copy, since what is uploaded on the screens is written into the workspace.
    workspace = shutil.copytree(CORPUS, folder / "workspace")
    indexes.copy_to(Settings(workspace=workspace, state_dir=folder / "state"))
    with served(port, folder, environment(folder / "state", workspace, **settings)):
        yield f"http://localhost:{port}"


@pytest.fixture
def journey(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Journey]:
    """A fresh visitor; `@pytest.mark.parametrize("journey", [{...}], indirect=True)` chooses the device."""
    device = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"} | getattr(request, "param", {})
    context = browser.new_context(reduced_motion="reduce", accept_downloads=True, **device)
    context.set_default_timeout(SLOW_MILLISECONDS)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    journey = Journey(context.new_page(), address)
    yield journey
    context.close()
    assert not journey.faults, journey.faults
