"""The five levers of change: what names each, who answers for it, and what to do where documents are silent."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Lever:
    name: str
    label: str
    terms: re.Pattern[str]
    """Words with which records and documents speak of it."""
    measures: re.Pattern[str]
    """Words of the metrics that follow it."""
    query: str
    """What to look for in the documents."""
    own: str
    """What to do when the documents do not say."""
    owners: tuple[str, ...]
    """Columns of the person who answers for it, the fittest first."""
    before: str
    """When to do it, in a project that people do not use yet."""
    asks: str
    """The fact to ask for when no record speaks of it."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b({pattern})\b", re.IGNORECASE)


LEVERS = (
    Lever(
        "communication",
        "Communication",
        _words(r"communicat\w+|explain\w*|inform(ed|s|ing)?|announc\w+|heard|told|rumou?rs?|tell(s|ing)?"),
        _words(r"sentiment|attitude|mood|confidence"),
        "communicate to employees what the AI does, why it is introduced and what they gain",
        "Tell the people concerned what the system does, why it comes, what they gain and what is not decided yet, and "
        "repeat it as facts change.",
        ("sponsor", "business_owner"),
        "now, long before the first day of use",
        "What have the people concerned been told, by whom and when?",
    ),
    Lever(
        "workflow",
        "Workflow integration",
        _words(r"workflows?|integrat\w+|screens?|data entry|typed twice|rotas?|process(es)?"),
        _words(r"adopt\w*|usage|uptake|active users|use"),
        "fit the AI into the tools, screens and routines in which people already work",
        "Put the result into the tool in which the work is done, and take the old step out.",
        ("business_owner", "owner"),
        "with users, during the pilot",
        "In which screen do people see the result, and what step does it replace?",
    ),
    Lever(
        "trust",
        "Trust building",
        _words(r"trust\w*|reasons?|explainab\w+|override\w*|dismiss\w*|ignored?|waved away|oversight|respected"),
        _words(r"followed|accept\w*|acted on|overrid\w+|override|false alerts?|overturned"),
        "build trust: show the reason for each output, let people check and override it, run side by side first",
        "Show the reason beside each result, record why people overrule it, and go through those cases with them.",
        ("owner",),
        "side by side with the old way, before anybody must rely on it",
        "How often do people follow the result, and why not when they do not?",
    ),
    Lever(
        "training",
        "Training and support",
        _words(r"train(ing|ed|s)?|courses?|coach\w*|skills?|support|slide deck"),
        _words(r"training|trained|courses?|skills?"),
        "train each user group on its own tasks with real cases before go-live, and support users afterwards",
        "Train each group on its own cases in paid time shortly before it starts, and keep help at hand afterwards.",
        (),
        "in the weeks before people start",
        "Who has been trained for it, and who has not?",
    ),
    Lever(
        "incentives",
        "Incentive alignment",
        _words(r"incentiv\w*|bonus\w*|targets?|rewards?|pay|punish\w*"),
        _words(r"adopt\w*|usage|uptake|active users|use"),
        "change targets, bonuses and rewards so that using the AI helps people and does not put them at risk",
        "Review the targets and rewards of every role concerned, so that following a right result never costs anybody.",
        ("sponsor", "business_owner"),
        "decided before the first day of use",
        "Which targets and bonuses do the people concerned work to?",
    ),
)  # fmt: skip

# What the workforce needs beside the levers: to know which work changes, and a way into other work.
RESKILLING = "reskilling and routes into other roles for employees whose tasks change because of AI"
RESKILLING_TERMS = _words(r"reskill\w*|retrain\w*|redeploy\w*|new roles?|jobs?|routes?|augment\w*")
RESKILLING_OWN = (
    "Say which tasks change for whom and when, promise only what can be kept, and offer training in working time "
    "that leads to posts that exist."
)
RESKILLING_MEASURES = _words(r"reassign\w*|redeploy\w*|reskill\w*|internal fill|job moves?")
BUDGET = "share of the budget for change management rather than technology"
BUDGET_TERMS = _words(r"change budget|change management|budget")
CHANGE_TERMS = _words(
    r"change management|adopt\w*|chang\w+ (the )?(work|habits?|ways?)|levers?|train\w*|incentiv\w*|reskill\w*|trust"
)
