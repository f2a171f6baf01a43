"""A twin of a workspace without what a viewer may not see, and what two answers say differently.

Whoever asks both must be told the same: an answer that differs rests on something that was withheld. Four differences
are no leak: that a caveat says that rows are left out, and on what it rests; in which row of its file a record stands;
measured times; and the ids of answers and of memos, which are hashes of what they were made of.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from copilot.types import Answer, Viewer

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_ROWS_LEFT_OUT = re.compile(r"[^.\n]*\bmay not see\b[^.\n]*(?:\.|$)| that this viewer may see\b")
_MEMO = re.compile(r"\bM-[0-9a-f]{10}\b")
_MARKER = re.compile(r"\[\d+\]")


def make_twin(root: Path, target: Path, viewer: Viewer) -> int:
    """Copies a workspace without the documents and rows that the viewer may not see; how many those are.

    Labels are read from the files themselves, not by the product.
    """
    shutil.copytree(root, target)
    documents = [path for path in _documents(target) if not viewer.may_see(_label(path))]
    for path in documents:
        path.unlink()
        _sidecar(path).unlink(missing_ok=True)
    return len(documents) + _drop_rows(target / "records", viewer)


def _documents(root: Path) -> Iterator[Path]:
    yield from (path for path in sorted(root.rglob("*.md")) if "records" not in path.relative_to(root).parts)


def _sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.meta.yaml")


def _label(path: Path) -> str | None:
    front = _FRONT.match(path.read_text(encoding="utf-8"))
    about = yaml.safe_load(front[1]) if front else {}
    if _sidecar(path).is_file():
        about |= yaml.safe_load(_sidecar(path).read_text(encoding="utf-8")) or {}
    label = about.get("label")
    return str(label) if label else None


def _drop_rows(folder: Path, viewer: Viewer) -> int:
    """Rows with a label that is not held, and those that belong to such a project or model."""
    tables = {path: _read(path) for path in sorted(folder.glob("*.csv"))}
    gone: set[str] = set()
    while True:
        found = {
            row["id"]
            for rows in tables.values()
            for row in rows
            if row.get("id") and row["id"] not in gone and _is_hidden(row, gone, viewer)
        }
        if not found:
            break
        gone |= found
    dropped = 0
    for path, rows in tables.items():
        kept = [row for row in rows if not _is_hidden(row, gone, viewer)]
        if len(kept) < len(rows):
            dropped += len(rows) - len(kept)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(kept)
    return dropped


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _is_hidden(row: dict[str, str], gone: set[str], viewer: Viewer) -> bool:
    owners = {row.get("id"), row.get("project_id"), row.get("model_id")}
    return not viewer.may_see(row.get("label")) or bool(gone & owners)


def differences(answer: Answer, twin: Answer) -> dict[str, tuple[object, object]]:
    """What both say otherwise, the answer first: its `status`, `text`, `figures`, `tables`, `sources`, …"""
    mine, other = _told(answer), _told(twin)
    return {name: (value, other[name]) for name, value in mine.items() if value != other[name]}


def _told(answer: Answer) -> dict[str, object]:
    # What only the caveat rests on is a part of it.
    kept = set(_MARKER.findall(_ROWS_LEFT_OUT.sub("", answer.text)))
    of_caveat = set(_MARKER.findall(answer.text)) - kept
    citations = [citation for citation in answer.citations if f"[{citation.marker}]" not in of_caveat]
    return {
        "status": answer.status,
        "text": _MEMO.sub("M-…", " ".join(_ROWS_LEFT_OUT.sub("", _MARKER.sub("", answer.text)).split())),
        "figures": sorted((figure.text, figure.unit) for figure in answer.figures),
        "tables": [(table.title, table.columns, table.rows) for table in answer.tables],
        "charts": [chart.spec for chart in answer.charts],
        "sources": sorted({(c.kind, c.source, c.title, c.quote) for c in citations if c.kind != "computation"}),
        "calculations": [c.calculations for c in citations],
        "follow_ups": answer.follow_ups,
        "warnings": [warning for warning in answer.warnings if not _ROWS_LEFT_OUT.search(warning)],
        "tools": [(call.name, call.arguments) for call in answer.tool_calls],
    }
