"""Rows of one table asked for by another, and what is named without being meant, over exports with their own names."""

from __future__ import annotations

from small_workspaces import call, copilot_on

from copilot import Copilot

SYSTEMS = """Code;Title;Campus;Phase;Keeper;Hours saved;Checked on;Pupil data
S1;Timetable Builder;North;in use;Ana Ruiz;120;2024-03-01;yes
S2;Essay Helper;North;trial;Bo Lind;0;2025-11-15;yes
S3;Bus Router;South;in use;Ana Ruiz;40;2023-06-30;no
S4;Menu Planner;South;in use;Ana Ruiz;0;2025-02-02;no
S5;Library Finder;East;trial;Cem Acar;15;2026-01-20;
"""
COMPLAINTS = """No;Came in;About;Grade;What was said;State
C1;2026-01-05;S1;2;A class was booked twice;closed
C2;2026-01-17;S3;3;The bus came late;closed
C3;2026-02-02;S3;1;A stop was left out;open
C4;2026-02-20;S4;3;Allergies were not shown;looked into
C5;2026-03-03;S3;2;Two buses at one stop;open
"""
MAPPING = """tables:
  projects:
    source: systems.csv
    rename: {Code: id, Title: name, Campus: unit, Phase: stage, Keeper: owner, Hours saved: hours_saved,
             Checked on: checked_on, Pupil data: personal_data}
  incidents:
    source: complaints-2026.csv
    rename: {"No": id, Came in: date, About: project_id, Grade: severity, What was said: title, State: status}
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\nstages: [trial, in use]\n",
        "records/systems.csv": SYSTEMS,
        "records/complaints-2026.csv": COMPLAINTS,
        "records/mapping.yaml": MAPPING,
    }
)


def test_the_rows_of_a_file_are_asked_for_by_its_name(copilot: Copilot) -> None:
    asked = call(copilot, "How many complaints are still not closed?")
    assert asked["table"] == "incidents"
    assert [(f["column"], f["op"], f["value"]) for f in asked["filters"]] == [("status", "!=", "closed")]


def test_incidents_are_counted_by_the_unit_of_their_project(copilot: Copilot) -> None:
    asked = call(copilot, "Rank the campuses by complaints.")
    assert (asked["table"], asked["group_by"]) == ("incidents", ["unit"])
    found = copilot.call("find_projects", table="incidents", group_by=["unit"])
    groups = next(f for f in found.findings if f.kind == "groups")
    assert (groups.values["names"], [c.value for c in groups.values["count"]]) == (("South", "North"), [4, 1])  # type: ignore[union-attr]


def test_what_has_the_most_rows_is_counted(copilot: Copilot) -> None:
    asked = call(copilot, "Which system has caused the most complaints?")
    assert (asked["table"], asked["group_by"], asked["order_by"]) == ("incidents", ["project_id"], "-value")


def test_who_has_the_most_is_counted_by_person(copilot: Copilot) -> None:
    assert call(copilot, "Who has the most systems to look after?")["group_by"] == ["owner"]


def test_the_name_of_a_column_is_none_of_its_values(copilot: Copilot) -> None:
    assert all(f["column"] != "unit" for f in call(copilot, "How many systems do the campuses have?")["filters"])


def test_a_share_is_of_what_is_asked_about(copilot: Copilot) -> None:
    asked = call(copilot, "What share of the portfolio uses pupil data?")
    assert asked["filters"] == [{"column": "personal_data", "value": True}]
    assert not asked.get("among")


def test_nothing_is_zero_where_the_rows_hold_zeros(copilot: Copilot) -> None:
    filters = call(copilot, "Which systems in use save no hours at all?")["filters"]
    assert {"column": "hours_saved", "value": 0} in filters


def test_the_longest_time_began_first(copilot: Copilot) -> None:
    assert call(copilot, "Which system in use has waited longest since it was checked?")["order_by"] == (
        "-time from checked_on to 2026-04-30"
    )


def test_what_nothing_is_called_is_not_answered_with_something_else(copilot: Copilot) -> None:
    answer = copilot.ask("How much did the glacier simulator cost us?")
    assert answer.status == "insufficient_evidence"


def test_what_is_asked_of_all_rows_and_of_some_is_asked_twice(copilot: Copilot) -> None:
    answer = copilot.ask("How many complaints came in this year, and how many are open?")
    asked = [dict(c.arguments) for c in answer.tool_calls if c.name == "find_projects"]

    assert [{f["column"] for f in one["filters"]} for one in asked] == [{"date"}, {"date", "status"}]


def test_what_limits_two_figures_is_said_once(copilot: Copilot) -> None:
    answer = copilot.ask("How many complaints came in this year, and how many are open?")
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("Read as")]

    assert len(lines) == len(set(lines))


def test_two_cells_of_a_record_are_both_told(copilot: Copilot) -> None:
    answer = copilot.ask("Who keeps the Bus Router and how many hours does it save?")
    asked = next(dict(c.arguments) for c in answer.tool_calls if c.name == "project_record")

    assert (asked["project"], set(asked["columns"])) == ("S3", {"owner", "hours_saved"})


def test_a_figure_of_rows_and_the_first_of_them_are_asked_in_one_question(copilot: Copilot) -> None:
    answer = copilot.ask("How many systems are in trial, and which of them was checked most recently?")
    figure, first = [c.arguments for c in answer.tool_calls if c.name == "find_projects"][:2]
    assert figure["filters"] == first["filters"] == [{"column": "stage", "value": "trial"}]
    assert "order_by" not in figure
    assert (first["order_by"], first["limit"]) == ("-checked_on", 1)
    assert "Library Finder" in answer.text


def test_nothing_goes_on_from_what_was_looked_up_in_vain(copilot: Copilot) -> None:
    refused = copilot.ask("Who keeps the Zyglot Oracle running?", conversation="in-vain")
    assert refused.status == "insufficient_evidence"
    assert copilot.ask("And who paid for it?", conversation="in-vain").status != "answered"


def test_a_few_rows_that_are_counted_are_all_named(copilot: Copilot) -> None:
    text = copilot.ask("How many systems are in use?").text
    named = [name for name in ("Timetable Builder", "Bus Router", "Menu Planner") if name in text]
    assert len(named) in (0, 3)


def test_the_least_of_groups_turns_their_order(copilot: Copilot) -> None:
    copilot.ask("Which campus has the most complaints?", conversation="turned")
    answer = copilot.ask("And the fewest?", conversation="turned")
    asked = next(c.arguments for c in answer.tool_calls if c.name == "find_projects")
    assert (asked["group_by"], asked["order_by"]) == (["unit"], "value")


def test_what_no_page_tells_is_looked_for_in_the_rows(copilot: Copilot) -> None:
    answer = copilot.ask("Why did somebody nearly eat what they must not at lunch?")
    assert "C4" in answer.citations[0].locator + answer.citations[0].title + answer.citations[0].quote
