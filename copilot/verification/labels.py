"""What rows are called and what their columns say of them, as sentences name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from copilot.verification.figures import Read
from copilot.verification.grounds import Line
from copilot.verification.languages import Language, language_of
from copilot.verification.reading import read_figures
from copilot.verification.sentence import Sentence
from copilot.verification.terms import alike, content, opposites, translated


@lru_cache(maxsize=20_000)
def _pattern(label: str) -> re.Pattern[str]:
    words = r"[\W_]+".join(re.escape(w) for w in re.findall(r"[^\W_]+", label))
    return re.compile(rf"(?<![^\W_]){words}(?:s|es|e|n|en|er)?(?![^\W_])", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _id(label: str) -> str:
    figures = read_figures(label, language_of(label))
    return figures[0].unit if len(figures) == 1 and figures[0].kind == "id" and figures[0].text == label.strip() else ""


@lru_cache(maxsize=20_000)
def _content(label: str) -> tuple[frozenset[str], Language]:
    language = language_of(label)
    return content(label, language), language


@lru_cache(maxsize=20_000)
def _meanings(label: str) -> frozenset[tuple[str, str]]:
    """What a status is in any language: `Produktion` is production."""
    return frozenset((o.group, o.member) for o in opposites().find(label) if o.text == label.strip())


@lru_cache(maxsize=1_000)
def _meanings_in(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((o.group, o.member) for o in opposites().find(text))


def find_labels(text: str, label: str) -> list[re.Match[str]]:
    """Where the words of a label stand in a text, one after the other."""
    return list(_pattern(label).finditer(text)) if any(c.isalpha() for c in label) else []


def find_label(text: str, label: str) -> tuple[int, int] | None:
    """Where they stand first."""
    return next((m.span() for m in find_labels(text, label)), None)


def says_label(sentence: Sentence, label: str) -> bool:
    """Whether a sentence names a label: an id, its words, or in another language what its words mean."""
    if len(label) < 2 or not any(c.isalpha() for c in label):
        return False
    if code := _id(label):
        return any(f.kind == "id" and f.unit == code for f in sentence.figures)
    if find_label(sentence.text, label):
        return True
    stems, language = _content(label)
    if sentence.language != language and _meanings(label) & _meanings_in(sentence.text):
        return True
    if sentence.language == language or len(stems) < 2:
        return False
    return {translated(s) for s in stems} <= {translated(s) for s in sentence.content}


def named_rows(sentence: Sentence, rows: Sequence[Line]) -> list[Line]:
    """The rows that a sentence names."""
    return [row for row in rows if any(says_label(sentence, key) for key in row.keys)]


def is_id(label: str) -> bool:
    return bool(_id(label))


def id_figures(row: Line) -> list[Read]:
    return [f for key in row.keys if _id(key) for f in read_figures(key, row.language)]


def groups(sentence: Sentence, rows: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """The rows with each label that a sentence names."""
    labelled: dict[str, list[Line]] = {}
    for row in rows:
        for _, cell in row.cells:
            if cell and len(cell) < 40 and not cell[0].isdigit():
                labelled.setdefault(cell, []).append(row)
    for label, held in labelled.items():
        if says_label(sentence, label) and not (len(held) == 1 and label in held[0].keys):
            yield label, held
    yield from answers(sentence, rows)


def answers(sentence: Sentence, rows: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """The rows for which it is true what a sentence says of them in the words of a column of yes and no."""
    is_denied = len(sentence.words & sentence.language.negation) % 2 == 1
    for header in dict.fromkeys(h for row in rows for h, _ in row.cells):
        cells = [(row, cell.lower()) for row in rows for h, cell in row.cells if h == header]
        stems = content(header, rows[0].language)
        is_said = bool(stems) and all(any(alike(s, t) for t in sentence.content) for s in stems)
        if is_said and {cell for _, cell in cells} <= _ANSWERS.keys():
            yield header, [row for row, cell in cells if _ANSWERS[cell] is (not is_denied)]


_ANSWERS = {"yes": True, "ja": True, "oui": True, "true": True,
            "no": False, "nein": False, "non": False, "false": False, "": None}  # fmt: skip
