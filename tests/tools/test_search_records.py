"""Rows found by what they say."""

from __future__ import annotations

import golden
import pytest
from record_sources import BOARD, EVERYONE, said, unsupported

from copilot import Copilot
from copilot.sources import Sources
from copilot.tools.search_records import Arguments, search_records


@pytest.fixture(scope="module")
def sources(copilot: Copilot) -> Sources:
    return copilot.sources


def test_an_incident_is_found_by_what_happened(sources: Sources) -> None:
    result = search_records(sources, EVERYONE, Arguments(query="why were there too few beds around the holiday?"))
    first = result.findings[0]
    assert (first.kind, first.subject, first.evidence, first.values) == ("row", "I-1", ("r-I-1",), {})
    assert not unsupported(result)


def test_the_project_of_the_best_row_and_its_decisions_follow(sources: Sources) -> None:
    result = search_records(sources, EVERYONE, Arguments(query="beds forecast too low over Easter", top_k=1))
    assert [f.subject for f in result.findings] == ["I-1", "H-02", "D-2"]


def test_the_best_row_leads_before_those_of_its_project_and_others(sources: Sources) -> None:
    result = search_records(sources, EVERYONE, Arguments(query="beds forecast too low over Easter"))
    roles = {f.subject: f.role for f in result.findings}
    assert roles["I-1"] == "headline"
    assert roles["H-02"] == roles["D-2"] == "support"
    assert [role for subject, role in roles.items() if subject.startswith("H-") and subject != "H-02"].count(
        "option"
    ) > 0


def test_a_row_with_a_label_is_found_by_its_holders_only(sources: Sources) -> None:
    seen = sources.records.view(BOARD).select("projects")
    hidden = next(row for row in seen if row.get("label"))
    asked = Arguments(query=f"{hidden['name']} {hidden.get('description') or ''}", top_k=20)
    assert str(hidden["id"]) in said(search_records(sources, BOARD, asked))
    result = search_records(sources, EVERYONE, asked)
    assert str(hidden["id"]) not in "".join([said(result), *(e.text for e in result.evidence)])
    assert str(hidden["name"]) not in said(result)


def test_the_sentences_are_as_reviewed(sources: Sources, rewrite_golden: bool) -> None:
    queries = ("beds forecast too low over Easter", "vital signs arrived late", "who decided on sepsis warnings?")
    calls = {query: search_records(sources, EVERYONE, Arguments(query=query, top_k=1)) for query in queries}
    golden.check("search_records", calls, rewrite=rewrite_golden)
