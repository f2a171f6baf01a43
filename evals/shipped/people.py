"""Who runs a model: someone other than the owner of its project."""

from __future__ import annotations

from evals.shipped.plan import Project
from evals.shipped.portfolio import UNITS
from evals.shipped.rng import Stream

_OWNERS = {p.slug: unit.owners for unit in UNITS for p in unit.projects}


def model_owner(project: Project) -> str:
    owners = _OWNERS[project.slug]
    leader = Stream(project.slug, "people").pick(owners)
    return Stream(project.slug, "model owner").pick([name for name in owners if name != leader])
