import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from retrieval_library import CORPUS, Library

from copilot.retrieval.retriever import Retriever


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A copy of the documents of the fixture workspace, not indexed yet."""
    root, state = tmp_path / "workspace", tmp_path / "state"
    state.mkdir()
    for folder in ("playbook", "policies"):
        shutil.copytree(CORPUS / folder, root / folder)
    retriever = Retriever(state)
    yield Library(root, state, retriever)
    retriever.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The documents of the fixture workspace, indexed once; not to be changed."""
    state = tmp_path_factory.mktemp("shared-index")
    retriever = Retriever(state)
    found = Library(CORPUS, state, retriever)
    found.sync()
    yield found
    retriever.close()
