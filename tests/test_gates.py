from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import KnowledgeError
from copilot.gates.checker import Checker, RuleCheck
from copilot.gates.conditions import (
    OPERATORS,
    AllOf,
    AnyOf,
    Check,
    Condition,
    Context,
    Fact,
    Facts,
    Not,
    as_text,
    checks,
    compiled,
    parse,
)
from copilot.gates.facts import DERIVED, project_facts
from copilot.gates.rules import Clause, FactEntry, FurtherSource, GateFile, Gates, Rule, gate_order
from copilot.records.schema import Column
from copilot.workspace import Gate, Workspace, WorkspaceConfig

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 10, 31)
DAYS = [(TODAY - timedelta(days=n)).isoformat() for n in (-40, 0, 10, 100, 400)]
COLUMNS = {
    "risk_class": Column("risk_class", "text", "", values=("low", "high")),
    "scores": Column("scores", "boolean", ""),
    "budget": Column("budget", "number", ""),
    "tested": Column("tested", "date", ""),
    "where": Column("where", "list", ""),
}
VALUES: dict[str, list[Fact]] = {
    "risk_class": ["low", "high"],
    "scores": [True, False],
    "budget": [0.0, 5.0, 9.0],
    "tested": list(DAYS),
    "where": [("eu",), ("uk", "eu"), ("us",)],
}
COMPARISONS = (
    "risk_class = high",
    "risk_class != high",
    "risk_class in low, high",
    "scores = yes",
    "budget < 5",
    "budget >= 5",
    "tested within_days 90",
    "tested older_than_days 90",
    "tested < 2026-06-01",
    "where = EU",
    "where not_in UK, US",
)
CONTEXT = Context(TODAY, frozenset(COLUMNS), validity_days=90)

facts = st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()})


def conditions(written: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    leaves = st.sampled_from([parse(text, COLUMNS) for text in written])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=6,
    )


comparing = conditions(COMPARISONS)
anything = conditions((*COMPARISONS, "tested present", "budget missing"))


def outcome(condition: Condition, held: Facts, known: frozenset[str] = frozenset(COLUMNS)) -> bool | None:
    return compiled(condition, Context(TODAY, known, 90)).test(held)


@given(anything, anything, facts)
def test_de_morgan_holds_in_three_values(a: Condition, b: Condition, held: Facts) -> None:
    assert outcome(Not(AllOf((a, b))), held) is outcome(AnyOf((Not(a), Not(b))), held)
    assert outcome(Not(AnyOf((a, b))), held) is outcome(AllOf((Not(a), Not(b))), held)
    assert outcome(Not(Not(a)), held) is outcome(a, held)


@given(st.lists(anything, min_size=1, max_size=4), st.randoms(use_true_random=False), facts)
def test_the_order_of_conditions_changes_nothing(parts: list[Condition], random: object, held: Facts) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for kind in (AllOf, AnyOf):
        assert outcome(kind(tuple(parts)), held) is outcome(kind(tuple(shuffled)), held)


@given(comparing, facts, st.data())
def test_what_is_decided_stays_decided_when_empty_cells_are_filled(
    condition: Condition, held: dict[str, Fact], data: st.DataObject
) -> None:
    before = outcome(condition, held)
    empty = [name for name, value in held.items() if value is None]
    filled = {**held, **{name: data.draw(st.sampled_from(VALUES[name])) for name in empty}}
    if before is not None:
        assert outcome(condition, filled) is before


@given(anything, facts, st.sampled_from(sorted(COLUMNS)))
def test_taking_away_a_column_never_turns_unknown_into_met(
    condition: Condition, held: dict[str, Fact], name: str
) -> None:
    known = frozenset(COLUMNS) - {name}
    after = outcome(condition, held, known)
    assert after is None or after is outcome(condition, held)


@given(anything, facts)
def test_a_further_unknown_condition_never_makes_all_of_them_true(condition: Condition, held: Facts) -> None:
    unknown = Check("scores", "=", (True,))
    assert outcome(AllOf((condition, unknown)), {**held, "scores": None}) is not True


@given(comparing)
def test_nothing_is_decided_of_a_project_without_facts(condition: Condition) -> None:
    assert outcome(condition, dict.fromkeys(COLUMNS)) is None


@given(anything, facts)
def test_the_causes_of_an_unknown_are_facts_that_are_not_there(condition: Condition, held: Facts) -> None:
    tree = compiled(condition, CONTEXT)
    if tree.test(held) is None:
        causes = tree.causes(held)
        assert causes
        assert all(held[cause.check.fact] is None for cause in causes)


@pytest.mark.parametrize(
    ("written", "value", "expected"),
    [
        ("tested within_days 10", DAYS[2], True),
        ("tested within_days 9", DAYS[2], False),
        ("tested older_than_days 10", DAYS[2], False),
        ("tested older_than_days 9", DAYS[2], True),
        ("tested within_days 90", DAYS[0], False),
        ("tested in_force", DAYS[2], True),
        ("tested in_force", DAYS[3], False),
        ("tested present", None, False),
        ("tested missing", None, True),
        ("tested in_force", None, None),
        ("tested >= 2026-10-31", DAYS[1], True),
    ],
)
def test_dates_count_to_the_day(written: str, value: str | None, expected: bool | None) -> None:
    assert outcome(parse(written, COLUMNS), {"tested": value}) is expected


def test_presence_is_unknown_of_a_column_the_records_do_not_have() -> None:
    for written in ("tested present", "tested missing"):
        assert outcome(parse(written, COLUMNS), {"tested": None}, frozenset()) is None


# The file

POLICY = {"instrument": "House policy", "article": "clause 1", "effective": date(2026, 1, 1)}


def rule(**changed: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "id": "tested", "title": "A test is on record", **POLICY, "severity": "blocking", "gate": "G3",
        "from_stage": "pilot", "applies": "risk_class = high", "requires": "fairness_tested_on present",
    }  # fmt: skip
    return {**plain, **changed}


def read(*rules: dict[str, object], **more: object) -> Gates:
    return Gates.read({"rules": list(rules), **more}, WorkspaceConfig())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"applies": "risk_clas = high"}, ["'tested'", "applies", "risk_clas", "risk_class"]),
        ({"requires": {"all": ["vendor present", {"not": "gatee = G1"}]}}, ["requires", "gatee", "gate"]),
        ({"applies": "risk_class = hihg"}, ["'tested'", "hihg", "minimal, limited, high, prohibited"]),
        ({"applies": "vendor within_days 3"}, ["'tested'", "needs a date", "vendor"]),
        ({"applies": "name > 3"}, ["'tested'", "needs a number or a date"]),
        ({"applies": "budget >= much"}, ["'tested'", "much"]),
        ({"applies": "vendor like x"}, ["'tested'", "vendor like x", "operators are"]),
        ({"applies": "vendor present now"}, ["'tested'", "takes no value"]),
        ({"applies": {"all": []}}, ["'tested'", "not a condition"]),
        ({"applies": {"either": ["vendor present"]}}, ["'tested'", "not a condition"]),
        ({"requires": "validated_on in_force"}, ["'tested'", "validity_days"]),
        ({"validity_days": 30}, ["'tested'", "validity_days"]),
        ({"from_stage": "pilto"}, ["'tested'", "from_stage", "pilto", "pilot"]),
        ({"record_says": ["stagee"]}, ["'tested'", "record_says", "stagee", "stage"]),
        ({"severity": "fatal"}, ["'tested'", "severity"]),
        ({"sevrity": "blocking"}, ["'tested'", "sevrity"]),
        ({"effective": "soon"}, ["'tested'", "effective"]),
        ({"id": None}, ["rule number 1", "id"]),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_named_with_what_is_wrong(changed: dict[str, object], named: list[str]) -> None:
    with pytest.raises(ValueError, match=".") as caught:
        read(rule(**changed))
    assert all(word in str(caught.value) for word in named), str(caught.value)


def test_an_id_may_be_used_once() -> None:
    with pytest.raises(ValueError, match="'tested': the id is used twice"):
        read(rule(), rule())


def test_a_column_of_ones_own_needs_a_type() -> None:
    with pytest.raises(ValueError, match="no column 'risk_clas'; the nearest are .*risk_class.* needs a type"):
        read(rule(), facts={"risk_clas": {"question": "Which class?"}})
    gates = read(
        rule(requires="audited_on within_days 30"),
        facts={"audited_on": {"type": "date", "question": "When audited?"}},
    )
    assert gates.questions["audited_on"] == "When audited?"


BOARD, RELEASE = {"id": "Clinical board", "before_stage": "pilot"}, {"id": "Stage B", "title": "Release"}


def test_gates_may_be_called_anything_and_stand_in_the_order_of_the_list() -> None:
    gates = read(rule(gate="Stage B", requires="gate in Stage B, Clinical board"), gates=[BOARD, RELEASE])
    assert [(gate.id, gate.title, gate.before_stage) for gate in gates.order] == [
        ("Clinical board", "", "pilot"), ("Stage B", "Release", ""),
    ]  # fmt: skip
    assert gates.vocabulary["gate"].values == ("none", "Clinical board", "Stage B")


def test_without_a_list_the_gates_are_those_that_the_rules_name() -> None:
    rules = [rule(id=str(n), gate=gate) for n, gate in enumerate(("G2", "none", "G1", "G2"))]
    gates = read(*rules, rule(requires="gate in G2, G3"))
    assert [gate.id for gate in gates.order] == ["G2", "G1", "G3"]


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"gate": "Stage C"}, ["'tested'", "gate", "Stage C", "Stage B"]),
        ({"requires": "gate = Stage C"}, ["'tested'", "requires", "Stage C"]),
        ({"gates": [{"id": "Stage B", "before_stage": "pilto"}]}, ["gate 'Stage B'", "before_stage", "pilto", "pilot"]),
        ({"gates": [RELEASE, RELEASE]}, ["gate 'Stage B'", "used twice"]),
        ({"gates": [{"title": "Release"}]}, ["gates", "id"]),
        ({"gates": "Stage B"}, ["gates"]),
    ],
)
def test_a_wrong_gate_is_named_with_what_is_wrong(written: dict[str, object], named: list[str]) -> None:
    gates = written.pop("gates", [BOARD, RELEASE])
    with pytest.raises(ValueError, match=".") as caught:
        read(rule(**{"gate": "Stage B", **written}), gates=gates)
    assert all(word in str(caught.value) for word in named), str(caught.value)


def test_gates_that_only_the_projects_name_come_last_by_name(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, WorkspaceConfig())
    passed = ["Stage B", None, "none", "Stage A", "Clinical board", "Stage A"]
    assert gate_order(workspace, passed) == ("Clinical board", "Stage A", "Stage B")
    (tmp_path / "gates.yaml").write_text("gates: [{id: Stage B}, {id: Clinical board}]\nrules: []\n")
    assert gate_order(workspace, passed) == ("Stage B", "Clinical board", "Stage A")
    # What is wrong with the file is said where the rules are read.
    (tmp_path / "gates.yaml").write_text("gates: 7\n")
    assert workspace.gates == ()


def test_a_condition_is_written_as_it_is_read() -> None:
    condition = parse({"any": ["budget > 3", {"all": ["scores = yes", {"not": "risk_class in low, high"}]}]}, COLUMNS)
    assert as_text(condition) == "budget > 3 or (scores = yes and not (risk_class in low, high))"


def test_a_file_that_is_not_rules_is_refused_with_its_path(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, WorkspaceConfig())
    assert Gates.load(workspace) is None
    path = tmp_path / "gates.yaml"
    for text, said in (("rules: [", "line 2, column 1"), ("facts: {}", "needs a list of rules")):
        path.write_text(text)
        with pytest.raises(KnowledgeError, match=said) as caught:
            Gates.load(workspace)
        assert str(path) in str(caught.value)


# Rules on a project

_COLUMNS = "risk_class fairness_tested_on stage stage_since jurisdiction waiver waiver_until gate"
ALL = frozenset([*_COLUMNS.split(), *(column.name for column in DERIVED)])
HIGH: dict[str, str | None] = {
    "id": "P-1",
    "stage": "pilot",
    "stage_since": "2026-03-01",
    "risk_class": "high",
}


def check(
    written: dict[str, object], project: dict[str, str | None], known: frozenset[str] = ALL
) -> tuple[RuleCheck | None, Checker, object]:
    gates = read(written, areas={"EU": ["NL", "European Union"]})
    checker = Checker(gates, WorkspaceConfig(), known, TODAY)
    held = project_facts(project, gates.vocabulary, known)
    return next(iter(checker.findings(held)), None), checker, held


def result(written: dict[str, object], project: dict[str, str | None], known: frozenset[str] = ALL) -> str | None:
    finding, _, _ = check(written, project, known)
    return finding.outcome if finding else None


def test_a_rule_is_met_unmet_unknown_or_silent() -> None:
    assert result(rule(), {**HIGH, "fairness_tested_on": "2026-05-01"}) == "met"
    assert result(rule(), HIGH) == "unmet"
    assert result(rule(), {**HIGH, "risk_class": None}) == "unknown"
    assert result(rule(), {**HIGH, "risk_class": "minimal"}) is None
    assert result(rule(), HIGH, ALL - {"fairness_tested_on"}) == "unknown"


def test_what_is_met_needs_no_scope() -> None:
    assert result(rule(), {**HIGH, "risk_class": None, "fairness_tested_on": "2026-05-01"}) == "met"


def test_a_rule_binds_from_its_stage_until_the_project_has_ended() -> None:
    stages = {stage: result(rule(), {**HIGH, "stage": stage}) for stage in WorkspaceConfig().stages.names}
    assert stages == {
        "idea": None, "proof_of_concept": None, "pilot": "unmet", "scaling": "unmet", "production": "unmet",
        "stopped": None, "retired": None,
    }  # fmt: skip
    assert result(rule(), {**HIGH, "stage": None}) == "unknown"
    assert result(rule(), {**HIGH, "stage": "somewhere"}) == "unknown"


def test_a_jurisdiction_binds_by_any_of_its_codes() -> None:
    written = rule(jurisdictions=["EU"])
    places = ("EU", "nl", "UK; European Union", "UK", None)
    found = [result(written, {**HIGH, "jurisdiction": place}) for place in places]
    assert found == ["unmet", "unmet", "unmet", None, "unknown"]


def test_a_law_that_does_not_apply_yet_does_not_block_and_one_that_ended_is_silent() -> None:
    finding, checker, held = check(rule(effective=date(2027, 12, 2)), HIGH)
    assert finding
    assert (finding.outcome, finding.is_due, finding.is_blocking) == ("unmet", False, False)
    assert checker.blocking(held) == []  # type: ignore[arg-type]
    assert result(rule(until=date(2026, 10, 30)), HIGH) is None
    assert result(rule(until=TODAY), HIGH) == "unmet"


def test_only_an_unmet_blocking_rule_in_force_blocks() -> None:
    for written, ids in ((rule(), ["tested"]), (rule(severity="warning"), [])):
        _, checker, held = check(written, HIGH)
        assert checker.blocking(held) == ids  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("waiver", "until", "outcome", "state"),
    [
        ("Fairness test postponed by the board", "2026-10-31", "waived", "in force"),
        ("fairness test", "2026-10-30", "unmet", "expired"),
        ("fairness test", None, "unmet", "without end"),
        ("tested", "2027-01-01", "waived", "in force"),
        ("Validation postponed", "2027-01-01", "unmet", None),
        ("Unfairness tests", "2027-01-01", "unmet", None),
    ],
)
def test_a_waiver_counts_for_the_rule_it_names_until_its_day(
    waiver: str, until: str | None, outcome: str, state: str | None
) -> None:
    project = {**HIGH, "waiver": waiver, "waiver_until": until}
    finding, checker, held = check(rule(waivers=["fairness test"]), project)
    assert finding
    assert finding.outcome == outcome
    assert checker.waiver(finding.rule, held) == state  # type: ignore[arg-type]
    assert result(rule(), project) == "unmet", "a rule without waiver words cannot be waived"


def test_evidence_expires_after_its_days_and_the_rule_is_unmet_from_the_next() -> None:
    written = rule(requires="fairness_tested_on in_force", validity_days=183)
    finding, checker, held = check(written, {**HIGH, "fairness_tested_on": "2026-03-20"})
    assert finding
    assert finding.outcome == "unmet"
    assert checker.expires(finding.rule, held) == date(2026, 9, 19)  # type: ignore[arg-type]
    assert checker.since(finding.rule, held) == date(2026, 9, 20)  # type: ignore[arg-type]
    assert result(written, {**HIGH, "fairness_tested_on": "2026-05-01"}) == "met"
    assert result(written, {**HIGH, "fairness_tested_on": "2026-04-30"}) == "unmet"


def test_a_rule_is_unmet_since_the_stage_or_its_effective_day() -> None:
    for entered, since in (("2025-03-01", date(2026, 1, 1)), ("2026-03-01", date(2026, 3, 1))):
        finding, checker, held = check(rule(), {**HIGH, "stage_since": entered})
        assert finding
        assert checker.since(finding.rule, held) == since  # type: ignore[arg-type]


def test_what_is_asked_is_the_scope_first() -> None:
    written = rule(applies={"all": ["risk_class = high", "gate = G2"]}, requires="fairness_tested_on within_days 9")
    for project, asked in (
        ({**HIGH, "gate": None}, ("gate",)),
        ({**HIGH, "gate": "G2"}, ("fairness_tested_on",)),
        ({**HIGH, "stage": None, "gate": "G2"}, ("stage", "fairness_tested_on")),
    ):
        finding, checker, held = check(written, project)
        assert finding
        assert checker.asked(finding, held) == asked  # type: ignore[arg-type]


# What ships, and its page


def shipped() -> tuple[Workspace, Gates]:
    workspace = Workspace.open(ROOT / "knowledge")
    gates = Gates.load(workspace)
    assert gates
    return workspace, gates


def test_every_shipped_rule_cites_clauses_that_exist() -> None:
    workspace, gates = shipped()
    for found in gates.rules:
        assert found.clauses, found.id
        for clause in found.clauses:
            text = (workspace.root / clause.document).read_text()
            assert f"**{clause.clause}** " in text, f"{found.id}: {clause}"
            assert "\nlabel:" not in text.split("\n---")[0], f"{found.id} would tell of a restricted document"


def test_every_fact_of_a_shipped_rule_has_a_question() -> None:
    workspace, gates = shipped()
    data = yaml.safe_load((workspace.root / "gates.yaml").read_text())
    used = {c.fact for r in gates.rules for part in (r.applies, r.requires) for c in checks(part)}
    # A rule reads these two only after it has found them present.
    assert used - {"stage_since", "realised_benefit"} <= set(data["facts"])
    assert len(gates.rules) >= 30


def test_the_shipped_rules_reach_every_instrument() -> None:
    _, gates = shipped()
    named = " | ".join(f"{s.instrument} {s.article}" for r in gates.rules for s in (r, *r.also))
    numbers = (5, 6, 9, 10, 12, 13, 15, 22, 27, 35, 50, 73)
    articles = (
        *(f"Article {n}" for n in numbers),
        "Annex III",
        "26(5)",
        "14 and 26",
        "and 72",
        "Articles 9",
        "22A",
    )
    for name in (
        "GDPR",
        "UK GDPR",
        "NIST",
        "ISO/IEC 42001",
        "ECOA",
        "FCRA",
        "HIPAA",
        "SR 11-7",
        "Local Law 144",
    ):
        assert name in named
    assert [a for a in articles if a not in named] == []


def test_fraud_detection_is_left_out_of_annex_iii_credit_scoring() -> None:
    _, gates = shipped()
    (annex,) = gates.rules_named("annex-iii-high-risk")
    known = frozenset(gates.vocabulary)
    project = {"stage": "production", "jurisdiction": "EU", "scores_people": True, "affects": "customers"}
    project |= {"risk_class": "limited"}
    checker = Checker(gates, WorkspaceConfig(), known, date(2028, 1, 1))
    for domain, expected in (("credit", ["unmet"]), ("fraud", [])):
        held = project_facts({**project, "domain": domain}, gates.vocabulary, known)
        assert [f.outcome for f in checker.findings(held) if f.rule.id == annex.id] == expected


def test_the_page_tells_every_key_operator_and_derived_fact() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    keys = {key for model in (GateFile, Gate, FactEntry, Rule, Clause, FurtherSource) for key in model.model_fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    assert [operator for operator in OPERATORS if f"`{operator}`" not in page] == []
    assert [column.name for column in DERIVED if f"`{column.name}`" not in page] == []


def test_the_example_of_the_page_loads() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert Gates.read(yaml.safe_load(example), WorkspaceConfig()).rules
