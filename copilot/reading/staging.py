"""Stages that are meant where no part of a question says which rows are."""

from __future__ import annotations

from collections.abc import Collection

from copilot.language.words import content_stems
from copilot.reading.building import Builder
from copilot.reading.choosing import Use
from copilot.reading.names import spoken
from copilot.reading.profiles import Profile
from copilot.reading.question import Link
from copilot.records.conditions import Filter, Operator

SURE, ALSO = 0.8, 0.5
"""So sure of one stage, the chooser is followed, and taken at its word for others."""
_OF_STAGES: tuple[tuple[Use, Operator, Operator], ...] = (("is", "=", "in"), ("not", "!=", "not in"))


def of_stages(builder: Builder, base: Collection[Filter]) -> None:
    """Adds the stages that the chooser is sure of, where no part of the question was taken for one: "how many tools do
    people use every day?" has none that says which rows; none where the `base` of a share is of a stage."""
    judged, table = builder.asked.judged(builder.table), builder.table
    for profile in builder.asked.columns.of_table(table, "category"):
        if not any(profile.meanings) or any(c.column == profile.name for c in (*base, *builder.conditions)):
            continue
        if any(map(builder.tells_when, profile.values)):
            continue
        for use, one, many in _OF_STAGES:
            sure = {value: judged.sure(profile.name, value, use) for value in profile.values}
            if max(sure.values()) >= SURE:
                values = tuple(value for value, p in sure.items() if p >= ALSO)
                is_one = len(values) == 1
                builder.conditions.append(
                    Filter(column=profile.name, op=one if is_one else many, value=values[0] if is_one else values)
                )
                break


def is_named(value: str, profile: Profile, named: Collection[Link]) -> bool:
    """Whether the question says a stage by a word of its own name."""
    own = set(content_stems(spoken(value)))
    links = [x for x in named if x.kind == "value" and x.column == profile.name and x.key == value]
    return any(own & set(content_stems(x.text)) for x in links)
