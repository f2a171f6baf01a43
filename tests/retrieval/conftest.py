import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from retrieval_library import CORPUS, Library

from copilot.retrieval.retriever import Retriever


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server of our own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "chroma", "run", "--path", tmp_path_factory.mktemp("chroma")]
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            await_answer(f"{url}/api/v2/heartbeat", server)
            yield url
        finally:
            server.terminate()


def await_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the Chroma server has ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the Chroma server does not answer")


@pytest.fixture(scope="session", params=["embedded", "server"])
def vectors_at(request: pytest.FixtureRequest) -> str | None:
    """Everything that takes this runs twice: with its vectors in the state folder, and on a Chroma server."""
    return request.getfixturevalue("chroma_url") if request.param == "server" else None


@pytest.fixture
def library(tmp_path: Path, vectors_at: str | None) -> Iterator[Library]:
    """A copy of the documents of the fixture workspace, not indexed yet."""
    yield from opened(tmp_path, vectors_at)


@pytest.fixture
def local_library(tmp_path: Path) -> Iterator[Library]:
    """The same without a server."""
    yield from opened(tmp_path, None)


def opened(folder: Path, chroma_url: str | None) -> Iterator[Library]:
    root, state = folder / "workspace", folder / "state"
    state.mkdir()
    for name in ("playbook", "policies"):
        shutil.copytree(CORPUS / name, root / name)
    retriever = Retriever(state, chroma_url=chroma_url)
    yield Library(root, state, retriever, chroma_url)
    retriever.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, vectors_at: str | None) -> Iterator[Library]:
    """The documents of the fixture workspace, indexed once; not to be changed."""
    state = tmp_path_factory.mktemp("shared-index")
    retriever = Retriever(state, chroma_url=vectors_at)
    found = Library(CORPUS, state, retriever, vectors_at)
    found.sync()
    yield found
    retriever.close()
