"""Metrics that are asked for in words that their names and definitions have not."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

MONTHS = "".join(
    f"{day},{metric},{site},{value}\n"
    for day in ("2026-03-01", "2026-04-01")
    for metric, of_site in (("obeyed", {"Quay": 61, "Lock": 34}), ("needless", {"Quay": 12, "Lock": 27}))
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
"""
copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\nstages: [trial, live]\n",
        "records/projects.csv": "id,name,unit,stage\nP1,Berth Planner,Quay,live\nP2,Sluice Eye,Lock,trial\n",
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
