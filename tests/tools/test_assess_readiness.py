from __future__ import annotations

from datetime import date

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported

from copilot.errors import ToolError
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.assess_readiness.tool import Arguments, assess_readiness
from copilot.workspace import Workspace

ASSESSMENTS = (
    "unit,date,area,aspect,score,note\n"
    "Bank,2025-05-01,mlops,monitoring,2,\n"
    "Bank,2026-05-01,mlops,monitoring,3,Only two models are watched.\n"
    "Bank,2026-05-01,mlops,model_registry,4,\n"
    "Bank,2026-05-01,culture,learning,5,\n"
    "Shop,2026-05-02,mlops,monitoring,1,Nobody looks.\n"
)
PROJECTS = (
    "id,name,unit,stage,data_readiness,platform,integration,gate,budget,change_budget,adoption_plan\n"
    "P-1,Loans,Bank,production,8,shared,done,G3,1000,200,yes\n"
    "P-2,Churn,Bank,pilot,4,own,none,none,1000,100,no\n"
    "P-3,Drones,Shop,stopped,1,own,none,none,1000,0,no\n"
)
ROLES = (
    "unit,role,headcount,as_of\n"
    "Bank,Data Scientist,9,2025-01-01\nBank,Data Scientist,4,2026-01-01\n"
    "Bank,ML engineer,3,2026-01-01\nBank,Data engineers,2,2026-01-01\nBank,MLOps lead,1,2026-01-01\n"
    "Shop,change_manager,5,2026-01-01\n"
)
ALL = {"assessments": ASSESSMENTS, "projects": PROJECTS, "roles": ROLES}


def write(root, **tables) -> Sources:
    (root / "records").mkdir()
    for name, text in tables.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, date(2026, 6, 30))


def assess(sources, viewer=EVERYONE, **arguments):
    return assess_readiness(sources, viewer, Arguments(**arguments))


@pytest.fixture
def group(tmp_path):
    return write(tmp_path, **ALL)


def test_the_latest_score_of_each_unit_and_aspect_counts_and_is_compared_with_the_one_before(group):
    text = said(assess(group))
    assert "MLOps scores 2.7 of 5 from 3 assessed aspects of 2 units, up 1 on the assessment before on the 1" in text
    assert "lowest are monitoring with 2 and Shop with 1." in text


def test_the_weakest_link_comes_first_and_gets_the_next_step(group):
    result = assess(group)
    assert "the weakest link is MLOps with 2.7, the strongest culture with 5" in answers(result)[0]
    assert "The next step, at the weakest link, for MLOps" in said(result)


def test_what_the_assessor_saw_at_the_lowest_score_is_told_with_its_row(group):
    result = assess(group)
    lowest = next(s for s in result.findings if s.text.startswith("Lowest in MLOps"))
    assert lowest.text == "Lowest in MLOps is monitoring in Shop with 1: nobody looks."
    assert lowest.evidence[1].startswith("r-assessments-")


def test_staff_is_counted_by_the_words_of_the_latest_roles(group):
    assert "counts 6 data, machine-learning and MLOps engineers to 4 data scientists, 1.5 engineers" in said(
        assess(group)
    )


def test_facts_of_the_records_are_of_projects_that_go_on(group):
    text = said(assess(group))
    assert "The mean data readiness of 2 projects of all units that record it is 6 of 10; 1 of them is below" in text
    assert "1 of 2 projects of all units (50%) run on the shared platform." in text
    assert "15% of the budget of 2 projects of all units is for change, 300 of 2,000." in text


def test_an_area_without_assessment_is_scored_by_the_records_and_said(group):
    text = said(assess(group))
    assert "Infrastructure scores 3 of 5 by the records." in text
    assert "Not assessed: data readiness, infrastructure, governance and change." in text
    assert "In culture there is no assessment of Shop." in text


def test_a_project_is_judged_by_its_own_record_beside_its_unit(group):
    result = assess(group, project="churn")
    assert "The readiness of Churn (P-2) is" in answers(result)[0]
    assert "The data readiness of Churn (P-2) is 4 of 10, below the minimum of 6." in said(result)
    assert "Churn (P-2) has passed no approval gate." in said(result)
    assert "Infrastructure scores 1 of 5 by the records" in said(result)
    assert "r-P-2" in result.findings[0].evidence


def test_one_area_of_one_unit_is_told_by_aspect(group):
    result = assess(group, unit="the bank", area="ml ops")
    assert answers(result)[0].startswith("MLOps of Bank scores 3.5 of 5 from 2 assessed aspects")
    assert answers(result)[1] == "The aspects of MLOps, lowest first: monitoring 3 and model registry 4."
    assert [row[0] for row in result.tables[0].rows] == ["MLOps"]


def test_a_table_by_unit_and_a_chart_come_with_the_group(group):
    result = assess(group)
    assert [t.title for t in result.tables] == ["Readiness of the group", "Assessment by unit"]
    assert len(result.charts) == 1
    assert result.tables[1].rows == (("Bank", 3.5, 5.0), ("Shop", 1.0, None))


@pytest.mark.parametrize("names", [["assessments"], ["projects"], ["roles"], ["projects", "roles"]])
def test_it_answers_from_whatever_tables_there_are(tmp_path, names):
    result = assess(write(tmp_path, **{name: ALL[name] for name in names}))
    assert answers(result)
    assert unsupported(result) == []


@pytest.mark.parametrize("arguments", [{}, {"unit": "Bank"}, {"unit": "Shop"}, {"project": "P-1"}, {"area": "change"}])
def test_every_figure_stands_in_what_is_cited(group, arguments):
    assert unsupported(assess(group, **arguments)) == []
    if "unit" not in arguments and "project" not in arguments:
        assert unsupported(assess(open_sources(CORPUS), **arguments)) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unit": "mining"}, "There is no unit 'mining'"),
        ({"area": "weather"}, "There is no area 'weather'"),
        ({"project": "nothing like it"}, "There is no project"),
    ],
)
def test_an_unknown_name_gives_the_nearest(group, arguments, message):
    with pytest.raises(ToolError, match=message):
        assess(group, **arguments)


def test_without_any_table_the_call_is_wrong(tmp_path):
    with pytest.raises(ToolError, match="no assessments, no projects and no roles"):
        assess(write(tmp_path))


def test_hidden_rows_are_left_out_and_said():
    sources = open_sources(CORPUS)
    result = assess(sources)
    assert result.hidden_rows > 0
    assert "may not see" in said(result)
    assert assess(sources, BOARD).hidden_rows == 0


def test_the_order_of_the_rows_changes_no_sentence(tmp_path):
    texts = []
    for name, turn in (("a", False), ("b", True)):
        (tmp_path / name).mkdir()
        tables = {}
        for table, text in ALL.items():
            header, *rows = text.splitlines(keepends=True)
            tables[table] = header + "".join(sorted(rows, reverse=turn))
        texts.append([s.text for s in assess(write(tmp_path / name, **tables)).findings])
    assert texts[0] == texts[1]
