"""The sentences of a status memo."""

from __future__ import annotations

from copilot.language.formatting import says
from copilot.tools.draft_memo.phrasing import WORDING as FUNDING
from copilot.tools.draft_memo.phrasing import expected
from copilot.tools.findings import Wording

_OWN = {
    "nothing_to_report": says("There is nothing to report: the records hold no {meant}"),
    "note": says("Take note of the state of {projects:bare} {meant}"),
    "note_named": says("Take note of the state of {names}"),
    "settle_blocks": says("Settle what blocks {names}"),
    "states": says("<{counts:bare} {counts:is/are} {states}>"),
    "settle_rules": says("Settle what blocks {name}: {titles:quoted}"),
    "decide_on": says("Decide whether {name} goes on as it is"),
    "state_of_one": says("{name} is {state}[; it has been in the stage {stage} since {since}][; its owner is {owner}]"),
    "moved": says(
        "Since {since}[counts?: <{counts} came to {stages}>|: none came to another stage]; {decisions} and {incidents} "
        "are on record"
    ),
    "partial_counts": says("All totals are partial: rows that this viewer may not see are left out"),
    "budget": says(
        "Budget: {budget}[, of which {spent} ({share}) is spent][; {without} {without:records/record} none]"
    ),
    "over_budget": says("Over budget: {is_all:/{over}, the furthest }<{names} ({shares} spent)>"),
    "realised": expected("Realised benefit:"),
    "without_benefits": says("No benefit is recorded of {without}[: {names}]"),
    "lately_decisions": says("Decided: <{titles} ({days})>[, and {more}]"),
    "lately_incidents": says("Incidents: <{titles} ({days})>[, and {more}]"),
    "entered": says("Since {since} in the stage {stage}: {names}"),
    "further_events": says("There {more:is/are} {more} since {since}"),
    "nothing_moved": says("Since {since} no project came to another stage, and no decision or incident is on record"),
    "blocking_rule": says("“{title}” ({source}) blocks {projects}[; it is approved by {approvers}]"),
    "open_incidents": says("{open} {open:is/are} open[is_many?, the gravest first]: {titles}"),
    "models_low": says(
        "{models} {models:stands/stand} below the validated level[more?, the furthest]: {model} of {name} at {latest} "
        "against {validated}"
    ),
    "overdue": says(
        "Overdue since {day}: {what} ({name})[; {owner} answers for it][; {more} more {more:is/are} overdue]"
    ),
    "next_due": says("On {day}: {what} ({name})[; {owner} answers for it][; {more} more until {last}]"),
    "further_projects": says("{more} that {more:is/are} not on track {more:stands/stand} in the table of all projects"),
    "state_rule": says(
        "Blocked is a project with an unmet blocking rule; off track one for which the records show {off_track:or}, or "
        "more spent than its budget; at risk one with {at_risk:or}; a budget is nearly spent from {nearly} on"
    ),
    "state_unknown": says("Too little is recorded to tell the state of {unknown}: {names}"),
}

WORDING = Wording({**FUNDING.phrases, **_OWN})
