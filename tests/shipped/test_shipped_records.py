"""The records that ship: reproducible, sound, and holding what was planted in them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot.records.schema import TABLES
from copilot.workspace import Workspace
from evals.shipped.generate_records import write_records, write_situations

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "knowledge" / "records"
AS_OF = "2026-10-31"

Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (RECORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def project(name: str) -> Row:
    return next(p for p in read("projects") if p["name"] == name)


def quality(model_name: str) -> list[tuple[str, float]]:
    model = next(m["id"] for m in read("models") if m["name"] == model_name)
    return [(r["week"], float(r["value"])) for r in read("model_quality") if r["model_id"] == model]


def observed(metric: str, project_id: str) -> list[float]:
    return [
        float(r["numerator"]) / float(r["denominator"])
        for r in read("observations")
        if r["metric"] == metric and r["project_id"] == project_id
    ]


def year_total(metric: str, first: str, last: str) -> float:
    return sum(
        float(r["numerator"]) for r in read("observations") if r["metric"] == metric and first <= r["month"] <= last
    )


@pytest.fixture(scope="module")
def situations() -> dict[str, dict[str, Any]]:
    text = (ROOT / "evals" / "shipped" / "situations.yaml").read_text(encoding="utf-8")
    return {s["id"]: s for s in yaml.safe_load(text)["situations"]}


# Sound files


def test_the_script_writes_the_shipped_files_byte_for_byte(tmp_path: Path) -> None:
    write_records(tmp_path)
    write_situations(tmp_path / "situations.yaml")
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    shipped = {p.name: p.read_bytes() for p in RECORDS.glob("*.csv")}
    shipped["situations.yaml"] = (ROOT / "evals" / "shipped" / "situations.yaml").read_bytes()
    assert made.keys() == shipped.keys()
    assert [name for name in made if made[name] != shipped[name]] == []


def test_every_table_of_the_schema_is_there_with_all_its_columns() -> None:
    for name, table in TABLES.items():
        columns = set(read(name)[0])
        assert {c.name for c in table.columns} <= columns, name


def _cells() -> Iterator[tuple[str, Any, str]]:
    for name, table in TABLES.items():
        rows = read(name)
        for column in table.columns:
            for row in rows:
                yield f"{name}.{column.name}", column, row[column.name]


def test_every_cell_has_the_type_and_the_values_of_its_column() -> None:
    for where, column, cell in _cells():
        assert cell or not column.required, where
        if not cell:
            continue
        assert not column.values or cell in column.values, (where, cell)
        if column.type in ("number", "integer"):
            assert float(cell) >= 0, (where, cell)
        if column.type == "integer":
            assert cell.isdigit(), (where, cell)
        if column.type == "date":
            assert date.fromisoformat(cell) <= date(2027, 6, 30), (where, cell)
        if column.type == "boolean":
            assert cell in ("yes", "no"), (where, cell)


def test_every_reference_resolves_and_every_key_is_unique() -> None:
    keys = {name: [r[t.key] for r in read(name)] for name, t in TABLES.items() if t.key}
    for name, values in keys.items():
        assert len(values) == len(set(values)), name
    for where, column, cell in _cells():
        if column.references:
            table = column.references.partition(".")[0]
            for item in cell.split(";") if cell else ():
                assert item in keys[table], (where, item)


def test_no_name_is_used_twice() -> None:
    names = [p["name"] for p in read("projects")]
    assert len(names) == len(set(names)) == 120


def test_a_project_is_in_the_last_stage_of_its_history() -> None:
    history: dict[str, list[Row]] = {}
    for row in read("stage_history"):
        history.setdefault(row["project_id"], []).append(row)
    for row in read("projects"):
        path = history[row["id"]]
        assert (path[-1]["stage"], path[-1]["entered"]) == (row["stage"], row["stage_since"]), row["id"]
        assert path[0]["entered"] == row["started"]
        assert [r["left"] for r in path] == [r["entered"] for r in path[1:]] + [""]


def test_a_decision_to_stop_is_dated_on_the_day_the_project_stopped() -> None:
    since = {p["id"]: p["stage_since"] for p in read("projects")}
    for row in read("decisions"):
        if row["decision"].startswith(("Stop ", "Retire ")):
            assert row["date"] == since[row["project_id"]], row["id"]


def test_measured_benefit_by_month_adds_up_to_what_the_projects_say() -> None:
    for row in read("projects"):
        if row["realised_basis"] != "measured":
            continue
        months = [
            float(o["numerator"])
            for o in read("observations")
            if o["metric"] == "realised_benefit" and o["project_id"] == row["id"] and o["month"] >= "2025-11"
        ]
        assert sum(months) == float(row["realised_benefit"]), row["id"]


def test_rows_of_a_restricted_project_are_restricted_as_well() -> None:
    labels = {p["id"]: p["label"] for p in read("projects")}
    assert {label for label in labels.values() if label} == {"board", "people"}
    for name in ("stage_history", "models", "observations", "incidents", "decisions"):
        for row in read(name):
            if row["project_id"] and labels[row["project_id"]]:
                assert row["label"] == labels[row["project_id"]], (name, row)


# The files beside the tables


def test_the_workspace_settings_are_valid_and_its_weights_add_up() -> None:
    config = Workspace.open(ROOT / "knowledge").config
    assert config.currency == "EUR"
    assert sum(c.weight for c in config.criteria) == pytest.approx(1)
    assert config.default_viewer in config.viewers
    assert {p["stage"] for p in read("projects")} <= set(config.stages)
    assert {p["label"] for p in read("projects") if p["label"]} <= config.labels


def test_every_observed_metric_is_in_the_catalogue_and_every_entry_finds_rows() -> None:
    text = (ROOT / "knowledge" / "metrics.yaml").read_text(encoding="utf-8")
    catalogue = yaml.safe_load(text)["metrics"]
    assert {r["metric"] for r in read("observations")} <= set(catalogue)
    for name, entry in catalogue.items():
        rows = read(entry["table"])
        for column, value in entry.get("where", {}).items():
            rows = [r for r in rows if r[column] == value]
        assert rows, name
        assert set(entry["dimensions"].values()) <= set(rows[0]), name
        assert entry.get("time", "") in {"", *rows[0]}, name
        assert entry.get("better", name) in catalogue, name


def test_no_two_metrics_share_a_name_or_synonym() -> None:
    catalogue = yaml.safe_load((ROOT / "knowledge" / "metrics.yaml").read_text(encoding="utf-8"))["metrics"]
    words = [word.casefold() for entry in catalogue.values() for word in (entry["label"], *entry.get("synonyms", ()))]
    assert sorted(w for w in set(words) if words.count(w) > 1) == []


# What was planted


def test_forty_pilots_began_in_two_years_and_two_reached_production(
    situations: dict[str, dict[str, Any]],
) -> None:
    began = {
        r["project_id"]
        for r in read("stage_history")
        if r["stage"] == "pilot" and "2024-11-01" <= r["entered"] <= AS_OF
    }
    reached = {
        r["project_id"]
        for r in read("stage_history")
        if r["project_id"] in began and r["stage"] in ("scaling", "production")
    }
    assert (len(began), len(reached)) == (40, 2)
    assert situations["S-01"]["findings"]["reached_production"] == sorted(reached)
    launched = year_total("pilots_launched", "2024-11-01", "2026-10-01")
    assert launched == 40


def test_every_stalled_pilot_shows_a_cause_and_says_what_holds_it(
    situations: dict[str, dict[str, Any]],
) -> None:
    found = situations["S-01"]["findings"]
    shown = {p for cause in found["causes_among_the_stalled"].values() for p in cause["projects"]}
    assert shown == {*found["still_pilots"], *found["stopped"]}
    blockers = {p["id"]: p["blocker"] for p in read("projects")}
    assert all(blockers[p] for p in shown)
    for p in read("projects"):
        if p["id"] in found["reached_production"]:
            assert p["business_owner"]
            assert p["production_budget"]
            assert float(p["change_budget"]) >= 0.2 * float(p["budget"])


def test_the_credit_model_slid_from_88_to_79_per_cent_on_an_unchanged_version() -> None:
    weeks = quality("Personal loan default score")
    before = [value for week, value in weeks if "2026-04-20" <= week < "2026-05-18"]
    assert sum(before) / len(before) == pytest.approx(0.88, abs=0.005)
    assert weeks[-1] == ("2026-10-26", 0.79)
    model = next(m for m in read("models") if m["name"] == "Personal loan default score")
    assert model["validated_quality"] == "0.88"
    assert model["deployed_version"] == model["registry_version"]
    age = date.fromisoformat(AS_OF) - date.fromisoformat(model["trained_on"])
    assert age.days > int(model["retrain_every_days"])
    assert any("campaign" in d["decision"] for d in read("decisions") if d["project_id"] == model["project_id"])


def test_the_inputs_of_the_credit_model_moved_in_age_and_not_in_loan_amount(
    situations: dict[str, dict[str, Any]],
) -> None:
    stability = situations["S-02"]["findings"]["population_stability_index"]
    assert stability["applicant_age"] > 0.25
    assert stability["loan_amount"] < 0.1


def test_the_maintenance_model_holds_its_quality_while_fewer_recommendations_are_followed() -> None:
    weeks = [value for _, value in quality("Press failure predictor")]
    assert sum(weeks) / len(weeks) == pytest.approx(0.85, abs=0.01)
    followed = observed("recommendations_followed", project("Predictive maintenance for press lines")["id"])
    assert followed == sorted(followed, reverse=True)
    assert followed[-1] < 0.2
    trust = [
        float(a["score"])
        for a in read("assessments")
        if a["unit"] == "Manufacturing" and a["aspect"] in ("trust", "incentives") and a["date"] > "2026"
    ]
    assert max(trust) <= 1.5


def test_the_recommender_feeds_on_its_own_output() -> None:
    row = project("Product recommendations")
    assert {m["uses_own_output"] for m in read("models") if m["project_id"] == row["id"]} == {"yes"}
    clicks = observed("click_concentration", row["id"])
    assert clicks[-1] == pytest.approx(0.52)
    assert clicks[0] < 0.32


def test_the_attractive_pilot_has_unready_data() -> None:
    row = project("Inventory optimisation for stores")
    assert (row["stage"], row["business_value"]) == ("pilot", "9")
    assert (row["data_readiness_low"], row["data_readiness_high"]) == ("2", "3")


def test_the_flagship_spends_exactly_nine_tenths_on_technology() -> None:
    row = project("Group AI platform")
    assert int(row["technology_budget"]) * 10 == int(row["budget"]) * 9


def test_vanity_metrics_rise_while_measured_benefit_stays_flat() -> None:
    years = (("2024-11-01", "2025-10-01"), ("2025-11-01", "2026-10-01"))
    for metric in ("pilots_launched", "models_built"):
        before, after = (year_total(metric, *year) for year in years)
        assert after > 1.3 * before
    before, after = (year_total("realised_benefit", *year) for year in years)
    assert after / before == pytest.approx(1, abs=0.03)


def test_three_records_contradict_a_policy() -> None:
    scoring = project("Customer value scoring for promotions")
    assert (scoring["scores_people"], scoring["affects"], scoring["risk_class"]) == (
        "yes",
        "customers",
        "limited",
    )
    assert (scoring["stage"], scoring["fairness_tested_on"]) == ("production", "")
    weeks = quality("Claims complexity model")
    triage = next(m for m in read("models") if m["name"] == "Claims complexity model")
    assert float(triage["validated_quality"]) - weeks[-1][1] > 0.05
    assert triage["status"] == "live"
    writer = project("Product description writer")
    assert (writer["stage"], writer["gate"], writer["vendor_reviewed_on"]) == ("production", "G1", "")


def test_evidence_waiver_and_metric_are_past_their_day(situations: dict[str, dict[str, Any]]) -> None:
    assert project("Credit risk scoring for small business loans")["validated_on"] < "2025-10-31"
    assert project("Collections contact timing")["waiver_until"] < AS_OF
    assert situations["S-13"]["findings"]["stale"] == ["reuse_rate"]
    assert max(o["month"] for o in read("observations") if o["metric"] == "reuse_rate") == "2026-05-01"


def test_a_short_name_fits_two_projects_of_different_units() -> None:
    assert len({p["unit"] for p in read("projects") if p["name"].startswith("Atlas ")}) == 2


def test_every_key_of_a_situation_that_is_an_id_exists(situations: dict[str, dict[str, Any]]) -> None:
    ids = {r["id"] for name in ("projects", "models") for r in read(name)}
    for situation in situations.values():
        assert {k for k in situation["keys"] if k[:2] in ("P-", "M-")} <= ids, situation["id"]
