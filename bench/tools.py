"""Times and memory of the decision tools on generated data, beside pymcdm and scikit-criteria where installed.

Run `python bench/tools.py [--observations 1000000]`. Figures are of this machine and this run; compare only
within one. Limits are those that the project set itself.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from generated import MODELS, OBSERVATIONS, PROJECTS, SEED, TODAY, UNITS, WEEKS, write_workspace

from copilot.analysis.acceptability import rank_acceptability
from copilot.analysis.portfolio import Problem, at_least, at_most, best, needs
from copilot.analysis.scoring import Estimates, Floats, shares, topsis
from copilot.records.catalogue import Catalogue
from copilot.records.metric_query import Span, points
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.check_model_health import tool as check_model_health
from copilot.tools.governance import blocked_projects, open_review
from copilot.tools.lookup_metric import tool as lookup_metric
from copilot.tools.plan_portfolio import tool as plan_portfolio
from copilot.tools.prioritize_projects import tool as prioritize_projects
from copilot.types import Viewer
from copilot.workspace import Workspace

GATES = Path(__file__).resolve().parents[1] / "knowledge" / "gates.yaml"
VIEWER = Viewer()
DRAWS = 10_000
PEER_DRAWS = 40
"""Draws made with a peer, which scores one matrix a call; its time for all draws is the multiple."""
_PROCESS = Path("/proc/self")


@dataclass(frozen=True)
class Cost:
    seconds: float
    """CPU."""
    megabytes: float | None
    """Peak beyond what was in use before; None where the system does not tell."""


def measure(run: Callable[[], object], times: int = 5) -> Cost:
    """The median of several runs, after one that does not count; the memory of the costliest."""
    run()
    costs = [_once(run) for _ in range(times)]
    memory = [c.megabytes for c in costs if c.megabytes is not None]
    return Cost(statistics.median(c.seconds for c in costs), max(memory, default=None))


def _once(run: Callable[[], object]) -> Cost:
    before = _reset_peak()
    began = time.process_time()
    run()
    seconds = time.process_time() - began
    return Cost(seconds, _status("VmHWM") - before if before is not None else None)


def _reset_peak() -> float | None:
    """Forgets the highest memory so far, as Linux allows, and gives what is in use."""
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        return None
    return _status("VmRSS")


def _status(name: str) -> float:
    line = next(x for x in (_PROCESS / "status").read_text().splitlines() if x.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def report(what: str, cost: Cost, limit_seconds: float, limit_megabytes: float | None = None) -> None:
    used = "not measured" if cost.megabytes is None else f"{cost.megabytes:.0f} MB extra"
    limits = f"under {_time(limit_seconds)}" + (f" and {limit_megabytes:.0f} MB" if limit_megabytes else "")
    holds = cost.seconds < limit_seconds and not (limit_megabytes and (cost.megabytes or 0) >= limit_megabytes)
    print(f"{what:54} {_time(cost.seconds):>9} CPU, {used:14} ({limits}: {'yes' if holds else 'NO'})")


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def random_estimates(rng: np.random.Generator) -> Estimates:
    low, likely, high = np.sort(rng.uniform(size=(3, PROJECTS, 6)), axis=0)
    return Estimates(likely, low, high)


def bench_acceptability() -> None:
    known = random_estimates(np.random.default_rng(SEED))
    weights = (0.25, 0.2, 0.15, 0.15, 0.1, 0.15)
    cost = measure(lambda: rank_acceptability(known, weights, 20, DRAWS), times=3)
    report(f"acceptability, {DRAWS:,} draws × {PROJECTS:,} projects", cost, 3.0, 40)


def bench_topsis() -> None:
    """The one job that the peers do as well, on the same numbers."""
    rng = np.random.default_rng(SEED)
    raw, weights, rising = rng.uniform(1, 10, (PROJECTS, 6)), shares(rng.uniform(0.1, 1, 6)), [True] * 4 + [False] * 2
    ours = topsis(raw, weights, rising)
    alone = measure(lambda: [topsis(raw, weights, rising) for _ in range(PEER_DRAWS)]).seconds / PEER_DRAWS
    print(f"\nTOPSIS of {PROJECTS:,} projects × 6 criteria, one matrix after the other")
    print(f"  {'Bearing':16} {_time(alone):>9} a matrix")
    for name, module, make in (("pymcdm", "pymcdm", _pymcdm), ("scikit-criteria", "skcriteria", _scikit_criteria)):
        if find_spec(module) is None:
            print(f"  {name:16} is not installed, so it is left out.")
            continue
        # Negated, falling criteria rise, at the same distances: neither peer takes them as they are without more ado.
        score = make(np.where(rising, raw, -raw))
        apart = float(np.abs(score(weights) - ours).max())
        drawn = rng.dirichlet(np.ones(6), PEER_DRAWS)
        one = measure(partial(_each, score, drawn), times=3).seconds / PEER_DRAWS
        print(
            f"  {name:16} {_time(one):>9} a matrix, {one / alone:.0f} times ours; {DRAWS:,} draws in a loop would take "
            f"{_time(one * DRAWS)}; scores differ by at most {apart:.0e}"
        )


def _each(score: Callable[[Floats], Floats], drawn: Floats) -> None:
    for weights in drawn:
        score(weights)


def _pymcdm(rising: Floats) -> Callable[[Floats], Floats]:
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization

    method, types = TOPSIS(normalization_function=vector_normalization), np.ones(rising.shape[1])
    return lambda weights: np.asarray(method(rising, weights, types, validation=False))


def _scikit_criteria(rising: Floats) -> Callable[[Floats], Floats]:
    import skcriteria
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import VectorScaler

    method = TOPSIS()
    # Scaled once: only the weights differ between draws.
    scaled = VectorScaler(target="matrix").transform(skcriteria.mkdm(rising, [max] * rising.shape[1]))
    return lambda weights: np.asarray(method.evaluate(scaled.replace(weights=weights)).e_.similarity)


def bench_portfolio() -> None:
    """The best 2,000 of which a budget and headcount allow a part, with minimums, a cap and dependencies."""
    rng = np.random.default_rng(SEED)
    costs, people = rng.integers(40, 900, PROJECTS), rng.integers(1, 20, PROJECTS)
    risky = (rng.random(PROJECTS) < 0.3).astype(float)
    later, earlier = rng.integers(0, PROJECTS, (2, 200))
    problem = Problem(
        rng.uniform(10, 90, PROJECTS),
        (
            at_most("budget", costs, float(costs.sum()) * 0.3),
            at_most("headcount", people, float(people.sum()) * 0.35),
            at_most("high risk", risky, 60),
            at_least("units", [(list(range(unit, PROJECTS, 12)), 10) for unit in range(12)]),
            needs("order", [(int(a), int(b)) for a, b in zip(later, earlier, strict=True) if a != b]),
        ),
    )
    found = best(problem)
    gap = "no set" if found is None else f"{len(found.chosen):,} chosen, gap {found.gap:.2%}"
    report(f"portfolio of {PROJECTS:,}, the optimum ({gap})", measure(lambda: best(problem), times=3), 2.0)


def bench_portfolio_tool(sources: Sources) -> None:
    """All that an answer says: the optimum, the next-best set, more budget, how firm, what is left out and why."""
    for what, call in (
        ("a budget", plan_portfolio.Arguments(budget=50_000_000)),
        ("five limits", plan_portfolio.Arguments(
            budget=50_000_000, headcount=800, most_high_risk=30, minimum_per_unit=3, most_projects=190,
        )),
    ):  # fmt: skip
        cost = measure(partial(plan_portfolio.plan_portfolio, sources, VIEWER, call), times=3)
        report(f"portfolio of {PROJECTS:,} under {what}, the whole tool", cost, 2.0)


def bench_records(observations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        write_workspace(root, GATES, observations)
        workspace = Workspace.open(root)
        records = Records.load(workspace)
        sources = Sources(workspace, records, Catalogue.load(workspace, records), None, TODAY)
        bench_metric(sources, observations)
        bench_portfolio_tool(sources)
        models = check_model_health.Arguments()
        cost = measure(lambda: check_model_health.check_model_health(sources, VIEWER, models), times=3)
        report(f"health of {MODELS:,} models × {WEEKS:,} weeks, the whole tool", cost, 0.2)
        review = open_review(sources, VIEWER)
        rules = len(review.gates.rules)
        cost = measure(lambda: [review.checker.findings(p) for p in review.projects], times=3)
        report(f"{rules} rules × {PROJECTS:,} projects, the checks", cost, 0.5)
        cost = measure(lambda: blocked_projects(sources, VIEWER), times=3)
        report(f"{rules} rules × {PROJECTS:,} projects, facts read too", cost, 0.5)
        ranked = prioritize_projects.Arguments()
        cost = measure(lambda: prioritize_projects.prioritize_projects(sources, VIEWER, ranked), times=3)
        print(f"{f'ranking of {PROJECTS:,} projects, the whole tool':54} {_time(cost.seconds):>9} CPU")


def bench_metric(sources: Sources, observations: int) -> None:
    """Varied questions: the value of a month, a quarter, one unit, one project, by unit."""
    assert sources.metrics is not None
    view, metric = sources.records.view(VIEWER), sources.metrics.metrics["adoption_rate"]
    spans = [Span(date(year, 1, 1), date(year, 4, 1)) for year in range(2017, 2027)]
    queries = [partial(points, view, metric, [span], None, {"unit": unit}) for span in spans for unit in UNITS[:3]]
    queries += [partial(points, view, metric, [span], "unit") for span in spans]
    cost = middle([measure(query, times=3) for query in queries])
    report(f"metric query over {observations:,} observations, p50", cost, 0.015)
    calls = [
        lookup_metric.Arguments(metric="adoption rate", period=period, filters=filters, by=by)
        for period in ("May 2026", "2026 Q1", "last two quarters")
        for filters, by in (({}, None), ({"unit": UNITS[0]}, None), ({}, "unit"), ({"project": "P-0017"}, None))
    ]
    costs = [measure(partial(lookup_metric.lookup_metric, sources, VIEWER, call), times=3) for call in calls]
    print(f"{'metric, the whole tool with its comparisons, p50':54} {_time(middle(costs).seconds):>9} CPU")


def middle(costs: Sequence[Cost]) -> Cost:
    memory = [c.megabytes for c in costs if c.megabytes is not None]
    return Cost(statistics.median(c.seconds for c in costs), max(memory, default=None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=OBSERVATIONS)
    options = parser.parse_args()
    bench_acceptability()
    bench_portfolio()
    bench_records(options.observations)
    bench_topsis()


if __name__ == "__main__":
    main()
