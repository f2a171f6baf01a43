"""How readiness is judged: the areas of `readiness.yaml`, what the records tell of each, and the next steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from copilot.language.formatting import humanize
from copilot.tools.method import Method
from copilot.tools.staff import StaffWords
from copilot.types import Frozen

Computed = Literal["data_criterion", "staff_ratio", "measured_models", "blocking_rules", "change_budget"]
"""Facts that more than one column tells."""


class ColumnFact(Frozen):
    """The share of projects whose cell in a column is as it should be."""

    column: str
    good: tuple[bool | str, ...] = ()
    """Values that are as they should be."""
    bad: tuple[bool | str, ...] = ()
    """Values that are not, all others being good."""
    says: str = Field(min_length=1)
    """What the projects with a good value do, such as "run on the shared platform"."""
    has: str = ""
    """What one project with a good value does: "has passed gate {value}". Without it the value itself is told."""
    lacks: str = ""
    """What one without does: "has passed no gate"."""

    @model_validator(mode="after")
    def _check_values(self) -> ColumnFact:
        if bool(self.good) == bool(self.bad):
            raise ValueError("name the values that are good or those that are bad, not both")
        return self


FactMethod = Annotated[
    Annotated[Computed, Tag("name")] | Annotated[ColumnFact, Tag("column")],
    Discriminator(lambda written: "name" if isinstance(written, str) else "column"),
]


def area_key(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


class AreaMethod(Frozen):
    name: Annotated[str, AfterValidator(area_key)]
    """As the column `area` of the assessments writes it."""
    label: str = ""
    meaning: str = ""
    """What is judged: "whether …"."""
    facts: tuple[FactMethod, ...] = ()
    """What the records tell of it."""
    tells_aspects: bool = False
    """Its aspects are told also where all areas are asked about."""
    next_step: str = ""

    @property
    def columns(self) -> list[str]:
        """Of the projects, that it is told by."""
        return [fact.column for fact in self.facts if isinstance(fact, ColumnFact)]


class ReadinessMethod(Frozen):
    """How readiness is judged: its areas, what the records tell of each, and the next steps."""

    areas: tuple[AreaMethod, ...] = Field(min_length=1)
    deviation: float = Field(default=1.0, gt=0)
    """Assessment and records further apart than this, on the scale of 1 to 5, are pointed out."""
    staff: StaffWords = StaffWords()
    next_step: str = ""
    """For an area that names none."""

    @model_validator(mode="after")
    def _check_names(self) -> ReadinessMethod:
        names = [area.name for area in self.areas]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"the area {twice[0]!r} is listed twice")
        return self

    def lists(self, name: str) -> bool:
        """Whether an area, as the assessments write it, is described."""
        return area_key(name) in {area.name for area in self.areas}

    def area(self, name: str) -> AreaMethod:
        """The method of an area; a plain one for an area that is assessed but not listed."""
        return next((area for area in self.areas if area.name == name), AreaMethod(name=name))

    def label(self, name: str) -> str:
        return self.area(name).label or humanize(name)

    def step(self, name: str) -> str:
        return " ".join((self.area(name).next_step or self.next_step).split())


METHOD = Method("readiness", ReadinessMethod, Path(__file__).parent)
