"""How sure a search is that it found an answer."""

from retrieval_library import Library

from copilot.retrieval.confidence import confidence

ANSWERED = (
    "Who has to confirm when a patient is downgraded?",
    "what is data drift?",
    "how many months are prediction logs stored",
    "why are pilots not scaled",
    "how is a triage model approved",
)
FOREIGN = (
    "boundary layer of a supersonic flow over a blunt body",
    "recipe for sourdough bread",
    "Which football club won the league?",
    "distance of Jupiter from the sun",
    "opening moves of the Sicilian defence",
)


def test_questions_of_another_subject_have_less_confidence_than_those_the_documents_answer(shared: Library) -> None:
    answered = [confidence(shared.search(question)) for question in ANSWERED]
    foreign = [confidence(shared.search(question)) for question in FOREIGN]
    assert min(answered) > max(foreign)
    assert max(foreign) < 0.2


def test_nothing_found_is_no_confidence_and_an_exact_reference_is_full_confidence(shared: Library) -> None:
    assert confidence([]) == 0.0
    found = shared.search("clause 3.1 of the policy on triage models")
    assert found[0].is_exact
    assert confidence(found) == 1.0
