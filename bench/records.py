"""CPU of loading an export of many rows with ten computed columns. Run `python bench/records.py [--rows 100000]`."""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from pathlib import Path

import yaml

from copilot.records.store import Records
from copilot.types import Viewer
from copilot.workspace import Workspace

LIMIT_SECONDS = 5.0
"""For 100,000 rows; what the project set itself."""
SEED = 13
EXPRESSIONS = {
    "budget": "budget_k * 1000",
    "total": "coalesce(capital, 0) + coalesce(running, 0)",
    "share": "capital / nullif(total, 0)",
    "due": "reviewed + INTERVAL (every) MONTH",
    "is_late": "due < today",
    "months_open": "date_diff('month', begun, today)",
    "yearly": "round(total / greatest(months_open, 1) * 12, 2)",
    "flag": "CASE WHEN is_late AND grade >= 3 THEN 'stop' WHEN is_late THEN 'watch' ELSE 'fine' END",
    "score": "round(10 - 2 * grade - CASE WHEN is_late THEN 1.5 ELSE 0 END, 1)",
    "place": "upper(house) || '-' || CAST(year(begun) AS VARCHAR)",
}


def write_workspace(root: Path, rows: int) -> None:
    chance = random.Random(SEED)
    (root / "records").mkdir(parents=True)
    with (root / "records" / "export.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(
            ["id", "name", "house", "budget k", "capital", "running", "reviewed", "begun", "every", "grade"]
        )
        for number in range(rows):
            day = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2019, 2025)}"
            serial = str(chance.randint(43000, 45900)) if chance.random() < 0.5 else day
            cost = f"{chance.randint(1, 900)}.{chance.randint(0, 999):03},{chance.randint(0, 99):02}"
            small = f"€ {chance.randint(1, 900)}k" if chance.random() < 0.9 else "tbc"
            row = [f"P-{number}", f"Case {number}", f"House {number % 40}", cost, cost, small, serial, day]
            writer.writerow([*row, chance.choice([6, 12, 24]), chance.choice(["red", "amber", "green", "n/a"])])
    how = {
        "source": "export.csv",
        "dates": "day first",
        "grades": {"grade": ["green", "amber", "red"]},
        "derive": EXPRESSIONS,
    }
    text = yaml.safe_dump({"tables": {"projects": how}}, sort_keys=False)
    (root / "records" / "mapping.yaml").write_text(text, encoding="utf-8")
    (root / "workspace.yaml").write_text("currency: EUR\nas_of: 2026-05-01\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        write_workspace(root, rows)
        start = time.process_time()
        records = Records.load(Workspace.open(root))
        seconds = time.process_time() - start
        counted = records.view(Viewer()).aggregate("projects", ["flag"])
    print(f"{rows:,} rows, {len(EXPRESSIONS)} computed columns: {seconds:.2f} s of CPU (limit {LIMIT_SECONDS:g} s)")
    print(", ".join(f"{row['flag']} {row['count']:,}" for row in counted))


if __name__ == "__main__":
    main()
