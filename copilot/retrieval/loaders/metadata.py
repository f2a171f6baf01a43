"""What authors state about a document: in front matter, or in a file beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.errors import KnowledgeError
from copilot.retrieval.types import Section
from copilot.workspace import read_yaml

# Far more than any list of names with values needs. PyYAML takes minutes over brackets inside brackets.
_LONGEST = 16_000
_LONGEST_LINE = 4_000
_MOST_BRACKETS = 100
_KEY = re.compile(r"\s*(?:[\w.-]+\s*:(?:\s|$)|[?\"'{])")
# What static sites, wikis and note programs call it, the last change first.
_DATED = ("updated", "last_updated", "lastmod", "last_modified", "last_modified_at", "modified", "date", "created")

KEYS = ("title", "owner", "effective", "superseded_by", "label", "tags")

FILE = "documents.yaml"
"""At the root of a workspace: what is known of many documents, by pattern."""


class Statement(BaseModel):
    """What is known of the documents whose path a pattern fits; `*` stands for any letters, also across folders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(min_length=1)
    title: str | None = None
    owner: str | list[str] | None = None
    effective: date | None = None
    superseded_by: str | None = None
    label: str | None = None
    tags: str | list[str] | None = None

    def fits(self, id: str) -> bool:
        return fnmatchcase(id, self.pattern)


class _Statements(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: tuple[Statement, ...] = ()


def statements(root: Path) -> tuple[Statement, ...]:
    """What documents.yaml says; KnowledgeError where it cannot be used, so that no label in it is lost."""
    path = root / FILE
    if not path.is_file():
        return ()
    try:
        return _Statements.model_validate(read_yaml(path) or {}).documents
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KnowledgeError(f"{path}: {where}: {first['msg']}.") from None


def stated(id: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """All that they say of one document, what comes later before what comes earlier."""
    found: dict[str, Any] = {}
    for statement in statements:
        if statement.fits(id):
            found |= statement.model_dump(exclude={"pattern"}, exclude_none=True)
    return found


@dataclass(frozen=True)
class Metadata:
    title: str | None
    owner: str | None
    effective: date | None
    superseded_by: str | None
    label: str | None
    tags: tuple[str, ...]
    dated: date | None
    """When it was written or changed, by the keys of other programs; never the day from which it holds."""

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Metadata:
        return cls(
            title=_text(written, "title"),
            owner=", ".join(_words(written, "owner")) or None,
            effective=_date(written, "effective"),
            superseded_by=_text(written, "superseded_by"),
            label=_text(written, "label"),
            tags=tuple(word for words in _words(written, "tags") for word in re.split(r"\s*,\s*", words) if word),
            dated=_dated(written),
        )


def front_matter(lines: list[str]) -> tuple[int, Mapping[str, Any]]:
    """Where the text begins, and what is written above it between two lines of dashes."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != "---":
        return 0, {}
    begin = first + 1
    end = next((n for n, line in enumerate(lines[begin:], begin) if line.rstrip() in ("---", "...")), None)
    # A rule above text begins none; what opens with a name and a colon is meant to be one.
    if not any(map(_KEY.match, lines[begin : begin + 1 if end is None else end])):
        return 0, {}
    if end is None:
        raise KnowledgeError("its front matter does not end; write a line of three dashes after it")
    return end + 1, yaml_mapping("\n".join(lines[begin:end]), "its front matter")


def further_fields(lines: list[str], end: int) -> Iterator[Section]:
    """The lines of front matter under keys that are not ours, such as `agency` or `version`, run by run."""
    run: list[int] = []
    is_ours = True
    for number, line in enumerate(lines[:end]):
        if _KEY.match(line) and not line[:1].isspace():
            is_ours = line.partition(":")[0].strip().strip("\"'") in (*KEYS, *_DATED)
        elif line.rstrip() in ("---", "..."):
            is_ours = True
        if not is_ours and line.strip():
            run.append(number)
        elif run:
            yield _field_lines(lines, run)
            run = []


def _field_lines(lines: list[str], run: Sequence[int]) -> Section:
    return Section((), "\n".join(lines[run[0] : run[-1] + 1]), run[0] + 1, run[-1] + 1)


def yaml_mapping(text: str, where: str) -> Mapping[str, Any]:
    import yaml

    # What cannot be read may have been an access label, so the document is left out, not shown to everyone.
    if len(text) > _LONGEST or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise KnowledgeError(f"{where} is longer than {_LONGEST:,} characters, or a line of it than {_LONGEST_LINE:,}")
    if len(re.findall(r"[\[{]", text)) > _MOST_BRACKETS:
        raise KnowledgeError(f"{where} holds more than {_MOST_BRACKETS} lists in brackets")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            # A few lines of aliases of aliases stand for gigabytes.
            if isinstance(event, yaml.AliasEvent):
                raise KnowledgeError(f"{where} uses YAML aliases (*name), which are not read; write the value out")
            if getattr(event, "tag", None):
                raise KnowledgeError(f"{where} uses YAML tags (!name), which are not read; write the value alone")
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise KnowledgeError(
            f"{where} is not valid YAML{line}: {problem}; put a value that holds a colon or a bracket into quotes"
        ) from None
    except (RecursionError, ValueError) as error:
        raise KnowledgeError(f"{where} is not valid YAML: {error}") from None
    if not isinstance(data, dict):
        raise KnowledgeError(f"{where} is not a list of names with values")
    return data


def _text(written: Mapping[str, Any], name: str) -> str | None:
    value = written.get(name)
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        raise KnowledgeError(f"{name} must be one value, not {value!r}")
    return str(value).strip() or None


def _words(written: Mapping[str, Any], name: str) -> list[str]:
    """One value or a list of them."""
    value = written.get(name)
    values = value if isinstance(value, list) else [value]
    if any(isinstance(each, (dict, list)) for each in values):
        raise KnowledgeError(f"{name} must be a list of words")
    return [text for each in values if each is not None and (text := str(each).strip())]


def _dated(written: Mapping[str, Any]) -> date | None:
    for name in _DATED:
        try:
            if found := _date({name: str(written.get(name) or "")[:10] or None}, name):
                return found
        except KnowledgeError:
            # A key that is not ours may hold anything.
            continue
    return None


def _date(written: Mapping[str, Any], name: str) -> date | None:
    value = written.get(name)
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise KnowledgeError(f"{name} must be a date such as 2026-03-31, not {value!r}") from None


def title_of_name(stem: str) -> str:
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:]
