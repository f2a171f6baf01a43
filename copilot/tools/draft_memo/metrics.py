"""The metrics of the projects of a memo: the latest value of each against its target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.errors import ToolError
from copilot.language.formatting import format_quantity
from copilot.records.catalogue import Metric
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Shown, Told, table_of
from copilot.tools.evidence import short_name_of
from copilot.tools.findings import count
from copilot.tools.lookup_metric.tool import Arguments, lookup_metric
from copilot.types import Finding, Quantity, Value

_NAMED = 4
_MOST_PROJECTS = 3
"""Named projects whose metrics are looked up."""


@dataclass(frozen=True)
class _Latest:
    metric: Metric
    of: str
    """The project or unit; empty for all."""
    value: Quantity
    before: Quantity | None
    target: Quantity | None
    period: str
    evidence: tuple[str, ...]

    @property
    def is_missed(self) -> bool:
        if self.target is None or self.metric.direction is None:
            return False
        over = self.value.value - self.target.value
        return over < 0 if self.metric.direction == "up" else over > 0

    @property
    def distance(self) -> float:
        """How far it is from its target, as a share of that."""
        target = self.target.value if self.target else 0.0
        return abs(self.value.value - target) / abs(target) if target else 0.0


def metrics(basis: MemoInputs) -> Iterator[Told | Shown]:
    """How many miss their targets, and by how much; then all of them as a table."""
    latest = [*_latest(basis)]
    aimed = [each for each in latest if each.target is not None]
    if aimed:
        missed = sorted((each for each in aimed if each.is_missed), key=lambda each: -each.distance)
        told = missed[:_NAMED]
        values: dict[str, Value] = {
            "missed": count(len(missed), "metric"),
            "metrics": count(len(aimed), "metric"),
            "names": tuple(_name(each) for each in told),
            "values": tuple(each.value for each in told),
            "targets": tuple(each.target for each in told if each.target is not None),
        }
        cited = tuple(id for each in told for id in each.evidence)
        yield Told("missed", Finding(kind="metrics_missed", values=values, evidence=cited))
    if latest:
        columns = ("Metric", "Of", "Latest", "Before", "Target", "In", "Target met", "Owner")
        rows = [
            (
                each.metric.title,
                each.of or None,
                format_quantity(each.value),
                format_quantity(each.before) if each.before else None,
                format_quantity(each.target) if each.target else None,
                each.period,
                None if each.target is None else "no" if each.is_missed else "yes",
                each.metric.owner or None,
            )
            for each in latest
        ]
        evidence = tuple(dict.fromkeys(id for each in latest for id in each.evidence))
        yield Shown(table=table_of("Metrics", columns, rows), evidence=evidence)


def _name(each: _Latest) -> str:
    return f"{each.metric.title} of {each.of}" if each.of else each.metric.title


def _latest(basis: MemoInputs) -> Iterator[_Latest]:
    if basis.sources.metrics is None:
        return
    for of, filters in _scopes(basis):
        for metric in basis.sources.metrics.metrics.values():
            if set(filters) <= set(metric.dimensions) and (found := _looked_up(basis, metric, of, filters)):
                yield found


def _scopes(basis: MemoInputs) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Each named project, or the unit, or all; none where the projects are picked by other conditions."""
    asked = basis.asked
    if asked.projects:
        names = [(short_name_of(basis.row(key)) if len(asked.projects) > 1 else "", key) for key in asked.projects]
        return [(name, {"project": key}) for name, key in names[:_MOST_PROJECTS]]
    if not asked.filters:
        return [("", {})]
    (only, *others) = asked.filters
    is_unit = not others and only.column == "unit" and only.op == "=" and not only.than
    return [("", {"unit": str(only.value)})] if is_unit else []


def _looked_up(basis: MemoInputs, metric: Metric, of: str, filters: Mapping[str, str]) -> _Latest | None:
    """The value of the latest period; None where there is none, or it is no value over time."""
    try:
        result = lookup_metric(basis.sources, basis.viewer, Arguments(metric=metric.name, filters=dict(filters)))
    except ToolError:
        # No value of this metric is known for them.
        return None
    finding = next((f for f in result.findings if f.kind == "value" and "before" in f.values), None)
    value = finding.values["value"] if finding else None
    if finding is None or not isinstance(value, Quantity):
        return None
    basis.take(result)
    before, target = finding.values.get("before"), finding.values.get("target")
    return _Latest(
        metric,
        of,
        value,
        before if isinstance(before, Quantity) else None,
        target if isinstance(target, Quantity) else None,
        str(finding.values.get("period") or ""),
        finding.evidence[:1],
    )
