from __future__ import annotations

import itertools
import random
from pathlib import Path

import golden
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import (
    BOARD,
    EVERYONE,
    of_kind,
    open_sources,
    unsupported,
    value,
    write_sources,
)

from copilot.errors import ToolError
from copilot.tools.candidates import gather, weigh
from copilot.tools.plan_portfolio import findings
from copilot.tools.plan_portfolio import plan as portfolio_plan
from copilot.tools.plan_portfolio.options import Request, read_options
from copilot.tools.plan_portfolio.tool import Arguments, plan_portfolio

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
CONFIG = "as_of: 2026-06-30\ncurrency: EUR\ncriteria:\n  - name: business_value\n    scale: [0, 100]\n"


def project(id, value, budget, spend=0, **more):
    row = {"id": id, "name": f"Case {id}", "business_value": value, "budget": budget, "spend": spend}
    return row | {"headcount": 1, "unit": "Shop", "risk_class": "minimal", "stage": "pilot"} | more


def plan(root, rows, viewer=EVERYONE, **arguments):
    return plan_portfolio(write_sources(root, rows, CONFIG), viewer, Arguments(**arguments))


def chosen(result):
    return [row[0] for row in result.tables[0].rows]


def reason(result, id):
    return next(row[-1] for row in result.tables[1].rows if row[0] == id)


ROWS = [
    project("A", 90, 100, 40),
    project("B", 60, 50, 20),
    project("C", 55, 40, 10),
    project("D", 80, 900),
    project("E", 70, None),
    project("F", 5, 30),
]


def test_the_best_set_is_by_score_under_the_budget_not_yet_spent(tmp_path):
    result = plan(tmp_path, ROWS, budget=100)
    assert chosen(result) == ["A", "B"]
    best, proof = of_kind(result, "best_set")[0], of_kind(result, "proof")[0]
    assert best == result.findings[0]
    assert (best.role, best.values["scope"]) == ("headline", " that are not yet in production")
    assert {name: value(best, name) for name in ("candidates", "projects", "score", "cost", "budget")} == {
        "candidates": 6, "projects": 2, "score": pytest.approx(150), "cost": 90, "budget": 100,
    }  # fmt: skip
    assert value(proof, "gap") == 0


def test_what_is_left_out_is_said_with_its_reason(tmp_path):
    result = plan(tmp_path, ROWS, budget=100)
    assert reason(result, "D") == "costs more than the whole budget"
    assert reason(result, "E") == "records no budget, so its cost is not known"
    assert reason(result, "F") == "gives less score for what it takes"
    ruled_out = of_kind(result, "ruled_out")
    assert [(f.values["reason"], f.values["names"]) for f in ruled_out] == [("no_cost", ("Case E (E)",))]
    assert [f.values["reason"] for f in of_kind(result, "left_out")] == ["over_budget", "outscored"]


def test_the_next_best_set_and_more_budget_are_told(tmp_path):
    result = plan(tmp_path, ROWS, budget=80, alternatives=2)
    best, others = of_kind(result, "best_set")[0], of_kind(result, "next_best")
    assert [value(other, "place") for other in others] == [2, 3]
    assert all(value(other, "less") == pytest.approx(value(best, "score") - value(other, "score")) for other in others)
    assert all(other.values["joins"] or other.values["out"] for other in others)
    richer = of_kind(result, "more_budget")[0]
    assert (value(richer, "more"), value(richer, "budget")) == (pytest.approx(0.1), pytest.approx(88))


def test_a_budget_may_be_a_share_of_the_one_that_is_named_and_what_that_costs_is_told(tmp_path):
    result = plan(tmp_path, ROWS, budget=200, budget_change=0.5)
    assert chosen(result) == chosen(plan(tmp_path, ROWS, budget=100))
    changed, against = of_kind(result, "changed_budget")[0], of_kind(result, "against_before")[0]
    assert {n: value(changed, n) for n in ("budget", "before", "change")} == {
        "budget": 100,
        "before": 200,
        "change": 0.5,
    }
    assert changed.values["origin"] == "named"
    assert (against.values["out"], value(against, "lost")) == (("Case C (C)", "Case F (F)"), pytest.approx(60))
    opened = next(e.calculation for e in result.evidence if e.id == changed.evidence[0])
    assert (opened.method, opened.formula) == ("half of 200 EUR", "budget = 0.5 × 200 EUR")


def test_without_an_amount_the_change_is_of_the_limit_or_of_what_all_would_cost(tmp_path):
    todays = plan(tmp_path, ROWS, budget_change=2 / 3, exclude=["B"])
    assert value(of_kind(todays, "changed_budget")[0], "before") == 60 + 30 + 30 + 900 + 30
    funded = CONFIG + "funding: {budget: 150}\n"
    limited = plan_portfolio(write_sources(tmp_path, ROWS, funded), EVERYONE, Arguments(budget_change=2 / 3))
    changed = of_kind(limited, "changed_budget")[0]
    assert (value(changed, "budget"), changed.values["origin"]) == (pytest.approx(100), "limit")
    assert of_kind(limited, "own_limits") == []
    of_unit = Arguments(budget_change=0.5, filters=[{"column": "unit", "value": "Shop"}])
    changed = of_kind(plan_portfolio(open_sources(tmp_path), EVERYONE, of_unit), "changed_budget")[0]
    assert (value(changed, "before"), changed.values["origin"]) == (1050, "candidates")


def test_money_is_added_or_taken_away_but_not_more_than_there_is(tmp_path):
    result = plan(tmp_path, ROWS, budget=100, budget_added=-20)
    assert value(of_kind(result, "best_set")[0], "budget") == 80
    assert of_kind(result, "changed_budget")[0].values["words"] == "20 EUR less than"
    with pytest.raises(ToolError, match="less than nothing"):
        plan(tmp_path, ROWS, budget=100, budget_added=-120)


def test_a_dependency_comes_along_or_the_project_stays_out(tmp_path):
    rows = [
        project("A", 90, 50, depends_on="B"),
        project("B", 10, 50),
        project("C", 60, 50),
        project("D", 80, 50, depends_on="Z"),
        project("E", 70, 50, depends_on="S"),
        project("S", 10, 50, stage="stopped"),
        project("P", 10, 50, stage="production"),
        project("F", 65, 50, depends_on="P"),
    ]
    result = plan(tmp_path, rows, budget=100)
    assert chosen(result) == ["F", "C"]
    assert reason(result, "D") == "needs Z, which is not in the records that can be read"
    assert reason(result, "E") == "needs Case S (S), which is stopped"
    assert [(f.subject, f.values["of"]) for f in of_kind(result, "not_in_set")] == [
        ("D", ("Z",)),
        ("E", ("Case S (S)",)),
    ]
    assert reason(result, "A") == "needs Case B (B), which is not chosen"
    assert set(chosen(plan(tmp_path, rows, budget=150))) == {"A", "B", "F"}


def test_a_hidden_prerequisite_keeps_a_project_out_and_that_is_said_without_its_name(tmp_path):
    rows = [
        project("A", 90, 50, depends_on="P; B", label=None),
        project("B", 10, 50, stage="production", label="board"),
        project("C", 60, 50, depends_on="A"),
        project("D", 50, 50),
        project("P", 10, 50, stage="production"),
    ]
    everything = plan(tmp_path, rows, BOARD, budget=150)
    assert set(chosen(everything)) == {"A", "C", "D"}
    partial = plan_portfolio(open_sources(tmp_path), EVERYONE, Arguments(budget=150))
    assert chosen(partial) == ["D"]
    (hidden,) = [f for f in of_kind(partial, "ruled_out") if f.values["reason"] == "hidden"]
    assert (value(hidden, "projects"), hidden.values["names"]) == (1, ("Case A (A)",))
    assert "Case B" not in partial.model_dump_json()
    assert reason(partial, "C") == "needs Case A (A), which cannot be chosen"
    with pytest.raises(ToolError, match="may not see"):
        plan_portfolio(open_sources(tmp_path), EVERYONE, Arguments(budget=150, must_have=["A"]))
    twin = [{**row, "depends_on": "P"} if row["id"] == "A" else row for row in rows if row["id"] != "B"]
    assert set(chosen(plan(tmp_path, twin, budget=150))) == {"A", "C", "D"}


def test_minimum_per_unit_high_risk_limit_must_have_and_exclusion_are_kept(tmp_path):
    rows = [
        project("A", 90, 50, risk_class="high"),
        project("B", 80, 50, risk_class="high"),
        project("C", 70, 50),
        project("D", 20, 50, unit="Bank"),
        project("E", 10, 50),
    ]
    assert chosen(plan(tmp_path, rows, budget=150, most_high_risk=1, minimum_per_unit=1)) == ["A", "C", "D"]
    assert "E" in chosen(plan(tmp_path, rows, budget=100, must_have=["case e"]))
    assert "A" not in chosen(plan(tmp_path, rows, budget=100, exclude=["A"]))
    assert chosen(plan(tmp_path, rows, most_projects=2)) == ["A", "B"]


def test_the_limits_of_the_organisation_hold_where_the_call_has_none_and_are_named(tmp_path):
    rows = [
        project("A", 90, 50, risk_class="high"),
        project("B", 80, 50, risk_class="high"),
        project("C", 70, 50),
        project("D", 20, 50, unit="Bank"),
    ]
    own = write_sources(tmp_path, rows, f"{CONFIG}funding: {{budget: 150, most_high_risk: 1, minimum_per_unit: 1}}\n")
    result = plan_portfolio(own, EVERYONE, Arguments())
    assert chosen(result) == ["A", "C", "D"]
    (told,) = of_kind(result, "own_limits")
    assert told.values["limits"] == ("budget", "most_high_risk", "minimum_per_unit")
    assert told.text == (
        "The budget, number of high-risk projects and minimum a unit are the limits of the organisation, "
        "from `funding` in workspace.yaml."
    )
    said = plan_portfolio(own, EVERYONE, Arguments(budget=100, most_high_risk=2, minimum_per_unit=0))
    assert (chosen(said), of_kind(said, "own_limits")) == (["A", "B"], [])
    with pytest.raises(ToolError, match="needs a limit"):
        plan(tmp_path, rows)


def test_a_unit_with_too_few_projects_is_said(tmp_path):
    rows = [project("A", 90, 50), project("B", 80, 50), project("C", 70, 50, unit="Bank")]
    result = plan(tmp_path, rows, budget=150, minimum_per_unit=2)
    short = of_kind(result, "short_units")[0]
    assert (value(short, "minimum"), short.values["units"]) == (2, ("Bank",))


def test_impossible_limits_name_what_to_relax(tmp_path):
    with pytest.raises(ToolError, match=r"relax the budget of 100 EUR \(at least 900 EUR is needed\) or what"):
        plan(tmp_path, ROWS, budget=100, must_have=["D"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a limit"),
        ({"budget": 10, "must_have": ["A"], "exclude": ["A"]}, "both"),
        ({"budget": 10, "must_have": ["E"]}, "must be in, but it records no budget"),
        ({"budget": 10, "must_have": ["nothing like it"]}, "There is no project"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(tmp_path, arguments, message):
    with pytest.raises(ToolError, match=message):
        plan(tmp_path, ROWS, **arguments)


def test_a_project_that_has_spent_its_budget_is_said_to_cost_nothing_here(tmp_path):
    result = plan(tmp_path, [project("A", 90, 50, 60), project("B", 80, 50, None)], budget=60)
    assert [f.values["names"] for f in of_kind(result, "spent_budget")] == [("Case A (A)",)]
    assert [f.values["names"] for f in of_kind(result, "unknown_spend")] == [("Case B (B)",)]


GATES = """
rules:
  - id: owner
    title: A business owner is named
    instrument: Funding policy
    severity: blocking
    from_stage: idea
    requires: business_owner present
"""


def test_a_blocked_project_is_left_out_unless_asked_for_and_flagged_then(tmp_path):
    (tmp_path / "gates.yaml").write_text(GATES)
    rows = [project("A", 90, 50, business_owner=None), project("B", 80, 50, business_owner="Ann")]
    result = plan(tmp_path, rows, budget=100)
    assert chosen(result) == ["B"]
    assert [f.values["reason"] for f in of_kind(result, "ruled_out")] == ["blocked"]
    assert reason(result, "A").endswith("A business owner is named")
    for arguments in ({"leave_out_blocked": False}, {"must_have": ["A"]}):
        result = plan(tmp_path, rows, budget=100, **arguments)
        assert chosen(result) == ["A", "B"]
        flagged = of_kind(result, "blocked_in_set")[0]
        assert (flagged.subject, flagged.role) == ("A", "caveat")
        assert flagged.values["of"] == ("A business owner is named",)


CALLS = (
    {"budget": 3_000_000},
    {"headcount": 8},
    {"most_projects": 3, "minimum_per_unit": 1},
    {"budget": 3_000_000, "must_have": ["H-03"], "exclude": ["H-02"], "most_high_risk": 1, "alternatives": 2},
    {"budget": 1},
    {"budget": 2_000_000, "budget_change": 1.15},
    {"budget_change": 0.5},
)
SHIPPED = {"budget": 5_000_000, "headcount": 20, "minimum_per_unit": 1, "leave_out_blocked": False}


def test_its_sentences_are_those_of_the_golden_file(hospital, tmp_path, rewrite_golden):
    calls = {str(a): plan_portfolio(hospital, EVERYONE, Arguments(**a)) for a in CALLS}
    calls["six projects, 100 EUR"] = plan(tmp_path, ROWS, budget=100)
    calls["no budget, no criterion"] = plan(tmp_path, [{"id": "A", "name": "A", "budget": 5}], budget=10)
    nothing = [{"column": "business_value", "op": ">", "value": 95}]
    calls["nothing that meets the conditions"] = plan(tmp_path, ROWS, budget=10, filters=nothing)
    golden.check_supported("plan_portfolio", calls, rewrite=rewrite_golden)


def test_lists_of_many_projects_are_cut_short_and_stay_supported():
    result = plan_portfolio(open_sources(KNOWLEDGE), EVERYONE, Arguments(**SHIPPED))
    assert unsupported(result) == []
    assert len(of_kind(result, "best_set")[0].values["names"]) == 7


def test_how_it_was_computed_can_be_opened(tmp_path):
    result = plan(tmp_path, ROWS, budget=100)
    weights, candidates = result.evidence[0].calculation.inputs
    assert weights.rows == (("Business value", 1.0),)
    assert [row[:4] for row in candidates.rows[:3]] == [
        ("Case A (A)", True, 90.0, 60.0),
        ("Case B (B)", True, 60.0, 30.0),
        ("Case D (D)", False, 80.0, 900.0),
    ]


def test_hidden_projects_are_neither_chosen_nor_named(hospital):
    result = plan_portfolio(hospital, EVERYONE, Arguments(budget=10_000_000))
    assert result.hidden_rows == 1
    assert "H-09" not in chosen(result)
    assert of_kind(result, "hidden")
    assert "H-09" in chosen(plan_portfolio(hospital, BOARD, Arguments(budget=10_000_000)))


def test_without_criteria_no_set_is_called_better(tmp_path):
    result = plan(tmp_path, [{"id": "A", "name": "A", "budget": 5}], budget=10)
    assert [(f.kind, value(f, "candidates")) for f in result.findings] == [("no_criteria", 1)]


amounts = st.integers(1, 50)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(1, 100), amounts, amounts), min_size=1, max_size=7),
    st.integers(0, 150),
    st.integers(0, 150),
)
def test_the_chosen_keep_to_the_limits_and_no_set_scores_more(tmp_path_factory, cells, budget, people):
    rows = [project(f"A-{i}", v, c, headcount=h) for i, (v, c, h) in enumerate(cells)]
    result = plan(tmp_path_factory.mktemp("w"), rows, budget=budget, headcount=people)
    picked = [row for row in rows if row["id"] in chosen(result)]
    assert sum(row["budget"] for row in picked) <= budget
    assert sum(row["headcount"] for row in picked) <= people
    possible = [
        sum(row["business_value"] for row in some)
        for n in range(len(rows) + 1)
        for some in itertools.combinations(rows, n)
        if sum(row["budget"] for row in some) <= budget and sum(row["headcount"] for row in some) <= people
    ]
    assert sum(row["business_value"] for row in picked) == max(possible)


def test_shuffling_the_rows_changes_nothing_that_is_said(tmp_path):
    rows = [project(f"A-{i:02}", 20 + (i * 37) % 71, 10 + (i * 13) % 29) for i in range(16)]
    shuffled = random.Random(3).sample(rows, len(rows))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = (plan(tmp_path / f, r, budget=120) for f, r in (("a", rows), ("b", shuffled)))
    assert [s.text for s in one.findings] == [s.text for s in other.findings]
    assert one.tables == other.tables


def test_what_there_was_no_time_for_is_named(tmp_path):
    sources = write_sources(tmp_path, ROWS, CONFIG)
    view, config = sources.records.view(EVERYONE), sources.workspace.config
    candidates = gather(view, config, view.select("projects"))
    weights = weigh(config, candidates.criteria, {}, {})
    request = Request(frozenset(), frozenset(), {}, True, True, False)
    options = read_options(view, config, candidates, weights, request)
    limits = portfolio_plan.Limits(100, None, None, None, 0, "EUR")
    found = portfolio_plan.plan(options, limits, 1, seconds=0)
    assert [options.candidates.ids[i] for i in found.chosen] == ["A", "B"]
    assert (found.others, found.with_more_budget, found.forced) == ((), None, ())
    told = {f.kind: f for f in (*findings.alternatives(found), *findings.caveats(found))}
    assert told["not_searched"].values["skipped"][:2] == ("the next-best set", "what more budget would bring")
    assert "no_other_set" not in told


def test_a_portfolio_of_two_thousand_is_proved_best(tmp_path):
    units = ["North", "South", "East"]
    rows = [
        project(f"P-{i}", 1 + (i * 7919) % 99, 10 + (i * 104729) % 890, unit=units[i % 3], headcount=1 + i % 7)
        for i in range(2_000)
    ]
    result = plan(tmp_path, rows, budget=200_000, headcount=2_000, minimum_per_unit=5)
    assert value(of_kind(result, "proof")[0], "gap") == 0


def test_trade_offs_change_the_set_and_are_said(tmp_path):
    criteria = "".join(f"  - name: {name}\n    scale: [0, 10]\n" for name in ("business_value", "feasibility"))
    two = f"as_of: 2026-06-30\ncriteria:\n{criteria}"
    rows = [project("A", 9, 10, feasibility=1), project("B", 2, 10, feasibility=9)]
    sources = write_sources(tmp_path, rows, two)
    picked = {}
    for more, less in (("business_value", "feasibility"), ("feasibility", "business_value")):
        traded = {"more_important": more, "less_important": less, "times": 9}
        result = plan_portfolio(sources, EVERYONE, Arguments.model_validate({"budget": 10, "comparisons": [traded]}))
        picked[more] = chosen(result)
        assert of_kind(result, "trade_offs")[0].values["ratio"] is None
        assert unsupported(result) == []
    assert picked == {"business_value": ["A"], "feasibility": ["B"]}
