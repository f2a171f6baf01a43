"""A question as data: what it names, which tools and what shape of answer it wants, what each part of it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

LinkKind = Literal[
    "record", "person", "value", "column", "table", "metric", "criterion", "document", "gate", "period", "number"
]
"""What a name stands for. A `value` is a value of a category column, units and stages included."""

Role = Literal[
    "measure", "filter", "not", "bound", "scope", "group", "order", "limit", "compare", "share", "period", "whatif",
    "back", "topic", "among",
]  # fmt: skip
"""What a span of a question does; training/data/guide.md has an example of each. `among` are the rows of which a share
is asked, where the share's own conditions are `filter`, `not` and `bound`."""

Shape = Literal[
    "number", "name", "list", "ranking", "yes_no", "comparison", "procedure", "definition", "rule", "reasons",
    "overview", "plan", "memo", "date", "none",
]  # fmt: skip
"""The answer that is wanted."""

Measure = Literal["none", "count", "list", "share", "sum", "avg", "median", "min", "max", "difference"]
"""What is computed over the rows of a table."""

Direction = Literal["none", "ascending", "descending"]

ABOUT_BEARING, CLARIFY, OUT_OF_SCOPE = "about_bearing", "clarify", "none"
LABELS = (ABOUT_BEARING, CLARIFY, OUT_OF_SCOPE)
FOLLOWS = "follows"
"""Labels of the reader beside the names of the tools."""


@dataclass(frozen=True)
class Link:
    """Something of the workspace that a question names."""

    kind: LinkKind
    key: str
    """Key of the record, spelling of the value or person, name of the column, table, metric or criterion, id of the
    document or gate; of a period or number its text."""
    start: int
    end: int
    text: str
    """As the question has it."""
    table: str = ""
    column: str = ""
    name: str = ""
    """For a person, where the key is a code."""
    score: float = 1.0
    """1 for the whole name as it is spelled, less for a part of it or one mistyped."""


@dataclass(frozen=True)
class Links:
    links: tuple[Link, ...] = ()
    """In the order of the text, none inside another of the same kind."""
    ambiguous: tuple[tuple[Link, ...], ...] = ()
    """Groups of names among which the question does not tell apart."""
    unknown: tuple[str, ...] = ()
    """Written like a name or an id, and none of this workspace."""

    def names(self, start: int, end: int) -> bool:
        """Whether something of the workspace, or one of several things, is named in a part."""
        several = (link for group in self.ambiguous for link in group)
        return any(x.start < end and start < x.end for x in (*self.links, *several))

    def of(self, *kinds: LinkKind) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind in kinds)

    def within(self, start: int, end: int, *kinds: LinkKind) -> tuple[Link, ...]:
        """The links that overlap a span."""
        return tuple(x for x in self.links if x.start < end and start < x.end and (not kinds or x.kind in kinds))


@dataclass(frozen=True)
class Earlier:
    """What a question may continue."""

    text: str
    """The question before; where that continued another, both."""
    links: Links = Links()
    tool: str = ""
    """The tool that led the answer."""


@dataclass(frozen=True)
class Span:
    """A part of a question and what it does."""

    role: Role
    start: int
    end: int
    text: str
    score: float = 1.0


@dataclass(frozen=True)
class Reading:
    """What the reader makes of a question. All scores lie between 0 and 1."""

    tools: Mapping[str, float]
    """By name of tool, and the labels `about_bearing`, `clarify` and `none`; several may be high."""
    shape: Shape = "none"
    measure: Measure = "none"
    direction: Direction = "none"
    spans: tuple[Span, ...] = ()
    """In the order of the text; they do not overlap."""
    shapes: Mapping[str, float] = field(default_factory=dict)
    follows: float = 0.0
    """How surely it continues an earlier turn."""

    def of(self, *roles: Role) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span.role in roles)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The labels, most probable first."""
        return tuple(sorted(self.tools, key=lambda name: -self.tools[name]))
