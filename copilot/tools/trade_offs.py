"""Weights of criteria from trade-offs that a person states: "value matters twice as much as feasibility"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.pairwise import ACCEPTABLE, Group, Judgement, elicit
from copilot.tools.candidates import criterion_named
from copilot.tools.wording import listed, number, percent, sentence
from copilot.workspace import WorkspaceConfig


class Comparison(BaseModel):
    """Of two criteria, which is more important and how much."""

    model_config = ConfigDict(extra="forbid")

    more_important: str = Field(description="Criterion that is more important.")
    less_important: str = Field(description="Criterion that is less important.")
    times: float = Field(
        default=3.0,
        ge=1,
        le=9,
        description="How many times as important: 1 equally, 2 twice, 3 moderately, 5 strongly, 9 extremely.",
    )


@dataclass(frozen=True)
class TradeOffs:
    weights: Mapping[str, float]
    """By criterion, in place of the workspace's."""
    source: str
    text: str
    """How consistent the comparisons are, and which one clashes most with the others."""
    is_consistent: bool


def weights_from(config: WorkspaceConfig, comparisons: Sequence[Comparison]) -> TradeOffs:
    """The workspace's weights with those of compared criteria divided anew.

    Criteria that comparisons connect keep their weight together; what they are not compared with keeps its own.
    """
    names = [criterion.name for criterion in config.criteria]
    labels = {criterion.name: criterion.label.lower() for criterion in config.criteria}
    judgements = []
    for asked in comparisons:
        pair = [criterion_named(config.criteria, name) for name in (asked.more_important, asked.less_important)]
        if pair[0] == pair[1]:
            raise ToolError(f"{labels[pair[0]]} is compared with itself; name another criterion.")
        judgements.append(Judgement(names.index(pair[0]), names.index(pair[1]), asked.times))
    weights = {criterion.name: criterion.weight for criterion in config.criteria}
    groups = elicit(judgements)
    for group in groups:
        # Criteria that the workspace gives no weight get that of a criterion on the average.
        total = sum(weights[names[i]] for i in group.members) or len(group.members) / len(names)
        weights |= {names[i]: total * float(s) for i, s in zip(group.members, group.shares, strict=True)}
    told = [f"{labels[names[j.one]]} {_times(j.times)} {labels[names[j.other]]}" for j in judgements]
    worst = max(groups, key=lambda group: group.consistency_ratio)
    return TradeOffs(
        weights,
        f"from the trade-offs {listed(told)}",
        _consistency(worst, [labels[name] for name in names]),
        worst.consistency_ratio <= ACCEPTABLE,
    )


def _times(times: float) -> str:
    return "as important as" if times == 1 else f"{number(times)} times as important as"


def _consistency(group: Group, labels: Sequence[str]) -> str:
    ratio = percent(group.consistency_ratio)
    if group.clash is None or group.consistency_ratio == 0:
        return "The trade-offs agree with one another."
    clash = group.clash
    one, other = labels[clash.one], labels[clash.other]
    most = (
        f"the judgement that clashes most is that {one} is {_times(clash.times)} {other}, while the others make it "
        f"{number(group.implied)} times"
    )
    if group.consistency_ratio <= ACCEPTABLE:
        return sentence(f"the trade-offs agree well enough, with a consistency ratio of {ratio}; {most}")
    return sentence(
        f"the trade-offs contradict one another, with a consistency ratio of {ratio} where {percent(ACCEPTABLE)} is "
        f"acceptable: {most}"
    )
