"""What is quoted from the documents of the fixture workspace, by the search and the embedder of the product."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from copilot.passages.answerable import least, probability
from copilot.passages.conflicts import figures
from copilot.passages.quoting import Quotation, quote
from copilot.passages.ranked import Ranked
from copilot.reading.question import Shape
from copilot.records.store import Records
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"
DRAFT = """---
title: Draft log rules of the wards
---
# Draft log rules of the wards

**1.1** Logs of predictions are kept for nine months.
"""
RULES = """---
title: Pilot rules
---
# Pilot rules

## 3 Duration

**3.1** A pilot lasts at most 180 days.

**3.2** By exception to clause 3.1, the council may grant a longer time unless patients are at risk.

## 6 Supplier contracts

Every contract with a supplier says:

1. our images train nothing for others;
2. the place where they are kept;
3. a breach is told within 24 hours.

A contract without point 1 or point 3 is not signed by anyone.

## 5 Waivers

The council waives a rule for 90 days. It renews the waiver once, for 45 days. Waivers of a rule are written down.

## 4 Limits

| Class | Approver |
|---|---|
| high | the medical director |
| low | the head of the ward |
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    root, state = tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("state")
    for path in [*CORPUS.glob("p*/*.md")]:
        (root / path.name).write_text(path.read_text())
    (root / "ward-logs.md").write_text(DRAFT)
    (root / "pilots.md").write_text(RULES)
    workspace = Workspace.open(root)
    sync(workspace, None, state)
    retriever = Retriever(state)
    yield Sources(workspace, Records.load(workspace), None, retriever, date(2026, 6, 1))
    retriever.close()


def ranked(sources: Sources, question: str, as_of: date | None = None) -> Ranked:
    assert sources.retriever is not None
    found = search_knowledge(sources, Viewer(), Arguments(query=question, as_of=as_of))
    return Ranked.of(question, found.evidence, sources.retriever)


def quoted(sources: Sources, question: str, shape: Shape = "none", **named: tuple[str, ...]) -> Quotation:
    assert sources.retriever is not None
    return quote(ranked(sources, question), sources.retriever, shape, **named)


def texts(quotation: Quotation) -> list[str]:
    return [q.unit.text for q in quotation.quotes]


def test_the_first_quote_answers_and_stands_in_its_passage(sources: Sources) -> None:
    question = "How long are the logs of predictions kept?"
    found = ranked(sources, question)
    first = quoted(sources, question, "number").quotes[0]
    assert "thirty-six months" in first.unit.text
    assert first.why == "lead"
    (passage,) = [item for item in found.evidence if item.id == first.unit.evidence]
    assert passage.text[first.unit.start : first.unit.end] == first.unit.text


def test_a_procedure_is_quoted_whole_and_in_order(sources: Sources) -> None:
    quotation = quoted(sources, "How do we bring a pilot to the wards?", "procedure")
    steps = [q.unit for q in quotation.quotes if q.unit.kind == "item" and q.unit.heading == "How to do it"]
    assert [u.text.split()[0] for u in steps] == ["Name", "Agree", "Build", "Ask"]


def test_a_fact_is_quoted_in_few_words(sources: Sources) -> None:
    quotation = quoted(sources, "Who confirms a downgrade of urgency?", "name")
    assert "A physician confirms every downgrade of urgency." in texts(quotation)[0]
    assert sum(len(text.split()) for text in texts(quotation)) <= 110


def test_what_limits_a_rule_comes_with_it(sources: Sources) -> None:
    quotation = quoted(sources, "How long may a pilot last?", "rule")
    assert any("180 days" in text for text in texts(quotation))
    assert any("By exception to clause 3.1" in text for text in texts(quotation))


def test_what_stands_beside_the_best_sentence_follows_it(sources: Sources) -> None:
    quotation = quoted(sources, "How long can a rule be waived, all told?", "rule")
    assert texts(quotation)[:3] == [
        "The council waives a rule for 90 days.",
        "It renews the waiver once, for 45 days.",
        "Waivers of a rule are written down.",
    ]
    assert [q.why for q in quotation.quotes][:3] == ["lead", "continuation", "continuation"]
    others = {q.unit.evidence for q in quotation.quotes} - {quotation.quotes[0].unit.evidence}
    assert len(others) <= 1


def test_a_table_row_is_quoted_with_the_names_of_its_columns(sources: Sources) -> None:
    assert "Class: high; Approver: the medical director" in texts(quoted(sources, "Who approves a high class pilot?"))


def test_a_named_document_binds_the_quotes(sources: Sources) -> None:
    quotation = quoted(sources, "How long are logs of predictions kept?", documents=("ward-logs.md",))
    assert {q.unit.document for q in quotation.quotes} == {"Draft log rules of the wards"}


def test_the_points_that_a_quote_names_are_quoted_with_it(sources: Sources) -> None:
    quotes = quoted(sources, "Which contract is not signed by anyone?").quotes
    assert quotes[0].unit.text.startswith("A contract without point 1")
    assert [q.unit.text for q in quotes if q.why == "condition"] == [
        "our images train nothing for others;",
        "a breach is told within 24 hours.",
    ]


def test_a_named_clause_binds_the_quotes(sources: Sources) -> None:
    quotation = quoted(sources, "clause 3.2 of the Policy on triage models")
    assert texts(quotation) == ["**3.2** The physician sees the reason for a score before confirming it."]


def test_a_clause_of_a_document_that_is_not_there_is_not_that_of_another(sources: Sources) -> None:
    question = "What does clause 3.2 of the Brazilian Patent Act say?"
    assert texts(quoted(sources, question)) == []
    assert probability(ranked(sources, question)) == 0


def test_documents_that_state_different_figures_are_in_conflict(sources: Sources) -> None:
    quotation = quoted(sources, "How long are logs of predictions kept?")
    (conflict,) = [c for c in quotation.conflicts if c.kind == "figures"]
    assert {u.document for u in conflict.units} == {"Data retention policy 2025", "Draft log rules of the wards"}


def test_a_draft_that_is_quoted_is_said_to_be_one(sources: Sources) -> None:
    quotation = quoted(sources, "How long are logs of predictions kept?", documents=("ward-logs.md",))
    assert [c.kind for c in quotation.conflicts] == ["draft"]


def test_a_version_that_was_replaced_is_said_to_be_one(sources: Sources) -> None:
    assert sources.retriever is not None
    found = ranked(sources, "How long are logs of predictions kept?", date(2024, 1, 1))
    quotation = quote(found, sources.retriever, documents=("data-retention-2023.md",))
    assert [(c.kind, c.document, c.replaced_on) for c in quotation.conflicts] == [
        ("superseded", "Data retention policy 2023", date(2025, 7, 1))
    ]


def test_each_side_of_a_comparison_is_quoted(sources: Sources) -> None:
    question = "How does keeping logs differ from keeping training data?"
    quotation = quoted(sources, question, "comparison", sides=("keeping logs", "keeping training data"))
    assert any("thirty-six" in text for text in texts(quotation))
    assert any("twenty-four" in text for text in texts(quotation))


@pytest.mark.parametrize(
    ("question", "is_answerable"),
    [
        ("How long are the logs of predictions kept?", True),
        ("Who approves a triage model?", True),
        ("clause 3.2 of the Policy on triage models", True),
        ("Which hotel did the auditors of Lisbon stay in?", False),
        ("What is the wifi password?", False),
    ],
)
def test_what_the_documents_answer_is_probable(sources: Sources, question: str, is_answerable: bool) -> None:
    assert (probability(ranked(sources, question)) >= least("none")) == is_answerable


def test_advice_in_other_words_needs_less_than_a_fact(sources: Sources) -> None:
    found = ranked(sources, "Our project team is leaving and nobody wants the tool, what now?")
    assert least("procedure") < probability(found)
    assert least("procedure") < least("number")


def test_figures_are_read_by_what_they_count() -> None:
    assert figures("Under Article 5 it is sixty months, not 24 months, and EUR 1,000.") == {
        "months": {60.0, 24.0},
        "EUR": {1000.0},
    }
