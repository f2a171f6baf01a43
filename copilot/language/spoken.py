"""Which language a question is in, as far as its function words tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from copilot.language.english import is_english
from copilot.language.words import words

Language = Literal["en", "de", "fr", "other"]

# Words that are hardly ever met in a question in English.
_GERMAN = (
    "welche welcher welches welchen wie wer warum wieso weshalb wann der das den dem ein eine einen einer ist sind "
    "werden wird wir ihr unsere unser unseren und oder nicht mit für von vom zu zum zur auf bei nach dürfen darf "
    "sollten soll können kann müssen muss viele lange gibt sich haben hat über steht"
)
_FRENCH = (
    "quel quelle quels quelles qui que pourquoi combien quand où le la les du une est sont nous vous nos notre dans "
    "avec ne pas et aux au ce cette ces être il ils elle elles devraient pouvons peut doit doivent sur leurs jusqu "
    "entre"
)
_FUNCTION_WORDS: dict[Language, frozenset[str]] = {
    "de": frozenset(_GERMAN.split()),
    "fr": frozenset(_FRENCH.split()),
}
_LEAST = 2
_ABOUT_DOCUMENT: Mapping[Language, str] = {
    "en": "What does “{}” say?", "de": "Was steht in „{}“?", "fr": "Que dit « {} » ?",
}  # fmt: skip


def language(text: str) -> Language:
    """The language with the most function words in the text, at least two; where it has fewer, English if it may be."""
    tokens = [word.text.lower() for word in words(text)]
    counts = {code: sum(token in known for token in tokens) for code, known in _FUNCTION_WORDS.items()}
    likeliest = max(counts, key=lambda code: counts[code])
    if counts[likeliest] >= _LEAST:
        return likeliest
    return "en" if is_english(text) else "other"


def about_document(title: str, asked_in: Language) -> str | None:
    """The question what a document says, in a language in which it is understood; None in another."""
    form = _ABOUT_DOCUMENT.get(asked_in)
    return form.format(title) if form is not None else None
