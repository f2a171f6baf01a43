from datetime import date
from pathlib import Path

import golden
import pytest
from record_sources import of_kind, unsupported, value, write_tables

from copilot.errors import KnowledgeError, ToolError
from copilot.sources import Sources
from copilot.tools.diagnose_scaling.tool import Arguments, diagnose_scaling
from copilot.tools.findings import quantities
from copilot.types import Finding, ToolResult, Viewer

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
    return write_tables(root, TODAY, config, **tables)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return sources(tmp_path_factory.mktemp("group"), projects=PROJECTS, stage_history=HISTORY)


def numbers(finding: Finding, name: str) -> list[float]:
    return [quantity.value for quantity in quantities(finding, name)]


def diagnose(where: Sources, viewer: Viewer | None = None, **arguments: object) -> ToolResult:
    return diagnose_scaling(where, viewer or Viewer(), Arguments.model_validate(arguments))


def test_the_conversion_is_counted_over_all_that_entered_the_pilot(group: Sources) -> None:
    result = diagnose(group)
    conversion = result.findings[0]
    assert (conversion.kind, conversion.role) == ("conversion", "headline")
    assert [value(conversion, name) for name in conversion.figures] == [5, 1, 0.2]
    assert conversion.values["stages"] == ("pilot", "stopped")
    assert numbers(conversion, "remaining") == [3, 1]
    (interval,) = of_kind(result, "interval")
    assert (round(value(interval, "low"), 3), round(value(interval, "high"), 3)) == (0.036, 0.624)
    (decided,) = of_kind(result, "decided")
    assert [value(decided, name) for name in ("decided", "reached", "ended")] == [2, 1, 1]


def test_a_cohort_counts_only_those_that_entered_the_pilot_since(group: Sources) -> None:
    result = diagnose(group, since="2025-06-01")
    conversion, stalled = result.findings[:2]
    assert conversion.values["since"] == date(2025, 6, 1)
    assert [value(conversion, name) for name in conversion.figures] == [3, 0, 0]
    assert stalled.kind == "not_beyond_pilot"
    assert [value(stalled, name) for name in ("stalled", "still", "late", "limit", "ended")] == [3, 2, 1, 180, 1]
    assert diagnose(group, since="2030-01-01").findings[0].kind == "no_pilots"


def test_stalled_are_those_in_pilot_for_more_than_180_days(group: Sources) -> None:
    result = diagnose(group)
    (stalled,) = of_kind(result, "stalled")
    assert [value(stalled, name) for name in ("stalled", "in_pilot", "limit")] == [2, 3, 180]
    table = next(t for t in result.tables if t.title == "Projects stalled in pilot")
    assert [row[0] for row in table.rows] == ["P-2", "P-3"]
    assert stalled.calculation is not None
    assert stalled.calculation.inputs[0].rows == (("P-2", "Churn", 668), ("P-3", "Chat", 303))


def test_each_cause_names_its_projects_and_a_remedy(group: Sources) -> None:
    result = diagnose(group)
    causes = {f.subject: f for f in of_kind(result, "cause")}
    assert {name: f.values["names"] for name, f in causes.items()} == {
        "No business owner": ("Churn (P-2)",),
        "No production budget": ("Churn (P-2)", "Chat (P-3)"),
        "Data not ready": ("Churn (P-2)",),
        "Not integrated": ("Churn (P-2)", "Chat (P-3)"),
        "No gate evidence": ("Churn (P-2)",),
        "No adoption plan": ("Churn (P-2)",),
        "Technology first": ("Churn (P-2)",),
        "Benefit only assumed": ("Churn (P-2)",),
    }
    owner, gate = causes["No business owner"], causes["No gate evidence"]
    assert [value(owner, name) for name in ("projects", "total", "share")] == [1, 2, 0.5]
    assert (value(owner, "shown_there"), value(owner, "in_production")) == (0, 2)
    assert owner.evidence[1:] == ("r-P-2",)
    assert causes["Not integrated"].values["kinds"] == ("none at all", "no more than a plan")
    assert gate.values["kinds"] == ("gate G1",)
    assert "below the G2 of most projects in pilot" in gate.text
    assert causes["Technology first"].values["kinds"] == ("at most 10% on change",)
    assert [f.subject for f in of_kind(result, "remedy")] == list(causes)
    assert [f.subject for f in of_kind(result, "cause_note")] == ["Technology first"]


def test_a_cause_can_be_opened_with_its_condition_and_what_each_project_records(group: Sources) -> None:
    cause = next(f for f in of_kind(diagnose(group), "cause") if f.subject == "Technology first")
    assert cause.calculation is not None
    assert "technology_share >= 0.85" in cause.calculation.query
    assert cause.calculation.inputs[0].columns == ("Project", "technology share", "change share")
    assert cause.calculation.inputs[0].rows == (("Churn (P-2)", 0.9, 0.08),)


def test_what_is_not_recorded_is_neither_a_cause_nor_its_absence(group: Sources) -> None:
    result = diagnose(group, since="2025-06-01")
    causes = next(t for t in result.tables if t.title.startswith("Causes"))
    unknown = {row[0]: row[3] for row in causes.rows}
    assert unknown["Data not ready"] == 1
    assert unknown["No adoption plan"] == 1
    (empty,) = of_kind(result, "empty_means_none")
    assert empty.values["columns"] == ("production budget", "business owner")


def test_more_than_six_projects_are_named_as_and_more(tmp_path: Path) -> None:
    rows = "".join(f"P-{n},Pilot {n},pilot,2025-01-01,\n" for n in range(10))
    where = sources(tmp_path, projects=f"id,name,stage,stage_since,business_owner\n{rows}P-x,X,idea,,Ann\n")
    (cause,) = of_kind(diagnose(where), "cause")
    assert len(cause.values["names"]) == 6
    assert value(cause, "more") == 4


CALLS = ({}, {"since": "2025-06-01"}, {"unit": "bank"}, {"unit": "shop"}, {"since": "2030-01-01"})


def test_its_sentences_are_those_of_the_golden_file(group: Sources, tmp_path_factory, rewrite_golden) -> None:
    calls = {str(arguments): diagnose(group, **arguments) for arguments in CALLS}
    calls["without a history"] = diagnose(sources(tmp_path_factory.mktemp("stages"), projects=PROJECTS))
    calls["names alone"] = diagnose(sources(tmp_path_factory.mktemp("names"), projects="id,name\nA,Alpha\n"))
    golden.check_supported("diagnose_scaling", calls, rewrite=rewrite_golden)


def test_hidden_projects_are_left_out_and_the_result_says_so(group: Sources) -> None:
    result = diagnose(group)
    assert result.hidden_rows == 1
    assert "Secret" not in result.model_dump_json()
    assert [f.role for f in of_kind(result, "hidden")] == ["caveat"]
    chair = diagnose(group, Viewer(name="chair", labels=frozenset({"board"})))
    assert value(chair.findings[0], "entered") == 6


def test_a_unit_or_a_condition_narrows_the_projects(group: Sources) -> None:
    shop = diagnose(group, unit="shop").findings[0]
    assert (shop.values["scope"], value(shop, "entered"), value(shop, "reached")) == (" of Shop", 3, 0)
    narrowed = diagnose(group, filters=[{"column": "gate", "value": "G2"}]).findings[0]
    assert (narrowed.values["scope"], value(narrowed, "entered")) == (" with gate G2", 2)


def test_an_unknown_unit_gives_the_nearest(group: Sources) -> None:
    with pytest.raises(ToolError) as error:
        diagnose(group, unit="mining")
    assert error.value.nearest


def test_without_a_history_the_stages_of_today_are_counted_and_nothing_more_is_claimed(tmp_path: Path) -> None:
    result = diagnose(sources(tmp_path, projects=PROJECTS))
    today = result.findings[0]
    assert today.kind == "stages_today"
    assert [value(today, name) for name in ("projects", "in_production", "in_pilot")] == [7, 2, 3]
    assert not of_kind(result, "interval")
    (stalled,) = of_kind(result, "stalled")
    assert (value(stalled, "stalled"), value(stalled, "in_pilot")) == (2, 3)
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
    today = result.findings[0].values
    assert (today["pilot"], today["production"]) == ("trial", "live")
    assert result.findings[1].kind == "undated_pilots"
    (untold,) = of_kind(result, "untold_causes")
    assert len(untold.values["causes"]) == 8
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
    (kinds,) = of_kind(diagnose(group), "scaling_kinds")
    assert kinds.values["kinds"] == ("horizontal", "vertical")
    assert numbers(kinds, "counts") == [1, 1]
    assert [value(kinds, name) for name in ("projects", "recorded", "unrecorded")] == [7, 2, 5]


def test_the_order_of_the_rows_changes_no_sentence(tmp_path: Path) -> None:
    header, *rows = PROJECTS.splitlines(keepends=True)
    turned = header + "".join(sorted(rows, reverse=True))
    first = diagnose(sources(tmp_path / "a", projects=PROJECTS, stage_history=HISTORY))
    second = diagnose(sources(tmp_path / "b", projects=turned, stage_history=HISTORY))
    assert [s.text for s in first.findings if s.role == "headline"] == [
        s.text for s in second.findings if s.role == "headline"
    ]
    assert first.tables == second.tables


CAUSE = """
causes:
  - name: No sponsor
    has: has no sponsor
    have: have no sponsor
    when: sponsor_name missing
    remedy: find one
"""


def test_a_workspace_replaces_the_causes_by_its_own(tmp_path: Path) -> None:
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "stall_causes.yaml").write_text(CAUSE)
    rows = "id,name,stage,sponsor_name\nA,Alpha,pilot,Ann\nB,Beta,pilot,\n"
    # What is empty may be unknown, unless the cause says that it means none.
    assert of_kind(diagnose(sources(tmp_path, projects=rows)), "cause") == []
    (tmp_path / "method" / "stall_causes.yaml").write_text(f"{CAUSE}    empty_means_none: true\n")
    (cause,) = of_kind(diagnose(sources(tmp_path, projects=rows)), "cause")
    assert (cause.subject, cause.values["names"]) == ("No sponsor", ("Beta (B)",))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (CAUSE.replace("sponsor_name", "sponsr"), "causes: 'No sponsor': when: .*there is no column 'sponsr'.*sponsor"),
        (CAUSE.replace("has no sponsor", "is below {minimum}"), "causes: 'No sponsor': has: there is no {minimum}"),
        (CAUSE.replace("    remedy: find one\n", ""), "causes: 'No sponsor': remedy: Field required"),
        ("causes: []\n", "causes: "),
    ],
)
def test_a_wrong_cause_is_refused_with_its_place(tmp_path: Path, written: str, problem: str) -> None:
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "stall_causes.yaml").write_text(written)
    where = sources(tmp_path, projects="id,name,stage,sponsor_name\nA,Alpha,pilot,Ann\n")
    with pytest.raises(KnowledgeError, match=problem):
        diagnose(where)


def test_asked_by_a_column_the_values_with_the_most_stalled_projects_come_first(group: Sources) -> None:
    result = diagnose(group, Viewer(labels=frozenset({"board"})), group_by="unit")
    first = result.findings[0]
    assert (first.kind, first.role) == ("stalled_by_group", "headline")
    assert (first.values["most"], value(first, "number"), value(first, "total")) == (("Bank",), 2, 3)
    assert (first.values["others"], numbers(first, "counts")) == (("Shop",), [1])
    assert [f.kind for f in result.findings if f.role == "headline"][1] == "conversion_by_unit"
    assert result.tables[0].rows == (("Bank", 2, 2), ("Shop", 1, 2))
    assert not unsupported(result)


def test_a_column_that_the_projects_do_not_have_is_answered_with_those_they_have(group: Sources) -> None:
    with pytest.raises(ToolError, match="no column 'country'; the nearest are"):
        diagnose(group, group_by="country")
