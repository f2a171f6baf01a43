"""Tables of counts without an id, and how much of one count another one holds: "of those called, how many came?"."""

from __future__ import annotations

import pytest
from small_workspaces import SMALL, call, copilot_on

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


@pytest.mark.parametrize("numbers", ["7;9;4;12;3;10", "3;4;5;6;7;8"])
def test_numbers_that_open_the_rows_or_run_on_name_them(tmp_path_factory: pytest.TempPathFactory, numbers: str) -> None:
    rows = COURSES.splitlines()
    ids = numbers.split(";")
    is_run = ids == sorted(ids, key=int) and int(ids[-1]) - int(ids[0]) == len(ids) - 1
    head, *body = rows
    first = [f"Slip;{head}", *(f"{n};{row}" for n, row in zip(ids, body, strict=True))]
    last = [f"{head};Slip", *(f"{row};{n}" for n, row in zip(ids, body, strict=True))]
    for told in (first, *([last] if is_run else [])):
        files = SMALL | {"records/courses.csv": "\n".join(told) + "\n", "records/mapping.yaml": MAPPING}
        made = copilot_on(files)
        generator = made.__wrapped__(tmp_path_factory)
        assert next(generator).sources.records.tables["courses"].key == "Slip"


def test_where_the_smallest_share_was_is_told_by_place(copilot: Copilot) -> None:
    asked = call(copilot, "Where did the smallest share of the people called pass First aid for models?")
    assert asked["measures"] == [{"aggregate": "share", "column": "People passed", "of": "People called"}]
    assert (asked["group_by"], asked["order_by"]) == (["Place"], "value")
    answer = copilot.ask("Where did the smallest share of the people called pass First aid for models?")
    assert "Oslo yard" in answer.text.partition("\n\n- ")[0]


def test_one_count_is_a_share_of_the_one_that_holds_it(copilot: Copilot) -> None:
    asked = call(copilot, "Prompt basics: what percentage passed?")
    assert asked["measures"] == [{"aggregate": "share", "column": "People passed", "of": "People called"}]
