from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from copilot.records.catalogue import Metric
from copilot.records.importing import TableMapping
from copilot.records.schema import TABLES
from copilot.tools.readiness import ReadinessMethod
from copilot.upkeep.checking import check
from copilot.workspace import Criterion, Thresholds, WorkspaceConfig

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "fixtures" / "corpus"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(root: Path, files: dict[str, str]) -> list[str]:
    write(root, files)
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize("workspace", [CORPUS, ROOT / "knowledge"])
def test_our_own_workspaces_have_nothing_to_correct(workspace: Path) -> None:
    told = [f.message for f in check(workspace) if f.severity != "info"]
    # The shipped playbook suggests weights to start with; the group has agreed on others.
    assert [message for message in told if "playbook/prioritization-criteria.md" not in message] == []


@pytest.mark.parametrize(
    "files",
    [
        {"notes/one.md": "# One\n\nSome text.\n"},
        {"records/projects.csv": "id,name\nA,One\n"},
        {"records/projects.csv": "id,name\nA,One\n", "workspace.yaml": "organisation: X\ncurrency: EUR\n"},
    ],
)
def test_documents_alone_or_records_alone_are_a_workspace(tmp_path: Path, files: dict[str, str]) -> None:
    assert found(tmp_path, files) == []


def test_an_empty_folder_holds_nothing_to_answer_from(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == [
        f"error: {tmp_path.name}: The folder holds no document and no records. "
        "Put Markdown files into it, or CSV files into records/."
    ]


RULE = """
rules:
  - {{id: tested, title: A test is on record, instrument: Policy, severity: blocking, from_stage: production,
     requires: {requires}, validity_days: {days}, clauses: [{{document: policies/tests.md, clause: "2.1"}}]}}
  - {{id: planned, title: A part is planned, instrument: Policy, severity: warning, from_stage: pilot,
     applies: budget >= {budget}, requires: change_share >= {share},
     clauses: [{{document: policies/tests.md, clause: "2.2"}}]}}
"""
POLICY = (
    "---\ntitle: Tests\neffective: 2026-01-01\n---\n# Tests\n\n## 2 When\n\n"
    "**2.1** Every system is tested every 6 months, and a lapse is mended within 30 days.\n\n"
    "**2.2** Of a budget of EUR 500,000 or more, 20 per cent is planned for change.\n"
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"days": 213}, []),
        (
            {"days": 365},
            ["'tested' asks for 365 days, and clause 2.1 of {} states 6 months and 30 days"],
        ),
        ({"share": 0.25}, ["'planned' asks for 25 percent, and clause 2.2 of {} states 20 per cent"]),
        (
            {"budget": 250_000},
            ["'planned' asks for 250,000 EUR, and clause 2.2 of {} states EUR 500,000"],
        ),
    ],
)
def test_a_clause_that_states_another_figure_than_its_rule_is_told(
    tmp_path: Path, changed: dict[str, float], told: list[str]
) -> None:
    figures = {"days": 183, "budget": 500_000, "share": 0.2, "requires": "fairness_tested_on in_force", **changed}
    files = {"gates.yaml": RULE.format(**figures), "policies/tests.md": POLICY, "workspace.yaml": "currency: EUR\n"}
    issues = found(tmp_path, {**files, "records/projects.csv": "id,name,budget,change_budget\nA,One,5,1\n"})
    assert issues == [
        f"warning: gates.yaml: The rule {each.format('policies/tests.md')}. Correct whichever of the two is wrong."
        for each in told
    ]


def test_a_stage_of_production_that_only_its_place_tells_is_pointed_out(tmp_path: Path) -> None:
    files = {"workspace.yaml": "stages: [open, done]\n", "records/projects.csv": "id,name,stage\nA,One,done\n"}
    assert [issue.partition(";")[0] for issue in found(tmp_path, files)] == [
        "info: workspace.yaml: No stage is called production or means it"
    ]
    means = "stages: [open, {name: done, means: production, synonyms: [finished]}]\n"
    assert found(tmp_path, {"workspace.yaml": means, "records/projects.csv": "id,name,stage\nA,One,Finished\n"}) == []


PROJECTS = (
    "id,name,stage,started,budget,risk,feasibility_low,feasibility,feasibility_high,"
    "depends_on,affects,label"
    """
A,One,pilot,2026-13-01,much,11,5,4,6,B; C,customers,
B,,Pilots,2026-01-01,5,3,,,,,martians,secret
a,Three,live,,,,,,,,,
"""
)


@pytest.mark.parametrize(
    "told",
    [
        "warning: row 2, column started: '2026-13-01' is not a date such as 2026-03-31.",
        "warning: row 2, column budget: 'much' is not a number.",
        "warning: row 2, column risk: 11 lies outside the scale from 1 to 10.",
        "warning: row 2, column feasibility: The low, likely and high estimates are 5, 4, 6,",
        "warning: row 2, column depends_on: 'C' is not in projects.id.",
        "warning: column name: 1 of 3 rows have nothing there (row 3).",
        "warning: row 3, column stage: 'Pilots' is not one of the values of stage.",
        "warning: row 3, column affects: 'martians' is not one of the values of affects.",
        "warning: row 3, column label: The label 'secret' is not under labels",
        "error: row 4, column id: 'a' is used by an earlier row too.",
        "warning: row 4, column stage: 'live' is not one of the values of stage.",
    ],
)
def test_each_fault_of_a_table_is_told_with_its_place(tmp_path: Path, told: str) -> None:
    texts = found(tmp_path, {"records/projects.csv": PROJECTS})
    assert any(text.replace("records/projects.csv, ", "").startswith(told) for text in texts), texts


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"records/models.csv": "id,nam\nM,x\n"}, "row 1, column name: The column name is missing."),
        ({"records/models.csv": "id,name,purpos\nM,x,y\n"}, "column purpos: purpos is not a known column"),
        ({"records/models.csv": "id,name,project_id\nM,x,P\n"}, "column project_id: It refers to projects,"),
        ({"records/models.csv": "id,name\nM,x,y,z\n"}, "row 2: The row has more or fewer cells"),
        ({"records/models.csv": ""}, "records/models.csv: row 1 must hold the column names"),
        ({"records/roles.csv": "unit,role,headcount\nA,b,c\n"}, "records/roles.csv, row 2, column headcount"),
        ({"records/suppliers.csv": "a,b\n1,2\n"}, "suppliers is not one of the known tables"),
        ({"records/mapping.yaml": "tables: {projects: {sources: a}}"}, "mapping.yaml: tables.projects.source"),
        ({"records/mapping.yaml": "tables: {projects: {source: a.csv}}"}, "there is no file 'a.csv'"),
        ({"workspace.yaml": "currency: EUR\nfiscal_year: 4\n"}, "workspace.yaml: fiscal_year: Extra"),
        ({"workspace.yaml": "organisation: [\n"}, "error: workspace.yaml: line 2, column 1: "),
        ({"workspace.yaml": "default_viewer: chair\n"}, "The default viewer 'chair' is not under viewers."),
        ({"workspace.yaml": "viewers: {chair: {labels: [board]}}\n"}, "holds the label 'board'"),
        ({"metrics.yaml": "metrics: {m: {unit: share}}"}, "metrics.m.table: there is no table"),
        ({"metrics.yaml": "metrics: {m: {units: share}}"}, "metrics.m.units: Extra inputs"),
        ({"gates.yaml": "rules: [{id: a}]"}, "error: gates.yaml: rule 'a': instrument: Field required."),
        ({"gates.yaml": "gates: [{id: Board}]\nrules: []", "records/projects.csv": "id,name,gate\nA,x,Bord\n"},
         "'Bord' is not one of the values of gate. Use one of none, Board, or list it under gates in gates.yaml."),
        ({"method/readiness.yaml": "areas: []"},
         "error: method/readiness.yaml: areas: Tuple should have at least 1 item"),
        ({"method/readiness.yaml": "areas: [{name: a}, {name: A}]"}, "the area 'a' is listed twice"),
        ({"method/readiness.yaml": "areas: [{name: a, facts: [{column: gate, says: x}]}]"},
         "those that are bad, not both"),
        ({"method/readiness.yaml": "areas: [{name: a, facts: [{column: gaet, good: [x], says: x}]}]",
          "records/projects.csv": "id,name,gate\nA,x,none\n"}, "no column 'gaet'; the nearest are gate"),
        ({"method/readiness.yaml": "areas: [{name: a}]",
          "records/assessments.csv": "unit,date,area,aspect,score\nA,2026-01-01,safety,x,3\n"},
         "info: method/readiness.yaml: The assessments hold the area 'safety', which is not described here."),
        ({"notes/empty.md": ""}, "warning: notes/empty.md: It is left out: it is empty."),
        ({"notes/scan.xyz": "x"}, "warning: notes/scan.xyz: It is left out:"),
    ],
)  # fmt: skip
def test_each_fault_of_a_file_is_told_in_plain_words(tmp_path: Path, files: dict[str, str], told: str) -> None:
    texts = found(tmp_path, files)
    assert any(told in text for text in texts), texts


def test_metrics_without_observations_and_observations_without_metrics_are_told(tmp_path: Path) -> None:
    texts = found(
        tmp_path,
        {
            "records/observations.csv": "metric,month,numerator\nother,2026-01-01,1\n",
            "metrics.yaml": "metrics: {m: {where: {metric: m}}}",
        },
    )
    assert len(texts) == 2
    assert "no row of the observations has the metric 'm'" in texts[0]
    assert "The observations hold the metric 'other'" in texts[1]


def test_of_many_alike_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    rows = "".join(f"P-{n},x,bad\n" for n in range(40))
    texts = found(tmp_path, {"records/projects.csv": f"id,name,budget\n{rows}"})
    assert len(texts) == 6
    assert "The same kind of fault is in 35 more rows." in texts[-1]


def test_a_stage_in_another_spelling_is_understood(tmp_path: Path) -> None:
    assert found(tmp_path, {"records/projects.csv": "id,name,stage\nA,x,Proof of Concept\n"}) == []


def test_the_page_on_workspaces_names_every_file_column_and_key() -> None:
    page = (ROOT / "docs" / "workspace.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        section = page.split(f"### records/{table.name}.csv\n")[1].split("\n## ")[0].split("\n### ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == [column.name for column in table.columns]
        for row, column in zip(rows, table.columns, strict=True):
            assert column.meaning in row
            assert ("**Required.**" in row) == column.required
            assert all(f"`{value}`" in row for value in column.values)
    parts = {"workspace.yaml": WorkspaceConfig, "records/mapping.yaml": TableMapping, "metrics.yaml": Metric}
    for title, model in parts.items():
        section = page.split(f"## {title}\n")[1].split("\n## ")[0]
        for name in set(model.model_fields) - {"name", "derived"}:
            assert f"| `{name}` |" in section, name
    section = page.split("### method/readiness.yaml\n")[1]
    assert ReadinessMethod.model_validate(yaml.safe_load(section.split("```yaml\n")[1].split("```")[0]))
    for name in (*Criterion.model_fields, *Thresholds.model_fields):
        assert f"`{name}`" in page, name
