"""Workspaces of records for the tool tests, and the check that what a tool says stands in what it cites."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.support import is_supported_by
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.types import Evidence, Finding, Quantity, ToolResult, Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"
EVERYONE = Viewer()
BOARD = Viewer(name="chief_physician", labels=frozenset({"board"}))


def open_sources(root: Path) -> Sources:
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


def write_sources(root: Path, projects: Sequence[Mapping[str, object]], config: str = "") -> Sources:
    """A workspace of projects only; a cell that is None is left empty."""
    (root / "records").mkdir(exist_ok=True)
    (root / "workspace.yaml").write_text(config or "as_of: 2026-06-30\n")
    columns = list(dict.fromkeys(column for row in projects for column in row))
    with (root / "records" / "projects.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(projects)
    return open_sources(root)


def write_tables(root: Path, today: date, config: str = "", metrics: str = "", **tables: str) -> Sources:
    """A workspace of tables, each as the text of its file, on a day."""
    (root / "records").mkdir(parents=True, exist_ok=True)
    files = {f"records/{name}.csv": text for name, text in tables.items()}
    for name, text in {"workspace.yaml": config, "metrics.yaml": metrics, **files}.items():
        if text:
            (root / name).write_text(text, encoding="utf-8")
    workspace = Workspace.open(root)
    records = Records.load(workspace)
    return Sources(workspace, records, Catalogue.load(workspace, records) if metrics else None, None, today)


def unsupported(result: ToolResult) -> list[str]:
    """Sentences that cite nothing, or with a number that none of the first three evidences they cite holds.

    A computation holds its values, a passage or a record the numbers of its text.
    """
    evidence = {e.id: e for e in result.evidence}
    bad = []
    for finding in result.findings:
        cited = [evidence[id] for id in finding.evidence[:3] if id in evidence]
        numbers = find_numbers(finding.text)
        if not cited or not all(any(_holds(e, n) for e in cited) for n in numbers):
            bad.append(finding.text)
    return bad


def _holds(evidence: Evidence, number: Number) -> bool:
    if evidence.values is not None:
        return is_supported_by(number, evidence.values)
    return is_supported(number, find_numbers(evidence.text))


def of_kind(result: ToolResult, kind: str) -> list[Finding]:
    """The findings of a kind, in their order."""
    return [finding for finding in result.findings if finding.kind == kind]


def value(finding: Finding, name: str) -> float:
    """The number of a quantity."""
    held = finding.values[name]
    assert isinstance(held, Quantity), (name, held)
    return held.value


def answers(result: ToolResult) -> list[str]:
    return [s.text for s in result.findings if s.role == "headline"]


def said(result: ToolResult) -> str:
    return "\n".join(s.text for s in result.findings)
