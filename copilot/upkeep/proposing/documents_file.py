"""What documents.yaml may say of documents that say little of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from itertools import islice, pairwise
from pathlib import Path, PurePosixPath

from copilot.errors import KnowledgeError
from copilot.records.dates import parse_date
from copilot.retrieval.duplicates import family_name
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.retrieval.types import Document
from copilot.upkeep.proposing.words import WORDS, Phrases
from copilot.upkeep.proposing.written import quoted

_LINES_OF_A_HEAD = 40
_WORDS_OF_A_DAY = 4


def _any(phrases: Phrases) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


_EFFECTIVE = re.compile(rf"\b(?:{_any(WORDS.effective)})\b", re.IGNORECASE)
_OWNER = re.compile(rf"[\s|*-]*(?:{_any(WORDS.document_owner)})[\s*]*[:|](?P<name>[^|;]{{3,80}})", re.IGNORECASE)
_MINUTES = re.compile(rf"\b(?:{_any(WORDS.minutes)})\b", re.IGNORECASE)


def documents_of(root: Path, exports: Iterable[Path]) -> list[Document]:
    """The documents that can be read; `bearing workspace check` says why the others are not."""
    taken = set(exports)
    found = []
    for source in find_sources(root):
        if source.path not in taken:
            with suppress(KnowledgeError):
                found.append(load(source, fingerprint(source)))
    return found


def documents_file(documents: Sequence[Document]) -> str:
    """What the documents do not say of themselves where it is read, to be filled in; empty where there is none."""
    later = _later_versions(document.id for document in documents)
    days = {document.id: document.effective or _stated_day(document) for document in documents}
    lines = []
    for document in documents:
        lines += [f"  # {document.title}", f"  - pattern: {quoted(document.id)}"]
        if document.effective is None:
            lines.append(_effective(document))
        if document.owner is None:
            owner = _stated_owner(document)
            lines.append(f"    owner: {quoted(owner)}  # likely: it says so" if owner else "    # owner: not known")
        if document.superseded_by is None and document.id in later:
            successor = later[document.id]
            day, next_day = days[document.id], days[successor]
            is_told = day is not None and next_day is not None and day < next_day
            mark, why = ("", "likely, by their names and days") if is_told else ("# ", "perhaps, by their names")
            lines.append(f"    {mark}superseded_by: {quoted(successor)}  # {why}")
    if not lines:
        return ""
    said = (
        "# Proposed by `bearing workspace init`: what is known of the documents, by pattern; a later entry goes before."
    )
    return "\n".join([said, "documents:", *lines]) + "\n"


def _effective(document: Document) -> str:
    if day := _stated_day(document):
        return f"    effective: {day.isoformat()}  # likely: it says so"
    if day := _day_in_name(document.id):
        return f"    # effective: {day.isoformat()}  # the day in its name"
    if document.dated:
        return f"    # effective: {document.dated.isoformat()}  # the day of the file"
    return "    # effective: 2026-01-31  # not known"


def _beginning(document: Document) -> list[str]:
    lines = (line for section in document.sections for line in section.text.splitlines() if line.strip())
    return list(islice(lines, _LINES_OF_A_HEAD))


def _stated_day(document: Document) -> date | None:
    """The day from which it holds, as one of its first lines says."""
    for line in _beginning(document):
        if found := _EFFECTIVE.search(line):
            words = re.split(r"[\s|]+", line[found.end() :].strip(" :|*"))
            for size in range(min(len(words), _WORDS_OF_A_DAY), 0, -1):
                if day := parse_date(" ".join(words[:size]).strip(".,;)*")):
                    return day
    return None


def _stated_owner(document: Document) -> str:
    found = (_OWNER.match(line) for line in _beginning(document))
    return next((match["name"].strip(" |*.") for match in found if match), "")


def _day_in_name(id: str) -> date | None:
    """The day that a file is named after, as notes of meetings are."""
    name = PurePosixPath(id).stem
    found = (parse_date(written) for written in re.findall(r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}", name))
    return next(filter(None, found), None)


def _later_versions(ids: Iterable[str]) -> dict[str, str]:
    """To each document the one beside it that is called like it but for a later number, or for none."""
    families: dict[tuple[str, str], list[str]] = {}
    for id in ids:
        if _MINUTES.search(id.replace("-", " ").replace("_", " ")):
            continue
        families.setdefault((str(PurePosixPath(id).parent), family_name(id)), []).append(id)

    def version(id: str) -> tuple[float, ...]:
        numbers = [float(digits) for digits in re.findall(r"\d+", PurePosixPath(id).stem)]
        return tuple(numbers) or (float("inf"),)

    ordered = (sorted(members, key=version) for members in families.values())
    return {id: later for members in ordered for id, later in pairwise(members) if version(id) < version(later)}
