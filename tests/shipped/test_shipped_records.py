"""The records that ship are sound: types, keys, references, and what the tables say of each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from shipped_rows import ROOT, Row, read

from copilot.records.schema import TABLES
from copilot.workspace import Workspace

# Sound files


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
    assert {p["stage"] for p in read("projects")} <= set(config.stages.names)
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
