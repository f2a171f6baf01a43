"""The projects of the fictional group, one file a unit."""

from __future__ import annotations

from evals.shipped.plan import Project, Unit
from evals.shipped.portfolio import (
    bank,
    ecommerce,
    group,
    insurance,
    logistics,
    manufacturing,
    retail,
    wealth,
)

UNITS: tuple[Unit, ...] = (
    retail.UNIT,
    bank.UNIT,
    insurance.UNIT,
    manufacturing.UNIT,
    logistics.UNIT,
    ecommerce.UNIT,
    wealth.UNIT,
    group.UNIT,
)
PROJECTS: tuple[Project, ...] = tuple(sorted((p for u in UNITS for p in u.projects), key=lambda p: p.id))
UNIT_OF: dict[str, str] = {p.slug: u.name for u in UNITS for p in u.projects}
