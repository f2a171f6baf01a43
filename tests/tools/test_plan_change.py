"""The change plan: levers by need, owners and metrics on record, what documents advise, and what to ask."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, said, unsupported

from copilot import Settings, open_copilot
from copilot.errors import ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.plan_change.tool import Arguments, plan_change
from copilot.types import ToolResult
from copilot.workspace import Workspace

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
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-05-31\nlabels: [board]\ncurrency: EUR\n")
    if metrics:
        (root / "metrics.yaml").write_text(metrics)
    for name, text in tables.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = Workspace.open(root)
    records = Records.load(workspace)
    catalogue = Catalogue.load(workspace, records) if metrics else None
    return Sources(workspace, records, catalogue, None, date(2026, 5, 31))


def change(sources: Sources, viewer=EVERYONE, **arguments: object) -> ToolResult:
    return plan_change(sources, viewer, Arguments(**arguments))


@pytest.fixture
def plant(tmp_path: Path) -> Sources:
    return write(tmp_path, **ALL)


def lever(result: ToolResult, label: str) -> str:
    return next(text for text in answers(result) if text.startswith(label))


def test_where_people_use_it_already_the_weakest_lever_comes_first(plant: Sources) -> None:
    first, second = answers(change(plant, project="P-1"))[:2]
    assert "is in production, without a plan for adoption" in first
    assert "was 25% in May 2026, down from 30% in April 2026 (target 80%)" in first
    assert "Start with incentive alignment." in first
    assert "the assessment of incentives in Plant is 1 of 5 (bonus rewards the old way)" in second
    assert "its team says: their bonus pays for planned work" in second
    assert "When: first, now." in second


def test_before_people_use_it_the_levers_stand_as_they_fall_due(plant: Sources) -> None:
    result = change(plant, project="P-2")
    assert [text.split(":")[0] for text in answers(result)[1:6]] == [
        "Communication", "Workflow integration", "Trust building", "Training and support", "Incentive alignment",
    ]  # fmt: skip
    assert "When: now, long before the first day of use." in answers(result)[1]


def test_owners_are_those_on_record_and_nobody_is_invented(plant: Sources) -> None:
    result = change(plant, project="P-1")
    assert "Owner: Ada Roth (sponsor)." in lever(result, "Communication")
    assert "Owner: Kim Ode (owner)." in lever(result, "Trust building")
    training = lever(result, "Training and support")
    assert "Owner: to be named; Plant has no change manager and 2 open posts." in training
    assert "Owner: to be named." in lever(change(plant, project="P-2"), "Communication")


def test_a_lever_is_measured_by_a_metric_of_the_catalogue_or_by_none(plant: Sources) -> None:
    result = change(plant, project="P-1")
    training = lever(result, "Training and support")
    assert "Measured by: Training completed in Plant was 45% in May 2026 (target 90%)." in training
    assert "no metric of the catalogue; one must be agreed" in lever(result, "Communication")


def test_a_metric_called_so_comes_before_one_with_such_a_synonym(tmp_path: Path) -> None:
    spent = "  change_share: {synonyms: [adoption budget], expression: SUM(change_budget), table: projects,\n"
    spent += "    dimensions: {project: id, unit: unit}, unit: EUR}\n"
    sources = write(tmp_path, metrics=METRICS + spent, **ALL | {"observations": OBSERVATIONS.replace(",P-1,", ",P-2,")})
    assert answers(change(sources, project="P-1"))[0].count("Adoption rate in Plant was 25% in May 2026") == 1


def test_incidents_stand_with_the_lever_that_their_words_name(plant: Sources) -> None:
    result = change(plant, project="P-1")
    assert "incident I-1 of 2026-04-01: pump broke" in lever(result, "Trust building")
    assert "I-2" not in said(result)
    cited = next(s for s in result.findings if s.text.startswith("Trust building"))
    assert "r-I-1" in cited.evidence


def test_the_workforce_and_the_money_are_told_and_what_is_missing_is_asked(plant: Sources) -> None:
    text = said(change(plant, project="P-1"))
    assert "that the output of Wear alerts (P-1) affects employees" in text
    assert "8% of the budget of Wear alerts (P-1) is for change, 80 EUR of 1,000 EUR." in text
    assert "to be asked: Whose tasks change" in text


def test_with_almost_no_records_the_levers_stand_with_questions(tmp_path: Path) -> None:
    result = change(write(tmp_path, metrics="", projects="id,name\n1,Churn\n"), project="Churn")
    text = said(result)
    assert "has no stage on record" in answers(result)[0]
    assert "Communication: the records show nothing of it. What to do, this tool proposes:" in text
    assert "The records do not say how people work with it" in text
    assert "The documents say nothing about these levers" in text
    assert "How much of the budget is for change is not on record." in text
    assert result.figures == ()


def test_a_unit_is_planned_for_from_its_projects(plant: Sources) -> None:
    result = change(plant, unit="plant")
    assert "The change in Plant is that of 1 project going on" in answers(result)[0]
    assert "1 of 1 project has no integration yet" in lever(result, "Workflow integration")
    with pytest.raises(ToolError, match="no unit 'Mine'"):
        change(plant, unit="Mine")


def test_an_unknown_project_is_asked_back_with_the_nearest(plant: Sources) -> None:
    with pytest.raises(ToolError) as error:
        change(plant, project="Wind farm")
    assert error.value.args


def test_rows_withheld_make_the_picture_partial(plant: Sources) -> None:
    for_all, for_board = change(plant, unit="Fleet"), change(plant, BOARD, unit="Fleet")
    assert for_all.hidden_rows == 1
    assert "the picture is partial" in said(for_all)
    assert "assessment of trust in Fleet is 2" not in said(for_all)
    assert "assessment of trust in Fleet is 2" in said(for_board)


def test_what_the_documents_advise_is_quoted_for_the_lever_it_is_about(tmp_path: Path) -> None:
    copilot = open_copilot(Settings(workspace=CORPUS, state_dir=tmp_path))
    result = change(copilot.sources, project="H-02")
    copilot.close()
    assert "the documents say: Show the reason beside the prediction." in lever(result, "Trust building")
    assert "the documents say: Train on real cases, in paid time." in lever(result, "Training and support")
    assert "Change the rota and the targets" in lever(result, "Incentive alignment")
    assert [e for e in result.evidence if e.kind == "passage"]
    assert unsupported(result) == []


@pytest.mark.parametrize("arguments", [{"project": "P-1"}, {"project": "P-2"}, {"unit": "Plant"}, {}])
def test_every_figure_stands_in_what_is_cited(plant: Sources, arguments: dict[str, str]) -> None:
    assert unsupported(change(plant, **arguments)) == []
