from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.analysis.funnel import Conversion, Path, Stay, conversion, flows, in_order, wilson
from copilot.stages import Stages

TODAY = date(2026, 10, 31)
STAGES = ("idea", "proof_of_concept", "pilot", "scaling", "production", "stopped", "retired")
LIFE = Stages.of(STAGES)


def path(project: str, *stages: tuple[str, str]) -> Path:
    return Path(project, in_order(Stay(stage, date.fromisoformat(day)) for stage, day in stages))


def test_a_stage_counts_who_entered_who_is_there_who_moved_on_and_who_ended() -> None:
    paths = [
        path("A", ("pilot", "2026-01-01"), ("production", "2026-04-11")),
        path("B", ("pilot", "2026-01-01"), ("stopped", "2026-02-01")),
        path("C", ("idea", "2026-01-01"), ("pilot", "2026-10-01")),
        path("D", ("production", "2024-01-01"), ("retired", "2026-01-01")),
    ]
    pilot = next(f for f in flows(paths, LIFE, TODAY) if f.stage == "pilot")
    assert (pilot.entered, pilot.now, pilot.moved_on, pilot.ended) == (3, 1, 1, 1)
    assert (pilot.median_until_move, pilot.median_so_far) == (100, 30)
    production = next(f for f in flows(paths, LIFE, TODAY) if f.stage == "production")
    assert (production.entered, production.now, production.ended) == (2, 1, 1)


def test_a_project_that_went_back_counts_once_by_its_last_visit() -> None:
    back = path("A", ("pilot", "2025-01-01"), ("idea", "2025-03-01"), ("pilot", "2026-10-01"))
    pilot = next(f for f in flows([back], LIFE, TODAY) if f.stage == "pilot")
    assert (pilot.entered, pilot.now, pilot.moved_on) == (1, 1, 0)
    assert pilot.days_so_far == (30,)


def test_only_production_after_the_pilot_counts_as_converted() -> None:
    paths = [
        path("A", ("production", "2024-01-01"), ("pilot", "2025-01-01")),
        path("B", ("pilot", "2025-01-01"), ("scaling", "2025-06-01"), ("production", "2026-01-01")),
        path("C", ("production", "2020-01-01")),
    ]
    assert conversion(paths, LIFE) == Conversion(entered=2, reached=1)


def test_stalled_is_longer_than_180_days_or_than_most_that_moved_on_needed() -> None:
    quick = [path(f"Q{n}", ("pilot", "2026-01-01"), ("production", "2026-03-02")) for n in range(5)]
    slow = [path(f"S{n}", ("pilot", "2025-01-01"), ("production", "2026-03-02")) for n in range(5)]

    def limit(paths: list[Path]) -> float:
        return next(f.stalled_after for f in flows(paths, LIFE, TODAY) if f.stage == "pilot")

    assert (limit(quick), limit(slow), limit(quick[:4])) == (60, 180, 180)


def test_wilson_agrees_with_published_values() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for count, total, low, high in (
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    ):  # fmt: skip
        found = wilson(count, total)
        assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_narrows_with_more_cases(count: int, rest: int) -> None:
    total = count + rest
    found = wilson(count, total)
    assert 0 <= found.low <= found.high <= 1
    if total:
        assert found.low - 1e-12 <= count / total <= found.high + 1e-12
        more = wilson(10 * count, 10 * total)
        assert more.high - more.low <= found.high - found.low + 1e-12


WALK = st.lists(st.tuples(st.sampled_from(STAGES), st.integers(0, 900)), min_size=1, max_size=6)


@given(st.lists(WALK, max_size=12))
def test_every_project_is_somewhere_and_no_flow_counts_more_than_entered(
    walks: list[list[tuple[str, int]]],
) -> None:
    start = date(2024, 1, 1)
    paths = [
        Path(str(n), in_order(Stay(stage, start + timedelta(days=days)) for stage, days in walk))
        for n, walk in enumerate(walks)
    ]
    found = flows(paths, LIFE, TODAY)
    assert sum(f.now for f in found) == len(paths)
    assert all(f.now + f.moved_on + f.ended <= f.entered for f in found)
    turned = flows(paths[::-1], LIFE, TODAY)
    assert [(f.entered, f.now, f.moved_on) for f in found] == [(f.entered, f.now, f.moved_on) for f in turned]
