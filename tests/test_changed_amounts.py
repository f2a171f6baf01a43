"""What becomes of an amount, in the words that people have for it."""

from __future__ import annotations

import pytest

from copilot.language.changes import Change, find_changes, share_in_words


def only(text: str) -> Change:
    (change,) = find_changes(text)
    return change


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("the bank says halve it", 1 / 2),
        ("cut it in half", 1 / 2),
        ("cut it in two", 1 / 2),
        ("what if we had a third less", 2 / 3),
        ("knock a fifth off what we spend", 4 / 5),
        ("a third of the money is gone", 2 / 3),
        ("they want a quarter of everything sanctioned back", 3 / 4),
        ("digital spend minus a quarter", 3 / 4),
        ("a budget that is lower by 20 %", 4 / 5),
        ("we are forty percent poorer", 3 / 5),
        ("15 % more than today", 1.15),
        ("ten per cent on top", 1.1),
        ("yes to thirty percent on top", 1.3),
        ("if the grant rose by a tenth", 1.1),
        ("with half the pot", 1 / 2),
        ("to live on two thirds of its money", 2 / 3),
        ("they let us only a third", 1 / 3),
        ("cut the pot to a third", 1 / 3),
        ("less than half of the money", 1 / 2),
        ("twice the appropriation", 2),
        ("if they double our budget", 2),
        ("1.5 times what we have", 1.5),
    ],
)
def test_a_share_of_an_amount_is_read_with_what_is_done_to_it(text: str, share: float) -> None:
    change = only(text)
    assert (change.kind, change.value) == ("share", pytest.approx(share))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("doubled from 90 to 180 million", 180e6),
        ("the pot went from sixty million to thirty", 30e6),
        ("halved to 10 million", 10e6),
        ("cut from 20 million EUR to 12.5 million", 12.5e6),
    ],
)
def test_what_an_amount_becomes_is_the_amount(text: str, amount: float) -> None:
    assert (only(text).kind, only(text).value) == ("amount", amount)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("2 million less than today", -2e6),
        ("what if we cut 500,000 EUR", -5e5),
        ("half a million less", -5e5),
        ("another million on top of what we spend", 1e6),
        ("raise the budget by 3 million", 3e6),
    ],
)
def test_money_that_comes_on_top_or_goes_is_told_apart_from_a_budget(text: str, added: float) -> None:
    assert (only(text).kind, only(text).value) == ("added", added)


def test_the_amount_behind_a_share_is_what_it_is_of() -> None:
    assert [only(t).of for t in ("half of 20 million", "10% more than the 5 million", "half of it")] == [
        20e6,
        5e6,
        None,
    ]


def test_an_earlier_time_is_told_apart_from_today() -> None:
    assert only("5 million, which is 10% more than last year").is_of_before
    assert not only("10% more than we have today").is_of_before


@pytest.mark.parametrize(
    "text",
    [
        "5 million", "more than 2 million", "from January to March", "in the second half of the year", "in a quarter",
        "projects that took a third longer", "twice a year", "half a year", "two and a half million", "half a dozen",
        "double check it", "I double nothing", "the third project", "less than a million",
    ],
)  # fmt: skip
def test_what_changes_nothing_is_none(text: str) -> None:
    assert find_changes(text) == []


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.5, "half of"),
        (2 / 3, "two thirds of"),
        (0.85, "85% of"),
        (1.15, "15% more than"),
        (4 / 3, "a third more than"),
        (1.5, "50% more than"),
        (2, "twice"),
    ],
)
def test_a_share_is_said_before_the_amount_that_it_is_of(share: float, words: str) -> None:
    assert share_in_words(share) == words
