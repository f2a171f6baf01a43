"""What documents.yaml may say of documents that say little of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path, PurePosixPath

from copilot.errors import KnowledgeError
from copilot.retrieval.duplicates import family_name
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.upkeep.proposing.written import quoted


def documents_file(root: Path, exports: Iterable[Path]) -> str:
    """What the documents do not say of themselves, to be filled in; empty where there is none."""
    lines = []
    taken = set(exports)
    sources = [source for source in find_sources(root) if source.path not in taken]
    later = _later_versions(source.id for source in sources)
    for source in sources:
        try:
            document = load(source, fingerprint(source))
        except KnowledgeError:
            # `bearing workspace check` says why it is not read.
            continue
        lines += [f"  # {document.title}", f"  - pattern: {quoted(source.id)}"]
        if document.effective is None:
            day = document.dated.isoformat() if document.dated else "2026-01-31"
            lines.append(f"    # effective: {day}  # {'the day of the file' if document.dated else 'not known'}")
        if document.owner is None:
            lines.append("    # owner: not known")
        if document.superseded_by is None and source.id in later:
            lines.append(f"    # superseded_by: {quoted(later[source.id])}  # perhaps, by their names")
    if not lines:
        return ""
    said = (
        "# Proposed by `bearing workspace init`: what is known of the documents, by pattern; a later entry goes before."
    )
    return "\n".join([said, "documents:", *lines]) + "\n"


def _later_versions(ids: Iterable[str]) -> dict[str, str]:
    """To each document the one beside it that is called like it but for a later number, or for none."""
    families: dict[tuple[str, str], list[str]] = {}
    for id in ids:
        families.setdefault((str(PurePosixPath(id).parent), family_name(id)), []).append(id)

    def version(id: str) -> tuple[float, ...]:
        numbers = [float(digits) for digits in re.findall(r"\d+", PurePosixPath(id).stem)]
        return tuple(numbers) or (float("inf"),)

    ordered = (sorted(members, key=version) for members in families.values())
    return {id: later for members in ordered for id, later in pairwise(members) if version(id) < version(later)}
