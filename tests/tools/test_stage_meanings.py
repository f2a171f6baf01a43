"""What the tools do with a project follows from what its stage means in the workspace, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from record_sources import EVERYONE, of_kind, value, write_sources

from copilot.sources import Sources
from copilot.tools.check_governance.tool import Arguments as Checked
from copilot.tools.check_governance.tool import check_governance
from copilot.tools.diagnose_scaling.tool import Arguments as Diagnosed
from copilot.tools.diagnose_scaling.tool import diagnose_scaling
from copilot.tools.find_projects.tool import Arguments as Found
from copilot.tools.find_projects.tool import find_projects
from copilot.tools.plan_portfolio.tool import Arguments as Planned
from copilot.tools.plan_portfolio.tool import plan_portfolio
from copilot.tools.prioritize_projects.tool import Arguments as Ranked
from copilot.tools.prioritize_projects.tool import prioritize_projects

CONFIG = """
as_of: 2026-06-30
criteria: [{name: business_value, scale: [0, 100]}]
stages:
  - {name: live demo, means: before}
  - {name: Phase 2, means: pilot, synonyms: [ward trial]}
  - {name: Phase 3, means: production, synonyms: [rolled out]}
  - {name: shelved, means: stopped}
"""
GATES = """
rules:
  - {id: owner, title: A business owner is named, instrument: Policy, severity: blocking, from_stage: production,
     requires: business_owner present}
"""


def project(id: str, stage: str, depends_on: str | None = None) -> dict[str, object]:
    return {"id": id, "name": f"Case {id}", "stage": stage, "business_value": 50, "budget": 10,
            "depends_on": depends_on, "business_owner": None}  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    root: Path = tmp_path_factory.mktemp("phases")
    rows = (
        project("A", "live demo"), project("B", "Ward Trial", "D"), project("C", "phase 2", "E"),
        project("D", "rolled out"), project("E", "Shelved"),
    )  # fmt: skip
    sources = write_sources(root, rows, CONFIG)
    (root / "gates.yaml").write_text(GATES)
    return sources


def test_a_synonym_in_the_records_and_in_a_call_is_its_stage(sources: Sources) -> None:
    rows = sources.records.view(EVERYONE).select("projects")
    assert [row["stage"] for row in rows] == ["live demo", "Phase 2", "Phase 2", "Phase 3", "shelved"]
    asked = Found.model_validate({"filters": [{"column": "stage", "value": "ward trial"}]})
    (headline, *_) = find_projects(sources, EVERYONE, asked).findings
    assert value(headline, headline.figures[0]) == 2


def test_what_is_in_production_or_stopped_is_not_ranked(sources: Sources) -> None:
    ranked = prioritize_projects(sources, EVERYONE, Ranked()).tables[0].rows
    assert {row[0] for row in ranked} | {row[1] for row in ranked} >= {"A", "B", "C"}
    assert not {"D", "E"} & ({row[0] for row in ranked} | {row[1] for row in ranked})


def test_the_funnel_goes_from_the_pilot_to_production(sources: Sources) -> None:
    (today, *_) = diagnose_scaling(sources, EVERYONE, Diagnosed()).findings
    assert (today.values["pilot"], today.values["production"]) == ("Phase 2", "Phase 3")
    assert (value(today, "in_pilot"), value(today, "in_production")) == (2, 1)


def test_a_rule_from_production_on_binds_what_is_there(sources: Sources) -> None:
    (blocked, *_) = of_kind(check_governance(sources, EVERYONE, Checked()), "blocked_projects")
    assert (value(blocked, "bound"), value(blocked, "production"), value(blocked, "production_blocked")) == (1, 1, 1)


def test_a_project_may_need_one_in_production_and_not_one_that_was_stopped(sources: Sources) -> None:
    plan = plan_portfolio(sources, EVERYONE, Planned(budget=100, leave_out_blocked=False))
    assert {row[0] for row in plan.tables[0].rows} == {"A", "B"}
    (left_out,) = of_kind(plan, "not_in_set")
    assert (left_out.subject, left_out.values["state"]) == ("C", "is shelved")
