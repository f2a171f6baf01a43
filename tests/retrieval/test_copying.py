"""A copy of the index for a machine that only reads."""

from pathlib import Path

import pytest
from retrieval_library import CORPUS, Library, on_a_server_too

from copilot import Settings
from copilot.build import copy_index as copy_of_settings
from copilot.build import index, open_sources
from copilot.errors import KnowledgeError
from copilot.retrieval.copying import copy_index
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.snapshot import EXACT_LIMIT
from copilot.types import Viewer

BOARD = frozenset({"board"})


def ranking(library: Library, query: str) -> list[object]:
    return [(s.chunk, s.score, s.bm25) for s in library.retriever.search(query, Viewer(labels=BOARD), 50)]


@on_a_server_too
def test_a_copy_answers_alike_and_follows_when_it_is_copied_again(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    copy_index(library.state, target)
    limit = 0 if library.chroma_url else EXACT_LIMIT
    copy = Library(library.root, target, Retriever(target, exact_limit=limit, chroma_url=library.chroma_url))
    assert ranking(copy, "model drift") == ranking(library, "model drift") != []
    library.write("quorvex.md", "# Quorvex\n\nThe quorvex desk opens at eight.\n")
    library.sync()
    assert copy.search("quorvex")[0].bm25 == 0
    assert copy_index(library.state, target) > 0
    assert copy_index(library.state, target) == 0
    assert ranking(copy, "quorvex desk") == ranking(library, "quorvex desk")
    assert len(list((target / "index").glob("words-*"))) == 1
    copy.retriever.close()


def test_a_copy_is_not_written_and_an_index_is_not_overwritten(bare_library: Library, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    with pytest.raises(KnowledgeError, match="no index to copy"):
        copy_index(bare_library.state, target)
    bare_library.sync()
    copy_index(bare_library.state, target)
    copy = Library(bare_library.root, target, bare_library.retriever)
    with pytest.raises(KnowledgeError, match="is a copy of"):
        copy.sync()
    other = bare_library.beside()
    other.sync()
    with pytest.raises(KnowledgeError, match="index of its own"):
        copy_index(bare_library.state, other.state)


def test_a_machine_that_only_reads_opens_the_workspace_from_a_copy(tmp_path: Path) -> None:
    settings = Settings(workspace=CORPUS, state_dir=tmp_path / "here")
    index(settings)
    copy_of_settings(settings, tmp_path / "there")
    sources = open_sources(Settings(workspace=CORPUS, state_dir=tmp_path / "there"))
    assert sources.retriever is not None
    assert sources.retriever.search("model drift", Viewer())
    sources.retriever.close()
