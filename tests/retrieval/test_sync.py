import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from retrieval_library import CORPUS, Library, on_a_server_too

from copilot.errors import KnowledgeError, StateError
from copilot.records.store import Records
from copilot.retrieval.entries import Entry
from copilot.retrieval.index import chroma_folder, manifest_path, writing
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.retrieval.vectors import ChromaVectors
from copilot.types import Viewer
from copilot.workspace import Workspace

QUERIES = (
    "Who confirms a downgrade of urgency?",
    "how long is training data kept",
    "model drift",
    "feedback loop of the sepsis alert",
    "why do pilots stall",
    "quorvex",
)
QUORVEX = "# Quorvex\n\nThe quorvex protocol says that beds are counted at dawn by two people.\n"


def rankings(library: Library, exact_limit: int = 20_000) -> list[object]:
    retriever = library.reader(exact_limit)
    everyone = Viewer(labels=frozenset({"board"}))
    found = [retriever.search(query, everyone, 50) for query in QUERIES]
    retriever.close()
    return [[(s.chunk, s.score, s.cosine, s.bm25) for s in scored] for scored in found]


@on_a_server_too
def test_the_first_run_reads_everything_and_the_second_nothing(bare_library: Library) -> None:
    first, second = bare_library.sync(), bare_library.sync()
    assert (first.added, first.documents, first.records) == (7, 7, 0)
    assert first.skipped == ()
    assert (second.added, second.changed, second.removed, second.unchanged) == (0, 0, 0, 7)
    assert second.chunks == first.chunks > 15


@on_a_server_too
def test_a_run_without_changes_loads_no_engine(library: Library) -> None:
    program = (
        "import sys; from pathlib import Path; from copilot.workspace import Workspace\n"
        "from copilot.retrieval.sync import sync\n"
        f"sync(Workspace.open(Path({str(library.root)!r})), None, Path({str(library.state)!r}), "
        f"chroma_url={library.chroma_url!r})\n"
        "print(sorted({'chromadb', 'onnxruntime', 'tantivy', 'tokenizers', 'tiktoken'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@on_a_server_too
def test_an_added_document_is_found_by_a_reader_that_is_already_open(library: Library) -> None:
    assert library.search("quorvex protocol")[0].bm25 == 0
    library.write("new/quorvex.md", QUORVEX)
    assert library.sync().added == 1
    assert library.search("quorvex protocol")[0].chunk.document_id == "new/quorvex.md"


@on_a_server_too
def test_a_changed_document_leaves_no_trace_of_what_it_said(library: Library) -> None:
    library.write("quorvex.md", QUORVEX)
    library.sync()
    assert library.search("quorvex protocol")[0].bm25 > 0
    assert b"dawn" in library.bytes_on_disk()
    library.write("quorvex.md", "# Quorvex\n\nThe quorvex protocol says that beds are counted at noon by anyone.\n")
    assert library.sync().changed == 1
    best = library.search("quorvex protocol")[0].chunk
    assert "noon" in best.text
    assert all("dawn" not in scored.chunk.text for scored in library.search("beds counted at dawn", top_k=50))
    assert b"dawn" not in library.bytes_on_disk()


@on_a_server_too
def test_a_deleted_document_leaves_no_trace(library: Library) -> None:
    before = rankings(library)
    library.write("quorvex.md", QUORVEX)
    library.sync()
    assert library.search("quorvex")[0].bm25 > 0
    (library.root / "quorvex.md").unlink()
    assert library.sync().removed == 1
    assert rankings(library) == before
    assert b"quorvex" not in library.bytes_on_disk()


@on_a_server_too
def test_a_renamed_document_is_found_under_its_new_name_only(library: Library) -> None:
    (library.root / "playbook/scaling-pilots.md").rename(library.root / "playbook/pilots.md")
    report = library.sync()
    assert report.renamed == (("playbook/scaling-pilots.md", "playbook/pilots.md"),)
    assert (report.added, report.removed, report.unchanged, report.embedded) == (0, 0, 6, 0)
    found = {scored.chunk.document_id for scored in library.search("why pilots stall", top_k=50)}
    assert "playbook/pilots.md" in found
    assert "playbook/scaling-pilots.md" not in found


def test_a_touched_document_is_not_indexed_again(library: Library) -> None:
    path = library.root / "playbook/scaling-pilots.md"
    path.write_bytes(path.read_bytes())
    assert library.sync().unchanged == 7


def test_a_document_that_breaks_is_left_out_with_the_reason(library: Library) -> None:
    library.write("playbook/scaling-pilots.md", "---\nlabel: [board\n---\nSecret quorvex.\n")
    for _ in range(2):
        report = library.sync()
        assert [path for path, _ in report.skipped] == ["playbook/scaling-pilots.md"]
        assert report.documents == 6
    assert "front matter" in report.skipped[0][1]


@pytest.mark.parametrize(
    ("vectors_at", "exact_limit"),
    [("embedded", 20_000), ("embedded", 0), ("server", 0)],
    indirect=["vectors_at"],
)
def test_an_index_that_grew_ranks_like_one_that_was_built_at_once(library: Library, exact_limit: int) -> None:
    texts = {path: path.read_text() for path in sorted(library.root.rglob("*.md"))}
    for path in texts:
        path.unlink()
    library.write("gone.md", QUORVEX)
    for path, text in reversed(texts.items()):
        path.write_text("# Earlier\n\nmodel drift and training data, written before\n")
        library.sync()
        path.write_text(text)
        library.sync()
    (library.root / "gone.md").unlink()
    library.sync()
    grown = rankings(library, exact_limit)
    fresh = library.beside()
    fresh.sync()
    assert rankings(fresh, exact_limit) == grown


@on_a_server_too
def test_the_vectors_of_both_searches_agree(library: Library) -> None:
    assert rankings(library, 0) == rankings(library)


@on_a_server_too
def test_an_index_of_another_version_is_refused_by_readers_and_made_again(library: Library) -> None:
    expected = rankings(library)
    manifest = Manifest(manifest_path(library.state), create=False)
    manifest.set_meta(version="0")
    manifest.close()
    with pytest.raises(KnowledgeError, match="another version"):
        rankings(library)
    assert library.sync().added == 7
    assert rankings(library) == expected


@pytest.mark.parametrize("remains", [b"", b"not a database at all" * 500])
def test_a_damaged_index_is_refused_by_readers_and_made_again(library: Library, remains: bytes) -> None:
    expected = rankings(library)
    for path in manifest_path(library.state).parent.glob("manifest.db*"):
        path.write_bytes(remains)
    if remains:
        with pytest.raises(StateError, match="is damaged .* --repair"):
            rankings(library)
    assert library.sync().added == 7
    assert rankings(library) == expected


def vectors_of(library: Library) -> ChromaVectors:
    return ChromaVectors(chroma_folder(library.state), library.chroma_url)


@on_a_server_too
def test_vectors_that_were_lost_are_added_again(library: Library) -> None:
    expected = rankings(library, 0)
    with closing(vectors_of(library)) as vectors:
        vectors.empty()
    library.write("a.md", "something new about parking")
    library.sync()
    (library.root / "a.md").unlink()
    library.sync()
    assert rankings(library, 0) == expected


@on_a_server_too
def test_one_vector_exchanged_for_another_is_noticed_and_mended(library: Library) -> None:
    with closing(vectors_of(library)) as vectors:
        lost = min(vectors.numbers())
        vectors.delete([lost])
        stranger = Entry.of(library.search("model drift")[0].chunk)
        vectors.add([Entry(17, stranger.chunk)], {17: library.retriever.embed(["anything"])[0]})
    with writing(library.state, library.chroma_url) as writer:
        health = writer.examine()
    assert (health.without_vector, health.without_words, health.dead) == (1, 0, 1)
    library.write("a.md", "something new about parking")
    report = library.sync()
    assert report.health is not None
    assert report.health.is_sound
    with closing(vectors_of(library)) as vectors:
        assert 17 not in vectors.numbers()
        assert lost in vectors.numbers()


def test_keywords_that_were_lost_are_written_again(library: Library) -> None:
    expected = rankings(library)
    for folder in (library.state / "index").glob("words-*"):
        (folder / "meta.json").unlink()
    with pytest.raises(StateError, match="keywords .* damaged"):
        rankings(library)
    report = library.sync()
    assert report.health is not None
    assert rankings(library) == expected


def test_a_run_without_changes_embeds_nothing_and_a_rebuilt_index_neither(bare_library: Library) -> None:
    first = bare_library.sync()
    assert first.embedded > 15
    manifest = Manifest(manifest_path(bare_library.state), create=False)
    manifest.set_meta(version="0")
    manifest.close()
    assert (bare_library.sync().embedded, bare_library.sync().embedded) == (0, 0)


def test_vectors_that_a_killed_run_made_for_nothing_are_forgotten(library: Library) -> None:
    with writing(library.state, library.chroma_url) as writer:
        writer.manifest.save_vectors({"0" * 32: bytes(384 * 4)}, {"0" * 32: bytes(384)})
    library.write("a.md", "something new about parking")
    library.sync()
    with writing(library.state, library.chroma_url) as writer:
        assert writer.manifest.cached(["0" * 32]) == {}


def test_renaming_counts_only_where_the_content_is_the_same(library: Library) -> None:
    library.write("one.txt", "The quorvex desk.")
    library.write("two.txt", "The quorvex desk.")
    library.sync()
    (library.root / "one.txt").rename(library.root / "three.txt")
    (library.root / "two.txt").rename(library.root / "four.txt")
    (library.root / "four.txt").write_text("The quorvex desk is closed.")
    report = library.sync()
    assert report.renamed == (("one.txt", "three.txt"),)
    assert (report.added, report.removed) == (1, 1)


def test_a_second_writer_is_told_who_holds_the_index(library: Library) -> None:
    with (
        writing(library.state),
        pytest.raises(KnowledgeError, match=r"written by process \d+ since"),
        writing(library.state, wait_seconds=0.05),
    ):
        pass


def test_the_lock_of_a_dead_process_does_not_count(bare_library: Library) -> None:
    program = (
        "import os; from pathlib import Path; from copilot.retrieval.index import writing\n"
        f"with writing(Path({str(bare_library.state)!r})): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    assert bare_library.sync().added == 7


@on_a_server_too
def test_a_successor_that_moves_its_date_moves_the_end_of_what_it_replaced(library: Library) -> None:
    def retention() -> tuple[str | None, date | None]:
        (info,) = [d for d in library.retriever.documents(Viewer()) if d.id.endswith("2023.md")]
        return info.superseded_by, info.superseded_on

    assert retention() == ("policies/data-retention-2025.md", date(2025, 7, 1))
    path = library.root / "policies/data-retention-2025.md"
    path.write_text(path.read_text().replace("2025-07-01", "2025-08-01"))
    assert library.sync().changed == 2
    assert retention() == ("policies/data-retention-2025.md", date(2025, 8, 1))
    path.unlink()
    library.sync()
    assert retention() == ("data-retention-2025.md", None)


def test_a_server_that_is_not_there_is_said_in_one_line(bare_library: Library) -> None:
    bare_library.chroma_url = "http://127.0.0.1:9"
    with pytest.raises(KnowledgeError, match=r"Chroma server at http://127.0.0.1:9 cannot be reached"):
        bare_library.sync()


def test_an_index_moves_to_a_server_and_back(library: Library, chroma_url: str) -> None:
    expected = rankings(library, 0)
    for place in (chroma_url, None):
        library.chroma_url = place
        with pytest.raises(KnowledgeError, match="kept elsewhere"):
            rankings(library, 0)
        report = library.sync()
        assert (report.embedded, report.health is not None) == (0, True)
        assert rankings(library, 0) == expected


def test_progress_ends_at_the_number_of_texts(bare_library: Library) -> None:
    seen: list[tuple[int, int]] = []
    sync(Workspace.open(bare_library.root), None, bare_library.state, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] == len(seen)


def test_an_empty_workspace_has_an_empty_index(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    empty = Library(tmp_path / "workspace", tmp_path / "state", Retriever(tmp_path / "state"))
    empty.state.mkdir()
    assert empty.search("anything") == []
    report = empty.sync()
    assert (report.documents, report.chunks) == (0, 0)
    assert empty.search("anything") == []


def test_record_rows_are_indexed_and_follow_their_tables(tmp_path: Path) -> None:
    root, state = tmp_path / "workspace", tmp_path / "state"
    (root / "records").mkdir(parents=True)
    state.mkdir()
    table = root / "records/projects.csv"
    header = "id,name,description,unit,stage,label\n"
    table.write_text(f"{header}P-1,Bed planner,Plans beds,North,pilot,\nP-2,Sale,Sells imaging,South,idea,board\n")
    workspace = Workspace.open(root)
    report = sync(workspace, Records.load(workspace), state)
    assert (report.records, report.documents) == (2, 0)
    retriever = Retriever(state)
    public = retriever.search("project that sells imaging", Viewer(), kind="record")
    assert [scored.chunk.id for scored in public] == ["r-P-1"]
    assert public[0].chunk.text == "Bed planner. Plans beds. unit: North; stage: pilot."
    assert public[0].chunk.locator == "row 2"
    board = retriever.search("project that sells imaging", Viewer(labels=frozenset({"board"})))
    assert board[0].chunk.id == "r-P-2"
    table.write_text(f"{header}P-1,Bed planner,Plans beds,North,production,\n")
    report = sync(workspace, Records.load(workspace), state)
    assert (report.changed, report.removed) == (1, 1)
    assert retriever.search("beds", Viewer())[0].chunk.text.endswith("stage: production.")
    retriever.close()


def test_the_fixture_is_what_the_tests_say() -> None:
    assert len(list(CORPUS.glob("p*/*.md"))) == 7
