"""What a language model writes, compared with what was read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.types import Evidence, Table
from copilot.verification.languages import language_of
from copilot.verification.prose import ProseVerifier
from copilot.verification.reading import read_figures

DRIFT = "The review of the fraud model was on 6 July 2026. Its accuracy fell from 88 % in May to 79 % in June."
BOARD = (
    "The board approved the move of the fraud model to scaling. It rejected a second language for the chat assistant."
)
REGISTER = Table(
    title="Project register",
    columns=("Id", "Project", "Stage", "Budget (EUR)", "Owner"),
    rows=(
        ("P-1", "Fraud model", "pilot", 420_000, "Ines Holm"),
        ("P-2", "Chat assistant", "scaling", 310_000, "Ravi Menon"),
        ("P-3", "Quote drafting", "pilot", 58_250, "Petra Lang"),
    ),
)


def passage(id: str, text: str) -> Evidence:
    return Evidence(id=id, kind="passage", source="a.md", locator="lines 1-2", title="Notes", text=text)


def register() -> Evidence:
    return Evidence(id="x-1", kind="computation", source="p.csv", locator="all rows", title="Projects", text="3 rows.")


def reader(question: str = "How do our models do?") -> ProseVerifier:
    verifier = ProseVerifier(question)
    verifier.read([passage("p-1", DRIFT)])
    verifier.read([passage("p-2", BOARD)])
    verifier.read([register()], [REGISTER])
    return verifier


def verified(draft: str, question: str = "How do our models do?") -> tuple[str, ProseVerifier]:
    verifier = reader(question)
    return verifier.feed(draft) + verifier.close(), verifier


TRUE = [
    "The review was on July 6, 2026 [#p-1].",
    "Accuracy stood at 79 per cent in June, down from 88 [#p-1].",
    "That is a fall of 9 percentage points in accuracy [#p-1].",
    "The fraud model (P-1) has a budget of 420k EUR [#x-1].",
    "Fraud model and chat assistant together have 730,000 EUR [#x-1].",
    "Two of the three projects are in pilot [#x-1].",
    "The total budget is about 788 thousand EUR [#x-1].",
    "Das Budget von P-2 liegt bei 310.000 EUR [#x-1].",
    "Le budget de P-3 est de 58 250 EUR [#x-1].",
    "I found no figures for 2031.",
    "I would propose to stop Quote drafting by 30 November 2031.",
    "Which of the 47 models do you mean?",
]


@pytest.mark.parametrize("draft", TRUE)
def test_what_is_true_in_any_usual_form_is_not_flagged(draft: str) -> None:
    _, verifier = verified(draft)
    assert verifier.failures == []


FALSE = {
    "another figure": ("Accuracy stood at 74 % in June [#p-1].", "figure"),
    "another date": ("The review was on 8 July 2026 [#p-1].", "figure"),
    "another unit": ("The fraud model has a budget of 420,000 USD [#x-1].", "figure"),
    "the figure of another row": ("The chat assistant has a budget of 420,000 EUR [#x-1].", "figure"),
    "two figures swapped": ("The chat assistant has 58,250 EUR and quote drafting 310,000 EUR [#x-1].", "figure"),
    "a wrong sum": ("Fraud model and chat assistant together have 740,000 EUR [#x-1].", "figure"),
    "a wrong count": ("All in all, 14 projects are in pilot [#x-1].", "figure"),
    "an id that is not there": ("The fraud model is P-9 [#x-1].", "id"),
    "the id of another": ("Quote drafting (P-2) is in pilot [#x-1].", "word"),
    "the stage of another row": ("Quote drafting is already in scaling [#x-1].", "word"),
    "the owner of another row": ("The fraud model is owned by Ravi Menon [#x-1].", "word"),
    "a name that nobody wrote": ("The fraud model was built by Tobias Renn [#p-1].", "name"),
    "the opposite decision": ("The board approved a second language for the chat assistant [#p-2].", "word"),
    "the opposite direction": ("Accuracy of the fraud model rose from 79 % to 88 % [#p-1].", "word"),
    "a figure of the question alone": ("The limit for models is 25 [#p-1].", "question"),
    "what nobody wrote": ("Patients must sign a consent form before each use [#p-1].", "claim"),
    "nothing cited": ("The insurer raised the premium after the incident.", "uncited"),
    "only the mark of a source's own note": (
        "The board approved the move of the fraud model to scaling [1].",
        "uncited",
    ),
    "only what was never read": ("The board approved the move of the fraud model to scaling [#p-99].", "uncited"),
}


@pytest.mark.parametrize(("draft", "kind"), FALSE.values(), ids=FALSE)
def test_what_is_false_is_flagged_for_what_it_is(draft: str, kind: str) -> None:
    _, verifier = verified(draft, "May we run 25 models?")
    assert kind in [fault.kind for failure in verifier.failures for fault in failure.faults]


CLAUSES = """**11.1** Entering customer data into a public tool is at least a severity 2 incident, told the same day.
**11.2** Breach of the policy can lead to loss of access, disciplinary measures and, in serious cases, dismissal."""
COUNTS = "71 of 116 projects are in idea, proof of concept, pilot or scaling. 19 high-risk projects have an owner."
SUMS = "The budget of Lowland Bank adds up to 12,420,000 EUR over the 18 projects that record it."
OTHERS = (
    "The budget of Lowland Bank that is not stopped or retired adds up to 11,560,000 EUR over the 16 live projects."
)
SAID = [
    "We have 71 AI projects on our books, 16 of them live [#c-1] [#c-4].",
    "Customer data in a public tool is at least a severity 2 incident, and a breach can lead to dismissal [#c-2].",
    "Over all that record it, the budget of Lowland Bank is EUR 12.42 million [#c-3].",
    "The live budget is about nine tenths of it: EUR 11.56 million against EUR 12.42 million [#c-3] [#c-4].",
    "Some are proofs of concept, others pilots [#c-1].",
    "All 19 high-risk projects have an owner [#c-1].",
]


@pytest.fixture
def clauses() -> ProseVerifier:
    verifier = ProseVerifier("What may we do, and what have we?")
    for n, text in enumerate((COUNTS, CLAUSES, SUMS, OTHERS), start=1):
        verifier.read([passage(f"c-{n}", text)])
    return verifier


@pytest.mark.parametrize("draft", SAID)
def test_what_a_sentence_cites_is_where_its_figures_are_looked_for(clauses: ProseVerifier, draft: str) -> None:
    clauses.feed(draft)
    clauses.close()
    assert clauses.failures == []


@pytest.mark.parametrize(
    "draft",
    [
        "Customer data in a public tool is at least a severity 3 incident [#c-2].",
        "Over the projects that record it, the budget of Lowland Bank is EUR 12.24 million [#c-3].",
        "We have 78 AI projects on our books [#c-1].",
    ],
)
def test_another_figure_is_flagged_whatever_is_cited(clauses: ProseVerifier, draft: str) -> None:
    clauses.feed(draft)
    clauses.close()
    assert [f.kind for failure in clauses.failures for f in failure.faults] == ["figure"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("three quarters of the budget", ["fraction"]),
        ("three quarters in a row", ["time"]),
        ("since last quarter", []),
        ("a quarter of all projects", ["fraction"]),
        ("a risk of 2 and six months", ["number", "time"]),
        ("between 5 and 10 days", ["time", "time"]),
    ],
)
def test_parts_are_told_from_times(text: str, kinds: list[str]) -> None:
    assert [f.kind for f in read_figures(text, language_of(text))] == kinds


def test_a_figure_is_replaced_by_a_mark_in_the_language_of_the_sentence() -> None:
    assert (
        verified("Accuracy stood at 74 % in June [#p-1].")[0] == "Accuracy stood at (figure not confirmed) in June[1]."
    )
    german, _ = verified("Das Budget von P-2 liegt bei 990.000 EUR [#x-1].")
    assert german == "Das Budget von P-2 liegt bei (Zahl nicht belegt)[1]."
    french, _ = verified("Le budget de P-3 est de 77 250 EUR [#x-1].")
    assert french == "Le budget de P-3 est de (chiffre non confirmé)[1]."


def test_structure_is_left_as_it_is() -> None:
    draft = "## First 30 days\n\n**1. Incentives.** Review the bonus [#p-1].\n\n"
    draft += "| Id | Budget |\n|---|---|\n| P-1 | 430,000 EUR |\n\n[#x-1]\n"
    text, verifier = verified(draft)
    assert text.startswith(
        "## First 30 days\n\n**1. Incentives.** Review the bonus[1].\n\n| Id | Budget |\n|---|---|\n"
    )
    assert "| P-1 | (figure not confirmed) |\n" in text
    assert len(verifier.failures) == 1


@pytest.mark.parametrize(
    "draft",
    [
        "In pilot are [#x-1]:\n\n- Fraud model with 420,000 EUR\n- Quote drafting with 58,250 EUR\n",
        "- Fraud model with 420,000 EUR\n- Quote drafting with 58,250 EUR [#x-1]\n",
        "- Fraud model with 420,000 EUR\n- Quote drafting with 58,250 EUR\n\nSources: [#x-1]\n",
    ],
)
def test_a_marker_of_a_list_holds_for_its_items(draft: str) -> None:
    text, verifier = verified(draft)
    assert verifier.failures == []
    assert "[1]" in text


def test_a_missing_citation_is_added_where_other_evidence_holds_the_figure() -> None:
    text, verifier = verified("The fraud model (P-1) has a budget of 420,000 EUR [#p-1].")
    assert text == "The fraud model (P-1) has a budget of 420,000 EUR[1][2]."
    assert verifier.citations[1].kind == "computation"


def test_the_quote_holds_the_figure_that_is_cited() -> None:
    _, verifier = verified("The accuracy is 79 % by June [#p-1].")
    assert "79 %" in verifier.citations[0].quote


def test_a_derived_figure_shows_its_calculation() -> None:
    _, verifier = verified("Fraud model and chat assistant together have 730,000 EUR [#x-1].")
    (calculation,) = verifier.citations[0].calculations
    assert calculation.method == "computed"
    assert calculation.formula.startswith("730,000 EUR = ")


@pytest.mark.parametrize("form", ["[#p-1, #p-2]", "[#p-1; #p-2]", "[p-1, p-2]", "【#p-1】【#p-2】", "[#p-1] [#p-2]"])
def test_every_form_of_citation_resolves(form: str) -> None:
    text, _ = verified(f"The fraud model was reviewed {form}.")
    assert text == "The fraud model was reviewed[1][2]."


def test_an_unknown_id_is_dropped_and_told() -> None:
    text, verifier = verified("The fraud model was reviewed [#p-1] [#p-77].")
    assert text == "The fraud model was reviewed[1]."
    assert any("p-77" in warning for warning in verifier.warnings)


def test_a_refusal_is_told_by_its_first_sentence() -> None:
    assert verified("The records do not say who pays. The board met [#p-2].")[1].refuses is True
    assert verified("The board met [#p-2]. The records do not say who pays.")[1].refuses is False


@given(st.lists(st.integers(min_value=1, max_value=15), min_size=1, max_size=40))
def test_a_streamed_draft_gives_the_same_text_as_a_whole_one(cuts: list[int]) -> None:
    draft = "It fell to 79 % [#p-1].\n\n- Fraud model: 420,000 EUR\n- Chat assistant: 1 EUR [#x-1]\n\n"
    draft += "| A | B |\n|---|---|\n| P-1 | 3 |\n\nEnd [#zz]"
    whole, _ = verified(draft)
    verifier, text, at = reader(), "", 0
    for size in cuts:
        text += verifier.feed(draft[at : at + size])
        at += size
    assert text + verifier.feed(draft[at:]) + verifier.close() == whole


@given(st.text(alphabet="ab P-1 420,%€.[]#*|-\n:", max_size=120))
def test_any_draft_can_be_verified(draft: str) -> None:
    text, verifier = verified(draft)
    assert text.count("\n") == draft.count("\n")
    assert verifier.draft.count("\n") == draft.count("\n")
