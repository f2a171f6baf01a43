"""A metric that comes near is told firmly only where the question surely asks for it."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.reading.certainty import DOUBTED
from copilot.types import Answer, ToolCall

LABELS = {
    "uptake": ("Uptake by crews", "Share of the crews for whom a tool is meant that used it in the month."),
    "alarms": ("False alarms", "Alarms that proved to be without cause."),
    "followed": ("Advice followed", "Pieces of advice on which the crew acted, of those that were shown."),
    "freed": ("Hours freed", "Hours of crews that the tools freed in the month."),
    "running": ("Running cost", "Licences, computing and upkeep of tools in use."),
    "trained": ("Crews trained", "Crews of whom all have sat the course on tools."),
}
MONTHS = "".join(
    f"{day},{metric},{site},{value}\n"
    for day, value in (("2026-03-01", 12), ("2026-04-01", 27))
    for metric in LABELS
    for site in ("Quay", "Lock")
)
METRICS = "metrics:\n" + "".join(
    f"  {name}:\n    label: {label}\n    definition: {definition}\n    expression: SUM(value)\n"
    f"    where: {{metric: {name}}}\n    time: month\n    dimensions: {{unit: site}}\n"
    for name, (label, definition) in LABELS.items()
)
copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Havel Locks\nas_of: 2026-04-30\nstages: [trial, live]\n",
        "records/projects.csv": "id,name,unit,stage\nP1,Berth Planner,Quay,live\nP2,Sluice Eye,Lock,trial\n",
        "records/observations.csv": f"month,metric,site,value\n{MONTHS}",
        "metrics.yaml": METRICS,
    }
)


def looked_up(answer: Answer) -> list[ToolCall]:
    return [call for call in answer.tool_calls if call.name == "lookup_metric"]


@pytest.mark.parametrize("question", ["What was the uptake by crews in April?", "False alarms at the Lock in April?"])
def test_a_metric_that_is_named_is_told_firmly(copilot: Copilot, question: str) -> None:
    lead = next(call for call in looked_up(copilot.ask(question)) if call.is_lead)
    assert lead.certainty >= DOUBTED


@pytest.mark.parametrize(
    "question",
    [
        "What was our energy use in April?",
        "What was the fuel bill in April?",
        "How long do boats wait at the Lock at the moment?",
    ],
)
def test_what_no_metric_counts_is_not_told_firmly(copilot: Copilot, question: str) -> None:
    assert all(not call.is_lead or call.certainty < DOUBTED for call in looked_up(copilot.ask(question)))


def test_what_goes_on_of_the_same_metric_is_as_sure(copilot: Copilot) -> None:
    before = copilot.ask("How many false alarms were there in April?", conversation="alarms")
    after = copilot.ask("What about the Lock?", conversation="alarms")
    (first,), (then,) = looked_up(before), looked_up(after)
    assert then.is_lead
    assert then.certainty >= min(first.certainty, DOUBTED)
    assert 27 in {figure.value for figure in after.figures}
