from __future__ import annotations

import random

import golden
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_sources import (
    BOARD,
    EVERYONE,
    answers,
    of_kind,
    said,
    unsupported,
    value,
    write_sources,
)

from copilot.errors import ToolError
from copilot.tools.prioritize_projects.tool import Arguments, prioritize_projects

CRITERIA = (
    "business_value",
    "feasibility",
    "time_to_value",
    "strategic_importance",
    "risk",
    "data_readiness",
)


@pytest.fixture(scope="module")
def rank(hospital):
    return lambda viewer=EVERYONE, **arguments: prioritize_projects(hospital, viewer, Arguments(**arguments))


def project(id, *values, **more):
    return {"id": id, "name": f"Case {id}", **dict(zip(CRITERIA, values, strict=True)), **more}


def ranked(result):
    return [row[1] for row in result.tables[0].rows]


def test_only_projects_that_have_not_reached_production_are_ranked_unless_asked(rank):
    assert "H-01" not in ranked(rank())
    assert "H-01" in ranked(rank(include_ended=True))
    assert "6 projects that are not yet in production" in answers(rank())[0]


def test_a_firm_leader_is_put_first_with_its_firmness(rank):
    assert answers(rank())[0].startswith("Put Bed Planner (H-02) first: it leads 6 projects")
    assert "% of plausible weights and estimates, so this is firm." in answers(rank())[0]


def test_each_of_the_top_is_answered_with_score_and_reasons(rank):
    result = rank(top=3)
    assert "Bed Planner (H-02) of Halden General ranks 1 with 72.2 of 100: strongest on" in answers(result)[1]
    assert "weakest on" in answers(result)[1]
    assert len(answers(result)) == 4


def test_the_first_sentence_says_when_nothing_is_firm(tmp_path):
    rows = [project(f"A-{i}", *[5 + (i == j) for j in range(6)]) for i in range(6)]
    result = prioritize_projects(write_sources(tmp_path, rows), EVERYONE, Arguments())
    assert answers(result)[0].startswith("Nothing is firm at the top")


def test_the_last_are_told_with_their_firmness_and_what_is_at_stake(rank):
    from_the_top = [f.subject for f in rank(top=50).findings if f.kind == "reason"]
    result = rank(bottom=2)
    last = next(f for f in result.findings if f.kind == "last")
    told = [f.subject for f in result.findings if f.kind == "reason"]
    assert told == from_the_top[::-1][:2]
    assert last.role == "headline"
    assert all(0 <= s.value <= 1 for s in last.values["shares"])
    assert len(last.values["names"]) == len(last.values["shares"]) == 2
    (stake,) = (f for f in result.findings if f.kind == "at_stake")
    assert stake.figures


def test_projects_that_tie_are_said_not_to_be_told_apart(tmp_path):
    rows = [project(f"A-{i}", 7, 7, 6, 7, 3, 7) for i in range(4)]
    result = prioritize_projects(write_sources(tmp_path, rows), EVERYONE, Arguments(top=2))
    assert "4 of 4 projects that are not yet in production share the highest score" in answers(result)[0]
    assert "would take the first place" not in said(result)


def test_changed_weights_say_where_they_come_from_and_who_moves(rank):
    result = rank(weight_changes={"riskiness": 6.0})
    assert "with risk multiplied by 6 as asked" in said(result)
    assert "Against the workspace's own weights" in answers(result)[1]
    assert "moves up from" in answers(result)[1]
    assert "Weights (equal weights): business value 16.7%" in said(rank())


def test_absolute_weights_are_shares_and_the_rest_is_divided(rank):
    text = said(rank(weights={"feasibility": 0.5}))
    assert "feasibility 50%" in text
    assert "risk 10%" in text


def test_a_criterion_left_out_no_longer_counts(rank):
    assert "risk 0%" in said(rank(weight_changes={"risk": 0}))


def test_two_projects_are_compared_criterion_by_criterion_and_with_what_would_flip_them(rank):
    result = rank(compare=["bed planner", "fall risk score"])
    assert answers(result)[0].startswith("Bed Planner (H-02) comes before Fall Risk Score (H-05): it ranks 1")
    assert "feasibility 8 against 6" in answers(result)[1]
    assert "Fall Risk Score would come before Bed Planner if" in answers(result)[2]


def test_what_would_flip_the_first_place_and_the_line_is_said(rank):
    text = said(rank(top=3))
    assert "would take the first place from Bed Planner if" in text
    assert "would come into the top 3 if" in text


def test_missing_criteria_are_counted_and_bound_the_score(rank):
    text = said(rank(top=3))
    assert "2 of 6 candidates lack at least one criterion, most often data readiness (2)." in text
    assert "No-show Reminder has no data readiness: its weighted sum rests on 83% of the weight" in text


def test_lists_of_many_projects_and_rules_are_cut_short_and_stay_supported(tmp_path):
    rules = [GATES.replace("id: plan", f"id: plan-{n}").partition("rules:")[2] for n in range(3)]
    (tmp_path / "gates.yaml").write_text("rules:" + "".join(rules))
    rows = [project(f"A-{i}", 8, 8, 4, 7, 3, 7, stage="pilot", adoption_plan=False) for i in range(9)]
    result = prioritize_projects(write_sources(tmp_path, rows), EVERYONE, Arguments(top=8))
    assert value(of_kind(result, "blocked")[0], "more") == 2
    assert "and 1 more rule" in of_kind(result, "blocked")[0].text
    assert "and 2 more" in of_kind(result, "quadrants")[0].text
    assert unsupported(result) == []


def test_without_any_criterion_no_ranking_is_made_up(tmp_path):
    rows = [{"id": f"A-{i}", "name": f"Case {i}", "unit": "One", "stage": "pilot"} for i in range(3)]
    result = prioritize_projects(write_sources(tmp_path, rows), EVERYONE, Arguments())
    assert answers(result)[0].startswith("No ranking is possible: none of the 3 projects")
    assert "business value" in answers(result)[0]
    assert not result.tables
    assert unsupported(result) == []


def test_with_some_criteria_the_ranking_says_which_it_leaves_out(tmp_path):
    rows = [{"id": "A-1", "name": "One", "risk": 2}, {"id": "A-2", "name": "Two", "risk": 9}]
    result = prioritize_projects(write_sources(tmp_path, rows), EVERYONE, Arguments())
    assert ranked(result) == ["A-1", "A-2"]
    assert "No candidate records business value, feasibility" in said(result)


@pytest.mark.parametrize("production", ["production", "operation", "in use"])
def test_production_is_recognised_by_what_it_is_called(tmp_path, production):
    rows = [
        project("A-1", 9, 9, 2, 9, 1, 9, stage=production),
        project("A-2", 2, 2, 20, 2, 8, 2, stage="trial"),
    ]
    config = f"as_of: 2026-06-30\nstages: [trial, {production}, retired]\n"
    assert ranked(prioritize_projects(write_sources(tmp_path, rows, config), EVERYONE, Arguments())) == ["A-2"]


def test_hidden_projects_are_left_out_and_that_is_said(rank):
    assert "H-09" not in rank().render()
    assert rank().hidden_rows == 1
    assert "may not see" in said(rank())
    assert "H-09" in ranked(rank(BOARD))


@pytest.mark.parametrize("method", ["topsis", "rice", "wsjf"])
def test_other_methods_rank_and_say_what_they_take(rank, method):
    result = rank(method=method)
    assert ranked(result)
    assert unsupported(result) == []
    assert method == "topsis" or "for effort" in said(result) or "for job size" in said(result)


def test_the_matrix_and_the_contributions_are_drawn(rank):
    assert [chart.title for chart in rank().charts] == ["Value and difficulty", "What each score is made of"]
    assert rank().tables[0].columns[-1] == "Quadrant"


@pytest.mark.parametrize(
    "arguments",
    [
        {"weights": {"wombat": 1}},
        {"weight_changes": {"risk": -1}},
        {"weight_changes": dict.fromkeys(CRITERIA, 0)},
        {"projects": ["Bread Slicer"]},
        {"compare": ["Bed Planner"]},
    ],
    ids=str,
)
def test_a_wrong_call_says_what_would_be_right(rank, arguments):
    with pytest.raises(ToolError):
        rank(**arguments)


CALLS = (
    {"bottom": 2},
    {}, {"top": 1}, {"top": 50}, {"include_ended": True}, {"weight_changes": {"risk": 2}},
    {"projects": ["H-02", "H-05", "H-07"]}, {"projects": ["H-02"]}, {"compare": ["H-02", "H-01"]},
    {"filters": [{"column": "unit", "value": "northfjord"}]},
    {"filters": [{"column": "stage", "value": "retired"}]},
)  # fmt: skip


def test_its_sentences_are_those_of_the_golden_file(rank, rewrite_golden):
    golden.check_supported("prioritize_projects", {str(a): rank(**a) for a in CALLS}, rewrite=rewrite_golden)


@settings(max_examples=15)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.integers(1, 10)), min_size=6, max_size=6), min_size=1, max_size=9),
    st.randoms(),
)
def test_the_order_of_the_file_changes_nothing(tmp_path_factory, cells, shuffler: random.Random):
    rows = [project(f"A-{i}", *values) for i, values in enumerate(cells)]
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    one = prioritize_projects(write_sources(tmp_path_factory.mktemp("w"), rows), EVERYONE, Arguments(draws=200))
    other = prioritize_projects(write_sources(tmp_path_factory.mktemp("w"), shuffled), EVERYONE, Arguments(draws=200))
    assert [s.text for s in one.findings] == [s.text for s in other.findings]
    assert unsupported(one) == []


GATES = """
rules:
  - id: plan
    title: An adoption plan exists
    instrument: Funding policy
    severity: blocking
    gate: G1
    from_stage: idea
    requires: adoption_plan = yes
"""


@pytest.fixture
def gated(tmp_path):
    rows = [project(f"A-{n}", 10 - n, 8, 3, 8, 2, 8, stage="pilot", adoption_plan=None) for n in (1, 2, 3)]
    (tmp_path / "gates.yaml").write_text(GATES)
    return tmp_path, rows


def test_a_blocked_project_among_the_first_is_named_with_its_rules(gated):
    root, rows = gated
    for row, plan in zip(rows, ("no", "yes", "no"), strict=True):
        row["adoption_plan"] = plan
    result = prioritize_projects(write_sources(root, rows), EVERYONE, Arguments(top=2))
    caveat = next(s for s in result.findings if "blocked" in s.text)
    assert caveat.role == "caveat"
    assert caveat.text.startswith("1 of the top 2 is blocked today by governance rules that the records do not meet")
    assert "Case A-1 (A-1) by “An adoption plan exists”" in caveat.text
    assert caveat.evidence[1:] == ("r-A-1",)
    assert result.tables[0].columns[-1] == "Blocked"
    assert [row[-1] for row in result.tables[0].rows] == ["by 1 rule", None, "by 1 rule"]
    assert "What blocks Case A-1?" in result.follow_ups
    assert unsupported(result) == []


def test_what_is_merely_unknown_blocks_nothing(gated):
    root, rows = gated
    result = prioritize_projects(write_sources(root, rows), EVERYONE, Arguments(top=2))
    assert "blocked" not in said(result)
    assert result.tables[0].columns[-1] == "Quadrant"


def trade_off(more, less, times=3.0):
    return {"more_important": more, "less_important": less, "times": times}


def test_a_trade_off_divides_the_weight_of_the_two_criteria_anew(rank):
    result = rank(comparisons=[trade_off("value", "feasibility", 2)])
    # Six equal weights of a sixth; the two together keep a third.
    assert "business value 22.2%, feasibility 11.1%, time to value 16.7%" in said(result)
    assert "divided anew from the trade-offs business value 2 times as important as feasibility" in said(result)
    assert "The trade-offs agree with one another." in said(result)
    assert unsupported(result) == []


def test_trade_offs_that_contradict_one_another_are_said_first_hand(rank):
    circle = [trade_off("risk", "feasibility"), trade_off("feasibility", "value"), trade_off("value", "risk")]
    result = rank(comparisons=circle)
    told = next(text for text in answers(result) if "contradict" in text)
    assert "more than can be accepted: the judgement that clashes most is that" in told
    assert unsupported(result) == []


def test_a_trade_off_of_an_unknown_criterion_names_the_nearest(rank):
    with pytest.raises(ToolError, match="There is no criterion 'colour'"):
        rank(comparisons=[trade_off("colour", "risk")])
    with pytest.raises(ToolError, match="compared with itself"):
        rank(comparisons=[trade_off("risk", "risk")])
