import shutil
from collections.abc import Iterator
from pathlib import Path

import chroma_server
import pytest
from retrieval_library import CORPUS, Library

from copilot.retrieval.retriever import Retriever


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server of our own."""
    with chroma_server.running(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def vectors_at(request: pytest.FixtureRequest) -> str | None:
    """Where the vectors of `library` are: in the state folder, or of a test marked `on_a_server_too`, on a server."""
    return request.getfixturevalue("chroma_url") if getattr(request, "param", "") == "server" else None


@pytest.fixture
def bare_library(tmp_path: Path, vectors_at: str | None) -> Iterator[Library]:
    """A copy of the documents of the fixture workspace, not indexed yet."""
    root, state = tmp_path / "workspace", tmp_path / "state"
    state.mkdir()
    for name in ("playbook", "policies"):
        shutil.copytree(CORPUS / name, root / name)
    retriever = Retriever(state, chroma_url=vectors_at)
    yield Library(root, state, retriever, vectors_at)
    retriever.close()


@pytest.fixture
def library(bare_library: Library, shared: Library) -> Library:
    """The same with its index; with its vectors on a server, that is made anew."""
    if bare_library.chroma_url is None:
        shutil.copytree(shared.state, bare_library.state, dirs_exist_ok=True)
    bare_library.sync()
    return bare_library


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The documents of the fixture workspace, indexed once; not to be changed."""
    yield from indexed(tmp_path_factory.mktemp("shared-index"), None)


@pytest.fixture(scope="session")
def shared_on_server(tmp_path_factory: pytest.TempPathFactory, chroma_url: str) -> Iterator[Library]:
    """The same, with its vectors on a Chroma server."""
    yield from indexed(tmp_path_factory.mktemp("shared-on-server"), chroma_url)


def indexed(state: Path, chroma_url: str | None) -> Iterator[Library]:
    retriever = Retriever(state, chroma_url=chroma_url)
    found = Library(CORPUS, state, retriever, chroma_url)
    found.sync()
    yield found
    retriever.close()
