"""What is found on the operating model: what fits, what points where, what would flip it, what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.analysis.operating_model import DRAWS, ENOUGH, MODELS, SHIFT, Advice, Measured, holds_against
from copilot.tools.findings import amount, count, share
from copilot.tools.recommend_operating_model.facts import Facts
from copilot.tools.recommend_operating_model.method import HIGHEST, LOWEST, CriterionMethod, OperatingModel
from copilot.types import Calculation, Finding, Quantity, Table, Value

_ASKED = 4
_NOTHING = 0.05
"""A criterion that counts less than this part of today's is left out."""
_AS_MUCH = 0.75
"""A model with this share of the strongest pull is spoken for as well."""
_OF_GROUP = ("a centre of excellence", "a hybrid", "a federated model")
_OF_UNIT = ("a central team that serves it", "a team of its own on a shared base", "a team and a base of its own")
"""The three models as one unit sees them."""


@dataclass(frozen=True)
class Case:
    """What was found for the group or for one unit."""

    method: OperatingModel
    facts: Facts
    judged: Mapping[str, Quantity]
    """What people answered, by criterion."""
    measured: tuple[Measured, ...]
    advice: Advice | None
    unit: str | None
    organisation: str

    @property
    def who(self) -> str:
        return self.unit or self.organisation or "the organisation"

    @property
    def names(self) -> tuple[str, str, str]:
        """The three models with their articles."""
        return _OF_UNIT if self.unit else _OF_GROUP

    @property
    def unknown(self) -> list[CriterionMethod]:
        known = {m.criterion.name for m in self.measured}
        return [c for c in self.method.criteria_of(self.unit) if c.name not in known]

    def value(self, measured: Measured) -> Quantity:
        name = measured.criterion.name
        return self.judged.get(name) or self.facts.known[name].value


def too_few(case: Case) -> Finding:
    values: dict[str, Value] = {
        "who": case.who,
        "criteria": count(len(case.measured), "criterion"),
        "enough": amount(ENOUGH),
        "known": tuple(m.criterion.label for m in case.measured),
    }
    return Finding(kind="too_few", role="headline", values=values)


def opening(case: Case, advice: Advice) -> Finding:
    """The three models, best first, and how firm that is."""
    holds = round(float(advice.holds[advice.first]), 2)
    method = case.method
    values: dict[str, Value] = {
        "who": case.who,
        "criteria": count(len(advice.measured), "criterion"),
        "holds": share(holds),
        "firmness": "firm" if holds >= method.firm else "fairly firm" if holds >= method.fairly_firm else "not firm",
    }
    places = ("first", "second", "third")
    for place, model in zip(places, advice.order, strict=True):
        values |= {place: case.names[model], f"{place}_score": amount(round(float(advice.scores[model]), 2), "of 1", 2)}
    return Finding(
        kind="tie" if advice.is_tied else "advice",
        subject=MODELS[advice.first],
        role="headline",
        values=values,
        figures=tuple(f"{place}_score" for place in places),
    )


def sides(case: Case, advice: Advice) -> Finding:
    """Which criteria speak for which model, the strongest first; one for two models stands twice."""
    pairs = [
        (model, own)
        for model in advice.order
        for own in sorted(advice.measured, key=lambda m: -m.pulls[model])
        if model in spoken_for(own)
    ]
    values: dict[str, Value] = {
        "models": tuple(case.names[model] for model, _ in pairs),
        "criteria": tuple(own.criterion.label for _, own in pairs),
        "values": tuple(case.value(own) for _, own in pairs),
        "undecided": tuple(m.criterion.label for m in advice.measured if not spoken_for(m)),
    }
    return Finding(kind="sides", role="headline", values=values)


def spoken_for(measured: Measured) -> tuple[int, ...]:
    """The models that a criterion speaks for, none when it speaks for all about alike."""
    strongest = measured.pulls.max()
    found = tuple(i for i in range(len(MODELS)) if measured.pulls[i] >= _AS_MUCH * strongest)
    return found if len(found) < len(MODELS) else ()


def flips(case: Case, advice: Advice) -> Finding:
    """The smallest change of a value, and of a weight, that changes the advice."""
    values: dict[str, Value] = {"is_left_out": False}
    if advice.value_flips:
        flip = advice.value_flips[0]
        unit = case.value(flip.measured).unit
        # A limit of people or projects is a whole number, of a score it has a decimal.
        precision = 1 if unit.startswith("of ") else 0
        values |= {
            "criterion": flip.measured.criterion.label,
            "now": amount(flip.measured.value, unit, precision),
            "then": amount(flip.value, unit, precision),
            "model": case.names[flip.model],
        }
    if advice.weight_flips:
        weight = advice.weight_flips[0]
        values |= {
            "weighed": weight.measured.criterion.label,
            "factor": amount(weight.factor, "", 1),
            "is_more": weight.factor > 1,
            "is_left_out": weight.factor < _NOTHING,
            "weighed_model": case.names[weight.model],
        }
    return Finding(kind="flips", role="headline", values=values)


def questions(case: Case) -> Iterator[Finding]:
    """What to ask, the criteria that no record can tell first; all of it where there is no advice."""
    asked = tuple(dict.fromkeys(c.ask for c in reversed(case.unknown)))
    if asked:
        asked = asked[:_ASKED] if case.advice else asked
        yield Finding(kind="questions", role="headline", values={"questions": asked})


def criteria(case: Case) -> Iterator[Finding]:
    """Each with what it was computed from and what it speaks for, the clearest first."""
    methods = {c.name: c for c in case.method.criteria_of(case.unit)}
    for own in sorted(case.measured, key=lambda m: -float(m.pulls.max())):
        name = own.criterion.name
        told: dict[str, Value] = {
            "criterion": own.criterion.label,
            "models": tuple(case.names[model] for model in spoken_for(own)),
            "weight": amount(own.weight, "", 2),
        }
        if judgement := case.judged.get(name):
            told |= {"judgement": judgement, "lowest": amount(LOWEST), "highest": amount(HIGHEST)}
        else:
            told |= case.facts.known[name].values
        anchors = tuple((anchor.value, *anchor.pulls) for anchor in own.criterion.anchors)
        calculation = Calculation(
            method=methods[name].why or "what people judge",
            formula="straight lines between the anchors",
            inputs=(Table(title="Anchors", columns=("At", *(f"For a {m}" for m in MODELS)), rows=anchors),),
        )
        kind = "judged" if judgement else "criterion"
        yield Finding(kind=kind, subject=name, values=told, calculation=calculation)


def certainty(case: Case, advice: Advice) -> Iterator[Finding]:
    """Whether what is unknown could turn the advice."""
    if case.unknown and not advice.is_tied:
        stays = holds_against(advice, [1.0] * len(case.unknown))
        unknown = count(len(case.unknown), "criterion")
        values: dict[str, Value] = {"unknown": unknown, "model": case.names[advice.second], "stays": stays}
        yield Finding(kind="certainty", role="caveat", values=values)


def method() -> Finding:
    return Finding(kind="method", role="method", values={"draws": count(DRAWS, "draw"), "shift": share(SHIFT)})
