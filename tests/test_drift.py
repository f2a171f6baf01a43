"""The thresholds of copilot/drift.py were chosen on one seed of series and are reported on another."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.analysis.drift import Series, cusum, find_decline, kendall_z, locate, shift, theil_sen, weekly

CHOSEN_ON, REPORTED_ON = 11, 4711


@dataclass(frozen=True)
class Generated:
    kind: str
    onset: int
    values: Series


def generate(seed: int, weeks: int, count: int = 200) -> list[Generated]:
    """Half stable, a quarter slides of 4 to 10 points, a quarter steps of 3 to 7; season and noise in all."""
    rng = np.random.default_rng(seed)
    earliest = max(52, weeks - 50) if weeks >= 104 else int(weeks * 0.55)
    series = []
    for number in range(count):
        kind = ("stable", "slide", "stable", "step")[number % 4]
        noise = rng.normal(0, rng.uniform(0.003, 0.009), weeks)
        carried = rng.choice([0.0, 0.3])
        for week in range(1, weeks):
            noise[week] += carried * noise[week - 1]
        week_numbers = np.arange(weeks)
        swing = rng.uniform(0, 0.012) * np.sin(2 * np.pi * (week_numbers / 52.18 + rng.uniform()))
        values = rng.uniform(0.7, 0.95) + swing + noise
        onset = int(rng.integers(earliest, weeks - (18 if weeks >= 104 else 11)))
        if kind == "slide":
            ramp = np.clip((week_numbers - onset) / min(26, weeks - onset), 0, 1)
            values = values - rng.uniform(0.04, 0.10) * ramp
        if kind == "step":
            values = values - rng.uniform(0.03, 0.07) * (week_numbers >= onset)
        series.append(Generated(kind, onset, values))
    return series


@pytest.mark.parametrize("seed", [CHOSEN_ON, REPORTED_ON])
@pytest.mark.parametrize("weeks", [30, 40, 60, 78, 104, 156])
def test_falls_are_found_and_stable_series_are_left_alone(seed: int, weeks: int) -> None:
    series = generate(seed, weeks)
    found = [find_decline(s.values) for s in series]
    falls = [f is not None for f, s in zip(found, series, strict=True) if s.kind != "stable"]
    alarms = [f is not None for f, s in zip(found, series, strict=True) if s.kind == "stable"]
    assert np.mean(falls) >= 0.9
    assert np.mean(alarms) <= 0.05


def test_a_step_is_dated_to_its_week_and_a_slide_to_within_about_two_months() -> None:
    series = generate(REPORTED_ON, 104)
    errors: dict[str, list[int]] = {"step": [], "slide": []}
    for generated in series:
        found = find_decline(generated.values)
        if found is not None and generated.kind in errors:
            errors[generated.kind].append(abs(found.onset - generated.onset))
    assert np.median(errors["step"]) == 0
    assert np.percentile(errors["slide"], 80) <= 9


def test_a_season_that_repeats_is_not_a_fall() -> None:
    season = 0.85 + 0.04 * np.sin(2 * np.pi * np.arange(104) / 52)
    noise = np.random.default_rng(5).normal(0, 0.004, 104)
    assert find_decline(season + noise) is None


def test_a_fall_that_has_recovered_is_not_reported() -> None:
    values = 0.85 + np.random.default_rng(6).normal(0, 0.004, 104)
    values[70:80] -= 0.06
    assert find_decline(values) is None


def test_a_rise_is_not_a_fall() -> None:
    values = 0.85 + np.random.default_rng(7).normal(0, 0.004, 104)
    values[80:] += 0.06
    assert find_decline(values) is None


def test_a_few_weeks_below_the_validated_level_are_a_breach_with_low_confidence() -> None:
    found = find_decline(np.array([0.9, 0.9, 0.91, 0.9, 0.9, 0.84, 0.84, 0.83, 0.84]), level=0.9)
    assert found is not None
    assert (found.detector, found.onset, found.confidence) == ("threshold breach", 5, "low")


def test_a_short_slope_without_a_validated_level_is_found_by_theil_sen() -> None:
    found = find_decline(np.linspace(0.9, 0.8, 12))
    assert found is not None
    assert (found.detector, found.confidence) == ("Theil-Sen slope", "low")


def test_a_constant_series_of_any_length_is_stable() -> None:
    assert all(find_decline(np.full(n, 0.8), level=0.8) is None for n in (1, 3, 4, 10, 24, 60, 104, 160))


def test_a_cusum_starts_again_after_it_fell_to_zero() -> None:
    falls = np.array([5.0, 5, 5, -30, 0, 0])
    assert cusum(falls).alarm is None
    assert cusum(np.array([0.0, 0, 5, 5, 5])).onset == 2


@given(st.integers(4, 90), st.integers(3, 87), st.floats(0.01, 0.3))
def test_a_clean_step_is_located_exactly(before: int, after: int, size: float) -> None:
    values = np.concatenate([np.full(before, 0.9), np.full(after, 0.9 - size)])
    assert (locate(values).index, locate(values).shape) == (before, "step")


@given(st.lists(st.floats(0, 1), min_size=3, max_size=40))
def test_slope_and_rank_correlation_turn_over_with_the_series(values: list[float]) -> None:
    series = np.array(values)
    assert theil_sen(series) == pytest.approx(-theil_sen(series[::-1]))
    assert kendall_z(series) == pytest.approx(-kendall_z(series[::-1]))


def test_weeks_left_out_lie_between_their_neighbours() -> None:
    assert weekly([700, 707, 721, 721], [0.8, 0.9, 0.7, 0.5]).tolist() == pytest.approx([0.8, 0.9, 0.75, 0.6])


HISTOGRAM = st.lists(st.integers(0, 5000), min_size=2, max_size=12).filter(lambda counts: sum(counts) > 0)


@given(HISTOGRAM)
def test_a_histogram_has_not_shifted_from_itself(counts: list[int]) -> None:
    same = shift(counts, [3 * c for c in counts])
    assert same.distance == pytest.approx(0, abs=1e-12)
    assert same.level == "stable"
    assert not same.is_concentrating


@given(st.data(), HISTOGRAM)
def test_distances_are_symmetric_and_within_their_bounds(data: st.DataObject, counts: list[int]) -> None:
    other = data.draw(st.lists(st.integers(0, 5000), min_size=len(counts), max_size=len(counts)).filter(any))
    there, back = shift(counts, other), shift(other, counts)
    assert there.psi == pytest.approx(back.psi)
    assert there.psi >= 0
    assert 0 <= there.distance <= 1 + 1e-12
    assert there.distance == pytest.approx(back.distance)


def test_the_stability_index_equals_the_sum_computed_by_hand() -> None:
    # (0.3-0.5) ln(0.3/0.5) + (0.7-0.5) ln(0.7/0.5) = 0.10217 + 0.06729
    found = shift([50_000_000, 50_000_000], [30_000_000, 70_000_000])
    assert found.psi == pytest.approx(0.169459, abs=1e-5)
    assert found.distance == pytest.approx(0.2)
    assert found.level == "watch"


def test_a_handful_of_recent_cases_does_not_count_as_a_shift() -> None:
    assert shift([500, 500, 500, 500], [2, 5, 3, 4]).level == "stable"
    assert shift([500, 500, 500, 500], [200, 500, 300, 40]).level == "act"


def test_cases_that_gather_in_one_bin_are_concentrating() -> None:
    found = shift([280, 310, 270, 140], [510, 270, 160, 60])
    assert found.is_concentrating
    assert (found.moved_bin, found.moved_share) == (0, (pytest.approx(0.28), pytest.approx(0.51)))
    assert not shift([510, 270, 160, 60], [280, 310, 270, 140]).is_concentrating
