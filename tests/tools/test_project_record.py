from __future__ import annotations

from datetime import date

import golden
import pytest
from record_sources import BOARD, EVERYONE, of_kind, unsupported, value, write_sources

from copilot.errors import ToolError
from copilot.tools.project_record.tool import Arguments, project_record


@pytest.fixture(scope="module")
def tell(hospital):
    return lambda project, *aspects, viewer=EVERYONE: project_record(
        hospital, viewer, Arguments(project=project, aspects=list(aspects))
    )


def only(result, kind):
    (finding,) = of_kind(result, kind)
    return finding


def kinds(result):
    return [f.kind for f in result.findings]


def missing(result):
    return [column for f in of_kind(result, "not_recorded") for column in f.values["columns"]]


def test_a_project_opens_with_what_it_is_and_where_it_stands(tell):
    overview = tell("bed planner").findings[0]
    assert (overview.kind, overview.subject, overview.role) == ("overview", "H-02", "headline")
    assert {name: overview.values[name] for name in ("name", "unit", "stage", "stage_since")} == {
        "name": "Bed Planner",
        "unit": "Halden General",
        "stage": "scaling",
        "stage_since": date(2026, 1, 15),
    }


def test_money_is_told_with_shares_and_with_what_the_benefit_rests_on(tell):
    result = tell("H-02", "money")
    budget, split = only(result, "budget"), only(result, "budget_split")
    assert (value(budget, "budget"), budget.values["budget"].unit, budget.values["budget"].basis) == (
        1_800_000,
        "NOK",
        "recorded",
    )
    assert (value(budget, "spend"), round(value(budget, "spent_share"), 2)) == (1_100_000, 0.61)
    assert (value(split, "change_budget"), round(value(split, "change_share"), 2)) == (400_000, 0.22)
    assert only(result, "expected_benefit").values["expected_basis"] == "estimated"
    assert value(only(result, "realised_benefit"), "achieved_share") == pytest.approx(0.3)


def test_a_fall_of_quality_is_told_from_the_first_week_to_the_latest_and_against_validation(tell):
    result = tell("H-02", "models")
    change, gap = only(result, "quality_change"), only(result, "quality_gap")
    assert (change.role, change.subject, change.values["metric"]) == ("headline", "M-2", "accuracy")
    assert round(value(change, "change"), 1) == -8.3
    assert (round(value(gap, "gap"), 1), value(gap, "validated")) == (-8.4, 0.88)
    assert value(only(result, "retraining"), "overdue") == 436
    assert only(result, "version").values["registry_version"] == "1.4"
    assert result.charts[0].spec["layer"]
    weeks = next(e for e in result.evidence if e.id == change.evidence[0]).calculation.inputs[0]
    assert len(weeks.rows) == 26


def test_what_is_missing_is_said(tell):
    assert missing(tell("H-07", "money")) == ["change_budget", "realised_benefit"]
    assert "risk_class" in missing(tell("H-07", "governance"))
    assert only(tell("H-07", "criteria"), "missing_criteria").values["criteria"] == ("data readiness",)
    for aspect, what in (("models", "model"), ("incidents", "incident"), ("decisions", "decision")):
        assert only(tell("H-07", aspect), "none_recorded").values["what"] == what


def test_criteria_come_with_their_ranges(tell):
    criteria = only(tell("H-02", "criteria"), "criteria")
    at = criteria.values["labels"].index("business value")
    assert [criteria.values[name][at].value for name in ("likely", "low", "high")] == [7, 6, 8]
    assert criteria.values["low"][criteria.values["labels"].index("feasibility")] == ""


def test_a_model_is_found_by_its_own_name_and_told_with_its_project(tell):
    result = tell("sepsis model")
    assert (result.findings[0].kind, result.findings[0].subject) == ("quality_change", "M-1")
    assert only(result, "overview").subject == "H-01"
    assert only(result, "incident").subject == "I-2"


def test_rows_of_other_tables_are_quoted_from_their_records_alone(tell):
    decision = only(tell("H-02", "history", "decisions"), "decision")
    assert (decision.subject, decision.evidence, decision.values) == ("D-2", ("r-D-2",), {})


def test_history_is_told_in_order(tell):
    stages = only(tell("H-02", "history", "decisions"), "stages")
    assert stages.values["stages"] == ("pilot", "scaling")
    assert stages.values["entered"] == (date(2024, 9, 1), date(2026, 1, 15))


def test_only_the_aspects_asked_for_are_told_the_first_of_each_as_an_answer(tell):
    assert set(kinds(tell("H-02", "people"))) == {"people", "headcount"}
    result = tell("H-02", "history", "decisions")
    assert [f.kind for f in result.findings if f.role == "headline"] == ["stages", "decision"]


def test_an_unknown_project_is_refused_with_the_nearest(tell):
    with pytest.raises(ToolError) as caught:
        tell("Bread Slicer")
    assert len(caught.value.nearest) == 3


def test_a_restricted_project_is_told_to_its_readers_only(tell):
    assert tell("H-09", viewer=BOARD).findings[0].subject == "H-09"
    with pytest.raises(ToolError):
        tell("Clinic Merger Model")


@pytest.mark.parametrize("project", [f"H-0{n}" for n in range(1, 9)] + ["M-1", "M-2", "M-3"])
def test_every_number_said_stands_in_the_evidence_cited(tell, project):
    assert unsupported(tell(project)) == []


def test_the_sentences_are_as_reviewed(tell, rewrite_golden):
    calls = {project: tell(project) for project in ("H-02", "H-03", "H-07", "M-1")}
    calls |= {f"H-02, {aspect}": tell("H-02", aspect) for aspect in ("stage", "adoption", "people", "history")}
    golden.check("project_record", calls, rewrite=rewrite_golden)


def test_a_workspace_with_names_only_is_told_without_inventing(tmp_path):
    sources = write_sources(tmp_path, [{"id": "A-1", "name": "Mail sorter"}])
    result = project_record(sources, EVERYONE, Arguments(project="mail sorter"))
    assert kinds(result)[0] == "overview"
    assert result.findings[0].values["stage"] is None
    assert unsupported(result) == []
