from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from record_sources import answers, open_sources, said, unsupported, write_sources

from copilot.errors import ToolError
from copilot.gates.facts import read_facts
from copilot.gates.rules import Gates
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.tools.check_governance.findings import blocked_projects
from copilot.tools.check_governance.tool import Arguments, check_governance
from copilot.types import ToolResult, Viewer

SHIPPED = Path(__file__).parents[2] / "knowledge"
EVERYONE = Viewer()
BOARD = Viewer(labels=frozenset({"board"}))
CONFIG = "as_of: 2026-10-31\nlabels: [board]\n"
GATES = """
rules:
  - id: owner
    title: A business owner is named
    instrument: Funding policy
    article: clause 6.1
    effective: 2026-01-01
    severity: blocking
    gate: G3
    from_stage: production
    requires: business_owner present
    record_says: [stage, business_owner]
    approvers: [Chief executive]
    clauses: [{document: policies/funding.md, clause: "6.1"}, {document: policies/board.md, clause: "1.1"}]
  - id: fairness
    title: The fairness test is not older than 6 months
    instrument: Fairness policy
    article: clause 4.2
    effective: 2026-01-01
    severity: blocking
    gate: G4
    from_stage: production
    applies: affects = customers
    requires: fairness_tested_on in_force
    validity_days: 183
    waivers: [fairness test]
    also:
      - {instrument: EU law, article: Article 9, jurisdictions: [EU], effective: 2027-12-02, status: check it}
  - id: assessed
    title: An impact assessment is on record
    jurisdictions: [EU]
    instrument: GDPR
    article: Article 35
    severity: warning
    gate: G2
    from_stage: pilot
    applies: risk_class = high
    requires: dpia_date present
"""
FUNDING = """---
title: Funding policy
effective: 2026-01-01
---
# Funding policy

## 6 Production

**6.1** No system enters production without a named owner in the business.

**6.10** A clause whose number begins alike.
"""
BOARD_PAPER = "---\ntitle: Board paper\nlabel: board\n---\n# Board\n\n**1.1** The board wants owners.\n"
PLAIN: dict[str, object] = {
    "name": None, "unit": "Bank", "jurisdiction": "EU", "stage": "production", "stage_since": "2026-03-01",
    "business_owner": "Ann", "affects": "customers", "risk_class": "limited",
    "fairness_tested_on": "2026-10-01", "dpia_date": None, "gate": "G3",
    "waiver": None, "waiver_until": None, "label": None,
}  # fmt: skip


def project(id: str, name: str, **changed: object) -> dict[str, object]:
    return {"id": id, **PLAIN, "name": name, **changed}


PROJECTS = (
    project("P-1", "Loan score"),
    project("P-2", "Claims reader", business_owner=None, fairness_tested_on="2026-02-01", unit="Insurance"),
    project("P-3", "Press watch", stage="pilot", business_owner=None, gate="G2", affects="nobody"),
    project("P-4", "Price finder", affects=None, fairness_tested_on=None, jurisdiction="UK"),
    project("P-5", "Late waiver", fairness_tested_on="2026-01-01", waiver="Fairness test put off",
            waiver_until="2026-12-31"),
    project("P-6", "Ended waiver", fairness_tested_on="2026-01-01", waiver="Fairness test put off",
            waiver_until="2026-08-31"),
    project("P-7", "Soon over", fairness_tested_on="2026-05-10"),
    project("P-8", "Secret thing", business_owner=None, label="board"),
    project("P-9", "Old news", stage="retired", business_owner=None),
)  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    root, state = tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("state")
    plain = write_sources(root, PROJECTS, CONFIG)
    (root / "gates.yaml").write_text(GATES)
    (root / "policies").mkdir()
    (root / "policies" / "funding.md").write_text(FUNDING)
    (root / "policies" / "board.md").write_text(BOARD_PAPER)
    sync(plain.workspace, None, state)
    retriever = Retriever(state)
    yield replace(plain, retriever=retriever)
    retriever.close()


def run(sources: Sources, viewer: Viewer = EVERYONE, **asked: object) -> ToolResult:
    return check_governance(sources, viewer, Arguments.model_validate(asked))


def test_a_blocked_project_says_so_first_and_then_each_rule_with_what_is_missing(sources: Sources) -> None:
    found = run(sources, project="claims reader")
    assert answers(found) == ["Claims reader (P-2) is blocked: 2 blocking rules are unmet, and none is unknown."]
    text = said(found)
    assert "Unmet, since 2026-03-01: “A business owner is named” (blocking, Funding policy, clause 6.1)" in text
    assert "the record says business owner: not recorded" in text
    assert "fairness tested on: 2026-02-01, must not be older than 183 days" in text
    assert "also asked by EU law, Article 9 (from 2027-12-02; check it)" in text
    assert found.figures[0].value == 2
    assert unsupported(found) == []


def test_a_rule_cites_its_policy_passage_and_the_record(sources: Sources) -> None:
    found = run(sources, project="P-2")
    evidence = {e.id: e for e in found.evidence}
    cited = next(s for s in found.findings if "business owner is named" in s.text).evidence
    kinds = [evidence[id].kind for id in cited]
    assert kinds == ["computation", "record", "passage"]
    assert "**6.1** No system" in evidence[cited[2]].text
    assert evidence[cited[2]].source == "policies/funding.md"


def test_a_passage_is_cited_only_to_who_may_read_it(sources: Sources) -> None:
    for viewer, documents in ((EVERYONE, {"policies/funding.md"}),
                              (BOARD, {"policies/funding.md", "policies/board.md"})):  # fmt: skip
        found = run(sources, viewer, project="P-2")
        assert {e.source for e in found.evidence if e.kind == "passage"} == documents


def test_without_documents_the_record_alone_is_cited(sources: Sources) -> None:
    found = run(replace(sources, retriever=None), project="P-2")
    assert {e.kind for e in found.evidence} == {"computation", "record"}
    assert unsupported(found) == []


def test_an_unknown_fact_becomes_a_question_and_not_a_pass(sources: Sources) -> None:
    found = run(sources, project="P-4")
    assert answers(found)[0] == (
        "Price finder (P-4) is not known to be blocked: no blocking rule is unmet, but 1 rule cannot be "
        "decided because facts are missing."
    )
    assert "Not known: “The fairness test is not older than 6 months”; to decide, ask: Affects:" in said(found)


def test_a_project_that_meets_its_rules_is_not_blocked(sources: Sources) -> None:
    assert answers(run(sources, project="P-1")) == [
        "Loan score (P-1) is not blocked: no blocking rule is unmet and none is unknown."
    ]
    assert "bound by none of the rules" in answers(run(sources, project="P-9"))[0]


def test_a_waiver_in_force_waives_until_its_day_and_an_ended_one_does_not(sources: Sources) -> None:
    waived, ended = run(sources, project="P-5"), run(sources, project="P-6")
    assert "not blocked" in answers(waived)[0]
    assert "waived until 2026-12-31 (“Fairness test put off”)" in said(waived)
    assert "is blocked: 1 blocking rule is unmet" in answers(ended)[0]
    assert "The waiver “Fairness test put off” ended on 2026-08-31" in said(ended)


def test_evidence_that_expires_in_sixty_days_is_told(sources: Sources) -> None:
    assert "Evidence expires on 2026-11-09: The fairness test" in said(run(sources, project="P-7"))
    assert "expires" not in said(run(sources, project="P-1"))


def test_a_gate_is_checked_before_the_project_stands_at_it(sources: Sources) -> None:
    assert answers(run(sources, project="P-3", gate="gate 3")) == [
        "Before gate G3, Press watch (P-3) is blocked: 1 blocking rule is unmet, and none is unknown."
    ]
    assert "For gate G3, its next, 1 more rule is not met yet" in said(run(sources, project="P-3"))


def test_the_portfolio_counts_every_project_the_viewer_may_see(sources: Sources) -> None:
    found = run(sources)
    assert answers(found) == [
        "2 of 6 projects that the rules bind have at least one blocking rule unmet, among them 2 of 6 in "
        "production; 8 projects were looked at.",
        "Unmet most often are “The fairness test is not older than 6 months” (2 projects) and “A business "
        "owner is named” (1 project).",
    ]
    assert found.hidden_rows == 1
    assert "Totals leave out projects" in said(found)
    assert "P-8" not in found.model_dump_json()
    assert unsupported(found) == []
    whole = run(sources, BOARD)
    assert answers(whole)[0].startswith("3 of 7 projects")
    assert whole.hidden_rows == 0


def test_the_portfolio_tells_contradictions_waivers_questions_and_expiry(sources: Sources) -> None:
    text = said(run(sources))
    assert (
        "The record of Claims reader (P-2), as of 2026-10-31, says stage: production and business owner: not "
        "recorded, against “A business owner is named” (Funding policy, clause 6.1, effective 2026-01-01)"
    ) in text
    assert "Late waiver (P-5): “The fairness test is not older than 6 months” is waived until 2026-12-31" in text
    assert "Ended waiver (P-6): the waiver “Fairness test put off” ended on 2026-08-31" in text
    assert "In 1 project a rule cannot be decided" in text
    assert "Soon over (P-7) on 2026-11-09" in text


def test_the_portfolio_narrows_to_a_unit_a_gate_or_a_law(sources: Sources) -> None:
    assert "(Insurance)" in answers(run(sources, unit="insurance"))[0]
    assert answers(run(sources, gate="G3"))[0].startswith("1 of 6 projects that the rules bind (gate G3) has")
    law = answers(run(sources, rule="eu law"))[0]
    # The British project is not reached by it.
    assert law.startswith("2 of 5 projects that the rules bind (rules on eu law) have")


@pytest.mark.parametrize(
    ("asked", "said_of_it"),
    [
        ({"project": "Lone score of nothing else"}, "no project|more than one"),
        ({"gate": "G7"}, "There is no gate 'G7'; the gates are G1, G2, G3, G4"),
        ({"rule": "zebra crossing"}, "No rule is about 'zebra crossing'"),
        ({"rule": "GDPR", "gate": "G3"}, "belongs to gate G3; they belong to G2"),
        ({"unit": "Moon base"}, "Moon base"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(sources: Sources, asked: dict[str, str], said_of_it: str) -> None:
    with pytest.raises(ToolError, match=said_of_it) as caught:
        run(sources, **asked)
    assert caught.value.nearest


def test_a_workspace_without_rules_or_projects_says_so(tmp_path: Path) -> None:
    plain = write_sources(tmp_path, [project("P-1", "Loan score")], CONFIG)
    with pytest.raises(ToolError, match=r"has no gates\.yaml"):
        run(plain)
    assert blocked_projects(plain, EVERYONE) == {}


def test_blocked_projects_are_named_with_their_rules(sources: Sources) -> None:
    assert blocked_projects(sources, EVERYONE) == {
        "P-2": ["A business owner is named", "The fairness test is not older than 6 months"],
        "P-6": ["The fairness test is not older than 6 months"],
    }


def test_a_foreign_export_is_mostly_unknown_and_says_what_to_ask(tmp_path: Path) -> None:
    rows = [{"id": f"U-{n}", "name": f"Case {n}", "unit": "Agency", "stage": "operation"} for n in range(50)]
    config = "as_of: 2024-12-16\nstages: [initiated, development, operation, retired]\n"
    foreign = write_sources(tmp_path, rows, config)
    (tmp_path / "gates.yaml").write_text((SHIPPED / "gates.yaml").read_text())
    found = run(foreign)
    assert answers(found)[0].startswith("0 of 50 projects that the rules bind have")
    assert "Most of it is not known" in answers(found)[1]
    assert "Which risk class has it: minimal, limited, high or prohibited?” (50 projects)" in said(found)
    assert unsupported(found) == []


def test_two_thousand_projects_are_checked_in_one_call(tmp_path: Path) -> None:
    shipped = open_sources(SHIPPED)
    rows = shipped.records.view(EVERYONE).select("projects")
    many = [{k: v for k, v in rows[n % len(rows)].items() if k not in ("_row", "depends_on")} for n in range(2000)]
    large = write_sources(tmp_path, [{**row, "id": f"Q-{n:04}"} for n, row in enumerate(many)], CONFIG)
    (tmp_path / "gates.yaml").write_text((SHIPPED / "gates.yaml").read_text())
    found = run(large)
    assert unsupported(found) == []


def test_the_shipped_workspace_is_checked_as_a_whole() -> None:
    shipped = open_sources(SHIPPED)
    found = run(shipped)
    assert unsupported(found) == []
    assert len(found.tables) == 3
    first = next(iter(blocked_projects(shipped, EVERYONE)))
    one = run(shipped, project=first)
    assert "is blocked" in answers(one)[0]
    assert unsupported(one) == []


def test_facts_of_other_tables_are_derived_for_each_project(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    weeks = [f"2026-10-{day:02}" for day in (1, 5, 12, 19, 26)]
    tables = {
        "models": "id,project_id,name,status,validated_quality,registry_version,deployed_version,trained_on,"
        "quality_metric\n"
        "M-1,P-1,a,live,0.9,2,1,2026-10-01,accuracy\n"
        "M-2,P-1,b,live,0.1,2,2,2026-09-01,error rate\n"
        "M-3,P-2,c,retired,0.9,1,1,2020-01-01,accuracy\n",
        # The first of five weeks is not among the last four.
        "model_quality": "model_id,week,value\n"
        + "".join(f"M-1,{w},{0.99 if w == weeks[0] else 0.84}\nM-2,{w},0.2\n" for w in weeks),
        "incidents": "id,date,project_id,severity,title,status\n"
        "I-1,2026-10-01,P-1,2,x,open\nI-2,2026-10-01,P-1,1,x,closed\nI-3,2026-10-01,P-1,3,x,open\n",
    }
    for table, text in tables.items():
        (tmp_path / "records" / f"{table}.csv").write_text(text)
    rows = [project(id, id, budget=200, change_budget=share) for id, share in (("P-1", 30), ("P-2", None))]
    held = write_sources(tmp_path, rows, CONFIG)
    (tmp_path / "gates.yaml").write_text(GATES)
    view = held.records.view(EVERYONE)
    gates = Gates.load(held.workspace)
    assert gates
    one, two = (p.facts for p in read_facts(view, gates.vocabulary, date(2026, 10, 31)))
    expected = {
        "change_share": 0.15, "live_models": 2, "quality_fall_points": 10.0, "outdated_models": 1,
        "days_since_measured": 5, "days_since_training": 60, "open_severe_incidents": 1,
    }  # fmt: skip
    assert {name: one[name] for name in expected} == expected
    assert (two["change_share"], two["live_models"], two["quality_fall_points"]) == (None, 0, None)
