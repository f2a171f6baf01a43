"""Passages as units: nothing is lost or said twice, and every unit stands where it says."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copilot.passages.units import MOST_WORDS, Unit, said_in_full, units, without_numbers
from copilot.types import Evidence


def passage(text: str, title: str = "Policy › Rules") -> Evidence:
    return Evidence(id="p-1", kind="passage", source="policy.md", locator="lines 1-9", title=title, text=text)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def items(mark: str, texts: list[str]) -> list[str]:
    return [mark.format(text, n=n, a="abcd"[n - 1]) for n, text in enumerate(texts, 1)]


word = st.sampled_from(["model", "data", "owner", "gate", "budget", "pilot", "ward", "review", "quality", "risk"])
phrase = st.lists(word, min_size=4, max_size=9).map(" ".join)
sentence = phrase.map(lambda text: f"{text.capitalize()}.")
paragraph = st.lists(sentence, min_size=1, max_size=3).map(" ".join)
listed = st.tuples(
    sentence.map(lambda text: f"{text[:-1]}:"), st.sampled_from(["- {}", "* {}", "{n}. {}", "({a}) {}", "• {}"]),
    st.lists(sentence, min_size=1, max_size=4),
)  # fmt: skip
clause = st.tuples(st.integers(1, 9), st.integers(1, 9), sentence)
table = st.lists(st.tuples(phrase, phrase), min_size=1, max_size=3)
block = st.one_of(
    paragraph,
    listed.map(lambda parts: "\n".join([parts[0], *items(parts[1], parts[2])])),
    clause.map(lambda c: f"**{c[0]}.{c[1]}** {c[2]}"),
    table.map(lambda rows: "\n".join(["| Unit | Amount |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])),
)
document = st.lists(block, min_size=1, max_size=5).map("\n\n".join)


@given(st.one_of(document, st.text("ab .:|-*#\n1("), st.text()))
@example("| a |\n|---|\n| b |")
@example("Intro:\n\n- one\n\n51/144\n\n- two")
def test_units_stand_in_the_passage_one_after_the_other(text: str) -> None:
    found = units(passage(text))
    assert [u.order for u in found] == list(range(len(found)))
    for unit, following in zip(found, found[1:], strict=False):
        assert unit.end <= following.start
    for unit in found:
        assert 0 <= unit.start < unit.end <= len(text)
        assert unit.lead is None or unit.lead < unit.order


@given(document)
def test_every_word_is_in_one_unit_or_names_the_columns(text: str) -> None:
    found = units(passage(text))
    spans = [text[u.start : u.end] for u in found]
    around = text
    for unit in reversed(found):
        around = around[: unit.start] + around[unit.end :]
    assert set(words(around)) - {"1", "2", "3", "4", "a", "b", "c", "d"} <= {"Unit", "Amount"}
    for span, unit in zip(spans, found, strict=True):
        said = [w for w in words(unit.text) if w not in ("Unit", "Amount")]
        assert said == words(span)


@given(document)
def test_wrapped_lines_change_no_sentence(text: str) -> None:
    rows = [line for line in text.split("\n") if line.startswith("|")]
    wrapped = "\n".join(
        line if line in rows else re.sub(r"(\w) (\w+\W*)$", r"\1\n\2", line) for line in text.split("\n")
    )
    assert [u.text for u in units(passage(wrapped))] == [u.text for u in units(passage(text))]


def of(text: str) -> list[Unit]:
    return units(passage(text))


def test_an_item_knows_the_sentence_that_opens_its_list() -> None:
    lead, first, second, after = of("A request names:\n\n- the owner;\n- the data used.\n\nIt is filed by the sponsor.")
    assert (first.lead, second.lead) == (lead.order, lead.order)
    assert first.group == second.group != after.group
    assert [u.text for u in (first, second)] == ["the owner;", "the data used."]


def test_a_list_goes_on_after_the_foot_of_a_page() -> None:
    found = of("It is forbidden:\n- (a) to score people;\n\nhttps://law.example/oj 51/144\n\nEN\n- (b) to infer moods.")
    assert [u.kind for u in found] == ["sentence", "item", "item"]
    assert found[1].group == found[2].group
    assert found[2].lead == 0


def test_a_table_row_names_its_columns_even_where_the_table_is_cut() -> None:
    _, row = of("Limits are these.\n\n| Class | Approver |\n|---|---|\n| high | the council |")
    assert row.text == "Class: high; Approver: the council"
    (cut,) = units(passage("| low | the unit |"), row.columns)
    assert cut.text == "Class: low; Approver: the unit"


def test_a_clause_keeps_its_number_and_a_long_one_is_its_sentences() -> None:
    short, *long = of(
        "**4.1** A pilot lasts 180 days.\n\n**4.2** " + "It has an owner and a budget for each year. " * 12
    )
    assert (short.kind, short.label) == ("clause", "4.1")
    assert len(long) == 12
    assert {u.label for u in long} == {"4.2"}
    assert all(len(u.text.split()) < MOST_WORDS for u in long)


def test_a_heading_left_in_the_text_is_no_sentence() -> None:
    (first, second) = of("Logs\n\nLogs are kept for six months.\n\nBackups\n\nBackups are kept for a year.")
    assert (first.heading, second.heading) == ("Rules › Logs", "Rules › Backups")


def test_a_caption_says_nothing_alone() -> None:
    caption, said = of("Table 3 Retention of data by kind\nand place\n\nThe table lists what is kept.")
    assert caption.is_label
    assert not said.is_label


def test_what_follows_a_name_in_bold_is_about_it() -> None:
    found = units(passage("**2. Tide and Weather Voice.** The trial may begin. It ends in May.\n\nAll agreed."))
    assert [(u.text, u.label) for u in found] == [
        ("**2. Tide and Weather Voice.** The trial may begin.", ""),
        ("It ends in May.", "Tide and Weather Voice"),
        ("All agreed.", ""),
    ]
    assert said_in_full(found[1]) == "Tide and Weather Voice: It ends in May."


def test_a_short_sentence_that_ends_with_a_number_is_no_label() -> None:
    found = of("The next meeting is on 26 March 2026.\n\nA system of the red colour needs 21.\n\nIt goes on.")
    assert not any(unit.is_label for unit in found)
    heading, _ = of("Article 64: The Office **1.**\n\nThe office keeps the register of systems.")
    assert heading.is_label


def test_a_term_in_bold_stays_with_what_is_said_of_it() -> None:
    text = "**Fallback plan.** How the work goes on by hand. It is often rehearsed.\n\n**We stop.** Now."
    found = units(passage(text))
    assert [u.text for u in found] == [
        "**Fallback plan.** How the work goes on by hand.", "It is often rehearsed.", "**We stop.** Now.",
    ]  # fmt: skip


def test_a_sentence_of_a_few_words_is_one_with_its_neighbour() -> None:
    found = of("They asked to train on the archive. Refused.\n\nYes. Any member of staff may use it for work.")
    assert [u.text for u in found] == [
        "They asked to train on the archive. Refused.", "Yes. Any member of staff may use it for work.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("Handbook › 3. Trials", "Handbook › Trials"),
        ("2.1 Who decides", "Who decides"),
        ("24 hours", "24 hours"),
    ],
)
def test_headings_are_told_without_numbers(headings: str, told: str) -> None:
    assert without_numbers(headings) == told
