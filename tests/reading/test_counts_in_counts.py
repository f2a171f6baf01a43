"""Tables of counts without an id, and how much of one count another one holds: "of those called, how many came?"."""

from __future__ import annotations

import pytest
from small_workspaces import SMALL, call, copilot_on, opened

from copilot import Copilot

COURSES = """Place;Course;Term;People called;People passed
Bergen yard;First aid for models;2026-1;40;31
Bergen yard;Prompt basics;2026-1;22;9
Oslo yard;First aid for models;2026-1;61;30
Oslo yard;Prompt basics;2026-1;18;17
Tromsø yard;First aid for models;2026-1;9;8
Tromsø yard;Prompt basics;2026-1;14;12
"""
MAPPING = """tables:
  projects: {source: projects.csv}
  courses: {source: courses.csv, synonyms: [training]}
"""
copilot = copilot_on(SMALL | {"records/courses.csv": COURSES, "records/mapping.yaml": MAPPING})


def test_counts_that_all_differ_name_no_rows(copilot: Copilot) -> None:
    table = copilot.sources.records.tables["courses"]
    assert (table.key, table.title) == (None, None)


@pytest.mark.parametrize(("numbers", "is_first"), [("7 9 4 12 3 10", True), ("5 3 4 8 6 7", False)])
def test_numbers_that_open_the_rows_or_run_without_a_gap_name_them(
    tmp_path_factory: pytest.TempPathFactory, numbers: str, is_first: bool
) -> None:
    told = zip(["Slip", *numbers.split()], COURSES.splitlines(), strict=True)
    rows = "".join(f"{n};{row}\n" if is_first else f"{row};{n}\n" for n, row in told)
    for copilot in opened(tmp_path_factory, SMALL | {"records/courses.csv": rows, "records/mapping.yaml": MAPPING}):
        assert copilot.sources.records.tables["courses"].key == "Slip"


def test_where_the_smallest_share_was_is_told_by_place(copilot: Copilot) -> None:
    asked = call(copilot, "Where did the smallest share of the people called pass First aid for models?")
    assert asked["measures"] == [{"aggregate": "share", "column": "People passed", "of": "People called"}]
    assert (asked["group_by"], asked["order_by"]) == (["Place"], "value")
    answer = copilot.ask("Where did the smallest share of the people called pass First aid for models?")
    assert "Oslo yard" in answer.text.partition("\n\n- ")[0]


def test_one_count_is_a_share_of_the_one_that_holds_it(copilot: Copilot) -> None:
    asked = call(copilot, "Prompt basics: what percentage passed?")
    assert asked["measures"] == [{"aggregate": "share", "column": "People passed", "of": "People called"}]
