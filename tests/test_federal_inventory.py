"""A real inventory that nobody here wrote, loaded by a mapping, held against pandas on the raw file."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from copilot.records.store import Filter, Records, RecordView
from copilot.sources import Sources
from copilot.tools.check_governance import tool as check_governance
from copilot.tools.diagnose_scaling import tool as diagnose_scaling
from copilot.tools.draft_memo import tool as draft_memo
from copilot.tools.find_projects import tool as find_projects
from copilot.tools.prioritize_projects import tool as prioritize_projects
from copilot.tools.recommend_operating_model import tool as recommend_operating_model
from copilot.types import ToolResult, Viewer
from copilot.upkeep.checking import check
from copilot.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "federal-inventory"
FILE = "2024_consolidated_ai_inventory_raw_v2.csv"
DATA = ROOT.parent / "shared" / "data" / "federal-inventory-2024" / FILE

pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the inventory is not on this machine")

STAGES = {
    "Initiated": "initiated", "Planned": "initiated", "Ideation": "initiated",
    "Acquisition and/or Development": "development", "Implementation and Assessment": "implementation",
    "Operation and Maintenance": "operation", "In production": "operation", "In mission": "operation",
    "Retired": "retired", "Research or Administrative Action Complete": "retired",
}  # fmt: skip
IMPACTS = {"rights-impacting": "rights", "safety-impacting": "safety", "both": "rights; safety", "neither": "neither"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("inventory")
    (root / "records").mkdir()
    shutil.copy(EXAMPLE / "workspace.yaml", root)
    shutil.copy(EXAMPLE / "mapping.yaml", root / "records")
    shutil.copy(DATA, root / "records")
    return Workspace.open(root)


@pytest.fixture(scope="module")
def sources(workspace: Workspace) -> Sources:
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


@pytest.fixture(scope="module")
def view(sources: Sources) -> RecordView:
    return sources.records.view(Viewer())


@pytest.fixture(scope="module")
def raw() -> object:
    pandas = pytest.importorskip("pandas")
    table = pandas.read_csv(DATA, encoding="cp1252", dtype=str, keep_default_na=False)
    return table.apply(lambda column: column.map(lambda text: " ".join(text.split())))


def counts(view: RecordView, column: str) -> dict[object, object]:
    return {row[column]: row["count"] for row in view.aggregate("projects", [column])}


def told(texts) -> dict[object, int]:  # type: ignore[no-untyped-def]
    """How often each text occurs, an empty one as None."""
    return {text or None: int(count) for text, count in texts.value_counts().items()}


def test_the_stages_are_counted_as_in_the_file(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    assert counts(view, "stage") == told(raw["Stage of Development"].map(lambda text: STAGES.get(text, "")))


def test_the_agencies_are_counted_as_in_the_file(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    assert counts(view, "unit") == told(raw["Agency"])
    live = raw[raw["Stage of Development"].isin([s for s, ours in STAGES.items() if ours == "operation"])]
    groups = view.aggregate("projects", ["unit"], filters=[Filter(column="stage", value="operation")])
    assert {row["unit"]: row["count"] for row in groups} == told(live["Agency"])


def test_the_topics_are_counted_as_in_the_file(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    def ours(text: str) -> str:
        starts = ("Mission-Enabling", "Government Services")
        return next((start for start in starts if text.startswith(start)), text)

    assert counts(view, "domain") == told(raw["Use Case Topic Area"].map(ours))


def test_impact_and_the_risk_read_from_it_are_counted_as_in_the_file(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    column = next(name for name in raw.columns if name.startswith("Is the AI use case rights-impacting"))
    expected = told(raw[column].map(lambda text: IMPACTS.get(text.lower(), text and "not assessed")))
    assert counts(view, "impact") == expected
    assert counts(view, "risk")[9.0] == expected["rights; safety"]
    assert counts(view, "risk")[8.0] == expected["rights"] + expected["safety"]


def test_the_years_are_counted_as_in_the_file(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    pandas = pytest.importorskip("pandas")
    days = pandas.to_datetime(raw["Date Initiated"], format="%m/%d/%Y", errors="coerce").dropna()

    def year(day: date) -> int:
        # A bare year that a spreadsheet took for the count of days since the end of 1899.
        return day.year if day.year >= 1910 else (day - date(1899, 12, 30)) // timedelta(days=1)

    expected = days.dt.date.map(year).value_counts()
    years = [str(row["started"])[:4] for row in view.select("projects", [Filter(column="started", op="present")])]
    assert {text: years.count(text) for text in set(years)} == {str(y): int(n) for y, n in expected.items()}


def test_every_row_has_a_key_of_its_own_and_the_check_finds_no_error(workspace: Workspace, view: RecordView) -> None:
    rows = view.select("projects", columns=["id"])
    assert (len(rows), len({row["id"] for row in rows}), rows[0]["id"]) == (2133, 2133, "U-0002")
    assert [str(finding) for finding in check(workspace.root) if finding.severity == "error"] == []


def test_columns_that_are_not_ours_can_still_be_asked_for(view: RecordView, raw) -> None:  # type: ignore[no-untyped-def]
    column = "Does this project include custom-developed code?"
    yes = view.aggregate("projects", filters=[Filter(column=column, value="yes")])
    assert yes == [{"count": int((raw[column] == "Yes").sum())}]


def test_twenty_questions_of_an_oversight_officer_are_answered_as_pandas_counts(sources: Sources, raw) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("pandas")
    from federal_questions import questions

    wrong = {}
    for question in questions(raw):
        call = find_projects.Arguments.model_validate(question.arguments)
        result = find_projects.find_projects(sources, Viewer(), call)
        if isinstance(question.expected, dict | set):
            # The table has every group, the largest first.
            groups = {str(row[0]): row[1] for row in result.tables[0].rows[: question.arguments.get("limit")]}
            answer = (
                {k: groups.get(k) for k in question.expected} if isinstance(question.expected, dict) else set(groups)
            )
        else:
            headline = next(finding for finding in result.findings if finding.role == "headline")
            answer = headline.values[headline.figures[0]].value
        if answer != question.expected:
            wrong[question.text] = (answer, question.expected)
    assert wrong == {}


def text(result: ToolResult) -> str:
    return "\n".join(statement.text for statement in result.findings)


def test_projects_in_operation_by_unit_are_told_as_in_the_file(sources: Sources, raw) -> None:  # type: ignore[no-untyped-def]
    live = raw[raw["Stage of Development"].map(lambda text: STAGES.get(text)) == "operation"]
    asked = {"filters": [{"column": "stage", "value": "operation"}], "group_by": ["unit"]}
    call = find_projects.Arguments.model_validate(asked)
    result = find_projects.find_projects(sources, Viewer(), call)
    assert {row[0]: row[1] for row in result.tables[0].rows} == told(live["Agency"])
    assert result.findings[0].text == f"{len(live):,} of 2,133 projects are in operation."


def test_what_is_not_deployed_is_ranked_and_the_missing_criteria_are_named(sources: Sources, raw) -> None:  # type: ignore[no-untyped-def]
    call = prioritize_projects.Arguments(draws=200)
    result = prioritize_projects.prioritize_projects(sources, Viewer(), call)
    stages = raw["Stage of Development"].map(lambda text: STAGES.get(text, ""))
    waiting = int((~stages.isin(["operation", "retired"])).sum())
    assert f"of {waiting:,} projects that are not yet in production" in result.findings[0].text
    assert "No candidate records business value, feasibility, time to value or strategic importance" in text(result)
    by_id = {f"U-{row + 2:04}": stage for row, stage in enumerate(stages)}
    assert not {by_id[str(row[1])] for row in result.tables[0].rows} & {"operation", "retired"}


def test_the_funnel_counts_the_stages_and_claims_no_conversion(sources: Sources, raw) -> None:  # type: ignore[no-untyped-def]
    result = diagnose_scaling.diagnose_scaling(sources, Viewer(), diagnose_scaling.Arguments())
    stages = told(raw["Stage of Development"].map(lambda text: STAGES.get(text, "")))
    assert {row[0]: row[2] for row in result.tables[0].rows} == {k: n for k, n in stages.items() if k}
    assert "without a history of stages their conversion cannot be told" in result.findings[0].text


def test_governance_rules_are_mostly_unknown_and_the_facts_to_ask_for_are_listed(sources: Sources) -> None:
    shutil.copy(ROOT / "knowledge" / "gates.yaml", sources.workspace.root)
    try:
        result = check_governance.check_governance(sources, Viewer(), check_governance.Arguments())
    finally:
        (sources.workspace.root / "gates.yaml").unlink()
    assert "Most of it is not known" in text(result)
    assert "the facts to ask for most often" in text(result)
    assert result.tables[-1].title == "Facts to ask for"


def test_the_operating_model_is_advised_from_what_the_inventory_holds_and_the_rest_is_asked(sources: Sources) -> None:
    arguments = recommend_operating_model.Arguments()
    result = recommend_operating_model.recommend_operating_model(sources, Viewer(), arguments)
    rows = {row[0]: row for row in result.tables[-1].rows}
    assert rows["Units with a project in production"][1] == "33 of 41 units have a project in production"
    assert rows["AI specialists"][1] == "The records do not say."
    assert "to be asked" in result.render()
    assert "not firm" in result.findings[0].text


def test_a_memo_recommends_nothing_on_two_of_six_criteria_and_says_what_to_record(sources: Sources) -> None:
    memo = draft_memo.draft(sources, Viewer(), draft_memo.Arguments(top=8))
    assert {call.verdict for call in memo.calls} == {"unknown"}
    said = [line.text for section in memo.sections for line in section.lines]
    assert said[0].startswith("Nothing about this is firm.")
    assert any(
        "With estimates of business value, feasibility, time to value and strategic importance" in t for t in said
    )
    assert memo.warnings == ()
