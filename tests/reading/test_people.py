"""Columns of people are told from others whose names are written like those of people."""

from __future__ import annotations

import pytest

from copilot.reading.people import are_people

PEOPLE = {
    "owner": ["Ida Lund", "Jon Ruud", "Ane Moe"],
    "contact": ["Ana de Souza", "Li Wei", "Fatma Yıldız", "O'Neil Grant"],
    "coach": ["Hazel Winter", "Dev Price", "Rosa Field"],
}
OTHERS = {
    "vendor": ["Nordic Vision", "Bluegum Systems", "Lakehead Analytics"],
    "course": ["Second Look", "Clean Holds", "Reading the Screen"],
    "site": ["City Hall", "Works Yard", "Eastgate Centre"],
    "tool": ["Bed Planner", "Visit Router", "Scan Sorter"],
    "stage": ["pilot", "in use"],
}


@pytest.mark.parametrize("column", PEOPLE)
def test_names_of_people_are_people(column: str) -> None:
    assert are_people(column, PEOPLE[column])


@pytest.mark.parametrize("column", OTHERS)
def test_names_of_other_things_are_not(column: str) -> None:
    assert not are_people(column, OTHERS[column])


def test_a_column_that_names_a_unit_holds_no_people() -> None:
    assert not are_people("owner", ["Ida Lund", "Jon Ruud"], units={"Jon Ruud"})
