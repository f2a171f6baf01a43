from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.citations import Verifier, best_span, with_markers
from copilot.language.sentences import split_sentences
from copilot.types import Evidence


def passage(id: str, text: str) -> Evidence:
    return Evidence(id=id, kind="passage", source="a.md", locator="lines 1-2", title="A", text=text)


def verified(draft: str, *evidence: Evidence, question: str = "") -> tuple[str, Verifier]:
    verifier = Verifier(question)
    verifier.read(evidence)
    return verifier.feed(draft) + verifier.close(), verifier


DROP = passage("p-1", "The accuracy fell from 88 to 79 per cent. Nobody noticed.")


def test_markers_are_numbered_in_order_of_appearance() -> None:
    text, verifier = verified("B is so[#p-2]. A fell[#p-1]. B again[#p-2].", DROP, passage("p-2", "B is so."))
    assert text == "B is so[1]. A fell[2]. B again[1]."
    assert [c.marker for c in verifier.citations] == [1, 2]


def test_an_id_that_was_not_read_does_not_resolve() -> None:
    text, verifier = verified("A claim[#p-9].", DROP)
    assert text == "A claim."
    assert verifier.citations == ()


def test_a_sentence_whose_number_is_not_in_its_source_is_left_out() -> None:
    text, verifier = verified("It fell to 79%[#p-1]. It was 92% before[#p-1].", DROP)
    assert text.strip() == "It fell to 79%[1]."
    assert "92%" in verifier.warnings[0]


def test_the_mark_of_a_source_s_own_note_does_not_become_a_citation() -> None:
    text, verifier = verified("Nobody noticed.[2] It fell to 79%[1][#p-1].", DROP)
    assert text == "Nobody noticed. It fell to 79%[1]."
    assert [c.marker for c in verifier.citations] == [1]


def test_a_number_of_the_question_may_be_repeated() -> None:
    text, _ = verified("You ask about 40 pilots.", question="Why did 40 pilots fail?")
    assert text == "You ask about 40 pilots."


def test_a_sentence_without_a_marker_is_carried_by_the_next_one_on_its_line() -> None:
    text, _ = verified("- **Drop.** It fell to 79%. Nobody noticed[#p-1].\n- It fell to 79%.\n", DROP)
    assert text == "- **Drop.** It fell to 79%. Nobody noticed[1].\n\n"


def test_the_quote_stands_in_the_source() -> None:
    _, verifier = verified("Accuracy fell to 79 per cent[#p-1].", DROP)
    assert verifier.citations[0].quote == "The accuracy fell from 88 to 79 per cent."
    assert verifier.citations[0].quote in DROP.text


def test_figures_carry_the_marker_of_their_citation() -> None:
    _, verifier = verified("It fell to 79%[#p-1].", DROP)
    (figure,) = verifier.figures({})
    assert (figure.value, figure.unit, figure.marker) == (79, "percent", 1)


def test_list_numbers_are_no_claims() -> None:
    text, _ = verified("1. Confirm it[#p-1].\n2. Repair it[#p-1].\n", DROP)
    assert text == "1. Confirm it[1].\n2. Repair it[1].\n"


@given(st.lists(st.integers(min_value=1, max_value=12), min_size=1, max_size=30))
def test_a_streamed_draft_gives_the_same_text_as_a_whole_one(cuts: list[int]) -> None:
    draft = "It fell to 79%[#p-1]. It was 92%[#p-1].\n\n- Item one, e.g. this[#p-1].\n- Item two.\n\nEnd [#zz]"
    whole, _ = verified(draft, DROP)
    verifier = Verifier("")
    verifier.read([DROP])
    text, at = "", 0
    for size in cuts:
        text += verifier.feed(draft[at : at + size])
        at += size
    text += verifier.feed(draft[at:]) + verifier.close()
    assert text == whole


@given(st.text(max_size=300))
def test_sentences_joined_give_the_text_back(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@pytest.mark.parametrize(
    "text", ["See e.g. the policy for it. Next.", "1. First step. 2nd.", "It costs 3.5 million. Then more."]
)
def test_abbreviations_and_decimals_do_not_end_a_sentence(text: str) -> None:
    assert len(split_sentences(text)) == 2


def test_markers_go_before_the_stop() -> None:
    assert with_markers("It is so.", ["p-1", "p-2"]) == "It is so[#p-1][#p-2]."
    assert with_markers("No stop", ["p-1"]) == "No stop[#p-1]"


def test_a_text_that_shares_no_word_has_no_span() -> None:
    assert best_span("Alpha beta.", "gamma") is None


def test_a_quote_may_run_over_wrapped_lines() -> None:
    wrapped = passage("p-1", "A decision is kept for seven years\nfrom the day it was taken. More.")
    _, verifier = verified("A decision is kept for seven years from the day it was taken[#p-1].", wrapped)
    assert verifier.citations[0].quote == "A decision is kept for seven years\nfrom the day it was taken."


def test_what_was_read_and_not_cited_is_told_apart_by_source() -> None:
    def record(id: str, source: str, row: int) -> Evidence:
        return Evidence(id=id, kind="record", source=source, locator=f"row {row}", title=id, text="A record.")

    computed = Evidence(id="x-1", kind="computation", source="s", locator="q", title="T", text="2", values=("2",))
    again = record("r-5", "a.csv", 1)
    read = (record("r-1", "a.csv", 1), record("r-2", "b.csv", 1), record("r-3", "a.csv", 2), record("r-4", "b.csv", 2))
    _, verifier = verified("It is so[#r-1].", *read, computed, again)
    assert [(c.marker, c.title) for c in verifier.also_read] == [(2, "r-2"), (3, "r-4"), (4, "r-3")]
