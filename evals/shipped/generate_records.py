"""Writes the records of the fictional group: `python -m evals.shipped.generate_records [FOLDER]`.

Without a folder it rewrites `knowledge/records` and `evals/shipped/situations.yaml`. The same input gives the
same bytes on any machine.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import yaml

from evals.shipped.build_assessments import assessment_rows, role_rows
from evals.shipped.build_log import decision_rows, incident_rows
from evals.shipped.build_models import feature_rows, model_rows, quality_rows
from evals.shipped.build_observations import observation_rows
from evals.shipped.build_projects import Row, history_rows, project_rows
from evals.shipped.more_situations import situations
from evals.shipped.plan import AS_OF

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


def write_situations(path: Path) -> None:
    listed = [{**asdict(s), "files": list(s.files), "keys": list(s.keys)} for s in situations(tables())]
    text = yaml.safe_dump({"as_of": AS_OF, "situations": listed}, sort_keys=False, allow_unicode=True, width=110)
    path.write_text(
        "# Where each planted situation is hidden in knowledge/records, with the figures to be found.\n"
        "# Written by generate_records.py; files are relative to knowledge/records.\n"
        "# Figures are those of a viewer without labels (leader), but for S-16.\n" + text,
        encoding="utf-8",
    )


def main(arguments: Sequence[str]) -> None:
    """Writes into the folder given, or over the shipped files."""
    folder = Path(arguments[0]) if arguments else None
    write_records(folder or _ROOT / "knowledge" / "records")
    write_situations((folder or Path(__file__).parent) / "situations.yaml")


if __name__ == "__main__":
    main(sys.argv[1:])
