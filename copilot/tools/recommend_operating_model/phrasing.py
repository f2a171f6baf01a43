"""The operating-model advice in sentences: what fits, what points where, what would flip it, what to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.analysis.operating_model import (
    DRAWS,
    ENOUGH,
    MODELS,
    SHIFT,
    Advice,
    Criterion,
    Measured,
    WeightFlip,
    holds_against,
)
from copilot.language.formatting import join_and, join_first, number, percent, pluralize, sentence
from copilot.tools.recommend_operating_model.facts import ASKS, Facts

FIRM, FAIRLY_FIRM = 0.9, 0.7
"""Share of draws in which the first model stays first, from which on the advice is called so."""
UNKNOWN = "The records do not say."
METHOD = (
    "Each criterion speaks for one or two of the models by its value, and all count alike unless weights are given. "
    "Criteria and anchors are planning values of this tool, not measurements; firmness is how often the first model "
    f"stays first over {DRAWS:,} draws of other weights and of anchors shifted by up to {percent(SHIFT)} of their span."
)
_ASKED = 4
_AS_MUCH = 0.75
"""A model with this share of the strongest pull is spoken for as well."""
_NAMED = 4
_OF_GROUP = ("a centre of excellence", "a hybrid", "a federated model")
_OF_UNIT = ("a central team that serves it", "a team of its own on a shared base", "a team and a base of its own")
"""The three models as one unit sees them."""


@dataclass(frozen=True)
class Case:
    """What was found for the group or for one unit."""

    facts: Facts
    measured: tuple[Measured, ...]
    advice: Advice | None
    texts: Mapping[str, str]
    """By criterion, its value in words."""
    unknown: tuple[Criterion, ...]
    unit: str | None
    organisation: str
    hidden: int

    @property
    def who(self) -> str:
        return self.unit or self.organisation or "the organisation"

    @property
    def names(self) -> tuple[str, str, str]:
        """The three models with their articles."""
        return _OF_UNIT if self.unit else _OF_GROUP


def too_few(case: Case) -> str:
    known = join_and(_lower(m.criterion.label) for m in case.measured)
    tail = f"; they tell only {known}" if known else ""
    count = pluralize(len(case.measured), "criterion", "criteria")
    return (
        f"The records tell too little to advise on an operating model for {case.who}: {count} known, at least "
        f"{ENOUGH} needed{tail}."
    )


def opening(case: Case, advice: Advice) -> str:
    known = pluralize(len(advice.measured), "criterion", "criteria")
    first, second, third = (f"{case.names[i]} with {_score(advice, i)}" for i in advice.order)
    if advice.is_tied:
        return f"By {known} no operating model is ahead for {case.who}: {first} and {second} tie, before {third}."
    text = f"By {known} {case.names[advice.first]} fits {case.who} best, with a score of {_score(advice, advice.first)}"
    return f"{text} of 1; the runner-up is {second}, then {third}. {_firmness(advice)}"


def _score(advice: Advice, model: int) -> str:
    return number(float(advice.scores[model]))


def _firmness(advice: Advice) -> str:
    share = round(float(advice.holds[advice.first]), 2)
    firm = "firm" if share >= FIRM else "fairly firm" if share >= FAIRLY_FIRM else "not firm"
    weighed = f"It stays first in {percent(share)} of other weightings and limits"
    return f"{weighed}, so on what the records tell the advice is {firm}."


def sides(case: Case, advice: Advice) -> str:
    """Which criteria speak for which model, the strongest first."""
    parts = []
    for model in advice.order:
        own = sorted((m for m in advice.measured if model in spoken_for(m)), key=lambda m: -m.pulls[model])
        if own:
            labels = [f"{_lower(m.criterion.label)} ({shown(m.criterion, m.value)})" for m in own]
            verb = "speaks" if len(own) == 1 else "speak"
            parts.append(f"for {case.names[model]} {verb} {join_first(labels[:_NAMED], len(labels))}")
    if undecided := [_lower(m.criterion.label) for m in advice.measured if not spoken_for(m)]:
        parts.append(f"for none of them clearly {join_and(undecided)}")
    return sentence("; ".join(parts))


def spoken_for(measured: Measured) -> tuple[int, ...]:
    """The models that a criterion speaks for, none when it speaks for all about alike."""
    strongest = measured.pulls.max()
    found = tuple(i for i in range(len(MODELS)) if measured.pulls[i] >= _AS_MUCH * strongest)
    return found if len(found) < len(MODELS) else ()


def flips(case: Case, advice: Advice) -> str:
    """The smallest change of a value, and of a weight, that changes the advice."""
    parts = []
    if advice.value_flips:
        flip = advice.value_flips[0]
        own = flip.measured
        parts.append(
            f"{_lower(own.criterion.label)} at {shown(own.criterion, flip.value)} instead of "
            f"{shown(own.criterion, own.value)} would make it {case.names[flip.model]}"
        )
    if advice.weight_flips:
        parts.append(_weighed(case, advice.weight_flips[0]))
    if not parts:
        return "No single criterion, whatever its value or weight, would change the advice."
    if not advice.value_flips:
        return f"No value of a single criterion would change the advice; {parts[0]}."
    return sentence(f"What would change the advice with the least change of one criterion: {'; '.join(parts)}")


def _weighed(case: Case, flip: WeightFlip) -> str:
    label, model = _lower(flip.measured.criterion.label), case.names[flip.model]
    if flip.factor < 0.05:
        return f"leaving out {label} would make it {model}"
    more = "more" if flip.factor > 1 else "less"
    return f"{label} counting {more} than {number(round(flip.factor, 1))} times as much would make it {model}"


def questions(case: Case, most: int = _ASKED) -> str:
    """What to ask, the criteria that no record can tell first."""
    asked = [ASKS[c.name] for c in reversed(case.unknown)][:most]
    return f"Not in the records, and to be asked: {' '.join(asked)}" if asked else ""


def criterion(case: Case, measured: Measured) -> str:
    text = case.texts[measured.criterion.name]
    counts = "" if measured.weight == 1 else f", counted {number(measured.weight)} times"
    return f"{measured.criterion.label}: {text}; this speaks for {speaks(case, measured)}{counts}."


def speaks(case: Case, measured: Measured) -> str:
    """`a hybrid`, or `a hybrid or a federated model`."""
    return join_and((case.names[i] for i in spoken_for(measured)), "or") or "none of the models clearly"


def certainty(case: Case, advice: Advice) -> str:
    """Whether what is unknown could turn the advice."""
    if not case.unknown or advice.is_tied:
        return ""
    count = pluralize(len(case.unknown), "criterion", "criteria")
    turns = "would stay" if holds_against(advice, [1.0] * len(case.unknown)) else "could turn"
    return f"If the {count} that the records do not tell all spoke for {case.names[advice.second]}, the advice {turns}."


def shown(criterion: Criterion, value: float) -> str:
    if criterion.unit == "share":
        return percent(value)
    return number(round(value, 1 if criterion.unit == "score" else 0))


def _lower(label: str) -> str:
    # An acronym at the start keeps its capitals.
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
