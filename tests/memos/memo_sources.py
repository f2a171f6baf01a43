"""Workspaces to draft memos from, and the check that a memo says nothing that its sources do not."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypdfium2

from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.support import is_supported_by
from copilot.memos.memo import Memo
from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.draft_memo.tool import Arguments, draft
from copilot.types import Evidence, Quantity, Viewer
from copilot.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fixtures" / "corpus"
SHIPPED = ROOT / "knowledge"
EVERYONE = Viewer()
UNITS = ("", "share")
# On 30 June 2026 a pilot of this day has been one for longer than 180 days, one of the other has not.
LONG_AGO, LATELY = "2025-06-30", "2026-05-30"
CONFIG = "as_of: 2026-06-30\ncurrency: EUR\norganisation: Test Works\n"


def open_sources(root: Path) -> Sources:
    """The records of a workspace without its documents."""
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


def project(id: str, value: float = 6, feasibility: float = 6, **more: object) -> dict[str, object]:
    return {
        "id": id, "name": f"Case {id}", "unit": "Shop", "stage": "pilot", "business_value": value,
        "feasibility": feasibility, "time_to_value": 6, "strategic_importance": 5, "risk": 4, "data_readiness": 7,
        "budget": 200_000, "spend": 50_000, "expected_benefit": 400_000, "expected_basis": "estimated", **more,
    }  # fmt: skip


def write_sources(root: Path, projects: Sequence[Mapping[str, object]], config: str = CONFIG) -> Sources:
    (root / "records").mkdir(exist_ok=True)
    (root / "workspace.yaml").write_text(config, encoding="utf-8")
    columns = list(dict.fromkeys(column for row in projects for column in row))
    with (root / "records" / "projects.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(projects)
    return open_sources(root)


def write_table(root: Path, table: str, *lines: str) -> None:
    (root / "records").mkdir(exist_ok=True)
    (root / "records" / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def pdf_pages(content: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(content)
    try:
        texts = []
        for n in range(len(document)):
            page = document[n]
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def drafted(sources: Sources, viewer: Viewer = EVERYONE, **arguments: Any) -> Memo:
    return draft(sources, viewer, Arguments(**arguments))


def said(memo: Memo) -> str:
    """All sentences and cells of a memo."""
    lines = [line.text for section in memo.sections for line in section.lines]
    cells = [str(cell) for s in memo.sections if s.table for row in s.table.rows for cell in row]
    return "\n".join([memo.title, *lines, *cells])


def untraceable(memo: Memo) -> Iterator[str]:
    """Sentences and cells with a number that is in none of the sources they cite, and sentences that cite nothing."""
    sources = {s.marker: s.evidence for s in memo.sources}
    for section in memo.sections:
        for line in section.lines:
            if not line.markers or not _is_carried(line.text, [sources[m] for m in line.markers]):
                yield line.text
        cited = [sources[m] for m in section.table_markers]
        for cell in (cell for row in (section.table.rows if section.table else ()) for cell in row):
            if cell is not None and not _is_carried(str(cell), cited):
                yield str(cell)


def _is_carried(text: str, cited: Sequence[Evidence]) -> bool:
    return all(any(_holds(evidence, number) for evidence in cited) for number in find_numbers(text))


def _holds(evidence: Evidence, number: Number) -> bool:
    """Whether a computation has the number among its values or inputs, or anything else in its text."""
    if evidence.values is None:
        return is_supported(number, find_numbers(f"{evidence.title}\n{evidence.locator}\n{evidence.text}"))
    tables = evidence.calculation.inputs if evidence.calculation else ()
    cells = [cell for table in tables for row in table.rows for cell in row if isinstance(cell, int | float | str)]
    inputs = [
        value
        for cell in cells
        for value in ([cell] if isinstance(cell, str) else [Quantity(value=cell, unit=u, precision=2) for u in UNITS])
    ]
    return is_supported_by(number, [*evidence.values, *inputs])
