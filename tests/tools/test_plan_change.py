"""The change plan: levers by need, owners and metrics on record, what documents advise, and what to ask."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import golden
import pytest
from record_sources import BOARD, EVERYONE, of_kind, unsupported, value, write_tables

from copilot import Copilot
from copilot.errors import ToolError
from copilot.sources import Sources
from copilot.tools.findings import texts
from copilot.tools.plan_change.tool import Arguments, plan_change
from copilot.types import Finding, ToolResult

PROJECTS = (
    "id,name,unit,stage,owner,sponsor,business_owner,integration,adoption_plan,blocker,affects,budget,change_budget\n"
    "P-1,Wear alerts,Plant,production,Kim Ode,Ada Roth,,none,no,"
    '"Crews see no reason for an alert, and their bonus pays for planned work",employees,1000,80\n'
    "P-2,Route plan,Fleet,idea,,,,,,,,,\n"
)
ASSESSMENTS = (
    "unit,date,area,aspect,score,note,label\n"
    "Plant,2026-05-01,change,communication,2,Heard of it on the first day.,\n"
    "Plant,2026-05-01,change,training,3,,\n"
    "Plant,2026-05-01,change,incentives,1,Bonus rewards the old way.,\n"
    "Plant,2025-05-01,change,incentives,4,,\n"
    "Fleet,2026-05-01,change,trust,2,,board\n"
)
ROLES = "unit,role,headcount,open_positions,as_of\nPlant,change_manager,0,2,2026-01-01\n"
INCIDENTS = (
    "id,date,project_id,title,description\nI-1,2026-04-01,P-1,Pump broke,Crew dismissed the alert.\n"
    "I-2,2026-05-01,P-1,Server was down,Disk full.\n"
)
OBSERVATIONS = (
    "metric,month,unit,project_id,numerator,denominator,target\n"
    "adoption_rate,2026-04-01,Plant,P-1,30,100,0.8\nadoption_rate,2026-05-01,Plant,P-1,25,100,0.8\n"
    "training_done,2026-05-01,Plant,,9,20,0.9\n"
)
METRICS = """metrics:
  adoption_rate: {expression: "SUM(numerator) / NULLIF(SUM(denominator), 0)", where: {metric: adoption_rate},
    table: observations, time: month, target: AVG(target), dimensions: {unit: unit, project: project_id},
    unit: share, direction: up}
  training_done: {label: Training completed, expression: "SUM(numerator) / NULLIF(SUM(denominator), 0)",
    where: {metric: training_done}, table: observations, time: month, target: AVG(target),
    dimensions: {unit: unit}, unit: share, direction: up}
"""
ALL = {
    "projects": PROJECTS,
    "assessments": ASSESSMENTS,
    "roles": ROLES,
    "incidents": INCIDENTS,
    "observations": OBSERVATIONS,
}


def write(root: Path, metrics: str = METRICS, **tables: str) -> Sources:
    config = "as_of: 2026-05-31\nlabels: [board]\ncurrency: EUR\n"
    return write_tables(root, date(2026, 5, 31), config, metrics, **tables)


def change(sources: Sources, viewer=EVERYONE, **arguments: object) -> ToolResult:
    return plan_change(sources, viewer, Arguments(**arguments))


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return write(tmp_path_factory.mktemp("plant"), **ALL)


def lever(result: ToolResult, name: str) -> Finding:
    return next(f for f in of_kind(result, "lever") if f.subject == name)


def kinds(result: ToolResult) -> set[str]:
    return {f.kind for f in result.findings}


def test_where_people_use_it_already_the_weakest_lever_comes_first(plant: Sources) -> None:
    result = change(plant, project="P-1")
    standing, adoption, weakest = result.findings[:3]
    assert (standing.subject, standing.values["stage"], standing.values["has_plan"]) == ("P-1", "production", False)
    assert [round(value(adoption, name), 2) for name in ("value", "before", "target")] == [0.25, 0.3, 0.8]
    assert (weakest.values["start"], value(weakest, "score")) == ("incentive alignment", 1)
    first = of_kind(result, "lever")[0]
    assert (first.subject, first.values["assessed_in"], value(first, "score")) == ("incentives", "Plant", 1)
    assert first.values["note"] == "Bonus rewards the old way."
    assert first.values["blocker"] == "their bonus pays for planned work"
    assert first.values["before"] is None


def test_before_people_use_it_the_levers_stand_as_they_fall_due(plant: Sources) -> None:
    found = of_kind(change(plant, project="P-2"), "lever")
    assert [f.subject for f in found] == ["communication", "workflow", "trust", "training", "incentives"]
    assert found[0].values["before"] == "now, long before the first day of use"


def test_owners_are_those_on_record_and_nobody_is_invented(plant: Sources) -> None:
    result = change(plant, project="P-1")
    owners = {f.subject: f.values["owner"] for f in of_kind(result, "lever")}
    assert owners == {
        "communication": "Ada Roth", "workflow": "Kim Ode", "trust": "Kim Ode", "training": None,
        "incentives": "Ada Roth",
    }  # fmt: skip
    training = lever(result, "training")
    assert [value(training, name) for name in ("managers", "vacant")] == [0, 2]
    assert lever(change(plant, project="P-2"), "communication").values["owner"] is None


def test_a_lever_is_measured_by_a_metric_of_the_catalogue_or_by_none(plant: Sources) -> None:
    result = change(plant, project="P-1")
    training = lever(result, "training")
    assert training.values["metric_metric"] == "Training completed"
    assert [round(value(training, f"metric_{name}"), 2) for name in ("value", "target")] == [0.45, 0.9]
    assert "metric_metric" not in lever(result, "communication").values


def test_a_metric_called_so_comes_before_one_with_such_a_synonym(tmp_path: Path) -> None:
    spent = "  change_share: {synonyms: [adoption budget], expression: SUM(change_budget), table: projects,\n"
    spent += "    dimensions: {project: id, unit: unit}, unit: EUR}\n"
    sources = write(tmp_path, metrics=METRICS + spent, **ALL | {"observations": OBSERVATIONS.replace(",P-1,", ",P-2,")})
    (adoption,) = of_kind(change(sources, project="P-1"), "adoption")
    assert (adoption.values["metric"], adoption.values["scope"]) == ("Adoption rate", " in Plant")


def test_incidents_stand_with_the_lever_that_their_words_name(plant: Sources) -> None:
    result = change(plant, project="P-1")
    trust = lever(result, "trust")
    assert texts(trust, "event_ids") == ("I-1",)
    assert "r-I-1" in trust.evidence
    assert [f.subject for f in of_kind(result, "lever") if "events" in f.values] == ["trust"]


def test_the_workforce_and_the_money_are_told_and_what_is_missing_is_asked(plant: Sources) -> None:
    result = change(plant, project="P-1")
    assert value(of_kind(result, "workforce")[0], "affected") == 1
    (money,) = of_kind(result, "change_budget")
    assert [value(money, name) for name in ("share", "change", "budget")] == [0.08, 80, 1000]
    assert texts(of_kind(result, "questions")[0], "questions")[0].startswith("Whose tasks change")


def test_with_almost_no_records_the_levers_stand_with_questions(tmp_path: Path) -> None:
    result = change(write(tmp_path, metrics="", projects="id,name\n1,Churn\n"), project="Churn")
    assert result.findings[0].values["stage"] is None
    assert not lever(result, "communication").values["is_quoted"]
    assert {"nothing_known", "no_documents", "no_change_budget"} <= kinds(result)
    assert result.figures == ()


def test_a_unit_is_planned_for_from_its_projects(plant: Sources) -> None:
    result = change(plant, unit="plant")
    assert (result.findings[0].kind, value(result.findings[0], "projects")) == ("standing", 1)
    assert [value(lever(result, "workflow"), name) for name in ("lacking", "recorded")] == [1, 1]
    with pytest.raises(ToolError, match="no unit 'Mine'"):
        change(plant, unit="Mine")


def test_an_unknown_project_is_asked_back_with_the_nearest(plant: Sources) -> None:
    with pytest.raises(ToolError) as error:
        change(plant, project="Wind farm")
    assert error.value.args


def test_rows_withheld_make_the_picture_partial(plant: Sources) -> None:
    for_all, for_board = change(plant, unit="Fleet"), change(plant, BOARD, unit="Fleet")
    assert for_all.hidden_rows == 1
    assert "hidden" in kinds(for_all)
    assert "score" not in lever(for_all, "trust").values
    assert value(lever(for_board, "trust"), "score") == 2


def test_what_the_documents_advise_is_quoted_for_the_lever_it_is_about(copilot: Copilot) -> None:
    result = change(copilot.sources, project="H-02")
    quoted = {f.subject: str(f.values["measure"]) for f in of_kind(result, "lever") if f.values["is_quoted"]}
    assert quoted["trust"] == "Show the reason beside the prediction."
    assert quoted["training"] == "Train on real cases, in paid time."
    assert quoted["incentives"].startswith("Change the rota and the targets")
    assert [e for e in result.evidence if e.kind == "passage"]
    assert unsupported(result) == []


def test_a_workspace_may_bring_levers_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "levers.yaml").write_text(
        "areas: [change]\ngood: 2\nadoption: [adopt*]\nabout: [change]\n"
        "budget: {query: budget, words: [budget]}\n"
        "workforce: {query: jobs, words: [job], metrics: [moves], measure: Ask people., ask: Who?}\n"
        "levers: [{name: leaders, label: Leaders in front, words: [communicat*], metrics: [adopt*], query: leaders,\n"
        "  measure: Leaders use it themselves., before: first, ask: Who leads?, owners: [sponsor]}]\n"
    )
    result = change(write(tmp_path, **ALL), project="P-1")
    (own,) = of_kind(result, "lever")
    assert (own.subject, own.values["measure"], own.values["is_good"]) == (
        "leaders", "Leaders use it themselves.", True,
    )  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(plant: Sources, tmp_path_factory, rewrite_golden) -> None:
    few = write(tmp_path_factory.mktemp("few"), metrics="", projects="id,name\n1,Churn\n")
    calls = {str(a): change(plant, **a) for a in ({"project": "P-1"}, {"project": "P-2"}, {"unit": "Plant"}, {})}
    calls["names alone"] = change(few, project="Churn")
    golden.check_supported("plan_change", calls, rewrite=rewrite_golden)
