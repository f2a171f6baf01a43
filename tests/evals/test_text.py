"""How the judge reads words, sentences and printed numbers."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from evals.support import is_stated
from evals.text import content_stems, find_numbers, split_sentences, stem


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("organisation", "organizations"),
        ("prioritised", "prioritize"),
        ("behaviour", "behavioral"),
        ("centre", "centers"),
        ("labelled", "labeling"),
        ("analysed", "analyzing"),
        ("company’s", "companies"),
        ("fell", "falling"),
        ("approval", "approved"),
        ("criteria", "criterion"),
        ("three", "3"),
    ],
)
def test_forms_and_spellings_of_a_word_have_one_stem(left: str, right: str) -> None:
    assert stem(left) == stem(right)


@pytest.mark.parametrize(("left", "right"), [("hour", "horse"), ("four", "for"), ("policy", "police")])
def test_other_words_keep_other_stems(left: str, right: str) -> None:
    assert stem(left) != stem(right)


def test_only_function_words_carry_no_meaning() -> None:
    assert content_stems("Which of these would you recommend, and why?") == [stem("recommend")]
    assert content_stems("call summary") == ["call", stem("summaries")]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It fell, e.g. in May. It rose.", ["It fell, e.g. in May.", "It rose."]),
        ("It fell by 3.5 points. [2] It rose [1].", ["It fell by 3.5 points. [2]", "It rose [1]."]),
        ("- 1. Name an owner.\n- 2. Wait", ["- 1. Name an owner.", "- 2. Wait"]),
        ("**Policy, clause 3.1:** Keep it.", ["**Policy, clause 3.1:**", "Keep it."]),
        ("He said “stop.” They did.", ["He said “stop.”", "They did."]),
        ("one line\n\nanother", ["one line", "another"]),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("printed", "source", "is_the_same"),
    [
        ("79%", "0.79", True),
        ("0.79", "79%", True),
        ("79%", "0.794", False),
        ("79.4%", "0.7938", True),
        ("EUR 1.2 million", "1,234,567", True),
        ("EUR 1.2 million", "1,264,567", False),
        ("80", "79.6", False),
        ("fell by 3", "-3", True),
        ("2026-10", "2026-10-31", True),
        ("2026-10-30", "2026-10-31", False),
        ("2026", "2026-10-31", False),
    ],
)
def test_a_printed_number_is_stated_where_it_is_the_rounded_one(printed: str, source: str, is_the_same: bool) -> None:
    assert is_stated(find_numbers(printed)[0], find_numbers(source)) is is_the_same


def test_threads_that_stem_at_once_get_the_stems_that_one_gets() -> None:
    forms = [f"{start}{end}" for start in ("regul", "organ", "deploy", "valid") for end in ("ating", "ations", "ised")]
    single = snowballstemmer.stemmer("english")
    expected = [single.stemWord(form.replace("ised", "ized")) for form in forms]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            # Past the cache, so that each of them stems.
            found = list(pool.map(lambda _: [stem.__wrapped__(form) for form in forms], range(200)))
    finally:
        sys.setswitchinterval(switching)
    assert found == [expected] * 200
