from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copilot.reading.masking import mask
from copilot.reading.question import Link, Links


def link(text, name, kind="record"):
    start = text.index(name)
    return Link(kind, name, start, start + len(name), name)


def test_names_become_words_of_their_kind():
    text = "Does Jürgen Weiß own Bed Planner under the CRA?"
    links = Links((link(text, "Jürgen Weiß", "person"), link(text, "Bed Planner"), link(text, "CRA", "document")))
    assert mask(text, links).text == "Does person own record under the document?"


def test_values_and_columns_keep_their_words():
    text = "budget of the pilots in Aarhus"
    links = Links((link(text, "budget", "column"), link(text, "Aarhus", "value")))
    assert mask(text, links).text == text


def test_a_genitive_stays():
    text = "Bed Planner's owner"
    assert mask(text, Links((link(text, "Bed Planner's"),))).text == "record's owner"


def test_a_name_inside_a_longer_one_is_not_masked_twice():
    text = "is Leak Radar North late"
    links = Links((link(text, "Leak Radar"), link(text, "Leak Radar North")))
    assert mask(text, links).text == "is record late"


def test_a_part_of_the_masked_text_leads_back_to_the_original():
    text = "is Leak Radar North later than H₂ Forecast?"
    masked = mask(text, Links((link(text, "Leak Radar North"), link(text, "H₂ Forecast"))))
    for part, original in (("record", "Leak Radar North"), ("later", "later"), ("record?", "H₂ Forecast?")):
        start = masked.text.index(part)
        start, end = masked.original(start, start + len(part))
        assert text[start:end] == original


@st.composite
def texts_and_links(draw):
    text = draw(st.text(min_size=1, max_size=60))
    borders = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    kinds = st.sampled_from(["record", "person", "document", "gate", "value", "number"])
    links = [
        Link(kind, "x", start, end, text[start:end])
        for (start, end), kind in draw(st.lists(st.tuples(borders, kinds), max_size=6))
    ]
    return text, Links(tuple(links))


@given(texts_and_links())
def test_the_letters_of_a_masked_text_cover_the_original_in_order(case):
    text, links = case
    masked = mask(text, links)
    covered = [masked.original(i, i + 1) for i in range(len(masked.text))]
    ranges = list(dict.fromkeys(covered))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == len(text)
    assert all(a[1] == b[0] for a, b in zip(ranges, ranges[1:], strict=False))


@given(texts_and_links())
def test_letters_outside_names_stay_as_they_are(case):
    text, links = case
    masked = mask(text, links)
    inside = {i for part in masked.replacements for i in range(part.start, part.end)}
    for i, letter in enumerate(masked.text):
        if i not in inside:
            start, end = masked.original(i, i + 1)
            assert text[start:end] == letter


def test_what_rows_are_called_in_several_words_is_read_as_one() -> None:
    text = "Which five agencies have the most use cases?"
    start = text.index("use cases")
    links = Links((Link("table", "projects", start, start + 9, "use cases", "projects"),))
    masked = mask(text, links)
    assert masked.text == "Which five agencies have the most projects?"
    at = masked.text.index("projects")
    assert masked.original(at, at + 8) == (start, start + 9)
    assert mask("How many projects?", Links((Link("table", "projects", 9, 17, "projects", "projects"),))).text == (
        "How many projects?"
    )
