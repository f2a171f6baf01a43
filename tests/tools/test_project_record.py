from __future__ import annotations

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported, write_sources

from copilot.errors import ToolError
from copilot.tools.project_record.tool import Arguments, project_record


@pytest.fixture(scope="module")
def tell():
    sources = open_sources(CORPUS)
    return lambda project, *aspects, viewer=EVERYONE: project_record(
        sources, viewer, Arguments(project=project, aspects=list(aspects))
    )


def test_a_project_opens_with_what_it_is_and_where_it_stands(tell):
    assert answers(tell("bed planner"))[0] == (
        "Bed Planner (H-02) of Halden General is in scaling since 2026-01-15: "
        "forecasts how many beds each ward needs next week."
    )


def test_money_is_told_with_shares_and_with_what_the_benefit_rests_on(tell):
    text = said(tell("H-02", "money"))
    assert "The budget of Bed Planner is 1,800,000 NOK, of which 1,100,000 NOK (61%) is spent." in text
    assert "400,000 NOK, 22% of the budget" in text
    assert "expected to bring 3,000,000 NOK a year (estimated)" in text
    assert "brought 900,000 NOK (estimated), 30% of what was expected" in text


def test_a_fall_of_quality_is_told_from_the_first_week_to_the_latest_and_against_validation(tell):
    result = tell("H-02", "models")
    assert answers(result)[0].startswith("The accuracy of Bed demand model fell by 8.3 percentage points")
    assert "8.4 percentage points below the 88% of its validation" in said(result)
    assert "436 days overdue as of 2026-06-30" in said(result)
    assert "although 1.4 is approved in the registry" in said(result)
    assert result.charts[0].spec["layer"]


def test_what_is_missing_is_said(tell):
    assert "Not recorded for No-show Reminder: realised benefit." in said(tell("H-07", "money"))
    assert "risk class" in said(tell("H-07", "governance"))
    assert "It has no estimate of data readiness." in said(tell("H-07", "criteria"))
    assert "No model of No-show Reminder is recorded." in said(tell("H-07", "models"))
    assert "No incident of No-show Reminder is recorded." in said(tell("H-07", "incidents"))


def test_criteria_come_with_their_ranges(tell):
    text = said(tell("H-02", "criteria"))
    assert "business value 7 (6 to 8), feasibility 8" in text


def test_a_model_is_found_by_its_own_name_and_told_with_its_project(tell):
    result = tell("sepsis model")
    assert "recall of Sepsis model" in answers(result)[0]
    assert "Sepsis Early Warning (H-01)" in said(result)
    assert "Incident I-2 of 2026-06-11 (severity 2, open)" in said(result)


def test_history_and_decisions_are_told_in_order(tell):
    text = said(tell("H-02", "history", "decisions"))
    assert "entered pilot on 2024-09-01 and scaling on 2026-01-15" in text
    assert "Decision D-2 of 2026-01-10 by Clinical AI Board" in text


def test_only_the_aspects_asked_for_are_told(tell):
    text = said(tell("H-02", "people"))
    assert "owner is Tor Vik" in text
    assert "budget" not in text


def test_an_unknown_project_is_refused_with_the_nearest(tell):
    with pytest.raises(ToolError) as caught:
        tell("Bread Slicer")
    assert len(caught.value.nearest) == 3


def test_a_restricted_project_is_told_to_its_readers_only(tell):
    assert "Weighs sites" in said(tell("H-09", viewer=BOARD)).replace("weighs", "Weighs")
    with pytest.raises(ToolError):
        tell("Clinic Merger Model")


@pytest.mark.parametrize("project", [f"H-0{n}" for n in range(1, 9)] + ["M-1", "M-2", "M-3"])
def test_every_number_said_stands_in_the_evidence_cited(tell, project):
    assert unsupported(tell(project)) == []


def test_a_workspace_with_names_only_is_told_without_inventing(tmp_path):
    sources = write_sources(tmp_path, [{"id": "A-1", "name": "Mail sorter"}])
    result = project_record(sources, EVERYONE, Arguments(project="mail sorter"))
    assert answers(result)[0] == "Mail sorter (A-1) has no recorded stage."
    assert unsupported(result) == []
