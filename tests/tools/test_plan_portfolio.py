from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import BOARD, CORPUS, EVERYONE, answers, open_sources, said, unsupported, write_sources

from copilot.errors import ToolError
from copilot.tools.candidates import gather, weigh
from copilot.tools.plan_portfolio import phrasing as portfolio_words
from copilot.tools.plan_portfolio import plan as portfolio_plan
from copilot.tools.plan_portfolio.options import Asked, read_options
from copilot.tools.plan_portfolio.tool import Arguments, plan_portfolio

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
    assert answers(result)[0].startswith("The best set of 6 projects that are not yet in production under")
    assert "2 projects, which together score 150 points, cost 90 EUR" in answers(result)[0]
    assert "proved, with a gap of 0%" in said(result)


def test_what_is_left_out_is_said_with_its_reason(tmp_path):
    result = plan(tmp_path, ROWS, budget=100)
    assert reason(result, "D") == "costs more than the whole budget"
    assert reason(result, "E") == "it records no budget, so its cost is not known"
    assert reason(result, "F") == "gives less score for what it takes"
    assert "1 candidate records no budget, so its cost is not known: Case E (E)." in said(result)


def test_the_next_best_set_and_more_budget_are_told(tmp_path):
    text = said(plan(tmp_path, ROWS, budget=80, alternatives=2))
    assert "The next-best set scores" in text
    assert "The set in place 3 scores" in text
    assert "With 10% more budget, 88 EUR" in text


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
    assert reason(result, "D") == "it needs Z, which is not in the records that can be read"
    assert reason(result, "E") == "it needs Case S (S), which is stopped"
    assert reason(result, "A") == "needs Case B (B), which is not chosen"
    assert set(chosen(plan(tmp_path, rows, budget=150))) == {"A", "B", "F"}


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


def test_a_unit_with_too_few_projects_is_said(tmp_path):
    rows = [project("A", 90, 50), project("B", 80, 50), project("C", 70, 50, unit="Bank")]
    result = plan(tmp_path, rows, budget=150, minimum_per_unit=2)
    assert "The minimum of 2 projects a unit cannot be met in Bank" in said(result)


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
    assert "1 chosen project has spent its whole approved budget, so it costs 0 here" in said(result)
    assert "1 chosen project records no amount spent, so its whole budget counts as cost." in said(result)


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
    assert "1 candidate does not meet a blocking governance rule: Case A (A)." in said(result)
    for arguments in ({"leave_out_blocked": False}, {"must_have": ["A"]}):
        result = plan(tmp_path, rows, budget=100, **arguments)
        assert chosen(result) == ["A", "B"]
        assert "Case A (A) is in the set although it does not meet a blocking" in said(result)


def test_figures_of_sentences_stand_in_what_they_cite(tmp_path):
    assert unsupported(plan(tmp_path, ROWS, budget=100)) == []
    for arguments in ({"budget": 3_000_000}, {"headcount": 8}, {"most_projects": 3, "minimum_per_unit": 1}):
        result = plan_portfolio(open_sources(CORPUS), EVERYONE, Arguments(**arguments))
        assert unsupported(result) == []


def test_hidden_projects_are_neither_chosen_nor_named(tmp_path):
    sources = open_sources(CORPUS)
    result = plan_portfolio(sources, EVERYONE, Arguments(budget=10_000_000))
    assert result.hidden_rows == 1
    assert "H-09" not in chosen(result)
    assert "may not see" in said(result)
    assert "H-09" in chosen(plan_portfolio(sources, BOARD, Arguments(budget=10_000_000)))


def test_without_criteria_no_set_is_called_better(tmp_path):
    result = plan(tmp_path, [{"id": "A", "name": "A", "budget": 5}], budget=10)
    assert "record none of the prioritization criteria" in answers(result)[0]


amounts = st.integers(1, 50)


@settings(max_examples=20, deadline=None)
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
    asked = Asked(frozenset(), frozenset(), {}, True, True, False)
    options = read_options(view, config, candidates, weights, asked)
    limits = portfolio_plan.Limits(100, None, None, None, 0, "EUR")
    found = portfolio_plan.plan(options, limits, 1, seconds=0)
    assert [options.candidates.ids[i] for i in found.chosen] == ["A", "B"]
    assert (found.others, found.richer, found.forced) == ((), None, ())
    said = " ".join([*portfolio_words.alternatives(found), *portfolio_words.caveats(found)])
    assert "There was no time to find the next-best set, what more budget would bring or" in said
    assert "No other set" not in said


def test_a_portfolio_of_two_thousand_is_proved_best(tmp_path):
    units = ["North", "South", "East"]
    rows = [
        project(f"P-{i}", 1 + (i * 7919) % 99, 10 + (i * 104729) % 890, unit=units[i % 3], headcount=1 + i % 7)
        for i in range(2_000)
    ]
    result = plan(tmp_path, rows, budget=200_000, headcount=2_000, minimum_per_unit=5)
    assert "proved, with a gap of 0%" in said(result)


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
        assert "The trade-offs agree with one another." in said(result)
        assert unsupported(result) == []
    assert picked == {"business_value": ["A"], "feasibility": ["B"]}
