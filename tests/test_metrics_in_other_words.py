"""Metrics that are asked for in words that their names and definitions have not."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

MONTHS = "".join(
    f"{day},{metric},{site},{value}\n"
    for day in ("2026-03-01", "2026-04-01")
    for metric, of_site in (
        ("obeyed", {"Quay": 61, "Lock": 34}),
        ("needless", {"Quay": 12, "Lock": 27}),
        ("hours_freed", {"Quay": 140, "Lock": 90}),
    )
    for site, value in of_site.items()
)
METRICS = """
metrics:
  obeyed:
    label: Advice followed
    definition: Pieces of advice on which the crew acted, of those that were shown.
    expression: AVG(value)
    where: {metric: obeyed}
    time: month
    dimensions: {site: site}
    unit: percent
  needless:
    label: False alarms
    definition: Alarms that proved to be without cause, of all alarms.
    expression: AVG(value)
    where: {metric: needless}
    time: month
    dimensions: {site: site}
    unit: percent
  hours_freed:
    label: Hours freed
    definition: Hours of crews that the tools freed in the month.
    expression: SUM(value)
    where: {metric: hours_freed}
    time: month
    dimensions: {site: site}
    unit: hours
"""
STOPPAGES = """id,date,unit,project,hours_lost,severity
I-1,2026-02-03,Quay,P1,12,2
I-2,2026-02-20,Lock,P2,31,1
I-3,2026-03-11,Lock,P2,8,3
I-4,2026-04-02,Quay,P1,3,2
"""
copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\nstages: [trial, live]\n",
        "records/projects.csv": "id,name,unit,stage\nP1,Berth Planner,Quay,live\nP2,Sluice Eye,Lock,trial\n",
        "records/incidents.csv": STOPPAGES,
        "records/observations.csv": f"month,metric,site,value\n{MONTHS}",
        "metrics.yaml": METRICS,
    }
)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("Where do the people listen least to what the machine suggests?", "obeyed"),
        ("Which site's alarms cried wolf the most last month?", "needless"),
    ],
)
def test_the_metric_that_alone_comes_near_is_told(copilot: Copilot, question: str, metric: str) -> None:
    calls = [call for call in copilot.ask(question).tool_calls if call.name == "lookup_metric"]
    assert [call.arguments["metric"] for call in calls] == [metric]


def test_rows_that_are_read_without_doubt_come_before_a_metric_of_such_words(copilot: Copilot) -> None:
    answer = copilot.ask("How many crew hours did we lose over trouble at each unit? Worst first.")
    assert {(row[0], row[-1]) for row in answer.tables[0].rows} == {("Quay", 15.0), ("Lock", 39.0)}


def test_a_metric_is_told_for_both_times_that_are_asked_for(copilot: Copilot) -> None:
    answer = copilot.ask("How many hours were freed in March 2026, and how many in April 2026?")
    asked = [call.arguments for call in answer.tool_calls if call.name == "lookup_metric"]
    assert {a[name] for a in asked for name in ("period", "against") if name in a} == {"March 2026", "April 2026"}
    assert {a["metric"] for a in asked} == {"hours_freed"}


def test_what_a_share_was_by_a_month_is_of_that_month(copilot: Copilot) -> None:
    answer = copilot.ask("Which site has the fewest false alarms, going by March?")
    asked = next(call.arguments for call in answer.tool_calls if call.name == "lookup_metric")
    assert (asked["metric"], asked["period"]) == ("needless", "March")


def test_a_metric_in_per_cent_is_told_as_such(copilot: Copilot) -> None:
    told = copilot.ask("What share of the alarms was without cause at Lock in April 2026?").text
    assert "were 27% in April 2026" in told
    assert "percents" not in told
