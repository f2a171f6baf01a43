"""Words of method: what is said first does without them, and each is explained once."""

from __future__ import annotations

import re

import golden

from copilot.tools.glossary import glossary, terms_in

# Of a memo the annex on method, whose lines carry it, is what an answer folds.
_IN_BODY = re.compile(r"^- (?!method of ).+?, (?:headline|support|option): (?P<text>.*)$", re.M)
_OF_METHOD = re.compile(r"^- .+?, (?:caveat|method): (?P<text>.*)$", re.M)


def told(pattern: re.Pattern[str]) -> list[str]:
    files = sorted(golden.FOLDER.glob("*.md"))
    return [found["text"] for file in files for found in pattern.finditer(file.read_text(encoding="utf-8"))]


def test_no_tool_says_a_word_of_method_outside_its_method() -> None:
    said = told(_IN_BODY)
    assert len(said) > 500
    terms = glossary()
    assert [text for text in said if any(not terms[found.id].in_body for found in terms_in(text))] == []


def test_words_of_method_are_found_where_it_is_told() -> None:
    found = {term.id for text in told(_OF_METHOD) for term in terms_in(text)}
    assert found >= {"cusum", "slope", "stability_index", "draws", "optimum", "weighted_sum"}


def test_a_word_is_found_whole_as_it_is_written_and_means_one_thing() -> None:
    text = "Seeded draws decide; a withdrawal draws RICE, not rice."
    assert [(text[f.start : f.end], f.id) for f in terms_in(text)] == [
        ("Seeded draws", "draws"), ("draws", "draws"), ("RICE", "rice"),
    ]  # fmt: skip
    words = [word for term in glossary().values() for word in term.words]
    assert len(set(words)) == len(words)
    assert all(term.says.endswith(".") for term in glossary().values())
