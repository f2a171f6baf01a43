"""What a workspace's settings may be, proposed from the exports and documents of a folder: `bearing workspace init`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.records.importing import FILE as MAPPING
from copilot.retrieval.loaders.metadata import FILE as DOCUMENTS
from copilot.upkeep.proposing.columns import assigned
from copilot.upkeep.proposing.documents_file import described, documents_file
from copilot.upkeep.proposing.exports import exports_of
from copilot.upkeep.proposing.mapping_file import mapping_file
from copilot.upkeep.proposing.meanings import Meanings
from copilot.upkeep.proposing.metrics_file import metrics_file
from copilot.upkeep.proposing.workspace_file import workspace_file


@dataclass(frozen=True)
class Move:
    here: Path
    there: Path


@dataclass(frozen=True)
class Proposal:
    files: Mapping[str, str]
    """Path inside the workspace, to its text."""
    moves: tuple[Move, ...] = ()
    """Exports that stand beside the documents, and where records are looked for."""
    notes: tuple[str, ...] = ()


def propose(root: Path) -> Proposal:
    """The files of settings, with comments that say how sure each of them is; KnowledgeError without such a folder."""
    if not root.is_dir():
        raise KnowledgeError(f"There is no folder at {str(root)!r}.")
    meanings = Meanings()
    notes: list[str] = []
    exports = list(exports_of(root, notes))
    readings = assigned(exports, meanings)
    documents = described(root, {export.path for export in exports})
    spoken_of = sum((document.currencies for document in documents), Counter[str]())
    files = {"workspace.yaml": workspace_file(root, readings, spoken_of, meanings)}
    if readings:
        files[MAPPING] = mapping_file(readings, meanings)
    if any(reading.schema.name == "observations" for reading in readings):
        files["metrics.yaml"] = metrics_file(next(r for r in readings if r.schema.name == "observations"))
    if text := documents_file(documents):
        files[DOCUMENTS] = text
    taken = {id(reading.export) for reading in readings}
    notes += [
        f"{e.there.relative_to(root)} is like none of our tables; it is read as a table of its own"
        for e in exports
        if id(e) not in taken
    ]
    moves = tuple(Move(e.path, e.there) for e in exports if e.path != e.there)
    return Proposal(files, moves, tuple(notes))
