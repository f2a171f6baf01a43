"""What is written by hand about the fictional group; the rest is filled in, seeded by each slug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FIRST_MONTH = date(2023, 11, 1)
AS_OF = date(2026, 10, 31)
COHORT_START = date(2024, 11, 1)
"""Pilots that began on or after this day are the ones of the past two years."""

STAGES = {
    "i": "idea",
    "c": "proof_of_concept",
    "p": "pilot",
    "s": "scaling",
    "x": "production",
    "e": "stopped",
    "r": "retired",
}


@dataclass(frozen=True)
class Project:
    id: str
    slug: str
    """How the other plans refer to it; never written to the records."""
    name: str
    description: str
    where: str
    domain: str
    path: str
    """Stages entered, as `i2402 c2406 p241118`: a letter of STAGES, year, month and sometimes day."""
    scores: str
    """Value, feasibility, months to value, strategic importance, risk, data; `-` where not estimated."""
    budget: int | None
    """Thousands of EUR, like every other amount here."""
    tech: float | None = 82
    """Per cent of the budget for technology and data; None when the budget was never broken down."""
    run: int | None = None
    """Production budget a year."""
    expect: str = ""
    """Expected benefit a year and its basis (a, e, m), as `1400 e`."""
    real: str = ""
    """Realised benefit, basis and kind (cost, revenue, loss), as `900 m cost`."""
    platform: str = "shared"
    vendor: str = ""
    scaling: str = ""
    risk: str = ""
    flags: str = ""
    """Of personal, special, scores, alone, gen; `?` before one that nobody has answered."""
    affects: str = ""
    oversight: str = ""
    depends: tuple[str, ...] = ()
    causes: str = ""
    """Why a pilot stalls: owner, budget, data, integration, gate, plan, tech."""
    blocker: str = ""
    label: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Columns set outright, for the planted situations."""


@dataclass(frozen=True)
class Unit:
    name: str
    projects: tuple[Project, ...]
    owners: tuple[str, ...]
    sponsors: tuple[str, ...]
    business_owners: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    project: str
    name: str
    purpose: str
    kind: str
    metric: str
    validated: float
    status: str = "live"
    deployed: str = ""
    """Day the running version was deployed; empty for the generator to choose."""
    version: str = ""
    registry: str = ""
    """Newest approved version when it is not the one that runs."""
    retrain: int = 180
    trained_days_before: int = 40
    """Days from training to deployment."""
    own_output: bool = False
    course: str = "steady"
    """How quality went: steady, slide:FROM:TO:VALUE, step:ON:VALUE, improve:VALUE, season."""
    label: str = ""


@dataclass(frozen=True)
class Incident:
    date: str
    project: str
    severity: int
    title: str
    description: str
    status: str = "closed"
    closed: str = ""
    model: str = ""
    label: str = ""


@dataclass(frozen=True)
class Decision:
    date: str
    """A day, or `gate` for the day of the project's latest gate."""
    project: str
    body: str
    decision: str
    reason: str
    conditions: str = ""
    label: str = ""
