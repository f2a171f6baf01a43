from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import golden
import pytest
from record_sources import of_kind, open_sources, unsupported, value, write_sources

from copilot.errors import ToolError
from copilot.gates.facts import read_facts
from copilot.gates.rules import Gates
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.tools.check_governance.tool import Arguments, check_governance
from copilot.tools.governance import blocked_projects
from copilot.types import Quantity, ToolResult, Viewer
from copilot.workspace import Workspace

SHIPPED = Path(__file__).parents[2] / "knowledge"
EVERYONE = Viewer()
BOARD = Viewer(labels=frozenset({"board"}))
CONFIG = "as_of: 2026-10-31\nlabels: [board]\n"
GATES = """
gates: [{id: G1}, {id: G2}, {id: G3, title: Release to production}, {id: G4}]
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


def kinds(result: ToolResult) -> list[str]:
    return [finding.kind for finding in result.findings]


def test_a_clause_with_another_figure_than_the_rule_is_a_caveat_with_its_passage(
    sources: Sources, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(sources.workspace.root, root)
    clause = '    validity_days: 183\n    clauses: [{document: policies/tests.md, clause: "4.2"}]'
    (root / "gates.yaml").write_text(GATES.replace("    validity_days: 183", clause))
    (root / "policies" / "tests.md").write_text("# Tests\n\n**4.2** A test is repeated every 12 months.\n")
    sync(Workspace.open(root), None, tmp_path / "state")
    changed = replace(open_sources(root), retriever=Retriever(tmp_path / "state"), today=sources.today)
    (told,) = of_kind(run(changed, project="claims reader"), "other_figure")
    assert (value(told, "asked"), told.values["stated"], told.subject) == (183, ("12 months",), "fairness")
    assert [id for id in told.evidence if id.startswith("p-")]
    assert unsupported(run(changed, project="claims reader")) == []
    assert [f.values for f in of_kind(run(changed), "other_figure")] == [told.values]
    assert changed.retriever
    changed.retriever.close()


def test_a_blocked_project_says_so_first_and_then_each_rule_with_what_is_missing(sources: Sources) -> None:
    found = run(sources, project="claims reader")
    assert kinds(found) == ["verdict", "unmet_rule", "unmet_rule", "further_sources", "method"]
    verdict, owner, fairness, also, _ = found.findings
    assert (verdict.role, verdict.subject, verdict.values["name"]) == ("headline", "P-2", "Claims reader (P-2)")
    assert (verdict.values["state"], value(verdict, "blocking"), value(verdict, "unknown")) == ("blocked", 2, 0)
    assert (owner.values["rule"], owner.values["severity"], owner.values["since"]) == (
        "owner", "blocking", date(2026, 3, 1),
    )  # fmt: skip
    assert owner.values["source"] == "Funding policy, clause 6.1"
    assert (owner.values["columns"], owner.values["recorded"]) == (("business owner",), ("not recorded",))
    assert fairness.values["recorded"] == (date(2026, 2, 1),)
    assert (fairness.values["asked"], fairness.values["limits"]) == (
        ("must not be older than",), (Quantity(value=183, unit="day"),),
    )  # fmt: skip
    assert (also.values["sources"], also.values["from"], also.values["statuses"]) == (
        ("EU law, Article 9",), (date(2027, 12, 2),), ("check it",),
    )  # fmt: skip
    assert [(figure.value, figure.unit) for figure in found.figures] == [(2, "blocking rule")]
    assert unsupported(found) == []


def test_a_rule_opens_to_its_conditions_and_the_cells_they_were_checked_on(sources: Sources) -> None:
    found = run(sources, project="P-2")
    (calculation,) = [f.calculation for f in of_kind(found, "unmet_rule") if f.values["rule"] == "fairness"]
    assert calculation
    assert calculation.query == (
        "applies where affects = customers; requires fairness_tested_on in_force; evidence is in force for 183 days"
    )
    assert calculation.inputs[0].rows == (
        ("fairness tested on", "2026-02-01", "must not be older than", "183 days"),
    )  # fmt: skip


def test_a_rule_cites_its_policy_passage_and_the_record(sources: Sources) -> None:
    found = run(sources, project="P-2")
    evidence = {e.id: e for e in found.evidence}
    cited = of_kind(found, "unmet_rule")[0].evidence
    assert [evidence[id].kind for id in cited] == ["computation", "record", "passage"]
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
    verdict, unknown, _ = found.findings
    assert (verdict.values["state"], value(verdict, "blocking"), value(verdict, "unknown")) == ("undecided", 0, 1)
    assert (unknown.kind, unknown.values["facts"]) == ("unknown_rules", ("affects",))
    assert unknown.values["titles"] == ("The fairness test is not older than 6 months",)


def test_a_project_that_meets_its_rules_is_not_blocked(sources: Sources) -> None:
    states = [run(sources, project=key).findings[0].values["state"] for key in ("P-1", "P-9")]
    assert states == ["clear", "unbound"]


def test_a_waiver_in_force_waives_until_its_day_and_an_ended_one_does_not(sources: Sources) -> None:
    for key, kind, state, until in (
        ("P-5", "waived_rule", "clear", date(2026, 12, 31)),
        ("P-6", "expired_waiver", "blocked", date(2026, 8, 31)),
    ):
        found = run(sources, project=key)
        assert found.findings[0].values["state"] == state
        (waiver,) = of_kind(found, kind)
        assert (waiver.values["waiver"], waiver.values["until"]) == ("Fairness test put off", until)


def test_evidence_that_expires_in_sixty_days_is_told(sources: Sources) -> None:
    (soon,) = of_kind(run(sources, project="P-7"), "expiring_evidence")
    assert (value(soon, "pieces"), value(soon, "days"), soon.values["until"]) == (1, 60, (date(2026, 11, 9),))
    assert of_kind(run(sources, project="P-1"), "expiring_evidence") == []


@pytest.mark.parametrize("gate", ["G3", "g3", "gate 3", "3", "the release to production"])
def test_a_gate_is_checked_before_the_project_stands_at_it(sources: Sources, gate: str) -> None:
    verdict, approved, owner, _ = run(sources, project="P-3", gate=gate).findings
    assert approved.kind == "gate_approvers"
    assert (verdict.values["gate"], verdict.values["state"], value(verdict, "blocking")) == ("G3", "blocked", 1)
    # It does not stand where the rule binds, so there is no day since when.
    assert (owner.values["rule"], owner.values["since"]) == ("owner", None)


def test_a_set_is_checked_as_if_all_of_it_stood_before_a_gate(sources: Sources) -> None:
    shown = [p for p in PROJECTS if p.get("label") is None and p["stage"] != "retired"]
    alone = {str(p["id"]): run(sources, project=str(p["id"]), gate="G3").findings[0].values["state"] for p in shown}
    blocked = {id for id, state in alone.items() if state == "blocked"}
    assert "P-3" in blocked
    result = run(sources, gate="G3", ahead=True)
    assert value(result.findings[0], "blocked") == len(blocked)
    assert {f.subject for f in of_kind(result, "blocked_project")} == blocked
    assert all(f.values["since"] is None for f in of_kind(result, "blocked_project"))
    assert unsupported(result) == []
    pilots = run(sources, gate="G3", ahead=True, filters=[{"column": "stage", "value": "pilot"}])
    assert {f.subject for f in of_kind(pilots, "blocked_project")} == {"P-3"}


def test_standing_ahead_needs_a_gate(sources: Sources) -> None:
    with pytest.raises(ToolError, match="gate"):
        run(sources, ahead=True)


def test_what_the_next_gate_asks_is_told(sources: Sources) -> None:
    (following,) = of_kind(run(sources, project="P-3"), "next_gate")
    assert (following.values["gate"], value(following, "rules")) == ("G3", 1)
    assert following.values["titles"] == ("A business owner is named",)


def test_who_approves_what_a_gate_asks_is_told(tmp_path: Path) -> None:
    gates = HOSPITAL.replace("gate: Stage B,", "gate: Stage B, approvers: [Board of trustees],")
    (tmp_path / "gates.yaml").write_text(gates)
    rows = [{"id": "H-1", "name": "Triage", "stage": "pilot", "gate": "clinical board", "business_owner": None}]
    hospital = write_sources(tmp_path, rows, CONFIG)
    (ahead,) = of_kind(run(hospital, project="Triage"), "next_gate")
    (before,) = of_kind(run(hospital, project="Triage", gate="Stage B"), "gate_approvers")
    assert ahead.values["approvers"] == before.values["approvers"] == ("Board of trustees",)


HOSPITAL = """
gates:
  - {id: Clinical board, title: Approval for use on patients, before_stage: pilot}
  - {id: Stage B, before_stage: production}
rules:
  - {id: seen, title: The board has seen it, instrument: Charter, severity: blocking, gate: Clinical board,
     from_stage: idea, requires: "gate in Clinical board, Stage B"}
  - {id: owner, title: A business owner is named, instrument: Charter, severity: blocking, gate: Stage B,
     from_stage: production, requires: business_owner present}
"""


def test_gates_are_called_as_the_workspace_calls_them(tmp_path: Path) -> None:
    rows = [
        {"id": "H-1", "name": "Triage", "stage": "idea", "gate": "none", "business_owner": None},
        {"id": "H-2", "name": "Rounds", "stage": "pilot", "gate": "clinical board", "business_owner": None},
        {"id": "H-3", "name": "Letters", "stage": "pilot", "gate": None, "business_owner": "Ann"},
        {"id": "H-4", "name": "Beds", "stage": "pilot", "gate": None, "business_owner": None},
    ]
    (tmp_path / "gates.yaml").write_text(HOSPITAL)
    hospital = write_sources(tmp_path, rows, CONFIG)
    before = run(hospital, project="Triage", gate="stage b")
    assert (before.findings[0].values["gate"], before.findings[0].values["state"]) == ("Stage B", "blocked")
    assert of_kind(run(hospital, project="Triage"), "unmet_rule")[0].values["limits"] == ("Clinical board or Stage B",)
    # The gate after the last one passed; where none is recorded, the one before the stages to come.
    following = {key: of_kind(run(hospital, project=key), "next_gate") for key in ("H-1", "H-2", "H-3", "H-4")}
    assert {key: [f.values["gate"] for f in found] for key, found in following.items()} == {
        "H-1": [], "H-2": ["Stage B"], "H-3": [], "H-4": ["Stage B"],
    }  # fmt: skip
    assert run(hospital, gate="approval on patients").findings[0].values["gate"] == "Clinical board"
    assert all(unsupported(run(hospital, project=row["id"])) == [] for row in rows)
    # A rule that names no approver leaves nobody to name.
    assert of_kind(before, "gate_approvers") == []
    with pytest.raises(ToolError, match=r"gates are Clinical board \(Approval for use on patients\), Stage B\."):
        run(hospital, gate="Audit")


def test_the_portfolio_counts_every_project_the_viewer_may_see(sources: Sources) -> None:
    found = run(sources)
    opening, most = (finding for finding in found.findings if finding.role == "headline")
    counts = {name: value(opening, name) for name in opening.values if isinstance(opening.values[name], Quantity)}
    assert counts == {"blocked": 2, "bound": 6, "production": 6, "production_blocked": 2, "looked_at": 8}
    assert most.values == {
        "titles": ("The fairness test is not older than 6 months", "A business owner is named"),
        "projects": (Quantity(value=2, unit="project"), Quantity(value=1, unit="project")),
    }
    assert found.hidden_rows == 1
    assert of_kind(found, "hidden")[0].role == "caveat"
    assert "P-8" not in found.model_dump_json()
    assert unsupported(found) == []
    whole = run(sources, BOARD)
    assert (value(whole.findings[0], "blocked"), value(whole.findings[0], "bound")) == (3, 7)
    assert (whole.hidden_rows, of_kind(whole, "hidden")) == (0, [])


def test_the_portfolio_tells_contradictions_waivers_questions_and_expiry(sources: Sources) -> None:
    found = run(sources)
    (against,) = of_kind(found, "contradiction")
    assert (against.subject, against.values["day"]) == ("P-2", date(2026, 10, 31))
    assert (against.values["columns"], against.values["recorded"]) == (
        ("stage", "business owner"), ("production", "not recorded"),
    )  # fmt: skip
    assert set(against.values["effective"]) == {date(2026, 1, 1)}  # type: ignore[arg-type]  # a list of days
    assert [f.subject for f in of_kind(found, "waived_rule")] == ["P-5"]
    assert [f.subject for f in of_kind(found, "expired_waiver")] == ["P-6"]
    (undecided,) = of_kind(found, "undecided_projects")
    assert (value(undecided, "projects"), undecided.values["facts"]) == (1, ("affects",))
    (soon,) = of_kind(found, "expiring_evidence")
    assert (soon.values["names"], soon.values["until"]) == (("Soon over (P-7)",), (date(2026, 11, 9),))


def test_the_portfolio_opens_to_the_outcomes_of_each_rule(sources: Sources) -> None:
    (whole,) = [e for e in run(sources).evidence if e.kind == "computation" and not e.part_of]
    assert whole.calculation
    assert [row[2:] for row in whole.calculation.inputs[0].rows] == [(1, 0, 0, 5), (2, 1, 1, 2), (0, 0, 0, 0)]


def test_the_portfolio_narrows_to_a_unit_a_gate_or_a_law(sources: Sources) -> None:
    unit, gate, law = (run(sources, **asked).findings[0] for asked in (  # type: ignore[arg-type]  # texts
        {"unit": "insurance"}, {"gate": "G3"}, {"rule": "eu law"},
    ))  # fmt: skip
    assert (unit.values["unit"], value(unit, "looked_at")) == ("Insurance", 1)
    assert (gate.values["gate"], value(gate, "blocked"), value(gate, "bound")) == ("G3", 1, 6)
    # The British project is not reached by it.
    assert (law.values["about"], value(law, "blocked"), value(law, "bound")) == ("eu law", 2, 5)


def test_one_rule_is_told_by_itself_with_the_projects_that_do_not_meet_it(sources: Sources) -> None:
    (whole,) = [e for e in run(sources).evidence if e.kind == "computation" and not e.part_of]
    assert whole.calculation
    for title, _, unmet, *others in whole.calculation.inputs[0].rows:
        first, *rest = run(sources, rule=str(title)).findings
        assert first.kind == "one_rule"
        assert (value(first, "projects"), value(first, "bound")) == (unmet, sum((unmet, *others)))  # type: ignore[arg-type]  # counts
        assert len(first.values["names"]) == unmet  # type: ignore[arg-type]
        assert not {f.kind for f in rest} & {"blocked_project", "contradiction"}


def test_several_rules_are_told_each_by_itself(sources: Sources) -> None:
    (whole,) = [e for e in run(sources).evidence if e.kind == "computation" and not e.part_of]
    assert whole.calculation
    titles = [str(row[0]) for row in whole.calculation.inputs[0].rows[:2]]
    both = [f for f in run(sources, rule=titles).findings if f.kind == "one_rule"]
    each = [next(f for f in run(sources, rule=title).findings if f.kind == "one_rule") for title in titles]
    assert len(both) == 2
    assert [(f.subject, f.values["projects"], f.values["bound"], f.values["names"]) for f in both] == [
        (f.subject, f.values["projects"], f.values["bound"], f.values["names"]) for f in each
    ]


CALLS: tuple[dict[str, object], ...] = (
    {}, {"top": 1}, {"unit": "Insurance"}, {"gate": "G3"}, {"rule": "EU law"},
    {"rule": "A business owner is named"}, {"rule": "A business owner is named", "unit": "Insurance"},
    *({"project": f"P-{n}"} for n in (1, 2, 3, 4, 5, 6, 7, 9)), {"project": "P-3", "gate": "G3"},
)  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(sources: Sources, rewrite_golden: bool) -> None:
    calls = {str(asked): run(sources, **asked) for asked in CALLS}
    golden.check_supported("check_governance", calls, rewrite=rewrite_golden)


@pytest.mark.parametrize(
    ("asked", "said_of_it"),
    [
        ({"project": "Lone score of nothing else"}, "no project|more than one"),
        ({"gate": "G7"}, r"There is no gate 'G7'; the gates are G1, G2, G3 \(Release to production\), G4"),
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
    assert (value(found.findings[0], "blocked"), value(found.findings[0], "bound")) == (0, 50)
    assert found.findings[1].kind == "mostly_unknown"
    (undecided,) = of_kind(found, "undecided_projects")
    risk = undecided.values["facts"].index("risk_class")  # type: ignore[union-attr]  # a list of names
    assert undecided.values["counts"][risk] == Quantity(value=50, unit="project")  # type: ignore[index]  # counts
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
    assert one.findings[0].values["state"] == "blocked"
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
