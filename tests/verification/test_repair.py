"""A draft whose sentences the model has rewritten."""

from __future__ import annotations

from copilot.types import Evidence
from copilot.verification.prose import ProseVerifier
from copilot.verification.repair import repaired, request

DRAFT = "Sales rose to 12 % [#p-1].\n\n- Costs fell to 9 % [#p-1].\n- Staff is unchanged at 7 % [#p-1].\n"


def failing() -> ProseVerifier:
    verifier = ProseVerifier("How are we?")
    text = "Sales rose to 11 %. Costs fell to 5 %. Staff is unchanged at 4 %."
    verifier.read([Evidence(id="p-1", kind="passage", source="a.md", locator="lines 1", title="A", text=text)])
    verifier.feed(DRAFT)
    verifier.close()
    return verifier


def test_the_model_is_told_each_sentence_its_fault_and_what_was_read() -> None:
    verifier = failing()
    asked = request("How are we?", verifier.failures)
    assert "1. Sales rose to 12 % [#p-1]." in asked
    assert "12 % is not what the evidence says here" in asked
    assert "[#p-1] Sales rose to 11 %." in asked


def test_rewritten_sentences_take_their_places_and_given_up_ones_go() -> None:
    verifier = failing()
    reply = "1. Sales rose to 11 % [#p-1].\n2. - Costs fell to 5 % [#p-1].\n3. -"
    assert repaired(verifier.draft, verifier.failures, reply) == (
        "Sales rose to 11 % [#p-1].\n\n- Costs fell to 5 % [#p-1].\n"
    )


def test_a_reply_that_says_nothing_of_the_sentences_changes_nothing() -> None:
    verifier = failing()
    assert repaired(verifier.draft, verifier.failures, "I am sorry.") == DRAFT
