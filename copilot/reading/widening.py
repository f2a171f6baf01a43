"""Stages that are spoken of by what they mean: "in daily use" is every stage of that meaning, not the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from copilot.reading.profiles import Profile
from copilot.reading.question import Link
from copilot.reading.rows import Restriction
from copilot.reading.staging import is_named
from copilot.records.conditions import Filter
from copilot.stages import ENDED, SETTLED

Known = Callable[[str, str], Profile | None]
"""The profile of a column by table and name."""


def widened(reading: Restriction, known: Known, named: Collection[Link]) -> Restriction:
    """A reading whose conditions on a stage hold for all stages that mean the same, as long as the question does not
    name the stage itself; what is not of one that has ended is of none."""

    def wide(one: Filter) -> Filter:
        profile = known(reading.table, one.column)
        return one if profile is None or not any(profile.meanings) else _wide(one, profile, named)

    conditions, among = tuple(map(wide, reading.conditions)), tuple(map(wide, reading.among))
    if (conditions, among) == (reading.conditions, reading.among):
        return reading
    return replace(reading, conditions=conditions, among=among)


def _wide(one: Filter, profile: Profile, named: Collection[Link]) -> Filter:
    if one.op not in ("=", "!=", "in", "not in") or one.where or one.than:
        return one
    said = [str(v) for v in one.value] if isinstance(one.value, tuple) else [str(one.value)]
    is_not = one.op in ("!=", "not in")
    meant = {profile.meaning(v) for v in said if not is_named(v, profile, named)} & SETTLED
    if is_not and meant & ENDED:
        meant |= ENDED
    values = [v for v in profile.values if v in said or profile.meaning(v) in meant]
    if len(values) <= len(said):
        return one
    return one.model_copy(update={"op": "not in" if is_not else "in", "value": tuple(values)})
