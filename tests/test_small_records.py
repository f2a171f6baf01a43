"""A table and a page of rules that nothing was tuned on, asked in conversations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from small_workspaces import opened

from copilot import Answer, Copilot, Settings, open_copilot

WORKSHOPS = """code,workshop,depot,phase,keeper,outlay,saving,approved_on
W-1,Wheel Watch,Brno,trial,Ivana Horak,120,40,2025-03-02
W-2,Door Doctor,Brno,running,Petr Novak,310,220,2024-06-11
W-3,Brake Forecast,Ostrava,running,Ivana Horak,90,130,2024-01-20
W-4,Seat Counter,Ostrava,trial,,60,10,2025-10-05
W-5,Noise Finder,Plzen,trial,Petr Novak,75,0,2026-02-14
W-6,Timetable Tuner,Plzen,closed,Olga Dvorak,200,15,2023-09-09
W-7,Door Doctor,Plzen,trial,Olga Dvorak,20,0,2026-03-30
"""
RULES = """# Rules for learning systems in depots

## Trials
A trial may run for at most ten months. The depot council agrees to each trial before it begins.

## Cameras
Pictures of passengers are deleted after 48 hours. The data officer may extend this in writing.
"""


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root: Path = tmp_path_factory.mktemp("depots")
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-05-20\n")
    (root / "records" / "workshops.csv").write_text(WORKSHOPS)
    (root / "rules.md").write_text(RULES)
    with closing(open_copilot(Settings(workspace=root, state_dir=tmp_path_factory.mktemp("state")))) as opened:
        yield opened


def in_turn(copilot: Copilot, *questions: str) -> list[Answer]:
    conversation = str(uuid4())
    return [copilot.ask(question, conversation=conversation) for question in questions]


def rows_of(answer: Answer) -> dict[str, Any]:
    """The arguments of the call over the rows."""
    return next(dict(call.arguments) for call in answer.tool_calls if call.name == "find_projects")


def conditions(answer: Answer) -> set[tuple[str, str, str]]:
    return {(f["column"], f.get("op", "="), str(f.get("value"))) for f in rows_of(answer).get("filters", [])}


def test_a_place_replaces_the_place_before(copilot: Copilot) -> None:
    first, second = in_turn(copilot, "How many trials are there in Brno?", "And in Ostrava?")
    assert conditions(first) == {("phase", "=", "trial"), ("depot", "=", "Brno")}
    assert conditions(second) == {("phase", "=", "trial"), ("depot", "=", "Ostrava")}
    assert rows_of(second)["measures"] == [{"aggregate": "count"}]


def test_who_asks_for_the_names_behind_a_count(copilot: Copilot) -> None:
    _, second = in_turn(copilot, "How many are running?", "Who keeps them?")
    assert conditions(second) == {("phase", "=", "running")}
    assert all(keeper in second.text for keeper in ("Ivana Horak", "Petr Novak"))


def test_another_figure_is_asked_of_the_same_rows(copilot: Copilot) -> None:
    _, second = in_turn(copilot, "What is the total outlay of the trials?", "And on average?")
    assert conditions(second) == {("phase", "=", "trial")}
    assert rows_of(second)["measures"] == [{"aggregate": "mean", "column": "outlay"}]


def test_a_question_that_stands_alone_takes_nothing_over(copilot: Copilot) -> None:
    _, second = in_turn(copilot, "How many trials are there in Brno?", "How many workshops are in Plzen?")
    assert conditions(second) == {("depot", "=", "Plzen")}


def test_a_rule_is_asked_about_further(copilot: Copilot) -> None:
    _, second = in_turn(copilot, "How long are pictures of passengers kept?", "And who may extend it?")
    assert "data officer" in second.text


def test_two_things_in_one_question_are_both_answered(copilot: Copilot) -> None:
    (answer,) = in_turn(copilot, "How many systems are in trial, and how long may a trial run?")
    assert "ten months" in answer.text
    assert conditions(answer) == {("phase", "=", "trial")}


def test_yes_or_no_comes_first(copilot: Copilot) -> None:
    (answer,) = in_turn(copilot, "Is there any trial without a keeper?")
    assert answer.text.startswith("Yes")


def test_a_length_of_time_bounds_a_date_not_money(copilot: Copilot) -> None:
    (answer,) = in_turn(copilot, "Which trials were approved more than 20 weeks ago?")
    assert ("approved_on", "<", "2025-12-31") in conditions(answer)
    assert not any(column in ("outlay", "saving") for column, _, _ in conditions(answer))


def test_since_belongs_to_its_month(copilot: Copilot) -> None:
    (answer,) = in_turn(copilot, "How many workshops were approved since January 2026?")
    assert ("approved_on", ">=", "2026-01-01") in conditions(answer)
    assert not any(op == "<" for column, op, _ in conditions(answer) if column == "approved_on")


def test_two_records_of_one_name_are_told_apart_by_the_asker(copilot: Copilot) -> None:
    (answer,) = in_turn(copilot, "Who keeps Door Doctor?")
    assert answer.status == "needs_clarification"
    assert {choice.partition("(")[2] for choice in answer.follow_ups} == {"W-2)", "W-7)"}


def test_a_count_after_an_order_is_of_all_the_rows(copilot: Copilot) -> None:
    _, second = in_turn(copilot, "Which trial has the highest outlay?", "And how many trials is that of?")
    assert not {"order_by", "limit"} & {k for k, v in rows_of(second).items() if v}


@pytest.mark.parametrize("follow_up", ["and who owns them?", "and what did they cost?", "list them", "and the fewest?"])
def test_what_came_first_of_groups_can_be_followed_up(copilot: Copilot, follow_up: str) -> None:
    first, then = in_turn(copilot, "Which depot has the most trials?", follow_up)
    assert (rows_of(first)["group_by"], rows_of(first)["order_by"]) == (["depot"], "-value")
    assert all(call.ok for call in then.tool_calls)


def calls_of(answer: Answer, tool: str) -> list[dict[str, Any]]:
    return [dict(call.arguments) for call in answer.tool_calls if call.name == tool]


def test_two_questions_to_the_documents_are_both_answered(copilot: Copilot) -> None:
    answer = copilot.ask("How long may a trial run, and how long are pictures of passengers kept?")
    assert len(calls_of(answer, "search_knowledge")) == 2
    assert "ten months" in answer.text
    assert "48 hours" in answer.text


def test_two_questions_to_one_table_are_two_calls(copilot: Copilot) -> None:
    answer = copilot.ask("How many trials are there, and which workshop has the highest outlay?")
    first, second = calls_of(answer, "find_projects")
    assert first["filters"] == [{"column": "phase", "value": "trial"}]
    assert (second["order_by"], second["limit"]) == ("-outlay", 1)


def test_a_question_to_the_records_and_one_to_the_documents(copilot: Copilot) -> None:
    answer = copilot.ask("How many trials are there, and how long may a trial run?")
    assert len(calls_of(answer, "find_projects")) == 1
    assert "ten months" in answer.text
    assert "4" in answer.text


@pytest.mark.parametrize(
    "question", ["Which workshops are in Plzen and are trials?", "Who keeps Wheel Watch and what is its outlay?"]
)
def test_what_is_said_further_of_the_same_rows_is_no_second_question(copilot: Copilot, question: str) -> None:
    found = [c.name for c in copilot.ask(question).tool_calls]
    assert found.count("find_projects") + found.count("project_record") == 1


@pytest.mark.parametrize("reply", ["The one in Plzen", "W-7", "the second one", "Door Doctor (W-7)"])
def test_a_reply_chooses_among_what_was_asked_back(copilot: Copilot, reply: str) -> None:
    asked_back, answer = in_turn(copilot, "Who keeps Door Doctor?", reply)
    assert asked_back.status == "needs_clarification"
    assert answer.status == "answered"
    assert "Olga Dvorak" in answer.text
    assert "Petr Novak" not in answer.text


def test_a_question_of_its_own_is_no_choice(copilot: Copilot) -> None:
    _, answer = in_turn(copilot, "Who keeps Door Doctor?", "How many trials are there in Ostrava?")
    assert rows_of(answer)["filters"]


def test_choices_stand_in_the_order_of_the_records(copilot: Copilot) -> None:
    assert copilot.ask("Who keeps Door Doctor?").follow_ups == ("Door Doctor (W-2)", "Door Doctor (W-7)")


def test_what_follows_than_is_a_column_in_other_words(copilot: Copilot) -> None:
    asked = rows_of(copilot.ask("How many workshops have a saving that is more than what was laid out for them?"))
    assert [(f["column"], f["op"], f["than"]) for f in asked["filters"]] == [("saving", ">", "outlay")]


def test_what_answers_two_questions_is_said_once(copilot: Copilot) -> None:
    answer = copilot.ask("How long may a trial run, and is there a limit to how long trials run?")
    assert answer.text.count("ten months") == 1


def test_a_follow_up_that_denies_a_value_is_answered(copilot: Copilot) -> None:
    _, answer = in_turn(
        copilot, "What is the outlay of the workshops in Plzen?", "And how many of those are still not closed?"
    )
    assert answer.status == "answered"
    assert ("phase", "!=", "closed") in conditions(answer)


def test_an_order_turned_in_two_words_is_one_order(copilot: Copilot) -> None:
    first, second = in_turn(copilot, "Which trial has the highest outlay?", "and the cheapest?")
    assert (rows_of(first)["order_by"], rows_of(second)["order_by"]) == ("-outlay", "outlay")
    assert conditions(first) == conditions(second) == {("phase", "=", "trial")}
    assert second.status == "answered"


def test_a_bare_order_turns_the_one_before_it(copilot: Copilot) -> None:
    first, second = in_turn(copilot, "Which trial has the highest outlay?", "and the smallest?")
    assert (rows_of(first)["order_by"], rows_of(second)["order_by"]) == ("-outlay", "outlay")


BUDGETS = """code,title,phase,budget,yearly_running_budget
B-1,Wheel Watch,trial,120,70
B-2,Door Doctor,trial,310,20
B-3,Brake Forecast,running,90,30
"""


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("Which trial has the biggest budget?", "budget"),
        ("What is the lowest budget of all?", "budget"),
        ("Which one has the highest yearly running budget?", "yearly_running_budget"),
    ],
)
def test_a_column_that_is_named_whole_is_meant(tmp_path: Path, question: str, column: str) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "works.csv").write_text(BUDGETS)
    with closing(open_copilot(Settings(workspace=tmp_path, state_dir=tmp_path / "state"))) as opened:
        arguments = rows_of(opened.ask(question))
    measured = [m.get("column") for m in arguments.get("measures", [])]
    assert column in (str(arguments.get("order_by", "")).lstrip("-"), *measured)


def test_furthest_over_another_column_is_ordered_by_how_much(copilot: Copilot) -> None:
    asked, others = in_turn(
        copilot, "Which one is furthest over its saving?", "How many others cost more than they save?"
    )
    over = {"column": "outlay", "op": ">", "than": "saving"}
    assert rows_of(asked)["order_by"] == "-outlay less saving"
    assert rows_of(asked)["filters"] == rows_of(others)["filters"] == [over]
    assert others.status == "answered"


def test_over_by_the_most_is_of_the_two_columns_before(copilot: Copilot) -> None:
    _, then = in_turn(copilot, "How many workshops have a saving above their outlay?", "Which one is over by the most?")
    assert rows_of(then)["order_by"] == "-saving less outlay"


def test_it_is_the_one_record_that_came_first(copilot: Copilot) -> None:
    _, then = in_turn(copilot, "Which trial has the highest outlay?", "When was it approved?")
    assert "2025-03-02" in then.text
    assert "Wheel Watch" in then.text


def test_the_one_of_a_kind_is_the_record_whose_name_says_it(copilot: Copilot) -> None:
    _, then = in_turn(copilot, "Which workshops are in Plzen?", "Who keeps the noise one?")
    assert "Petr Novak" in then.text
    assert "Olga Dvorak" not in then.text


def test_the_one_of_a_kind_may_be_told_in_other_words(copilot: Copilot) -> None:
    _, then = in_turn(copilot, "Which workshops are in Plzen?", "Who keeps the schedule one?")
    assert "Olga Dvorak" in then.text
    assert "Petr Novak" not in then.text


def test_all_of_what_a_condition_picks_is_told_in_its_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [(f"K-{n}", f"2026-0{1 + n % 6}-{10 + n}", "open" if n % 4 else "done") for n in range(16)]
    text = "id,ward,due_back,state\n" + "".join(f"{key},Ward {key[2:]},{day},{state}\n" for key, day, state in rows)
    files = {"workspace.yaml": "as_of: 2026-05-20\n", "records/loans.csv": text}
    for copilot in opened(tmp_path_factory, files):
        answer = copilot.ask("Which open loans were due back before 20 May 2026? Earliest first.")
        late = sorted((day, key) for key, day, state in rows if state == "open" and day < "2026-05-20")
        assert len(late) > 8
        assert [row[0] for row in answer.tables[0].rows] == [key for _, key in late]
