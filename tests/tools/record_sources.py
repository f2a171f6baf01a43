"""Workspaces of records for the tool tests, and the check that what a tool says stands in what it cites."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from copilot.language.numbers import find_numbers, is_supported
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.types import ToolResult, Viewer
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


def unsupported(result: ToolResult) -> list[str]:
    """Sentences that cite nothing, or with a number in none of the first three evidences they cite."""
    evidence = {e.id: e for e in result.evidence}
    bad = []
    for statement in result.findings:
        texts = [evidence[id].text for id in statement.evidence[:3] if id in evidence]
        read = [n for text in texts for n in find_numbers(text)]
        numbers = find_numbers(statement.text)
        if not texts or any(not is_supported(n, read) for n in numbers):
            bad.append(statement.text)
    return bad


def answers(result: ToolResult) -> list[str]:
    return [s.text for s in result.findings if s.role == "headline"]


def said(result: ToolResult) -> str:
    return "\n".join(s.text for s in result.findings)
