from __future__ import annotations

from datetime import date

import golden
import pytest
from record_sources import BOARD, EVERYONE, of_kind, open_sources, unsupported, value, write_tables

from copilot.errors import KnowledgeError, ToolError
from copilot.sources import Sources
from copilot.tools.assess_readiness.tool import Arguments, assess_readiness

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
    return write_tables(root, date(2026, 6, 30), **tables)


def assess(sources, viewer=EVERYONE, **arguments):
    return assess_readiness(sources, viewer, Arguments(**arguments))


@pytest.fixture(scope="module")
def group(tmp_path_factory):
    return write(tmp_path_factory.mktemp("group"), **ALL)


def area(result, name):
    (found,) = [f for f in of_kind(result, "area_score") if f.subject == name]
    return found


def test_the_latest_score_of_each_unit_and_aspect_counts_and_is_compared_with_the_one_before(group):
    mlops = area(assess(group), "mlops")
    assert round(value(mlops, "score"), 2) == 2.67
    assert [value(mlops, name) for name in ("aspects", "units", "change", "before")] == [3, 2, 1, 1]
    assert (mlops.values["direction"], mlops.values["lowest_aspect"], mlops.values["lowest_unit"]) == (
        "up", "monitoring", "Shop",
    )  # fmt: skip
    assert [value(mlops, name) for name in ("lowest_aspect_score", "lowest_unit_score")] == [2, 1]


def test_a_score_opens_to_the_assessments_it_is_the_mean_of(group):
    calculation = area(assess(group), "mlops").calculation
    assert "registered, released, monitored" in calculation.method
    assert calculation.inputs[0].rows[0] == ("Bank", "monitoring", 3.0, 2.0, "2026-05-01")


def test_the_weakest_link_comes_first_and_gets_the_next_step(group):
    result = assess(group)
    opening = result.findings[0]
    assert (opening.kind, opening.values["weakest"], opening.values["strongest"]) == (
        "readiness",
        ("MLOps",),
        "culture",
    )
    steps = of_kind(result, "next_step")
    assert (steps[0].subject, [step.values["is_weakest"] for step in steps]) == ("mlops", [True] + [False] * 5)


def test_what_the_assessor_saw_at_the_lowest_score_is_told_with_its_row(group):
    (lowest,) = of_kind(assess(group), "lowest_assessment")
    assert (lowest.values["aspect"], lowest.values["unit"], lowest.values["note"]) == (
        "monitoring", "Shop", "nobody looks",
    )  # fmt: skip
    assert lowest.evidence[1].startswith("r-assessments-")


def test_staff_is_counted_by_the_words_of_the_latest_roles(group):
    (staff,) = of_kind(assess(group), "staff_ratio")
    assert [value(staff, name) for name in ("engineers", "scientists", "ratio")] == [6, 4, 1.5]
    assert ("Shop", "change_manager", 5.0, "neither") in staff.calculation.inputs[0].rows


def test_facts_of_the_records_are_of_projects_that_go_on(group):
    result = assess(group)
    (data,) = of_kind(result, "criterion_level")
    assert [value(data, name) for name in ("projects", "level", "below", "minimum")] == [2, 6, 1, 6]
    platform = of_kind(result, "share_of_projects")[0]
    assert [value(platform, name) for name in ("good", "projects", "share")] == [1, 2, 0.5]
    assert platform.calculation.inputs[0].rows == (("shared", 1), ("own", 1))
    (budget,) = of_kind(result, "change_budget")
    assert [value(budget, name) for name in ("share", "change", "budget", "projects")] == [0.15, 300, 2000, 2]


def test_an_area_without_assessment_is_scored_by_the_records_and_said(group):
    result = assess(group)
    infrastructure = area(result, "infrastructure")
    assert (value(infrastructure, "score"), infrastructure.values["by_records"]) == (3, True)
    assert of_kind(result, "unassessed_areas")[0].values["areas"] == (
        "data readiness", "infrastructure", "governance", "change",
    )  # fmt: skip
    assert of_kind(result, "unassessed_parts")[0].values == {"areas": ("culture",), "parts": ("Shop",)}


def test_a_project_is_judged_by_its_own_record_beside_its_unit(group):
    result = assess(group, project="churn")
    assert result.findings[0].values["of"] == "Churn (P-2)"
    (data,) = of_kind(result, "criterion_level")
    assert (value(data, "level"), data.values["is_below"]) == (4, True)
    assert {f.values["column"]: f.values["value"] for f in of_kind(result, "cell")} == {
        "platform": "own", "integration": "none", "gate": "none", "adoption plan": "no",
    }  # fmt: skip
    infrastructure = area(result, "infrastructure")
    assert (value(infrastructure, "score"), infrastructure.values["by_records"]) == (1, True)
    assert "r-P-2" in result.findings[0].evidence


def test_one_area_of_one_unit_is_told_by_aspect(group):
    result = assess(group, unit="the bank", area="ml ops")
    mlops, aspects = result.findings[:2]
    assert (value(mlops, "score"), value(mlops, "aspects"), mlops.values["of"]) == (3.5, 2, "Bank")
    assert (aspects.role, aspects.values["aspects"]) == ("headline", ("monitoring", "model registry"))
    assert [row[0] for row in result.tables[0].rows] == ["MLOps"]


def test_a_table_by_unit_and_a_chart_come_with_the_group(group):
    result = assess(group)
    assert [t.title for t in result.tables] == ["Readiness of the organisation", "Assessment by unit"]
    assert len(result.charts) == 1
    assert result.tables[1].rows == (("Bank", 3.5, 5.0), ("Shop", 1.0, None))


def test_the_whole_is_called_by_the_name_of_the_organisation(group, hospital):
    assert assess(group).findings[0].values["of"] == "the organisation"
    assert assess(hospital).findings[0].values["of"] == "Halden Care"


SAFETY = """
deviation: 0.5
staff: {engineers: [lead], scientists: [scientist], engineers_label: leads}
next_step: ask who owns it
areas:
  - name: Clinical Safety
    meaning: whether clinicians supervise it
    facts:
      - {column: platform, bad: [own], says: are supervised, has: "is supervised on {value}", lacks: is alone}
      - staff_ratio
    next_step: name a clinician
"""


def test_a_workspace_may_bring_areas_facts_and_steps_of_its_own(tmp_path):
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "readiness.yaml").write_text(SAFETY)
    result = assess(write(tmp_path, **ALL))
    # What is assessed and not listed is scored too, with the general step.
    assert [row[0] for row in result.tables[0].rows] == ["clinical safety", "mlops", "culture"]
    assert value(area(result, "clinical_safety"), "score") == 3
    assert {f.subject: f.values["step"] for f in of_kind(result, "next_step")} == {
        "clinical_safety": "name a clinician", "mlops": "ask who owns it", "culture": "ask who owns it",
    }  # fmt: skip
    assert value(of_kind(result, "staff_ratio")[0], "engineers") == 1
    one = assess(open_sources(tmp_path), project="P-1")
    assert of_kind(one, "cell")[0].values["says"] == "is supervised on {value}"
    assert unsupported(result) == unsupported(one) == []


def test_a_wrong_method_is_named_with_what_is_wrong(tmp_path):
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "readiness.yaml").write_text("areas: [{name: a, facts: [wombat]}]")
    with pytest.raises(
        KnowledgeError, match=r"readiness.yaml: areas: 'a': facts: number 1: name: Input should be 'data_criterion'"
    ):
        assess(write(tmp_path, **ALL))


@pytest.mark.parametrize("names", [["assessments"], ["projects"], ["roles"], ["projects", "roles"]])
def test_it_answers_from_whatever_tables_there_are(tmp_path, names):
    result = assess(write(tmp_path, **{name: ALL[name] for name in names}))
    assert result.findings[0].role == "headline"
    assert unsupported(result) == []


CALLS = (
    {}, {"unit": "Bank"}, {"unit": "Shop"}, {"project": "P-1"}, {"project": "P-2"}, {"area": "change"},
    {"area": "mlops"}, {"project": "P-2", "area": "infrastructure"},
)  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(group, rewrite_golden):
    golden.check_supported("assess_readiness", {str(a): assess(group, **a) for a in CALLS}, rewrite=rewrite_golden)


@pytest.mark.parametrize("arguments", [{}, {"area": "change"}, {"area": "mlops"}], ids=str)
def test_every_figure_stands_in_what_is_cited(hospital, arguments):
    assert unsupported(assess(hospital, **arguments)) == []


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


def test_hidden_rows_are_left_out_and_said(hospital):
    result = assess(hospital)
    assert result.hidden_rows > 0
    assert of_kind(result, "hidden")[0].role == "caveat"
    assert assess(hospital, BOARD).hidden_rows == 0


def test_the_order_of_the_rows_changes_no_sentence(tmp_path):
    texts = []
    for name, turn in (("a", False), ("b", True)):
        tables = {}
        for table, text in ALL.items():
            header, *rows = text.splitlines(keepends=True)
            tables[table] = header + "".join(sorted(rows, reverse=turn))
        texts.append([s.text for s in assess(write(tmp_path / name, **tables)).findings])
    assert texts[0] == texts[1]
