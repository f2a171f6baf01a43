"""What a reply to "Which one do you mean?" means: one of the choices, and with it the question that was unclear."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.period_words import ORDINALS
from copilot.language.words import content_stems, words
from copilot.reading.linking import Linker
from copilot.reading.question import Links
from copilot.records.store import RecordView

_EMPTY = frozenset(content_stems("one ones that them"))
_LONGEST = 6
"""Words with a meaning; a longer reply is a question of its own."""


def clarified(question: str, choices: Sequence[str], reply: str, linker: Linker, view: RecordView) -> str | None:
    """The unclear question with the record that a reply chooses in place of its name, or the choice itself where it is
    a reading of the question; None where the reply names none of them, or several."""
    choice = _named(reply, choices, linker, view)
    if choice is None:
        return None
    keys = [x.key for x in linker.link(choice).of("record")]
    for group in linker.link(question).ambiguous:
        for link in group:
            if link.key in keys:
                return f"{question[: link.start]}{link.key}{question[link.end :]}"
    return f"{question} {keys[0]}" if keys else choice


def _named(reply: str, choices: Sequence[str], linker: Linker, view: RecordView) -> str | None:
    said = set(content_stems(reply)) - _EMPTY
    places = [ORDINALS[w.text.lower()] for w in words(reply) if w.text.lower() in ORDINALS]
    if len(said) > _LONGEST:
        return None
    if places and len(said) <= 1 and places[0] <= len(choices):
        return choices[places[0] - 1]
    found = [choice for choice in choices if said and said <= set(content_stems(choice))]
    if not found:
        links = linker.link(reply)
        told = {stem for x in links.of("value", "person") for stem in content_stems(x.text)}
        found = [choice for choice in choices if said and said <= told and _has(choice, links, linker, view)]
    return found[0] if len(found) == 1 else None


def _has(choice: str, said: Links, linker: Linker, view: RecordView) -> bool:
    """Whether the record of a choice has a value that is said: "the one in Lyon"."""
    for record in linker.link(choice).of("record"):
        row = view.row(record.table, record.key) or {}
        own = [x for x in said.of("value", "person") if x.table == record.table]
        if own and all(row.get(x.column) == x.key for x in own):
            return True
    return False
