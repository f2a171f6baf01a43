"""Weights of criteria from trade-offs that a person states: "value matters twice as much as feasibility"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.pairwise import ACCEPTABLE, Group, Judgement, elicit
from copilot.errors import ToolError
from copilot.language.formatting import join_and, number
from copilot.tools.candidates import Weights, criterion_named, weigh
from copilot.types import Finding, Quantity, Value
from copilot.workspace import Criterion, WorkspaceConfig


class Comparison(BaseModel):
    """Of two criteria, which is more important and how much."""

    model_config = ConfigDict(extra="forbid")

    more_important: str = Field(description="A criterion.")
    less_important: str = Field(description="A criterion.")
    times: float = Field(
        default=3.0,
        ge=1,
        le=9,
        description="How many times as important, 1 to 9.",
    )


@dataclass(frozen=True)
class AskedWeights:
    weights: Weights
    consistency: dict[str, Value] | None = None
    """Consistency ratio and the judgement that clashes most, empty where all agree; None without trade-offs."""
    is_consistent: bool = True


def asked_weights(
    config: WorkspaceConfig,
    usable: Sequence[Criterion],
    absolute: Mapping[str, float],
    factors: Mapping[str, float],
    comparisons: Sequence[Comparison],
) -> AskedWeights:
    """The workspace's weights, divided anew by trade-offs, with what a call sets or multiplies.

    Criteria that comparisons connect keep their weight together; what they are not compared with keeps its own.
    """
    if not comparisons:
        return AskedWeights(weigh(config, usable, absolute, factors))
    names = [criterion.name for criterion in config.criteria]
    labels = [criterion.label.lower() for criterion in config.criteria]
    judgements = [_judgement(config, names, asked) for asked in comparisons]
    elicited = {criterion.name: criterion.weight for criterion in config.criteria}
    groups = elicit(judgements)
    for group in groups:
        # Criteria that the workspace gives no weight get that of a criterion on the average.
        total = sum(elicited[names[i]] for i in group.members) or len(group.members) / len(names)
        elicited |= {names[i]: total * float(s) for i, s in zip(group.members, group.shares, strict=True)}
    told = join_and(f"{labels[j.one]} {_times(j.times)} {labels[j.other]}" for j in judgements)
    worst = max(groups, key=lambda group: group.consistency_ratio)
    return AskedWeights(
        weigh(config, usable, absolute, factors, elicited, f"from the trade-offs {told}"),
        _consistency(worst, labels),
        worst.consistency_ratio <= ACCEPTABLE,
    )


def trade_offs(asked: AskedWeights) -> Finding | None:
    """Whether the trade-offs that were given agree with one another."""
    if asked.consistency is None:
        return None
    return Finding(
        kind="trade_offs",
        role="caveat" if asked.is_consistent else "headline",
        values=asked.consistency,
    )


def _judgement(config: WorkspaceConfig, names: Sequence[str], asked: Comparison) -> Judgement:
    one, other = (criterion_named(config.criteria, name) for name in (asked.more_important, asked.less_important))
    if one == other:
        raise ToolError(f"{asked.more_important!r} is compared with itself; name another criterion.")
    return Judgement(names.index(one), names.index(other), asked.times)


def _times(times: float) -> str:
    return "as important as" if times == 1 else f"{number(times)} times as important as"


def _consistency(group: Group, labels: Sequence[str]) -> dict[str, Value]:
    clash = group.clash
    if clash is None or group.consistency_ratio == 0:
        return {"ratio": None}
    return {
        "ratio": Quantity(value=group.consistency_ratio, unit="share"),
        "acceptable": Quantity(value=ACCEPTABLE, unit="share"),
        "one": labels[clash.one],
        "other": labels[clash.other],
        "times": Quantity(value=clash.times, precision=2),
        "implied": Quantity(value=group.implied, precision=2),
    }
