"""Writes the records of the fictional group: `python -m evals.shipped.generate_records [FOLDER]`.

Without a folder it rewrites `knowledge/records` and `evals/shipped/situations.yaml`. The same input gives the
same bytes on any machine.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.shipped.build_assessments import assessment_rows, role_rows
from evals.shipped.build_log import decision_rows, incident_rows
from evals.shipped.build_models import feature_rows, model_rows, quality_rows
from evals.shipped.build_observations import observation_rows
from evals.shipped.build_projects import Row, history_rows, project_rows

_ROOT = Path(__file__).resolve().parents[2]


def tables() -> dict[str, list[Row]]:
    return {
        "projects": project_rows(),
        "stage_history": history_rows(),
        "models": model_rows(),
        "model_quality": quality_rows(),
        "feature_bins": feature_rows(),
        "observations": observation_rows(),
        "assessments": assessment_rows(),
        "roles": role_rows(),
        "incidents": incident_rows(),
        "decisions": decision_rows(),
    }


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_records(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables().items():
        write_csv(folder / f"{name}.csv", rows)


def main(arguments: Sequence[str]) -> None:
    if arguments:
        write_records(Path(arguments[0]))
        return
    write_records(_ROOT / "knowledge" / "records")


if __name__ == "__main__":
    main(sys.argv[1:])
