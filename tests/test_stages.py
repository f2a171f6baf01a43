"""Stages of any workspace: their order, what they mean, what they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from copilot.stages import MEANINGS, Stage, Stages
from copilot.workspace import WorkspaceConfig


@pytest.mark.parametrize(
    ("names", "pilot", "production"),
    [
        (WorkspaceConfig().stages.names, "pilot", "production"),
        (("initiated", "development", "implementation", "operation", "retired"), "implementation", "operation"),
        (("Ideation", "Limited pilot", "Roll-out", "Live", "Cancelled"), "Limited pilot", "Live"),
        (("pre-deployment", "deployed", "retired"), "pre-deployment", "deployed"),
        (("build", "pre-production", "in production"), "pre-production", "in production"),
        (("open", "done"), "open", "done"),
        (("only",), "only", "only"),
        (("stopped",), "stopped", "stopped"),
    ],
)
def test_what_a_stage_means_is_inferred_from_its_name_then_from_its_place(
    names: tuple[str, ...], pilot: str, production: str
) -> None:
    stages = Stages.of(names)
    assert (stages.pilot, stages.production) == (pilot, production)


def test_what_a_stage_says_of_itself_counts_before_its_name_and_its_place() -> None:
    stages = Stages.model_validate(
        [
            "live demo",
            {"name": "Phase 3", "means": "production", "synonyms": ["rolled out", "BAU"]},
            {"name": "shelved", "means": "stopped"},
            "handed over",
        ]
    )
    assert stages.meanings == ("production", "production", "stopped", "retired")
    stages = Stages((Stage(name="live demo", means="before"), *stages.root[1:]))
    assert stages.meanings == ("before", "production", "stopped", "retired")
    assert [stages.place(text) for text in ("bau", "Rolled_Out", "phase-3", "phase 4", None)] == [1, 1, 1, -1, -1]
    assert [stages.is_open(name) for name in (*stages.names, None)] == [True, False, False, False, True]
    assert (stages.from_on("production"), stages.from_on("shelved"), stages.from_on("unheard of")) == (
        ("Phase 3",), (), ("live demo", "Phase 3"),
    )  # fmt: skip


@given(st.lists(st.text("abc livepotrd-", min_size=1, max_size=12).filter(lambda t: any(map(str.isalpha, t))),
                min_size=1, max_size=6, unique_by=lambda t: "".join(filter(str.isalpha, t)).casefold()))  # fmt: skip
def test_every_list_of_stages_has_one_production_and_places_all_its_names(names: list[str]) -> None:
    stages = Stages.of(names)
    assert stages.is_production(stages.production)
    assert not stages.has_ended(stages.pilot) or stages.pilot == stages.production
    assert [stages.place(name) for name in names] == list(range(len(names)))
    assert sorted(name for means in MEANINGS for name in stages.meaning(means)) == sorted(names)


@pytest.mark.parametrize(
    "written",
    [[], ["pilot", "Pilot"], ["pilot", {"name": "live", "synonyms": ["pilot"]}], [{"name": "a", "means": "done"}]],
)
def test_stages_that_cannot_be_told_apart_are_refused(written: list[object]) -> None:
    with pytest.raises(ValidationError):
        Stages.model_validate(written)
