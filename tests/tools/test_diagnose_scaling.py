from datetime import date
from pathlib import Path

import pytest
from record_sources import said, unsupported

from copilot.errors import ToolError
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.diagnose_scaling.tool import Arguments, diagnose_scaling
from copilot.types import ToolResult, Viewer
from copilot.workspace import Workspace

TODAY = date(2026, 10, 31)
PROJECTS = (
    "id,name,unit,stage,stage_since,business_owner,production_budget,data_readiness,integration,adoption_plan,"
    "gate,budget,technology_budget,change_budget,expected_basis,realised_basis,scaling,label\n"
    "P-1,Loan scoring,Bank,production,2025-11-01,Ann,100,8,done,yes,G3,1000,600,300,"
    "estimated,measured,horizontal,\n"
    "P-2,Churn,Bank,pilot,2025-01-01,,,4,none,no,G1,1000,900,80,assumed,,,\n"
    "P-3,Chat,Shop,pilot,2026-01-01,Bob,,7,planned,yes,G2,1000,700,250,estimated,,vertical,\n"
    "P-4,Vision,Shop,pilot,2026-10-01,Cy,50,7,done,yes,G2,1000,700,250,estimated,,,\n"
    "P-5,Drones,Shop,stopped,2026-05-01,,,,,,,,,,,,,\n"
    "P-6,Idea box,Bank,idea,2026-09-01,,,,,,none,,,,,,,\n"
    "P-7,Old engine,Bank,production,2020-01-01,Di,80,9,done,yes,G4,1000,600,300,,measured,,\n"
    "P-8,Secret,Bank,pilot,2025-01-01,,,1,none,no,none,1000,950,10,assumed,,,board\n"
)
HISTORY = (
    "project_id,stage,entered,left\n"
    "P-1,pilot,2025-01-01,2025-11-01\nP-1,production,2025-11-01,\n"
    "P-2,idea,2024-06-01,2025-01-01\nP-2,pilot,2025-01-01,\n"
    "P-3,pilot,2026-01-01,\nP-4,pilot,2026-10-01,\n"
    "P-5,pilot,2026-01-01,2026-05-01\nP-5,stopped,2026-05-01,\n"
    "P-6,idea,2026-09-01,\nP-7,production,2020-01-01,\nP-8,pilot,2025-01-01,\n"
)


def sources(root: Path, config: str = "labels: [board]\n", **tables: str) -> Sources:
    folder = root / "records"
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "workspace.yaml").write_text(config, encoding="utf-8")
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, TODAY)


@pytest.fixture
def group(tmp_path: Path) -> Sources:
    return sources(tmp_path, projects=PROJECTS, stage_history=HISTORY)


def diagnose(where: Sources, viewer: Viewer | None = None, **arguments: object) -> ToolResult:
    return diagnose_scaling(where, viewer or Viewer(), Arguments.model_validate(arguments))


def test_the_conversion_is_counted_over_all_that_entered_the_pilot(group: Sources) -> None:
    result = diagnose(group)
    assert result.findings[0].role == "headline"
    assert result.findings[0].text == (
        "Of 5 projects that entered pilot, 1 (20.0%) has reached production; 3 are still in pilot and 1 is stopped."
    )
    assert "a 95% interval from 3.6% to 62.4% (Wilson score, 5 cases)" in said(result)
    assert "Of the 2 whose outcome is decided, 1 reached production and 1 ended before it" in said(result)


def test_a_cohort_counts_only_those_that_entered_the_pilot_since(group: Sources) -> None:
    result = diagnose(group, since="2025-06-01")
    assert result.findings[0].text == (
        "Of 3 projects that entered pilot since 2025-06-01, 0 (0.0%) have reached production; "
        "2 are still in pilot and 1 is stopped."
    )
    assert "3 of them have not got beyond pilot: 2 are still there, 1 of these for more than 180 days" in said(result)
    assert "No project has entered pilot since 2030-01-01." in said(diagnose(group, since="2030-01-01"))


def test_stalled_are_those_in_pilot_for_more_than_180_days(group: Sources) -> None:
    result = diagnose(group)
    assert "2 of the 3 projects in pilot are stalled, that is, there for more than 180 days" in said(result)
    stalled = next(t for t in result.tables if t.title == "Projects stalled in pilot")
    assert [row[0] for row in stalled.rows] == ["P-2", "P-3"]


def test_each_cause_names_its_projects_and_a_remedy(group: Sources) -> None:
    found = said(diagnose(group))
    assert "1 of the 2 projects stalled in pilot (50%) has no business owner: Churn (P-2)" in found
    assert "2 of the 2 projects stalled in pilot (100%) have no production budget: Churn (P-2) and Chat (P-3)" in found
    assert "has a data readiness below 6: Churn (P-2)" in found
    assert "among them 1 with none at all and 1 with no more than a plan" in found
    assert "no gate or one below the G2 of most projects in pilot: Churn (P-2); among them 1 with gate G1" in found
    assert "has no adoption plan: Churn (P-2)" in found
    assert (
        "spends most on technology and little on change: Churn (P-2); among them 1 with at most 10% on change" in found
    )
    assert "has neither a measured nor an estimated benefit: Churn (P-2)" in found
    assert "of the projects in production it is 0 of 2" in found
    assert "Against no business owner: name one person" in found


def test_what_is_not_recorded_is_neither_a_cause_nor_its_absence(group: Sources) -> None:
    result = diagnose(group, since="2025-06-01")
    causes = next(t for t in result.tables if t.title.startswith("Causes"))
    unknown = {row[0]: row[3] for row in causes.rows}
    assert unknown["Data not ready"] == 1
    assert unknown["No adoption plan"] == 1
    assert "read as none; the records cannot tell it from a cell nobody filled in" in said(result)


def test_more_than_six_projects_are_named_as_and_more(tmp_path: Path) -> None:
    rows = "".join(f"P-{n},Pilot {n},pilot,2025-01-01,\n" for n in range(10))
    where = sources(tmp_path, projects=f"id,name,stage,stage_since,business_owner\n{rows}P-x,X,idea,,Ann\n")
    assert "Pilot 5 (P-5) and 4 more" in said(diagnose(where))


def test_every_figure_of_a_sentence_is_in_the_evidence_it_cites(group: Sources) -> None:
    for arguments in (
        {},
        {"since": "2025-06-01"},
        {"unit": "bank"},
        {"unit": "shop"},
        {"since": "2030-01-01"},
    ):
        assert unsupported(diagnose(group, **arguments)) == []


def test_hidden_projects_are_left_out_and_the_result_says_so(group: Sources) -> None:
    result = diagnose(group)
    assert result.hidden_rows == 1
    assert "Secret" not in result.model_dump_json()
    assert any(s.role == "caveat" and "may not see" in s.text for s in result.findings)
    chair = diagnose(group, Viewer(name="chair", labels=frozenset({"board"})))
    assert chair.findings[0].text.startswith("Of 6 projects that entered pilot, 1 (16.7%)")


def test_a_unit_or_a_condition_narrows_the_projects(group: Sources) -> None:
    assert "Of 3 projects of Shop that entered pilot, 0 (0.0%)" in said(diagnose(group, unit="shop"))
    narrowed = diagnose(group, filters=[{"column": "gate", "value": "G2"}])
    assert narrowed.findings[0].text.startswith("Of 2 projects with gate G2 that entered pilot")


def test_an_unknown_unit_gives_the_nearest(group: Sources) -> None:
    with pytest.raises(ToolError) as error:
        diagnose(group, unit="mining")
    assert error.value.nearest


def test_without_a_history_the_stages_of_today_are_counted_and_nothing_more_is_claimed(
    tmp_path: Path,
) -> None:
    result = diagnose(sources(tmp_path, projects=PROJECTS))
    assert result.findings[0].text == (
        "Of 7 projects with a recorded stage, 2 are in production today and 3 in pilot; without a history of "
        "stages "
        "their conversion cannot be told."
    )
    assert "Wilson" not in said(result)
    assert "2 of the 3 projects in pilot are stalled" in said(result)
    funnel = result.tables[0]
    assert [row[1] for row in funnel.rows] == [None] * 7
    assert sum(int(str(row[2])) for row in funnel.rows) == 7


def test_a_foreign_table_with_few_columns_says_what_cannot_be_told(tmp_path: Path) -> None:
    result = diagnose(
        sources(
            tmp_path,
            "stages: [plan, trial, live, retired]\n",
            projects="id,name,stage\nA,A,trial\nB,B,live\n",
        )
    )
    assert "1 is in live today and 1 in trial" in said(result)
    assert "is not recorded, so all of them are looked at as if stalled" in said(result)
    assert "hold nothing to judge these causes by: no business owner, no production budget" in said(result)
    assert unsupported(result) == []


@pytest.mark.parametrize("text", ["id,name\nA,Alpha\n", "id,stage\n", "id,name,stage\nA,Alpha,unheard of\n"])
def test_a_table_without_usable_stages_is_answered_and_no_error(tmp_path: Path, text: str) -> None:
    result = diagnose(sources(tmp_path, projects=text))
    assert result.findings[0].role == "headline"
    assert unsupported(result) == []


def test_without_a_projects_table_the_call_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no table of projects"):
        diagnose(sources(tmp_path))


def test_the_kinds_of_scaling_are_counted(group: Sources) -> None:
    assert (
        "Of 7 projects, 2 record how they scale: 1 by horizontal scaling and 1 by vertical scaling; "
        "5 record nothing." in said(diagnose(group))
    )


def test_the_order_of_the_rows_changes_no_sentence(tmp_path: Path) -> None:
    header, *rows = PROJECTS.splitlines(keepends=True)
    turned = header + "".join(sorted(rows, reverse=True))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = diagnose(sources(tmp_path / "a", projects=PROJECTS, stage_history=HISTORY))
    second = diagnose(sources(tmp_path / "b", projects=turned, stage_history=HISTORY))
    assert [s.text for s in first.findings if s.role == "headline"] == [
        s.text for s in second.findings if s.role == "headline"
    ]
    assert first.tables == second.tables
