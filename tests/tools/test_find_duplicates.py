"""Duplicates across units: the groups, what is at stake, what could be shared, and what is not known."""

from __future__ import annotations

from pathlib import Path

import golden
import pytest
from record_sources import (
    BOARD,
    EVERYONE,
    answers,
    of_kind,
    said,
    unsupported,
    value,
    write_sources,
)

from copilot.analysis.overlap import ALIKE
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


def kinds(result: ToolResult) -> list[str]:
    return [f.kind for f in result.findings if f.role == "headline"]


def test_projects_of_two_units_that_do_the_same_are_found_with_the_budget_at_stake(telecom: Sources) -> None:
    result = find(telecom)
    overlap, group = result.findings[:2]
    assert [value(overlap, name) for name in ("projects", "members", "groups", "budget")] == [5, 2, 1, 500]
    assert [figure.text for figure in result.figures] == ["2 projects", "500 EUR"]
    assert group.values["names"] == (
        "Churn prediction for mobile (P-1, Mobile)",
        "Churn early warning for cable (P-2, Cable)",
    )
    assert group.values["differ"] == ("stage", "owner")
    assert group.values["differ_stage"] == ("pilot", "idea")
    assert group.values["differ_owner"] == ("Ann", "Bo")
    assert group.values["platforms"] == ("own",)
    assert group.evidence[1:] == ("r-P-1", "r-P-2")
    assert group.calculation is not None
    assert [table.title for table in group.calculation.inputs] == [f"Likeness, alike from {ALIKE}", "Budgets"]


def test_what_has_ended_is_not_compared(telecom: Sources) -> None:
    assert "P-6" not in said(find(telecom))
    assert [(f.kind, f.subject) for f in find(telecom, project="P-6").findings] == [("ended", "P-6")]


def test_a_vendor_of_two_units_and_a_base_that_both_need_are_told(telecom: Sources) -> None:
    (vendor,) = of_kind(find(telecom), "shared_vendor")
    assert (vendor.subject, vendor.values["units"], value(vendor, "members")) == ("Skyline", ("Mobile", "Cable"), 2)
    (base,) = of_kind(find(telecom), "shared_base")
    assert (base.subject, base.values["units"], value(base, "members")) == ("P-5", ("Mobile", "Cable"), 2)
    assert value(base, "budget") == 150


def test_what_the_question_wants_to_share_leads(telecom: Sources) -> None:
    assert kinds(find(telecom, shared="vendor")) == ["shared_vendor"]
    (platform,) = of_kind(find(telecom, shared="platform"), "shared_platform")
    assert (platform.role, platform.values["platform"], value(platform, "members")) == ("headline", "marketing", 2)


def test_what_nobody_could_share_is_said(tmp_path: Path) -> None:
    (nothing,) = of_kind(find(write_sources(tmp_path, ROWS[:2]), shared="base"), "nothing_shared")
    assert (nothing.subject, nothing.role) == ("base", "headline")


def test_what_is_like_one_project_is_told_with_what_is_only_near(telecom: Sources) -> None:
    (group,) = of_kind(find(telecom, project="P-1"), "group")
    assert group.values["names"][1] == "Churn early warning for cable (P-2, Cable)"
    assert kinds(find(telecom, project="P-4")) == ["nothing_alike"]


def test_a_unit_narrows_to_the_groups_it_takes_part_in(telecom: Sources) -> None:
    assert kinds(find(telecom, units=["Group"])) == ["no_overlap"]
    with pytest.raises(ToolError, match="No project has the unit"):
        find(telecom, units=["Satellites"])


def test_words_narrow_to_the_groups_that_mention_them_and_strange_words_do_not_count(telecom: Sources) -> None:
    assert find(telecom, about="churn").findings[0].values["about"] == "churn"
    assert kinds(find(telecom, about="masts")) == ["no_overlap"]
    assert answers(find(telecom, about="zeppelin")) == answers(find(telecom))


def test_two_units_are_asked_for_what_both_take_part_in(telecom: Sources) -> None:
    overlap = find(telecom, units=["Mobile", "cable"]).findings[0]
    assert (overlap.kind, overlap.values["units"]) == ("overlap", ("Mobile", "Cable"))
    assert kinds(find(telecom, units=["Mobile", "Group"])) == ["no_overlap"]


def test_a_missing_budget_is_said_and_not_counted_as_nothing(tmp_path: Path) -> None:
    overlap = find(write_sources(tmp_path, [ROWS[0], {**ROWS[1], "budget": None}])).findings[0]
    assert [value(overlap, name) for name in ("members", "budgets", "budget")] == [2, 1, 300]


def test_without_units_fields_or_descriptions_names_are_compared_and_that_is_said(tmp_path: Path) -> None:
    sources = write_sources(tmp_path, [{"id": "1", "name": "Churn model"}, {"id": "2", "name": "Churn model two"}])
    assert of_kind(find(sources), "no_descriptions")
    with pytest.raises(ToolError, match="which unit"):
        find(sources, units=["Any"])


def test_projects_withheld_are_neither_compared_nor_named(tmp_path: Path) -> None:
    rows = [ROWS[0], {**ROWS[1], "label": "board"}]
    sources = write_sources(tmp_path, rows, "as_of: 2026-06-30\nlabels: [board]\n")
    for_all = find(sources)
    assert for_all.hidden_rows == 1
    assert [f.role for f in of_kind(for_all, "hidden")] == ["caveat"]
    assert "P-2" not in for_all.render()
    assert "P-2" in find(sources, BOARD).render()


@pytest.mark.parametrize("arguments", [{}, {"shared": "base"}, {"project": "H-02"}, {"units": ["Home Care"]}], ids=str)
def test_every_figure_stands_in_what_is_cited(hospital: Sources, arguments: dict[str, str]) -> None:
    assert unsupported(find(hospital, **arguments)) == []


CALLS = (
    {}, {"shared": "vendor"}, {"shared": "platform"}, {"shared": "base"}, {"project": "P-1"}, {"project": "P-4"},
    {"project": "P-6"}, {"units": ["Mobile", "Cable"], "about": "churn"}, {"units": ["Group"]},
)  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(telecom: Sources, tmp_path_factory, rewrite_golden) -> None:
    calls = {str(arguments): find(telecom, **arguments) for arguments in CALLS}
    within = [{**row, "unit": "Mobile", "budget": None} for row in ROWS[:2]]
    calls["one unit"] = find(write_sources(tmp_path_factory.mktemp("unit"), within))
    golden.check_supported("find_duplicates", calls, rewrite=rewrite_golden)
