"""What one column of a table holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Holds = Literal["key", "title", "person", "category", "yes_no", "date", "number", "text"]


@dataclass(frozen=True)
class Profile:
    """One column of a table."""

    table: str
    name: str
    holds: Holds
    texts: tuple[str, ...]
    """What people call it: its name, and synonyms."""
    values: tuple[str, ...] = ()
    """Of categories, persons and references: what it holds."""
