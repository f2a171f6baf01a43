"""What a reader takes out of one file, and how it comes back from the process that read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from copilot.retrieval.types import Section

MOST_CHARACTERS = 20_000_000
"""Of one file; ten times a long book. The rest is left out and said to be."""


@dataclass(frozen=True)
class Content:
    """The text of a file, before its author's front matter or sidecar is added."""

    sections: tuple[Section, ...]
    title: str | None = None
    dated: date | None = None
    """When the file itself says it was made or last changed."""
    notes: tuple[str, ...] = ()
    """What was left out, a clause each, without a full stop."""

    def shortened(self, limit: int = MOST_CHARACTERS) -> Content:
        """With no more characters than the limit, whole sections only."""
        size = 0
        for count, section in enumerate(self.sections):
            size += len(section.text)
            if size > limit:
                note = f"only the text up to {self.sections[count - 1].place if count else 'nothing'} is used: "
                note += f"it holds more than {limit:,} characters; split the file"
                return Content(self.sections[:count], self.title, self.dated, (*self.notes, note))
        return self

    def to_json(self) -> str:
        sections = [
            (s.heading_path, s.text, s.first_line, s.last_line, s.unit, s.within, s.breaks) for s in self.sections
        ]
        dated = self.dated.isoformat() if self.dated else None
        return json.dumps({"sections": sections, "title": self.title, "dated": dated, "notes": self.notes})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Content:
        return cls(
            sections=tuple(
                Section(tuple(path), text, first, last, unit, within, tuple(breaks))
                for path, text, first, last, unit, within, breaks in data["sections"]
            ),
            title=data["title"],
            dated=date.fromisoformat(data["dated"]) if data["dated"] else None,
            notes=tuple(data["notes"]),
        )
