"""The records that ship, read with Python's csv module alone, and the situations planted in them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "knowledge" / "records"
SITUATIONS = Path(__file__).parent / "situations.yaml"
AS_OF = "2026-10-31"

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Every row of a table."""
    with (RECORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def visible(name: str) -> list[Row]:
    """The rows that a viewer without labels may see."""
    return [row for row in read(name) if not row.get("label")]


def read_situations() -> dict[str, dict[str, Any]]:
    """By id: topic, files, keys and findings."""
    return {s["id"]: s for s in yaml.safe_load(SITUATIONS.read_text(encoding="utf-8"))["situations"]}
