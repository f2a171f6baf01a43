"""A document that was replaced by one which a viewer may not see stays in force for that viewer."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest
from retrieval_library import Library, on_a_server_too

from copilot.retrieval.types import DocumentInfo
from copilot.types import Viewer

QUESTION = "How many days does the quorvex rest?"
OLD = "The quorvex rests for ten days a year."
BOARD = "---\neffective: 2025-01-01\nlabel: board\nsuperseded_by: leave-2026.md\n---\nThe quorvex rests for nine days."
NEW = "---\neffective: 2026-01-01\n---\nThe quorvex rests for twenty days a year."


def found(library: Library, day: date, *labels: str, exact_limit: int = 10_000) -> list[tuple[str, str | None]]:
    viewer = Viewer(labels=frozenset(labels))
    with closing(library.reader(exact_limit)) as reader:
        chunks = [scored.chunk for scored in reader.search(QUESTION, viewer, as_of=day)]
    return [(c.document_id, c.superseded_by) for c in chunks if c.document_id.startswith("leave")]


def infos(library: Library, *labels: str) -> dict[str, DocumentInfo]:
    return {info.id: info for info in library.retriever.documents(Viewer(labels=frozenset(labels)))}


@on_a_server_too
@pytest.mark.parametrize("exact_limit", [0, 10_000])
def test_it_is_in_force_until_a_version_that_the_viewer_may_see_begins(library: Library, exact_limit: int) -> None:
    library.write("leave.md", f"---\nsuperseded_by: leave-board.md\n---\n{OLD}")
    library.write("leave-board.md", BOARD)
    library.write("leave-2026.md", NEW)
    library.sync()
    between, later = date(2025, 6, 1), date(2026, 6, 1)
    assert found(library, between, exact_limit=exact_limit) == [("leave.md", "leave-2026.md")]
    assert found(library, between, "board", exact_limit=exact_limit) == [("leave-board.md", "leave-2026.md")]
    for labels in ((), ("board",)):
        assert found(library, later, *labels, exact_limit=exact_limit) == [("leave-2026.md", None)]
    assert infos(library)["leave.md"].superseded_on == date(2026, 1, 1)
    assert infos(library, "board")["leave.md"].superseded_by == "leave-board.md"


def test_it_reads_as_in_the_twin_that_never_had_the_successor(library: Library) -> None:
    library.write("leave.md", f"---\nsuperseded_by: leave-board.md\n---\n{OLD}")
    library.write("leave-board.md", BOARD.replace("superseded_by: leave-2026.md\n", ""))
    library.sync()
    seen = found(library, date(2026, 6, 1)), infos(library)["leave.md"]
    assert found(library, date(2026, 6, 1), "board") == [("leave-board.md", None)]
    library.write("leave.md", OLD)
    (library.root / "leave-board.md").unlink()
    library.sync()
    twin = found(library, date(2026, 6, 1)), infos(library)["leave.md"]
    assert seen == twin == ([("leave.md", None)], infos(library)["leave.md"])
