from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.reading.linking import Linker, number_of
from copilot.reading.names import Name, document_names, value_names

NAMES = [
    Name("record", "P-1", "P-1", "schemes", title="Bed Planner"),
    Name("record", "Bed Planner", "P-1", "schemes", title="Bed Planner"),
    Name("record", "Leak Radar North", "P-2", "schemes", title="Leak Radar North"),
    Name("record", "Leak Radar South", "P-3", "schemes", title="Leak Radar South"),
    Name("record", "H₂ Forecast", "P-4", "schemes", title="H₂ Forecast"),
    Name("record", "GitHub Summaries", "P-5", "schemes", title="GitHub Summaries"),
    Name("person", "Jürgen Weiß", "Jürgen Weiß", "schemes", "lead"),
    Name("person", "Nguyen Thi Lan", "Nguyen Thi Lan", "schemes", "lead"),
    Name("value", "trial", "trial", "schemes", "step"),
    Name("value", "US", "US", "schemes", "country"),
    Name("column", "capital cost", "capex", "schemes"),
    Name("document", "Cyber Resilience Act", "laws/cra.md", title="Cyber Resilience Act"),
    Name("document", "CRA", "laws/cra.md", title="Cyber Resilience Act"),
    Name("gate", "Clinical board", "Clinical board"),
]


@pytest.fixture(scope="module")
def linker():
    return Linker(NAMES, today=date(2026, 6, 30))


def keys(links, *kinds):
    return [link.key for link in links.of(*kinds)]


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("what is BedPlanner for", "record", "P-1"),
        ("state of the bed-planner?", "record", "P-1"),
        ("is p-1 late", "record", "P-1"),
        ("bed plannr status", "record", "P-1"),
        ("how good is the H2 forecast", "record", "P-4"),
        ("who reads the Github summaries", "record", "P-5"),
        ("what does Jurgen Weiss run", "person", "Jürgen Weiß"),
        ("anything of Lan's", "person", "Nguyen Thi Lan"),
        ("all the trials", "value", "trial"),
        ("only in the US", "value", "US"),
        ("the capital costs of it", "column", "capex"),
        ("does the CRA apply", "document", "laws/cra.md"),
        ("past the clinical board yet?", "gate", "Clinical board"),
    ],
)
def test_a_name_is_found_in_the_forms_in_which_people_write_it(linker, text, kind, key):
    assert key in keys(linker.link(text), kind)


def test_a_code_of_two_letters_is_not_the_pronoun(linker):
    assert keys(linker.link("tell us more"), "value") == []


def test_a_part_that_fits_two_names_is_ambiguous_and_links_to_none(linker):
    links = linker.link("cost of Leak Radar")
    assert keys(links, "record") == []
    assert {link.key for link in links.ambiguous[0]} == {"P-2", "P-3"}


def test_records_of_one_table_with_the_same_name_are_ambiguous():
    twins = [
        Name("record", "Lantern", key, table, title="Lantern") for key, table in (("A", "s"), ("B", "s"), ("A", "m"))
    ]
    links = Linker(twins).link("How is Lantern doing?")
    assert [{x.key for x in group} for group in links.ambiguous] == [{"A", "B"}]
    assert [(x.key, x.table) for x in links.of("record")] == [("A", "m")]


def test_an_id_of_the_workspace_s_form_and_an_odd_capital_word_are_unknown(linker):
    links = linker.link("what became of P-99 and of Zorblatt")
    assert links.unknown == ("P-99", "Zorblatt")


def test_what_a_currency_is_called_names_nothing():
    names = [Name("record", "Border Peso", "P-9", "schemes", title="Border Peso")]
    own = Linker(names, today=date(2026, 6, 30))
    assert keys(own.link("who spent the most, in pesos"), "record") == []
    assert keys(own.link("what is the Peso one about"), "record") == ["P-9"]


def test_periods_and_numbers_are_links(linker):
    links = linker.link("top five since May 2025, over 2 million")
    assert keys(links, "period") == ["since May 2025"]
    assert [number_of(x) for x in links.of("number")] == [5, 2_000_000]


@given(st.text(max_size=200))
def test_links_lie_in_the_text_and_say_what_stands_there(linker, text):
    for link in linker.link(text).links:
        assert text[link.start : link.end] == link.text


def test_a_column_of_long_or_many_texts_has_no_values_to_name():
    assert not list(value_names("t", "note", ["x" * 60]))
    assert not list(value_names("t", "note", [str(n) for n in range(1000)]))


def test_a_document_is_known_by_its_title_and_its_abbreviation():
    assert set(document_names("AI Use Policy (AUP)")) >= {"AI Use Policy (AUP)", "AI Use Policy", "AUP"}
    assert "AUP" in set(document_names("AI Use Policy"))


def test_a_value_of_three_words_has_its_initials_for_a_name():
    names = {n.text for n in value_names("schemes", "step", ["proof_of_concept", "in service"])}

    assert names == {"proof of concept", "PoC", "POC", "in service"}


def test_a_common_word_is_no_form_of_a_title_and_a_plural_in_us_is_one_of_its_column() -> None:
    names = [
        Name("record", "Coding", "P-1", "projects", title="Coding"),
        Name("column", "bureau", "bureau", "projects"),
    ]
    linker = Linker(names)
    assert linker.link("How many use cases include custom-made code?").of("record") == ()
    assert [x.key for x in linker.link("Who runs Coding?").of("record")] == ["P-1"]
    assert [x.key for x in linker.link("How many bureaus report?").of("column")] == ["bureau"]
