"""The expected orders of the datasets, computed again from projects.csv without the product.

A project's score is the weighted mean of its criteria, each as a share of its scale; a criterion nobody scored is left
out. Only projects that are neither live nor ended compete.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.samples import load
from evals.scorers.nuggets import holds

PROJECTS = Path(__file__).parents[2] / "knowledge" / "records" / "projects.csv"
WEIGHTS = {
    "business_value": 0.25, "feasibility": 0.2, "time_to_value": 0.15, "strategic_importance": 0.15, "risk": 0.1,
    "data_readiness": 0.15,
}  # fmt: skip
OPEN_STAGES = ("idea", "proof_of_concept", "pilot", "scaling")
Row = dict[str, str]


def score(project: Row, weights: dict[str, float]) -> float:
    scored = {name: weight for name, weight in weights.items() if project[name]}
    return sum(w * share(name, float(project[name])) for name, w in scored.items()) / sum(scored.values())


def share(criterion: str, value: float) -> float:
    highest = 36 if criterion == "time_to_value" else 10
    part = (value - 1) / (highest - 1)
    return 1 - part if criterion in ("time_to_value", "risk") else part


def competing() -> list[Row]:
    with PROJECTS.open(encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file) if r["stage"] in OPEN_STAGES and not r["label"]]


def ranked(among: Callable[[Row], bool] = lambda _: True, **weights: float) -> list[str]:
    """Names of the projects, best first; `weights` replace those of the workspace."""
    used = WEIGHTS | weights
    return [r["name"] for r in sorted(filter(among, competing()), key=lambda r: -score(r, used))]


def soonest_pilots() -> list[str]:
    return [r["name"] for r in sorted(filter(is_pilot, competing()), key=lambda r: float(r["time_to_value"]))]


def is_pilot(project: Row) -> bool:
    return project["stage"] == "pilot"


ORDERS: dict[str, Callable[[], list[str]]] = {
    "p-top-five": ranked,
    "p-risk-doubled": lambda: ranked(risk=0.2),
    "p-pilots-only": lambda: ranked(is_pilot),
    "p-bank": lambda: ranked(lambda r: r["unit"] == "Meridian Bank"),
    "p-logistics-two": lambda: ranked(lambda r: r["unit"] == "Logistics"),
    "p-which-leaver-model": lambda: ranked(lambda r: "churn" in r["name"]),
    "p-rolling-out": lambda: ranked(lambda r: r["stage"] == "scaling"),
    "p-soonest": soonest_pilots,
    "p-biggest-prize": lambda: ranked(is_pilot, **dict.fromkeys(WEIGHTS, 0.0) | {"business_value": 1.0}),
    "p-data-matters-double": lambda: ranked(data_readiness=0.3),
    "p-writing-machines": lambda: ranked(lambda r: is_pilot(r) and r["generative"] == "yes"),
    "p-bottom-pilots": lambda: ranked(is_pilot)[::-1],
}
FIRST = 5


@pytest.mark.parametrize("identity", sorted(ORDERS))
def test_an_expected_project_is_among_the_first(identity: str) -> None:
    sample = next(s for s in load("dev").samples if s.id == identity)
    first = ORDERS[identity]()[:FIRST]
    wanted = [n for n in sample.nuggets if n.match and n.match.contains]
    assert wanted
    assert [n.text for n in wanted if not any(holds(n.match, name) for name in first)] == []


@pytest.mark.parametrize("identity", sorted(set(ORDERS) - {"p-risk-doubled"}))
def test_the_first_expected_project_leads(identity: str) -> None:
    sample = next(s for s in load("dev").samples if s.id == identity)
    assert holds(sample.nuggets[0].match, ORDERS[identity]()[0])


def test_what_waits_for_another_project_is_all_that_depends_on_one_that_is_not_live() -> None:
    live = {"production", "scaling"}
    with PROJECTS.open(encoding="utf-8", newline="") as file:
        stages = {r["id"]: r["stage"] for r in csv.DictReader(file)}
    waiting = [r["name"] for r in competing() if any(stages[d] not in live for d in r["depends_on"].split(";") if d)]
    sample = next(s for s in load("dev").samples if s.id == "p-held-up")
    assert len(waiting) == len(sample.nuggets)
    assert all(any(holds(n.match, name) for n in sample.nuggets) for name in waiting)
