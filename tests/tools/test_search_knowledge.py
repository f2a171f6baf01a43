"""Passages of the documents."""

from __future__ import annotations

import pytest
from record_sources import EVERYONE, of_kind

from copilot import Copilot
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge


@pytest.fixture(scope="module")
def sources(copilot: Copilot) -> Sources:
    return copilot.sources


def test_a_passage_is_quoted_from_itself_alone(sources: Sources) -> None:
    result = search_knowledge(sources, EVERYONE, Arguments(query="how long is training data kept", top_k=3))
    evidence = {e.id: e for e in result.evidence}
    assert {e.kind for e in result.evidence} == {"passage"}
    for passage in of_kind(result, "passage"):
        (id,) = passage.evidence
        assert passage.subject == evidence[id].source
        assert passage.text in evidence[id].text
        assert passage.values == {}


def test_a_document_that_nothing_mentions_is_named(sources: Sources) -> None:
    result = search_knowledge(sources, EVERYONE, Arguments(query="what does clause 99.9 say about logging"))
    (unmentioned,) = of_kind(result, "unmentioned")
    assert (unmentioned.subject, unmentioned.role, unmentioned.evidence) == ("clause 99.9", "caveat", ())


def test_a_word_that_stands_nowhere_is_told(sources: Sources) -> None:
    result = search_knowledge(sources, EVERYONE, Arguments(query="how long does Zanzibar keep training data"))
    (absent,) = of_kind(result, "absent")
    assert "“Zanzibar”" in absent.text
    assert "training" not in absent.text
    known = search_knowledge(sources, EVERYONE, Arguments(query="training data"))
    assert of_kind(known, "absent") == []
