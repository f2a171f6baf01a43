"""Each situation that was planted in the shipped records is there, with the figures that situations.yaml gives."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from shipped_rows import AS_OF, RECORDS, Row, read, read_situations, visible

LIVE = ("scaling", "production")
ENGINEERS = ("data_engineer", "ml_engineer", "mlops_engineer")
YEARS = (("2023-11", "2024-10"), ("2024-11", "2025-10"), ("2025-11", "2026-10"))
CAUSES: dict[str, Callable[[Row], bool]] = {
    "no business owner": lambda p: not p["business_owner"],
    "no production budget": lambda p: not p["production_budget"],
    "data not ready": lambda p: float(p["data_readiness"]) < 6,
    "integration none": lambda p: p["integration"] == "none",
    "no gate evidence": lambda p: p["gate"] in ("none", "G1"),
    "no adoption plan": lambda p: p["adoption_plan"] == "no",
    "technology first": lambda p: float(p["change_budget"]) <= 0.1 * float(p["budget"]),
}
SITUATIONS = read_situations()


def findings(situation: str) -> dict[str, Any]:
    return SITUATIONS[situation]["findings"]


def project(name: str) -> Row:
    return next(p for p in read("projects") if p["name"] == name)


def model(name: str) -> Row:
    return next(m for m in read("models") if m["name"] == name)


def ids(rows: Iterable[Row], is_meant: Callable[[Row], bool] = lambda _: True) -> list[str]:
    return [row["id"] for row in rows if is_meant(row)]


def about(table: str, project_id: str) -> list[str]:
    return ids(visible(table), lambda row: row["project_id"] == project_id)


def total(rows: Iterable[Row], column: str) -> float:
    return math.fsum(float(row[column]) for row in rows if row[column])


def quality(model_id: str) -> dict[str, float]:
    """Measured quality by week."""
    return {r["week"]: float(r["value"]) for r in read("model_quality") if r["model_id"] == model_id}


def observed(metric: str, **equal: str) -> dict[str, float]:
    """Numerator over denominator by month, of one project or unit."""
    return {
        r["month"]: round(float(r["numerator"]) / float(r["denominator"]), 4)
        for r in visible("observations")
        if r["metric"] == metric and all(r[column] == value for column, value in equal.items())
    }


def year_totals(metric: str) -> list[float]:
    rows = [r for r in visible("observations") if r["metric"] == metric]
    return [total((r for r in rows if first <= r["month"][:7] <= last), "numerator") for first, last in YEARS]


def population_stability(model_id: str) -> dict[str, float]:
    """The index of each input between training and lately."""
    found = {}
    rows = [r for r in read("feature_bins") if r["model_id"] == model_id]
    for feature in dict.fromkeys(r["feature"] for r in rows):
        bins = [(float(r["training_count"]), float(r["recent_count"])) for r in rows if r["feature"] == feature]
        before, after = (sum(column) for column in zip(*bins, strict=True))
        index = math.fsum((b / after - a / before) * math.log((b / after) / (a / before)) for a, b in bins)
        found[feature] = round(index, 3)
    return found


def days_since(day: str) -> int:
    return (date.fromisoformat(AS_OF) - date.fromisoformat(day)).days


def overdue_days(row: Row) -> int:
    return days_since(row["trained_on"]) - int(row["retrain_every_days"])


def test_every_file_and_every_id_that_a_situation_names_exists() -> None:
    known = {id for table in ("projects", "models") for id in ids(read(table))}
    for situation in SITUATIONS.values():
        assert {key for key in situation["keys"] if key[:2] in ("P-", "M-")} <= known, situation["id"]
        assert [name for name in situation["files"] if not (RECORDS / name).is_file()] == []


# S-01


def test_forty_pilots_began_in_two_years_and_two_reached_production() -> None:
    found, history = findings("S-01"), visible("stage_history")
    began = {r["project_id"] for r in history if r["stage"] == "pilot" and "2024-11-01" <= r["entered"] <= AS_OF}
    cohort = [p for p in visible("projects") if p["id"] in began]
    assert (len(began), found["pilots_started"]) == (40, 40)
    by_stage = {"reached_production": "production", "still_pilots": "pilot", "stopped": "stopped"}
    for finding, stage in by_stage.items():
        assert [p["id"] for p in cohort if p["stage"] == stage] == found[finding]
    assert len(found["reached_production"]) == 2
    assert dict(Counter(p["unit"] for p in cohort)) == found["started_by_unit"]
    assert sum(year_totals("pilots_launched")[1:]) == 40


def test_every_stalled_pilot_shows_its_causes_and_says_what_holds_it() -> None:
    found = findings("S-01")
    stalled = [p for p in visible("projects") if p["id"] in (*found["still_pilots"], *found["stopped"])]
    shown = {cause: ids(stalled, is_shown) for cause, is_shown in CAUSES.items()}
    assert {cause: each["projects"] for cause, each in found["causes_among_the_stalled"].items()} == shown
    assert {id for each in shown.values() for id in each} == set(ids(stalled))
    assert all(p["blocker"] for p in stalled)


def test_the_two_that_reached_production_had_what_the_others_lack() -> None:
    for p in visible("projects"):
        if p["id"] in findings("S-01")["reached_production"]:
            assert p["business_owner"]
            assert p["production_budget"]
            assert float(p["change_budget"]) >= 0.2 * float(p["budget"])


def test_pilots_of_today_are_counted_by_unit_and_by_age() -> None:
    found = findings("S-01")
    pilots = [p for p in visible("projects") if p["stage"] == "pilot"]
    assert len(pilots) == found["in_pilot_today"]
    assert dict(Counter(p["unit"] for p in pilots)) == found["in_pilot_today_by_unit"]
    assert ids(pilots, lambda p: days_since(p["stage_since"]) > 270) == found["pilots_older_than_270_days"]


# S-02 to S-05: four projects


def test_the_credit_model_slid_from_88_to_79_per_cent_on_an_unchanged_version() -> None:
    found, credit = findings("S-02"), model("Personal loan default score")
    weeks = quality(credit["id"])
    before = [value for week, value in weeks.items() if "2026-04-20" <= week < found["slide_began"]]
    assert sum(before) / len(before) == pytest.approx(0.88, abs=0.005)
    assert list(weeks.items())[-1] == (found["latest_week"], found["latest_quality"]) == ("2026-10-26", 0.79)
    assert float(credit["validated_quality"]) == found["validated_quality"] == 0.88
    for points in (3, 5):
        held = max(week for week, value in weeks.items() if value >= 0.88 - points / 100)
        assert min(week for week in weeks if week > held) == found[f"below_{points}_points_since"]
    assert credit["deployed_version"] == credit["registry_version"] == found["deployed_version"]
    assert overdue_days(credit) == found["retraining_overdue_days"] > 0


def test_a_campaign_moved_the_applicants_of_the_credit_model_in_age_and_not_in_loan_amount() -> None:
    found, credit = findings("S-02"), model("Personal loan default score")
    stability = population_stability(credit["id"])
    assert stability == found["population_stability_index"]
    assert [name for name, value in stability.items() if value > 0.25] == found["features_above_0.25"]
    assert stability["applicant_age"] > 0.25 > 0.1 > stability["loan_amount"]
    assert about("decisions", credit["project_id"]) == found["decisions"]
    assert about("incidents", credit["project_id"]) == found["incidents"]
    told = [d["decision"] for d in read("decisions") if d["project_id"] == credit["project_id"]]
    assert any("campaign" in decision for decision in told)
    overrides = observed("override_rate", project_id=credit["project_id"])
    assert {month: overrides[month] for month in found["override_rate"]} == found["override_rate"]


def test_the_maintenance_model_holds_its_quality_while_fewer_recommendations_are_followed() -> None:
    found, presses = findings("S-03"), project("Predictive maintenance for press lines")
    weeks = list(quality(model("Press failure predictor")["id"]).values())
    assert round(sum(weeks) / len(weeks), 3) == found["quality_mean_of_all_weeks"] == pytest.approx(0.85, abs=0.01)
    followed = observed("recommendations_followed", project_id=presses["id"])
    assert followed == found["recommendations_followed"]
    assert list(followed.values()) == sorted(followed.values(), reverse=True)
    assert followed["2026-10-01"] < 0.2
    assert observed("adoption_rate", project_id=presses["id"]) == found["adoption_rate"]


def test_the_people_at_the_presses_trust_it_little_and_gain_nothing_by_it() -> None:
    found = findings("S-03")["assessment_scores"]
    scores = {
        f"{a['area']}/{a['aspect']} {a['date'][:4]}": float(a["score"])
        for a in read("assessments")
        if a["unit"] == "Manufacturing" and a["aspect"] in ("trust", "incentives", "trust_in_technology")
    }
    assert scores == found
    assert max(score for name, score in scores.items() if name.endswith("2026")) <= 1.5


def test_the_recommender_feeds_on_its_own_output() -> None:
    found, shop = findings("S-04"), project("Product recommendations")
    assert ids(read("models"), lambda m: m["uses_own_output"] == "yes") == found["uses_own_output"]
    assert {m["uses_own_output"] for m in read("models") if m["project_id"] == shop["id"]} == {"yes"}
    for metric in ("click_concentration", "catalogue_coverage"):
        series = observed(metric, project_id=shop["id"])
        assert {month: series[month] for month in found[metric]} == found[metric]
    assert found["click_concentration"]["2026-10-01"] > 1.5 * found["click_concentration"]["2023-11-01"]
    recommender = model("Next product recommender")
    assert list(quality(recommender["id"]).values())[-1] == found["latest_quality"] > found["validated_quality"]
    assert population_stability(recommender["id"]) == found["population_stability_index"]


def test_the_attractive_pilot_has_unready_data() -> None:
    found, stock = findings("S-05"), project("Inventory optimisation for stores")
    assert (stock["stage"], float(stock["business_value"])) == ("pilot", found["business_value"])
    bounds = {"low": "data_readiness_low", "likely": "data_readiness", "high": "data_readiness_high"}
    assert {bound: float(stock[column]) for bound, column in bounds.items()} == found["data_readiness"]
    assert [cause for cause, is_shown in CAUSES.items() if is_shown(stock)] == found["causes"]
    assert stock["depends_on"].split(";") == found["depends_on"]


# S-06 to S-18: the whole portfolio


def test_the_flagship_spends_nine_tenths_on_technology_and_many_do_the_same() -> None:
    found = findings("S-06")
    split = [p for p in visible("projects") if p["technology_budget"]]
    flagship = project("Group AI platform")
    assert {column: int(flagship[column]) for column in found["flagship"]} == found["flagship"]
    assert int(flagship["technology_budget"]) * 10 == int(flagship["budget"]) * 9
    assert len(split) == found["projects_with_a_split"]
    for column, least in (("technology", 0.9), ("change", 0.2)):
        shares = {p["id"]: int(p[f"{column}_budget"]) / int(p["budget"]) for p in split}
        assert [id for id, share in shares.items() if share >= least] == found[f"{column}_share_at_least_{least}"]
        whole = total(split, f"{column}_budget") / total(split, "budget")
        assert round(whole, 4) == found[f"{column}_share_of_all"]


def test_vanity_metrics_rise_while_measured_benefit_stays_flat() -> None:
    found = findings("S-07")
    for metric in ("pilots_launched", "models_built", "realised_benefit"):
        assert year_totals(metric) == found[f"{metric}_by_year_from_november"]
    for metric in ("pilots_launched", "models_built"):
        _, before, after = year_totals(metric)
        assert after > 1.3 * before
    _, before, after = year_totals("realised_benefit")
    assert after / before == pytest.approx(1, abs=0.03)


def test_three_records_contradict_a_policy() -> None:
    found = findings("S-08")
    scoring, triage = project("Customer value scoring for promotions"), model("Claims complexity model")
    writer = project("Product description writer")
    assert {scoring["id"], triage["project_id"], writer["id"]} < found.keys()
    for row in (scoring, writer):
        stated = {column: value or "" for column, value in found[row["id"]].items() if column in row}
        assert {column: row[column] for column in stated} | {"gate": stated["gate"]} == stated
    assert (scoring["scores_people"], scoring["risk_class"], scoring["fairness_tested_on"]) == ("yes", "limited", "")
    assert (writer["stage"], writer["gate"], writer["vendor_reviewed_on"]) == ("production", "G1", "")
    weeks = list(quality(triage["id"]).values())
    assert weeks[-1] == found[triage["project_id"]]["latest_quality"]
    assert float(triage["validated_quality"]) - weeks[-1] > 0.05
    assert triage["status"] == "live"


def test_units_do_the_same_work_side_by_side() -> None:
    rows = {p["id"]: p for p in visible("projects")}
    for group in findings("S-09").values():
        assert all(rows[each["id"]].items() >= each.items() for each in group)
        assert len({each["unit"] for each in group}) == len(group)


def test_some_projects_wait_for_others_that_are_not_live() -> None:
    found, stages = findings("S-10"), {p["id"]: p["stage"] for p in visible("projects")}
    needs = {p["id"]: p["depends_on"].split(";") for p in visible("projects") if p["depends_on"]}
    waiting = {id: [other for other in others if stages[other] not in LIVE] for id, others in needs.items()}
    assert needs == found["depends_on"]
    assert {id: others for id, others in waiting.items() if others} == found["waiting_for_something_not_live"]


def test_one_waiver_has_ended_and_one_holds() -> None:
    until = {p["id"]: p["waiver_until"] for p in visible("projects") if p["waiver_until"]}
    assert {id: day for id, day in until.items() if day < AS_OF} == findings("S-11")["expired"]
    assert {id: day for id, day in until.items() if day >= AS_OF} == findings("S-11")["in_force"]


def test_evidence_of_live_projects_is_past_its_day() -> None:
    found, live = findings("S-12"), [p for p in visible("projects") if p["stage"] in LIVE]
    years = {"high": 1, "limited": 2}
    assert found["validation_expired"] == {
        p["id"]: p["validated_on"]
        for p in live
        if p["risk_class"] in years
        and p["validated_on"]
        and days_since(p["validated_on"]) > 365 * years[p["risk_class"]]
    }
    for finding, column in (("impact_assessment", "dpia_date"), ("gate", "gate_date")):
        old = {p["id"]: p[column] for p in live if p[column] and days_since(p[column]) > 365}
        assert old == found[f"{finding}_older_than_12_months"]


def test_one_metric_has_not_been_observed_for_months() -> None:
    newest: dict[str, str] = {}
    for row in visible("observations"):
        newest[row["metric"]] = max(newest.get(row["metric"], ""), row["month"])
    assert newest == findings("S-13")["last_month"]
    assert [metric for metric, month in newest.items() if month < "2026-08"] == findings("S-13")["stale"]


def test_a_short_name_fits_two_projects_of_different_units() -> None:
    named = [p for p in visible("projects") if "Atlas" in p["name"]]
    assert {p["id"]: f"{p['name']} ({p['unit']})" for p in named} == findings("S-14")["Atlas"]
    assert len({p["unit"] for p in named}) == len(named) == 2


def test_assumed_benefits_are_more_than_twice_what_came() -> None:
    found, rows = findings("S-15"), visible("projects")
    far = {
        p["id"]: (int(p["expected_benefit"]), int(p["realised_benefit"]))
        for p in rows
        if p["expected_basis"] == "assumed"
        and p["realised_benefit"]
        and 2 * int(p["realised_benefit"]) < int(p["expected_benefit"])
    }
    stated = found["less_than_half_of_what_was_assumed"]
    assert {id: (each["expected"], each["realised"]) for id, each in stated.items()} == far
    for kind in ("realised", "expected"):
        sums = {
            basis: total((p for p in rows if p[f"{kind}_basis"] == basis), f"{kind}_benefit")
            for basis in found[f"{kind}_by_basis"]
        }
        assert sums == found[f"{kind}_by_basis"]


def test_what_a_viewer_without_labels_does_not_see_is_counted() -> None:
    found = findings("S-16")
    for label in ("board", "people"):
        for table, hidden in found[label].items():
            assert [row["id"] for row in read(table) if row["label"] == label] == hidden
    hidden_rows = [r for r in read("observations") if r["label"]]
    assert len(hidden_rows) == found["restricted_observations"]
    assert sorted({r["metric"] for r in hidden_rows}) == found["restricted_metric"]
    for rows, scope in ((read("projects"), "in_all"), (visible("projects"), "without_labels")):
        assert (len(rows), total(rows, "budget")) == (found[f"projects_{scope}"], found[f"budget_{scope}"])


def test_models_run_unapproved_unwatched_or_overdue() -> None:
    found, live = findings("S-17"), [m for m in visible("models") if m["status"] == "live"]
    last = {r["model_id"]: r["week"] for r in read("model_quality")}
    versions = {
        m["id"]: f"{m['deployed_version']} runs, {m['registry_version']} approved"
        for m in live
        if m["registry_version"] and m["registry_version"] != m["deployed_version"]
    }
    assert versions == found["registry_differs_from_deployed"]
    assert {m["id"]: last[m["id"]] for m in live if last.get(m["id"], AS_OF) < "2026-10"} == found["monitoring_ended"]
    assert ids(live, lambda m: m["id"] not in last) == found["never_monitored"]
    overdue = {m["id"]: overdue_days(m) for m in live if m["trained_on"] and m["retrain_every_days"]}
    assert {id: days for id, days in overdue.items() if days > 0} == found["retraining_overdue_days"]


def test_there_are_too_few_engineers_for_the_data_scientists() -> None:
    found, roles = findings("S-18"), read("roles")

    def count(role: str, units: Iterable[str], column: str = "headcount") -> float:
        return total((r for r in roles if r["role"] == role and r["unit"] in units), column)

    def ratio(*units: str) -> float:
        return round(sum(count(role, units) for role in ENGINEERS) / count("data_scientist", units), 2)

    units = tuple(dict.fromkeys(r["unit"] for r in roles))
    assert {unit: ratio(unit) for unit in units} == found["by_unit"]
    assert ratio(*units) == found["engineers_per_data_scientist"] < 5
    assert {role: count(role, units) for role in ENGINEERS} == found["engineers"]
    assert sum(count(role, units, "open_positions") for role in ENGINEERS) == found["open_engineer_positions"]
