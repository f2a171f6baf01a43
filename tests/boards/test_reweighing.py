"""The ranking of an answer under other weights: as the tool ranks, and no more than the viewer may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.boards.reweighing import AnsweredRanking, Reweighed, asked_ranking, own_shares, read_ranking
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.prioritize_projects.tool import Arguments, prioritize_projects
from copilot.types import Answer, ToolCall, Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"
EVERYONE, BOARD = Viewer(), Viewer(name="board", labels=frozenset({"board"}))
RISK_FIRST = {"risk": 0.7, "feasibility": 0.3}


@pytest.fixture(scope="module")
def hospital() -> Sources:
    workspace = Workspace.open(CORPUS)
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


def read(sources: Sources, viewer: Viewer = EVERYONE, **arguments: object) -> AnsweredRanking:
    found = read_ranking(sources, viewer, Arguments.model_validate(arguments))
    assert found is not None
    return found


def ids(tried: Reweighed) -> list[object]:
    return [row[2] for row in tried.table.rows]


@pytest.mark.parametrize("method", ["weighted_sum", "topsis"])
def test_other_weights_rank_as_the_tool_does_with_them(hospital: Sources, method: str) -> None:
    arguments = {"top": 3, "method": method}
    result = prioritize_projects(hospital, EVERYONE, Arguments.model_validate({**arguments, "weights": RISK_FIRST}))
    tried = read(hospital, **arguments).under(RISK_FIRST)
    told = [(row[0], row[1], row[4]) for row in result.tables[0].rows[:3]]
    assert [(row[0], row[2], row[4]) for row in tried.table.rows] == told


def test_what_changes_is_told_against_the_weights_of_the_answer(hospital: Sources) -> None:
    own = read(hospital)
    assert own.shares == pytest.approx(own_shares(own.criteria))
    same = own.under(own.shares)
    assert (same.changes, same.is_reordered) == (((), ()), False)
    tried = own.under({**own.shares, "risk": 2 * own.shares["risk"]})
    assert tried.changes == (("Staffing Forecast",), ("Radiology Triage",))
    assert tried.is_reordered
    doubled = read(hospital, weight_changes={"risk": 2})
    assert doubled.shares["risk"] == pytest.approx(2 / 7)
    assert ids(doubled.under(doubled.shares)) == ids(tried)


def test_the_filters_and_the_limit_of_the_answer_hold(hospital: Sources) -> None:
    filters = [{"column": "unit", "value": "Northfjord Clinic"}]
    tried = read(hospital, filters=filters, top=1).under(RISK_FIRST)
    assert len(ids(tried)) == 1
    assert tried.question == (
        "Which project of Northfjord Clinic should come first with these weights: business value 0%, feasibility 30%, "
        "time to value 0%, strategic importance 0%, risk 70%, data readiness 0%?"
    )
    whole = read(hospital, filters=filters, top=50)
    assert whole.told == 2
    assert set(ids(whole.under(RISK_FIRST))) == {"H-06", "H-07"}


def test_the_last_stay_the_last(hospital: Sources) -> None:
    tried = read(hospital, bottom=2).under(RISK_FIRST)
    assert ids(tried) == ids(read(hospital, top=50).under(RISK_FIRST))[:-3:-1]
    assert tried.question.startswith("Which 2 projects are the weakest with these weights: ")


def test_what_a_viewer_may_not_see_is_not_ranked_and_that_it_is_gone_is_noticed(hospital: Sources) -> None:
    arguments = Arguments(top=50)
    told = prioritize_projects(hospital, BOARD, arguments).findings
    for viewer, is_there in ((BOARD, True), (EVERYONE, False)):
        found = read_ranking(hospital, viewer, arguments, told)
        assert found is not None
        assert ("H-09" in ids(found.under(RISK_FIRST))) is is_there
        assert found.has_changed is not is_there


def answer(name: str = "prioritize_projects", is_lead: bool = True, **arguments: object) -> Answer:
    call = ToolCall(name=name, arguments=arguments, seconds=0.1, ok=True, is_lead=is_lead)
    return Answer(id="a", question="Which first?", status="answered", text="This one [1].", tool_calls=(call,))


def test_only_an_answer_that_leads_with_a_ranking_by_weights_has_one() -> None:
    assert asked_ranking(answer(top=3)) == Arguments(top=3)
    assert asked_ranking(answer(method="topsis")) is not None
    for other in (
        answer("plan_portfolio"),
        answer(is_lead=False),
        answer(compare=["H-02", "H-03"]),
        answer(method="rice"),
        answer(of_an_older_version=True),
    ):
        assert asked_ranking(other) is None
