"""What documents.yaml may say of documents that say little of themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise
from pathlib import Path, PurePosixPath

from copilot.errors import KnowledgeError
from copilot.language.units import SIGN, currencies_of
from copilot.records.dates import parse_date
from copilot.retrieval.duplicates import family_name
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.retrieval.types import Document
from copilot.upkeep.proposing.words import WORDS, Phrases
from copilot.upkeep.proposing.written import quoted

_LINES_OF_A_HEAD = 20
_BEGINNING_OF_A_LINE = 50
"""Letters in which a line says from when the document holds."""
_WORDS_OF_A_DAY = 4


def _any(phrases: Phrases) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


_EFFECTIVE = re.compile(rf"\b(?:{_any(WORDS.effective)})\b", re.IGNORECASE)
_OWNER = re.compile(rf"[\s|*-]*(?:{_any(WORDS.document_owner)})[\s*]*[:|](?P<name>[^|;]{{3,80}})", re.IGNORECASE)
_AMOUNT = re.compile(rf"(?:{SIGN}|\b[A-Z]{{3}})[ \u00a0]?\d|\d[ \u00a0]?(?:{SIGN}|[A-Z]{{3}}\b)")
_MINUTES = re.compile(rf"\b(?:{_any(WORDS.minutes)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Described:
    """What is known of a document; not its text, which may be long, and there may be many."""

    document: Document
    head: tuple[str, ...]
    """Its first lines."""
    currencies: Counter[str]
    """How often it speaks of an amount in each."""


def described(root: Path, exports: Iterable[Path]) -> list[Described]:
    """The documents that can be read; `bearing workspace check` says why the others are not."""
    taken = set(exports)
    found = []
    for source in find_sources(root):
        if source.path not in taken:
            with suppress(KnowledgeError):
                document = load(source, fingerprint(source))
                lines = (line for s in document.sections for line in s.text.splitlines() if line.strip())
                amounts = (amount for section in document.sections for amount in _AMOUNT.findall(section.text))
                head = tuple(islice(lines, _LINES_OF_A_HEAD))
                found.append(Described(replace(document, sections=()), head, currencies_of(amounts)))
    return found


def documents_file(found: Sequence[Described]) -> str:
    """What the documents do not say of themselves where it is read, to be filled in; empty where there is none."""
    later = _later_versions(each.document.id for each in found)
    days = {each.document.id: each.document.effective or _stated_day(each.head) for each in found}
    lines = []
    for each in found:
        document = each.document
        lines += [f"  # {document.title}", f"  - pattern: {quoted(document.id)}"]
        if document.effective is None:
            lines.append(_effective(each))
        if document.owner is None:
            owner = _stated_owner(each.head)
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


def _effective(each: Described) -> str:
    document = each.document
    if day := _stated_day(each.head):
        return f"    effective: {day.isoformat()}  # likely: it says so"
    if day := _day_in_name(document.id):
        return f"    # effective: {day.isoformat()}  # the day in its name"
    if document.dated:
        return f"    # effective: {document.dated.isoformat()}  # the day of the file"
    return "    # effective: 2026-01-31  # not known"


def _stated_day(head: Iterable[str]) -> date | None:
    """The day from which it holds, as one of its first lines says."""
    for line in head:
        # Further on a line speaks of something else, such as the day of an earlier version.
        if found := _EFFECTIVE.search(line, 0, _BEGINNING_OF_A_LINE):
            words = re.split(r"[\s|]+", line[found.end() :].strip(" :|*"))
            for size in range(min(len(words), _WORDS_OF_A_DAY), 0, -1):
                if day := parse_date(" ".join(words[:size]).strip(".,;)*")):
                    return day
    return None


def _stated_owner(head: Iterable[str]) -> str:
    found = (_OWNER.match(line) for line in head)
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
