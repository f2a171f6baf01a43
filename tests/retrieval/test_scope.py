"""The filter of a query says the same in all three places that apply it."""

from datetime import date

import pytest
from retrieval_library import Library

from copilot.retrieval.entries import Scope
from copilot.retrieval.index import manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.snapshot import open_snapshot
from copilot.types import Viewer

SCOPES = (
    Scope(),
    Scope(labels=frozenset({"board"})),
    Scope(labels=frozenset({"other", "="})),
    Scope(as_of=date(2025, 6, 30).toordinal()),
    Scope(as_of=date(2025, 7, 1).toordinal(), labels=frozenset({"board"})),
    Scope(as_of=date(2020, 1, 1).toordinal()),
    Scope(still_valid=frozenset({"policies/data-retention-2023.md"})),
    Scope(as_of=date(2026, 6, 30).toordinal(), still_valid=frozenset({"policies/data-retention-2023.md"})),
    Scope(kind="passage"),
    Scope(kind="record"),
    Scope(documents=frozenset({"policies/triage-models.md", "policies/board-risk-appetite.md"})),
)
QUERY = "model data training board ward drift policy patient score hospital tool lever logs limit sale"


@pytest.mark.parametrize("place", ["shared", "shared_on_server"])
@pytest.mark.parametrize("scope", SCOPES)
def test_vectors_words_and_manifest_agree_on_what_a_query_may_see(
    request: pytest.FixtureRequest, scope: Scope, place: str
) -> None:
    shared: Library = request.getfixturevalue(place)
    manifest = Manifest(manifest_path(shared.state), create=False)
    snapshot = open_snapshot(shared.state, manifest, 0, shared.chroma_url)
    assert snapshot is not None
    numbers = snapshot.columns.numbers
    visible = set(numbers[snapshot.visible(scope)].tolist())
    vector = shared.retriever.embed([QUERY])[0]
    assert {match.number for match in snapshot.chroma.nearest(vector, 1000, scope)} == visible
    everything = Scope(labels=frozenset({"board"}), as_of=None)
    matching = {m.number for m in snapshot.words(scope.labels).search(QUERY, scope, 1000)}
    assert matching <= visible
    assert matching >= {m.number for m in snapshot.words(everything.labels).search(QUERY, everything, 1000)} & visible
    snapshot.close()
    manifest.close()


def test_a_version_that_begins_later_does_not_hide_the_one_in_force(library: Library) -> None:
    library.write("leave.md", "---\nsuperseded_by: leave-2099.md\n---\nThe quorvex rests for ten days a year.")
    library.write("leave-2099.md", "---\neffective: 2099-01-01\n---\nThe quorvex rests for twenty days a year.")
    library.sync()
    question = "how many days does the quorvex rest?"
    found = {scored.chunk.document_id for scored in library.search(question)}
    assert "leave.md" in found
    assert "leave-2099.md" not in found
    later = library.retriever.search(question, Viewer(), as_of=date(2099, 1, 1))
    assert "leave.md" not in {scored.chunk.document_id for scored in later}
    assert later[0].chunk.document_id == "leave-2099.md"
