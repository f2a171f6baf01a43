"""What authors state about a document: in front matter, or in a file beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from copilot.errors import KnowledgeError

# Far more than any list of names with values needs. PyYAML takes minutes over brackets inside brackets.
_LONGEST = 16_000
_LONGEST_LINE = 4_000
_MOST_BRACKETS = 100


@dataclass(frozen=True)
class Metadata:
    title: str | None
    owner: str | None
    effective: date | None
    superseded_by: str | None
    label: str | None
    tags: tuple[str, ...]

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Metadata:
        tags = written.get("tags") or ()
        if isinstance(tags, dict) or any(isinstance(tag, (dict, list)) for tag in tags):
            raise KnowledgeError("tags must be a list of words")
        return cls(
            title=_text(written, "title"),
            owner=_text(written, "owner"),
            effective=_date(written, "effective"),
            superseded_by=_text(written, "superseded_by"),
            label=_text(written, "label"),
            tags=tuple(str(tag) for tag in (tags if isinstance(tags, (list, tuple)) else [tags])),
        )


def front_matter(lines: list[str]) -> tuple[int, Mapping[str, Any]]:
    """Where the text begins, and what is written above it between two lines of dashes."""
    if lines[0].rstrip() != "---":
        return 0, {}
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return number + 1, yaml_mapping("\n".join(lines[1:number]), "its front matter")
    return 0, {}


def yaml_mapping(text: str, where: str) -> Mapping[str, Any]:
    import yaml

    # What cannot be read may have been an access label, so the document is left out, not shown to everyone.
    if len(text) > _LONGEST or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise KnowledgeError(f"{where} is longer than {_LONGEST:,} characters, or a line of it than {_LONGEST_LINE:,}")
    if len(re.findall(r"[\[{]", text)) > _MOST_BRACKETS:
        raise KnowledgeError(f"{where} holds more than {_MOST_BRACKETS} lists in brackets")
    try:
        # A few lines of aliases of aliases stand for gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise KnowledgeError(f"{where} uses YAML aliases (*name), which are not read; write the value out")
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{where} is not valid YAML: {str(error).splitlines()[0]}") from None
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
