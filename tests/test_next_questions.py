"""What is offered to be asked next is in the language of the question."""

from __future__ import annotations

import pytest

from copilot import Copilot
from copilot.language.spoken import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Which five projects should come first?", "en"),
        ("Tell me about La Poste.", "en"),
        ("Sepsis warning?", "en"),
        ("Welche Modelle werden schlechter?", "de"),
        ("Wie lange dürfen wir Trainingsdaten aufbewahren?", "de"),
        ("Quels projets devraient être financés en premier ?", "fr"),
        ("Pourquoi les pilotes n'atteignent-ils pas la production ?", "fr"),
        ("¿Cuántos proyectos hay en cada una de las unidades?", "other"),
    ],
)
def test_the_language_of_a_question_is_told_by_its_function_words(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("What is the data retention period?", ""),
        ("Wie lange dürfen wir die Patientendaten aufbewahren?", "Was steht in „"),
        ("Combien de temps pouvons-nous garder les données des patients ?", "Que dit « "),
    ],
)
def test_what_is_offered_next_is_in_the_language_of_the_question(copilot: Copilot, question: str, opening: str) -> None:
    answer = copilot.ask(question)
    assert all(offered.startswith(opening) for offered in answer.follow_ups)


def test_a_document_that_is_offered_in_another_language_is_told_when_asked(copilot: Copilot) -> None:
    refused = copilot.ask("Welche Lieferanten haben die besten Kantinen?")
    assert refused.status == "insufficient_evidence"
    assert refused.follow_ups
    title = refused.follow_ups[0].removeprefix("Was steht in „").removesuffix("“?")
    answer = copilot.ask(refused.follow_ups[0])
    assert answer.status == "answered"
    assert any(citation.title.startswith(title) for citation in answer.citations)
