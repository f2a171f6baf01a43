"""By what an operating model is chosen: the criteria of `operating_model.yaml`, their anchors and what to ask."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from copilot.analysis.operating_model import Anchor, Criterion
from copilot.records.names import nearest
from copilot.tools.method import Method
from copilot.types import Frozen

LOWEST, HIGHEST = 1.0, 5.0
"""Of the answers of people: the centre, the units."""
COMPUTED = (
    "specialists", "teams", "vacancies", "portfolio", "maturity", "conversion", "platform", "duplicates", "fields",
    "risk", "jurisdictions", "control",
)  # fmt: skip
"""Criteria that the records can tell."""


class AnchorMethod(Frozen):
    """At this value a criterion speaks for the models in these shares."""

    at: float
    centre: float = Field(default=0.0, ge=0)
    hybrid: float = Field(default=0.0, ge=0)
    federated: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _check_sum(self) -> AnchorMethod:
        if abs(self.centre + self.hybrid + self.federated - 1) > 1e-9:
            raise ValueError("the shares of the three models must sum to 1")
        return self

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.at, (self.centre, self.hybrid, self.federated))


class CriterionMethod(Frozen):
    name: str
    label: str = Field(min_length=1)
    """As it stands within a sentence."""
    of: Literal["group", "unit", "both"] = "both"
    """For whom it counts; some compare units with each other."""
    anchors: tuple[AnchorMethod, ...] = ()
    """By value; without them the criterion is judged by people."""
    why: str = ""
    ask: str = Field(min_length=1)
    """The question for what the records do not tell."""

    @model_validator(mode="after")
    def _check_anchors(self) -> CriterionMethod:
        if self.anchors and self.name not in COMPUTED:
            near = ", ".join(nearest(self.name, COMPUTED))
            raise ValueError(
                f"no record tells {self.name!r}, so it has no anchors; the nearest that are told are {near}"
            )
        _check_order(self.anchors)
        return self


class Team(Frozen):
    """The people with whom a unit can build by itself."""

    scientists: int = Field(ge=0)
    engineers: int = Field(ge=0)


class OperatingModel(Frozen):
    criteria: tuple[CriterionMethod, ...] = Field(min_length=1)
    judgement: tuple[AnchorMethod, ...] = Field(min_length=2)
    """Of the criteria that people judge, from 1 to 5."""
    firm: float = Field(gt=0, le=1)
    fairly_firm: float = Field(gt=0, le=1)
    team: Team
    pilots: int = Field(ge=1)
    """Conversions of fewer say nothing."""

    @model_validator(mode="after")
    def _check_scale(self) -> OperatingModel:
        _check_order(self.judgement)
        if not all(LOWEST <= anchor.at <= HIGHEST for anchor in self.judgement):
            raise ValueError(f"the anchors of a judgement lie between {LOWEST:g} and {HIGHEST:g}")
        for whose in (None, "a unit"):
            names = [criterion.name for criterion in self.criteria_of(whose)]
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"the criterion {twice[0]!r} is listed twice for {whose or 'the group'}")
        return self

    def criteria_of(self, unit: str | None) -> tuple[CriterionMethod, ...]:
        """Those that count for a unit, or for the group."""
        return tuple(c for c in self.criteria if c.of in ("both", "group" if unit is None else "unit"))

    def judged(self, criterion: CriterionMethod) -> Criterion:
        """The criterion on the scale of what people judge."""
        return Criterion(criterion.name, criterion.label, tuple(a.anchor for a in self.judgement))


def _check_order(anchors: tuple[AnchorMethod, ...]) -> None:
    if len(anchors) == 1 or any(left.at >= right.at for left, right in pairwise(anchors)):
        raise ValueError("give two anchors or more, by rising value")


METHOD = Method("operating_model", OperatingModel, Path(__file__).parent)
