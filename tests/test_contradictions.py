"""A document that states another rule than the data of the workspace is told, with both places."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.upkeep.checking import check

POLICY = """---
title: Rules for AI
effective: 2025-01-01
---
# Rules for AI

## Ranking

Projects are ranked by business value (40%), feasibility (35%) and risk (25%).

## Watching

The drift of an input is watched from a population stability index of 0.15 and acted on from 0.30.

When the measured quality of a live model is 5 % lower than at validation, the risk office is told.

## Intervals

Reviews take place every 6 months. Models are retrained at least every 90 days.

## Money

Total funding for AI initiatives is capped at EUR 4 million.

At most 8 projects may run at the same time.

Projects above EUR 500,000 are approved by the Board.

## Figures

Adoption figures are reported within 30 days of the end of the month.
"""
AGREEING = {
    "workspace.yaml": """
currency: EUR
as_of: 2026-04-30
criteria:
  - {name: business_value, weight: 0.4}
  - {name: feasibility, weight: 0.35}
  - {name: risk, weight: 0.25, direction: down}
thresholds: {quality_drop: 0.05, drift_watch: 0.15, drift_act: 0.30}
funding: {budget: 4000000, most_projects: 8}
""",
    "gates.yaml": """
rules:
  - {id: large, title: "Projects above EUR 500,000 are approved by the Board", instrument: Policy, severity: blocking,
     from_stage: pilot, applies: budget > 500000, requires: gate present, approvers: [Board]}
  - {id: planned, title: A plan is on record, instrument: Policy, severity: warning, from_stage: pilot,
     requires: adoption_plan = yes, approvers: [Works Council, Board]}
""",
    "metrics.yaml": """
metrics:
  adoption: {label: Adoption rate, synonyms: [adoption], freshness_days: 30}
""",
    "records/mapping.yaml": """
tables:
  projects:
    source: register.csv
    derive: {next_review: last_review + INTERVAL 6 MONTH}
""",
    "records/register.csv": "id,name,stage,budget,gate,last_review,business_value,feasibility,risk\n"
    "A,One,pilot,600000,none,2026-01-01,7,6,2\nB,Two,pilot,700000,none,2026-02-01,5,8,3\n",
    "records/models.csv": "id,name,status,retrain_every_days\nM-1,One,live,90\nM-2,Two,live,90\n",
    "records/observations.csv": "metric,month,numerator,denominator\nadoption,2026-03-01,1,2\n",
    "rules/policy.md": POLICY,
}


# By file: what agrees, what does not, the key, and what the document states.
OTHERWISE = {
    "workspace.yaml": (
        ("value, weight: 0.4", "value, weight: 0.8", "criteria says Business value 57%, Feasibility 25% and Risk 18%",
         "40%, 35% and 25%"),
        ("drift_act: 0.30", "drift_act: 0.25", "thresholds.drift_act says 0.25", "0.30"),
        ("quality_drop: 0.05", "quality_drop: 0.02", "thresholds.quality_drop says 2%", "5 %"),
        ("budget: 4000000", "budget: 6000000", "funding.budget says 6,000,000 EUR", "EUR 4 million"),
        ("most_projects: 8", "most_projects: 12", "funding.most_projects says 12", "8"),
    ),
    "gates.yaml": (
        ("present, approvers: [Board]", "present, approvers: [Works Council]",
         "rules.large.approvers says Works Council", "Board"),
    ),
    "metrics.yaml": (
        ("freshness_days: 30", "freshness_days: 90", "metrics.adoption.freshness_days says 90 days", "30 days"),
    ),
    "records/mapping.yaml": (
        ("INTERVAL 6", "INTERVAL 12", "tables.projects.derive.next_review says 12 months", "6 months"),
    ),
    "records/models.csv": (("live,90", "live,365", "retrain_every_days says 365 days", "90 days"),),
}  # fmt: skip


def otherwise() -> dict[str, str]:
    files = dict(AGREEING)
    for file, changes in OTHERWISE.items():
        for agreeing, other, _, _ in changes:
            assert agreeing in files[file]
            files[file] = files[file].replace(agreeing, other)
    return files


def contradictions(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(issue) for issue in check(root) if "states" in issue.message]


def test_data_and_a_document_that_agree_are_not_told(tmp_path: Path) -> None:
    assert contradictions(tmp_path, AGREEING) == []


def test_another_figure_in_a_document_is_told_with_both_places(tmp_path: Path) -> None:
    told = contradictions(tmp_path, otherwise())
    for file, changes in OTHERWISE.items():
        for _, _, said, stated in changes:
            (line,) = [line for line in told if line.startswith(f"warning: {file}: {said}, and rules/policy.md, lines")]
            assert f"states {stated}. Correct" in line


def test_of_an_amount_above_which_somebody_approves_another_one_is_told(tmp_path: Path) -> None:
    gates = AGREEING["gates.yaml"].replace("budget > 500000", "budget > 900000")
    files = {"workspace.yaml": "currency: EUR\n", "rules/policy.md": POLICY, "gates.yaml": gates}
    (told,) = contradictions(tmp_path, files)
    assert told == (
        "warning: gates.yaml: rules.large says 900,000 EUR, and rules/policy.md, lines 27-27, states EUR 500,000. "
        "Correct rules.large, or the document."
    )


def test_what_a_replaced_or_a_coming_document_states_is_not_told(tmp_path: Path) -> None:
    coming, replaced = POLICY.replace("2025-01-01", "2027-01-01"), POLICY.replace("2025", "2024")
    files = {
        "workspace.yaml": "as_of: 2026-04-30\nthresholds: {drift_act: 0.25}\n",
        "rules/coming.md": coming,
        "rules/old.md": replaced.replace("effective", "superseded_by: rules/new.md\neffective"),
        "rules/new.md": "---\neffective: 2025-01-01\n---\n# Rules\n\nInputs are watched.\n",
    }
    assert contradictions(tmp_path, files) == []


copilot = copilot_on(otherwise())


@pytest.mark.parametrize(
    ("question", "said", "stated"),
    [
        ("Which projects should come first?", "business value", "40%"),
        ("What is the best set of projects to fund?", "funding.budget", "EUR 4 million"),
        ("Which models need retraining?", "retrain_every_days", "90 days"),
        ("List the projects by their next review", "tables.projects.derive.next_review", "6 months"),
        ("How is the adoption rate?", "metrics.adoption.freshness_days", "30 days"),
        ("Which projects break a rule?", "rules.large.approvers", "Board"),
    ],
)
def test_an_answer_that_rests_on_a_rule_names_the_document_that_states_another(
    copilot: Copilot, question: str, said: str, stated: str
) -> None:
    answer = copilot.ask(question)
    (line,) = [part for part in answer.text.split("Another rule stands in a document: ")[1:] if said in part]
    assert stated in line
    assert "rules/policy.md" in line
    assert "rules/policy.md" in {citation.source for citation in answer.citations}
