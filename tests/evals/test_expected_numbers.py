"""The expected numbers of the datasets, computed again from the CSV files without the product.

Each entry names a sample, the place of the number in it, and how the number comes about in plain Python. Rows
with a label are left out, as for a viewer who holds none. Where the records change, this shows what to mend.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from evals.samples import DATASETS, load

RECORDS = Path(__file__).parents[2] / "knowledge" / "records"
QUARTER = ("2026-07", "2026-08", "2026-09")
QUARTER_BEFORE = ("2026-04", "2026-05", "2026-06")
OCTOBER = ("2026-10",)
YEAR = tuple(f"2025-{m}" for m in (11, 12)) + tuple(f"2026-{m:02}" for m in range(1, 11))
AS_OF = date(2026, 10, 31)
Row = dict[str, str]
ENGINEERS = ("data_engineer", "ml_engineer", "mlops_engineer")


def rows(table: str, labels: tuple[str, ...] = ("",), **equal: str) -> list[Row]:
    with (RECORDS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    return [row for row in read if row.get("label", "") in labels and all(row[k] == v for k, v in equal.items())]


def total(found: list[Row], column: str) -> float:
    return sum(float(row[column]) for row in found if row[column])


def observed(metric: str, months: tuple[str, ...], labels: tuple[str, ...] = ("",), **equal: str) -> list[Row]:
    return [r for r in rows("observations", labels, metric=metric, **equal) if r["month"][:7] in months]


def added(metric: str, months: tuple[str, ...], **equal: str) -> float:
    return total(observed(metric, months, **equal), "numerator")


def ratio(metric: str, months: tuple[str, ...], **equal: str) -> float:
    found = observed(metric, months, **equal)
    return total(found, "numerator") / total(found, "denominator")


def share(metric: str, months: tuple[str, ...], **equal: str) -> float:
    return 100 * ratio(metric, months, **equal)


def count(table: str, **equal: str) -> float:
    return len(rows(table, **equal))


def role_heads(*roles: str, **equal: str) -> float:
    return sum(float(r["headcount"]) for r in rows("roles", **equal) if r["role"] in roles)


def engineers_per_scientist(unit: str) -> float:
    return role_heads(*ENGINEERS, unit=unit) / role_heads("data_scientist", unit=unit)


def cell(project: str, column: str) -> float:
    return total(rows("projects", id=project), column)


def filled(column: str, found: list[Row]) -> list[Row]:
    return [r for r in found if r[column]]


def overspent() -> float:
    return sum(float(r["spend"]) > float(r["budget"]) for r in filled("budget", filled("spend", rows("projects"))))


def change_share() -> float:
    split = filled("change_budget", filled("technology_budget", rows("projects")))
    return 100 * total(split, "change_budget") / (total(split, "change_budget") + total(split, "technology_budget"))


def overdue_models() -> float:
    live = filled("trained_on", filled("retrain_every_days", rows("models", status="live")))
    return sum(date.fromisoformat(r["trained_on"]) + timedelta(int(r["retrain_every_days"])) < AS_OF for r in live)


def pilots_older_than(days: int) -> float:
    return sum((AS_OF - date.fromisoformat(r["stage_since"])).days > days for r in rows("projects", stage="pilot"))


def pilots_of_two_years(stage: str = "") -> float:
    """Pilots that began in the two years before the end of October 2026, or those of them now in a stage."""
    now = {r["id"]: r["stage"] for r in rows("projects")}
    begun = [r for r in rows("stage_history", stage="pilot") if "2024-11-01" <= r["entered"] <= "2026-10-31"]
    return sum(not stage or now[r["project_id"]] == stage for r in begun)


NUMBERS: dict[tuple[str, int], Callable[[], float]] = {
    ("c-units-adoption", 0): lambda: share("adoption_rate", OCTOBER, unit="Manufacturing"),
    ("c-units-adoption", 1): lambda: share("adoption_rate", OCTOBER, unit="E-Commerce"),
    ("d-credit-model", 0): lambda: 100 * float(rows("model_quality", model_id="M-012")[-1]["value"]),
    ("m-pilots-by-unit", 0): lambda: count("projects", stage="pilot"),
    ("m-pilots-by-unit", 1): lambda: count("projects", stage="pilot", unit="Insurance"),
    ("m-pilots-by-unit", 2): lambda: count("projects", stage="pilot", unit="Manufacturing"),
    ("m-pilots-by-unit", 3): lambda: count("projects", stage="pilot", unit="Meridian Bank"),
    ("m-pilots-by-unit", 4): lambda: count("projects", stage="pilot", unit="Wealth"),
    ("m-production-count", 0): lambda: count("projects", stage="production"),
    ("m-budget-total", 0): lambda: total(rows("projects"), "budget"),
    ("m-budget-bank", 0): lambda: total(rows("projects", unit="Meridian Bank"), "budget"),
    ("m-adoption-group", 0): lambda: share("adoption_rate", OCTOBER),
    ("m-adoption-presses", 0): lambda: share("adoption_rate", QUARTER, project_id="P-030"),
    ("m-adoption-presses", 1): lambda: share("adoption_rate", QUARTER_BEFORE, project_id="P-030"),
    ("m-benefit-quarter", 0): lambda: added("realised_benefit", QUARTER),
    ("m-benefit-quarter", 1): lambda: added("realised_benefit", QUARTER_BEFORE),
    ("m-deploy-time", 0): lambda: ratio("time_to_deploy_days", QUARTER, unit="Wealth"),
    ("m-uptime", 0): lambda: share("model_uptime", OCTOBER),
    ("m-engineer-ratio", 0): lambda: role_heads(*ENGINEERS) / role_heads("data_scientist"),
    ("m-high-risk-live", 0): lambda: count("projects", stage="production", risk_class="high"),
    ("m-generative", 0): lambda: count("projects", generative="yes"),
    ("t-retail", 0): lambda: count("projects", stage="pilot", unit="Retail Stores"),
    ("t-owner", 0): lambda: total(rows("projects", id="P-028"), "spend"),
    ("t-period", 0): lambda: share("adoption_rate", OCTOBER, unit="Logistics"),
    ("x-count-chair", 0): lambda: len(rows("projects", ("", "board"))),
    ("x-count-leader", 0): lambda: count("projects"),
    ("c-worried-least", 0): lambda: ratio("employee_sentiment", OCTOBER, unit="Manufacturing"),
    ("c-worried-least", 1): lambda: ratio("employee_sentiment", OCTOBER, unit="E-Commerce"),
    ("c-cheap-dear", 0): lambda: ratio("inference_cost", OCTOBER, unit="E-Commerce"),
    ("c-cheap-dear", 1): lambda: ratio("inference_cost", OCTOBER, unit="Wealth"),
    ("c-engineers-plants", 0): lambda: engineers_per_scientist("Manufacturing"),
    ("c-engineers-plants", 1): lambda: engineers_per_scientist("Logistics"),
    ("c-promise-came", 0): lambda: cell("P-021", "expected_benefit"),
    ("c-promise-came", 1): lambda: cell("P-021", "realised_benefit"),
    ("c-promise-came", 2): lambda: cell("P-029", "expected_benefit"),
    ("c-promise-came", 3): lambda: cell("P-029", "realised_benefit"),
    ("c-two-readers", 0): lambda: cell("P-037", "budget"),
    ("c-two-readers", 1): lambda: cell("P-027", "budget"),
    ("c-two-frauds", 0): lambda: cell("P-004", "realised_benefit"),
    ("c-two-frauds", 1): lambda: cell("P-024", "realised_benefit"),
    ("d-pilots-40", 0): lambda: pilots_of_two_years(),
    ("d-pilots-40", 1): lambda: pilots_of_two_years("production"),
    ("m-confirmed-year", 0): lambda: added("realised_benefit", YEAR),
    ("m-guessed-promise", 0): lambda: total(rows("projects", expected_basis="assumed"), "expected_benefit"),
    ("m-happy-customers", 0): lambda: ratio("customer_satisfaction", OCTOBER),
    ("m-false-alarms-bank", 0): lambda: share("false_alert_rate", OCTOBER, unit="Meridian Bank"),
    ("m-shop-forecast-off", 0): lambda: share("forecast_error", QUARTER, unit="Retail Stores"),
    ("m-saved-quarter", 0): lambda: added("cost_saved", QUARTER),
    ("m-theft-prevented", 0): lambda: added("losses_avoided", QUARTER),
    ("m-extra-sales", 0): lambda: added("revenue_uplift", QUARTER, unit="E-Commerce"),
    ("m-no-hand", 0): lambda: share("automation_rate", OCTOBER, unit="Logistics"),
    ("m-finished-to-live", 0): lambda: ratio("time_to_deploy_days", QUARTER),
    ("m-clicks-top", 0): lambda: share("click_concentration", OCTOBER),
    ("m-clicks-top", 1): lambda: share("click_concentration", ("2025-10",)),
    ("m-wealth-use", 0): lambda: share("adoption_rate", OCTOBER, unit="Wealth"),
    ("m-press-warnings-followed", 0): lambda: share("recommendations_followed", ("2026-04",), project_id="P-030"),
    ("m-over-budget", 0): overspent,
    ("m-still-open", 0): lambda: count("incidents", status="open"),
    ("m-sev-twos", 0): lambda: count("incidents", severity="2"),
    ("m-ownerless-pilots", 0): lambda: count("projects", stage="pilot", business_owner=""),
    ("m-too-old-pilots", 0): lambda: pilots_older_than(270),
    ("m-one-supplier", 0): lambda: count("projects", vendor="Quillworks"),
    ("m-open-engineer-jobs", 0): lambda: sum(total(rows("roles", role=r), "open_positions") for r in ENGINEERS),
    ("m-scientists", 0): lambda: role_heads("data_scientist"),
    ("m-change-share-all", 0): change_share,
    ("m-overdue-rebuild", 0): overdue_models,
    ("m-hangs-on-demand", 0): lambda: sum("P-008" in r["depends_on"].split(";") for r in rows("projects")),
    ("w-quarter-report", 0): lambda: added("realised_benefit", QUARTER),
    ("w-quarter-report", 1): lambda: share("adoption_rate", QUARTER),
    ("t-year-ago", 0): lambda: share("adoption_rate", ("2025-10",), unit="Manufacturing"),
    ("t-dearest-of-them", 0): lambda: max(float(r["budget"]) for r in rows("projects", vendor="Parlance")),
    ("i-one-word", 0): lambda: count("projects", stage="pilot"),
    ("i-debug-total", 0): lambda: total(rows("projects"), "budget"),
    ("x-lender-chair", 0): lambda: total(rows("projects", ("board",), id="P-112"), "budget"),
    ("x-all-budgets-chair", 0): lambda: total(rows("projects", ("", "board")), "budget"),
    ("x-all-budgets-leader", 0): lambda: total(rows("projects"), "budget"),
    ("x-incidents-hr", 0): lambda: len(rows("incidents", ("", "people"))),
    ("x-incidents-leader", 0): lambda: count("incidents"),
    ("hc-uptime-two", 0): lambda: share("model_uptime", OCTOBER, unit="Manufacturing"),
    ("hc-uptime-two", 1): lambda: share("model_uptime", OCTOBER, unit="E-Commerce"),
    ("ht-there-too", 0): lambda: added("terabytes_collected", OCTOBER, unit="Wealth"),
    ("hc-training-units", 0): lambda: share("training_completion", OCTOBER, unit="Manufacturing"),
    ("hc-training-units", 1): lambda: share("training_completion", OCTOBER, unit="E-Commerce"),
    ("hm-stopped", 0): lambda: count("projects", stage="stopped"),
    ("hm-spend-manufacturing", 0): lambda: total(rows("projects", unit="Manufacturing"), "spend"),
    ("hm-spend-by-unit", 0): lambda: total(rows("projects", unit="Meridian Bank"), "spend"),
    ("hm-spend-by-unit", 1): lambda: total(rows("projects", unit="Wealth"), "spend"),
    ("hm-incidents-quarter", 0): lambda: sum(r["date"][:7] in QUARTER for r in rows("incidents")),
    ("hm-retail-benefit", 0): lambda: added("realised_benefit", QUARTER, unit="Retail Stores"),
    ("hm-override-credit", 0): lambda: share("override_rate", OCTOBER, project_id="P-009"),
    ("hm-trained", 0): lambda: added("people_trained", QUARTER),
    ("hm-live-models", 0): lambda: count("models", status="live"),
    ("hm-uk", 0): lambda: count("projects", jurisdiction="UK"),
    ("hm-platform-share", 0): lambda: share("shared_platform_share", OCTOBER),
    ("ht-spend", 0): lambda: count("projects", unit="Insurance", stage="production"),
    ("ht-previous-quarter", 0): lambda: added("realised_benefit", QUARTER, unit="Insurance"),
    ("hx-reassigned-hr", 0): lambda: total(observed("positions_reassigned", OCTOBER, ("people",)), "numerator"),
}
# Found in the words of a document or of a record, where the quote of the gold passage or the text itself is the check.
IN_DOCUMENTS = {
    "review-1-scaling-gap", "f-pilot-length", "x-loss-chair", "x-one-event-chair", "x-way-out-chair",
    "x-one-vendor-chair", "x-how-many-high-chair", "x-purchase-chair", "x-jobs-limit-chair", "x-branches-hr",
}  # fmt: skip

EXPECTED = {
    (sample.id, place): number
    for path in sorted(DATASETS.glob("*.yaml"))
    for sample in load(path.stem).samples
    if sample.id not in IN_DOCUMENTS
    for place, number in enumerate(sample.numbers)
}


def test_every_expected_number_is_computed_here() -> None:
    assert set(EXPECTED) == set(NUMBERS)


@pytest.mark.parametrize("key", sorted(NUMBERS), ids=lambda key: f"{key[0]}-{key[1]}")
def test_an_expected_number_is_what_the_files_say(key: tuple[str, int]) -> None:
    expected = EXPECTED[key]
    assert NUMBERS[key]() == pytest.approx(expected.value, abs=max(expected.tolerance, 1e-9))
