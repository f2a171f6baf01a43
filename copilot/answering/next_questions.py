"""The questions that an answer offers next, in the language of the one that was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from copilot.language.spoken import Language, language

# Tools and the built-in model write them in English. Read in these languages is what a named document says; of the
# others one that is pressed might not be understood.
_ABOUT_DOCUMENT = re.compile(r"What does “(?P<title>.+)” say\?")
_ASKED: Mapping[Language, str] = {"de": "Was steht in „{}“?", "fr": "Que dit « {} » ?"}


def in_language_of(question: str, offered: Iterable[str]) -> Iterator[str]:
    """Those that can be asked in the language of the question; all of them where that is English."""
    asked_in = language(question)
    for next_question in offered:
        if asked_in == "en":
            yield next_question
        elif (of := _ABOUT_DOCUMENT.fullmatch(next_question)) and asked_in in _ASKED:
            yield _ASKED[asked_in].format(of["title"])
