"""Duplicates across units: the groups, what is at stake, what could be shared, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported, write_sources

from copilot.errors import ToolError
from copilot.sources import Sources
from copilot.tools.find_duplicates.tool import Arguments, find_duplicates
from copilot.types import ToolResult

CHURN = "Predicts which customers will cancel their contract within three months."


def project(id: str, name: str, unit: str, **more: object) -> dict[str, object]:
    columns = ("description", "domain", "stage", "platform", "vendor", "depends_on", "owner", "budget", "label")
    return {"id": id, "name": name, "unit": unit} | dict.fromkeys(columns) | more


ROWS = [
    project("P-1", "Churn prediction for mobile", "Mobile", description=CHURN, domain="marketing", stage="pilot",
            platform="own", owner="Ann", budget=300),
    project("P-2", "Churn early warning for cable", "Cable", description=CHURN, domain="marketing", stage="idea",
            platform="own", owner="Bo", budget=200),
    project("P-3", "Mast inspection by drone", "Mobile", description="Finds rust in pictures of masts.",
            domain="maintenance", stage="pilot", platform="vendor", vendor="Skyline", budget=90, depends_on="P-5"),
    project("P-4", "Invoice reading", "Cable", description="Reads supplier bills.", domain="finance",
            stage="production", platform="vendor", vendor="Skyline", budget=60, depends_on="P-5"),
    project("P-5", "Master data", "Group", description="One list of addresses and sites.", stage="pilot"),
    project("P-6", "Churn model for shops", "Shops", description=CHURN, domain="marketing", stage="stopped",
            platform="own", budget=5000),
]  # fmt: skip


@pytest.fixture
def telecom(tmp_path: Path) -> Sources:
    return write_sources(tmp_path, ROWS, "as_of: 2026-06-30\ncurrency: EUR\n")


def find(sources: Sources, viewer=EVERYONE, **arguments: object) -> ToolResult:
    return find_duplicates(sources, viewer, Arguments(**arguments))


def test_projects_of_two_units_that_do_the_same_are_found_with_the_budget_at_stake(telecom: Sources) -> None:
    first, second = answers(find(telecom))[:2]
    assert "2 in 1 group across units" in first
    assert "add up to 500 EUR, which is what is at stake and not a saving" in first
    assert "Churn prediction for mobile (P-1, Mobile) and Churn early warning for cable (P-2, Cable)" in second
    assert "differ in stage (pilot and idea) and owner (Ann and Bo)" in second
    assert "one base on a shared platform could serve all" in second


def test_what_has_ended_is_not_compared(telecom: Sources) -> None:
    assert "P-6" not in said(find(telecom))
    assert "has ended" in answers(find(telecom, project="P-6"))[0]


def test_a_vendor_of_two_units_and_a_base_that_both_need_are_told(telecom: Sources) -> None:
    text = said(find(telecom))
    assert "Skyline supplies 2 projects of Mobile and Cable" in text
    assert "Master data (P-5) is a base that 2 projects of Mobile and Cable depend on" in text


def test_what_the_question_wants_to_share_leads(telecom: Sources) -> None:
    assert answers(find(telecom, shared="vendor"))[0].startswith("Skyline supplies")
    assert answers(find(telecom, shared="platform"))[0].startswith("In marketing, 2 projects of Mobile and Cable run")


def test_what_is_like_one_project_is_told_with_what_is_only_near(telecom: Sources) -> None:
    assert "Churn early warning for cable" in answers(find(telecom, project="P-1"))[0]
    assert answers(find(telecom, project="P-4")) == [
        "No project that goes on appears to do what Invoice reading (P-4) does."
    ]


def test_a_unit_narrows_to_the_groups_it_takes_part_in(telecom: Sources) -> None:
    assert "no two of different units" in answers(find(telecom, units=["Group"]))[0]
    with pytest.raises(ToolError, match="No project has the unit"):
        find(telecom, units=["Satellites"])


def test_words_narrow_to_the_groups_that_mention_them_and_strange_words_do_not_count(telecom: Sources) -> None:
    assert "1 group across units about churn" in answers(find(telecom, about="churn"))[0]
    assert "no two of different units" in answers(find(telecom, about="masts"))[0]
    assert answers(find(telecom, about="zeppelin")) == answers(find(telecom))


def test_two_units_are_asked_for_what_both_take_part_in(telecom: Sources) -> None:
    assert "with projects of Mobile and Cable" in answers(find(telecom, units=["Mobile", "cable"]))[0]
    assert "no two of different units" in answers(find(telecom, units=["Mobile", "Group"]))[0]


def test_a_missing_budget_is_said_and_not_counted_as_nothing(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, [ROWS[0], {**ROWS[1], "budget": None}])
    assert "the one budget on record is 300" in answers(find(sources))[0]


def test_without_units_fields_or_descriptions_names_are_compared_and_that_is_said(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, [{"id": "1", "name": "Churn model"}, {"id": "2", "name": "Churn model two"}])
    assert "by their names alone" in said(find(sources))
    with pytest.raises(ToolError, match="which unit"):
        find(sources, units=["Any"])


def test_projects_withheld_are_neither_compared_nor_named(tmp_path: Path) -> None:
    rows = [ROWS[0], {**ROWS[1], "label": "board"}]
    sources = write_sources(tmp_path, rows, "as_of: 2026-06-30\nlabels: [board]\n")
    for_all = find(sources)
    assert for_all.hidden_rows == 1
    assert "totals are partial" in said(for_all)
    assert "P-2" not in for_all.render()
    assert "P-2" in find(sources, BOARD).render()


@pytest.mark.parametrize("arguments", [{}, {"shared": "base"}, {"project": "H-02"}, {"units": ["Home Care"]}])
def test_every_figure_stands_in_what_is_cited(arguments: dict[str, str]) -> None:
    assert unsupported(find(open_sources(CORPUS), **arguments)) == []
