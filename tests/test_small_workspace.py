"""A folder of documents that nobody prepared: no records, no front matter, headings as plain lines."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from copilot import Copilot, Settings, open_copilot

DOCUMENTS = {
    "ordinance.md": """# Ordinance on Algorithmic Systems

## § 2 Definitions
An algorithmic system is software that supports decisions about residents by means of learned models.

## § 3 Register
(1) Every algorithmic system is entered in the public register before it is used.
(2) Entries are updated within 14 days of a change.

## § 6 Objection
A resident may object within 30 days of a decision. The Ombudsperson answers within six weeks.

## § 7 Fines
A supplier that hides a fault pays a fine of up to EUR 20,000. A supplier that hides a leak of personal data pays a fine
of up to EUR 90,000.
""",
    "assistants.txt": """Staff guidance on text assistants

Allowed
- Drafting letters that a person checks before sending.
- Summarising public documents.

Not allowed
- Entering names or file numbers of residents.
- Writing official decisions.
- Assessing job applicants.
""",
    "strategy.md": """# AI strategy 2025 to 2028

## Priorities
1. Permits decided within ten working days.
2. Every question to the call centre answered in six languages.
3. A third less time spent on forms in social services.

## Organisation
A central AI unit of eight people advises the departments. The Chief Digital Officer reports to the Mayor twice a year.

## Pilots
A pilot lasts at most nine months and costs at most EUR 60,000.

## Words
**Green lane.** How a simple permit is decided without waiting for the weekly round.

Every green lane is watched by two clerks. A green lane is closed in August.

## References
Lindqvist, A. et al. 2021. Algorithmic systems in cities. Journal of Public Services, pp. 12-31.
""",
}


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root = tmp_path_factory.mktemp("city")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text)
    with closing(open_copilot(Settings(workspace=root, state_dir=tmp_path_factory.mktemp("state")))) as opened:
        yield opened


def test_a_named_section_is_answered_by_itself(copilot: Copilot) -> None:
    answer = copilot.ask("What does § 6 say?")
    assert answer.status == "answered"
    assert "30 days" in answer.text
    assert "six weeks" in answer.text
    assert not any(word in answer.text for word in ("register", "fine", "software"))


def test_what_is_forbidden_is_quoted_with_the_heading_that_forbids_it(copilot: Copilot) -> None:
    text = copilot.ask("Can I put a resident's name into the assistant?").text
    before, _, _ = text.partition("Entering names")
    assert before.rstrip("\n -").endswith("Not allowed:**")


@pytest.mark.xfail(reason="abstention reads no headings: bare nouns look far from the question", strict=False)
def test_a_section_named_after_the_question_answers_it_without_any_records(copilot: Copilot) -> None:
    answer = copilot.ask("What are our three priorities?")
    assert answer.status == "answered"
    assert all(word in answer.text for word in ("Permits", "languages", "forms"))


def test_the_same_rule_with_another_amount_is_another_rule(copilot: Copilot) -> None:
    text = copilot.ask("How high are the fines for a supplier that hides something?").text
    assert "EUR 20,000" in text
    assert "EUR 90,000" in text


def test_a_definition_is_found_below_its_heading(copilot: Copilot) -> None:
    assert copilot.ask("What is an algorithmic system?").text.startswith("An algorithmic system is software")


@pytest.mark.parametrize(
    "ask",
    [
        "How much did the call centre cost?",
        "How many residents objected in 2025?",
        "Who is the Mayor?",
        "Which of our projects are high risk?",
        pytest.param(
            "What is the budget of the AI unit?",
            marks=pytest.mark.xfail(reason="a near miss about another budget is quoted", strict=False),
        ),
    ],
)
def test_a_fact_that_no_sentence_states_is_not_answered(copilot: Copilot, ask: str) -> None:
    assert copilot.ask(ask).status in ("insufficient_evidence", "needs_clarification")


def test_a_list_of_sources_is_not_quoted(copilot: Copilot) -> None:
    assert "Lindqvist" not in copilot.ask("How are algorithmic systems used in cities?").text


def test_a_name_that_no_document_has_is_said_before_the_rule_for_its_kind(copilot: Copilot) -> None:
    answer = copilot.ask("May I enter the names of residents into Zyglot?")
    first, _, rest = answer.text.partition("\n")
    assert "“Zyglot”" in first
    assert "Entering names" in rest
    assert any("assistants" in citation.source.casefold() for citation in answer.citations)


def test_a_term_is_told_as_the_glossary_tells_it(copilot: Copilot) -> None:
    assert copilot.ask("whats a green lane").text.startswith("**Green lane.** How a simple permit")
