"""Whether sources carry a claim: the function on which citation scores rest."""

from __future__ import annotations

import pytest
from eval_answers import DRIFT, PILOTS, WEIGHTS

from evals.support import Source, names, support
from evals.wording import Claim, Weights, claims


def test_a_sentence_without_markers_is_carried_by_the_next_markers_on_its_line() -> None:
    text = (
        "## Heading\nFirst claim about drift models. Second claim about pilot owners [1][2].\n"
        "Third claim stands quite alone.\n"
    )
    assert claims(text) == [
        Claim("First claim about drift models.", (1, 2)),
        Claim("Second claim about pilot owners.", (1, 2)),
        Claim("Third claim stands quite alone.", ()),
    ]


def test_markers_after_the_stop_belong_to_the_sentence_before_them() -> None:
    found = claims("Pilots stall without business owners. [2] Models drift away over months. [1]")
    assert [c.markers for c in found] == [(2,), (1,)]


def test_headings_tables_questions_and_lead_ins_claim_nothing() -> None:
    text = (
        "# Model drift explained\n**What drift models cost**\n| a | b |\n"
        "Three things matter here most:\nShall we retrain models now?"
    )
    assert claims(text) == []


def test_a_struck_sentence_claims_nothing() -> None:
    assert claims("~~The model fell by 3 points.~~ (not found in the sources)") == []


@pytest.mark.parametrize(
    ("claim", "carried"),
    [
        ("Model drift is a loss of accuracy over time.", True),
        ("The model fell from 88% to 79% within six months.", True),
        ("The model fell from 88% to 71% within six months.", False),
        ("ISO 42001 asks for monitoring.", True),
        ("ISO 27001 asks for monitoring.", False),
        ("OECD asks for monitoring.", False),
        ("Model drift is not a loss of accuracy over time.", False),
        ("Retraining does cure a pipeline fault.", False),
        ("Customers complained about slow deliveries and bad weather.", False),
    ],
)
def test_words_numbers_names_and_negation_decide(claim: str, carried: bool) -> None:
    assert support(claim, [Source(DRIFT.text)], WEIGHTS).is_supported is carried


def test_two_sources_may_carry_a_claim_together_that_neither_carries_alone() -> None:
    claim = "Model drift is a loss of accuracy, and pilots without a business owner stall."
    assert support(claim, [Source(DRIFT.text), Source(PILOTS.text)], WEIGHTS).is_supported
    assert not support(claim, [Source(PILOTS.text)], WEIGHTS).is_supported


def test_nothing_is_carried_by_nothing() -> None:
    assert support("Model drift is a loss.", [], WEIGHTS).coverage == 0.0


def test_a_name_from_the_question_needs_no_source() -> None:
    claim = "Model drift at Zephyr is a loss of accuracy over time."
    assert not support(claim, [Source(DRIFT.text)], WEIGHTS).is_supported
    assert support(claim, [Source(DRIFT.text)], WEIGHTS, "What ails Zephyr?").is_supported


def test_the_first_word_of_a_sentence_is_no_name_unless_it_is_a_code() -> None:
    assert names("Pilots stall. Uber's Michelangelo helps the EU. P-017 waits.") == [
        "Michelangelo",
        "EU",
        "P-017",
    ]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    weights = Weights.of(["common rare", "common", "common"])
    assert weights("rare") > weights("common") > 0


def test_the_cells_of_a_record_carry_a_sentence_by_its_numbers_and_names() -> None:
    row = Source("id: P-017\nheadcount: 25\nowner: Mara Holt\nstage: pilot\nadoption_plan: no", is_record=True)
    assert support("Mara Holt owns it and 25 people work on the pilot.", [row], WEIGHTS).is_supported
    assert not support("Mara Holt owns it and 26 people work on the pilot.", [row], WEIGHTS).is_supported
    assert not support("Ivo Lang owns it and 25 people work on the pilot.", [row], WEIGHTS).is_supported
    assert not support("The harvest was praised by the supervisors of weather.", [row], WEIGHTS).is_supported


def test_a_number_of_a_copied_sentence_must_stand_there_as_often() -> None:
    source = Source("Insurance has 5 pilots and Wealth has 2 pilots.\nLater 7 pilots were counted.")
    assert support("Insurance has 5 pilots and Wealth has 2 pilots.", [source], WEIGHTS).is_supported
    assert not support("Insurance has 5 pilots and Wealth has 5 pilots.", [source], WEIGHTS).is_supported
    assert not support("Insurance has 7 pilots and Wealth has 2 pilots.", [source], WEIGHTS).is_supported


def test_the_place_of_a_clause_is_no_part_of_what_it_says() -> None:
    clause = Source("7.2 Pictures are kept for 7 days. They are not used for discipline.", False, "AI Policy. Staff.")
    claim = "They are not used for discipline (AI Policy, clause 7.2)."
    assert support(claim, [clause], WEIGHTS).is_supported
    assert not support("They are not used for discipline (AI Policy, clause 9.9).", [clause], WEIGHTS).is_supported


LIMITS = """Amounts are for the whole step.

| Cost of the step | Who approves |
|---|---|
| up to 150,000 | the head of the area |
| above 150,000 and up to 600,000 | the workbench |
| above 600,000 and up to 2,500,000 | the table |
"""


@pytest.mark.parametrize(
    ("claim", "carried"),
    [
        ("Cost of the step: above 600,000 and up to 2,500,000; Who approves: the table", True),
        ("Cost of the step: above 150,000 and up to 600,000; Who approves: the table", False),
        ("Cost of the step: above 600,000 and up to 3,500,000; Who approves: the table", False),
    ],
)
def test_a_row_of_a_table_is_carried_by_that_row_with_the_names_of_its_columns(claim: str, carried: bool) -> None:
    assert support(claim, [Source(LIMITS, title="Handbook")], WEIGHTS).is_supported == carried
