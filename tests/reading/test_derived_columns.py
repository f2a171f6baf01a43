"""Columns that no file holds, as the chooser is offered them."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.reading.columns import Columns
from copilot.records.conditions import Filter
from copilot.records.related import some_or_none
from copilot.records.store import Records
from copilot.types import Viewer
from copilot.workspace import Workspace

VENTURES = "Code,Venture,Begun,Judged\n" + "".join(
    f"V{n},{name} helper,2025-0{n}-01,2026-0{n}-1{n}\n" for n, name in enumerate(["Kelp", "Net", "Tide", "Gull"], 1)
)
GRIPES = "Gripe,About,Raised,Settled\n" + "".join(
    f"G{n},{name} helper,2026-01-0{n},{settled}\n"
    for n, (name, settled) in enumerate(
        [("Kelp", "2026-02-01"), ("Kelp", ""), ("Net", "2026-03-01"), ("Gull", "2026-01-20")], 1
    )
)


def columns(root: Path, **tables: str) -> Columns:
    (root / "records").mkdir()
    for name, text in tables.items():
        (root / "records" / f"{name}.csv").write_text(text, encoding="utf-8")
    return Columns.of(Records.load(Workspace.open(root)).view(Viewer()))


def test_how_many_rows_refer_to_a_row_is_a_column(tmp_path: Path) -> None:
    found = columns(tmp_path, ventures=VENTURES, gripes=GRIPES).get("ventures", "number of gripes")
    assert found is not None
    assert (found.holds, found.most, found.has_zero, found.has_missing) == ("number", 2.0, True, False)


def test_the_time_from_one_date_to_another_is_a_column_of_days(tmp_path: Path) -> None:
    own = columns(tmp_path, ventures=VENTURES, gripes=GRIPES)
    found = own.get("gripes", "time from Raised to Settled")
    assert found is not None
    assert (found.holds, found.unit) == ("number", "day")
    assert own.get("gripes", "time from Settled to Raised") is None


def test_a_table_of_many_dates_is_not_crowded_by_the_times_between_them(tmp_path: Path) -> None:
    dates = [f"Step {n}" for n in range(6)]
    rows = "".join(f"V{r},Helper {r}," + ",".join(f"202{n}-0{r}-01" for n in range(6)) + "\n" for r in range(1, 5))
    own = columns(tmp_path, ventures=f"Code,Venture,{','.join(dates)}\n{rows}")
    assert not [p for p in own.of_table("ventures", "number") if p.unit == "day"]


@pytest.mark.parametrize(
    ("column", "op", "meant"),
    [
        ("number of gripes", "missing", Filter(column="number of gripes", op="=", value=0)),
        ("number of gripes", "present", Filter(column="number of gripes", op=">", value=0)),
        ("time from Raised to Settled", "missing", Filter(column="Settled", op="missing")),
        ("Settled", "present", Filter(column="Settled", op="present")),
    ],
)
def test_some_or_none_is_said_of_what_is_stored(column: str, op: str, meant: Filter) -> None:
    assert some_or_none(column, op) == meant  # type: ignore[arg-type]
