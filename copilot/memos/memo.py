"""A memo: a decision with its reasons, each sentence and figure with the evidence that carries it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from copilot.types import Chart, Evidence, Frozen, Table, ToolResult

Kind = Literal["prioritization", "funding", "stop", "status"]
Verdict = Literal[
    "fund", "hold", "left_out", "not_now",
    "stop", "conditional", "continue", "ended",
    "blocked", "off_track", "at_risk", "on_track",
    "unknown",
]  # fmt: skip
Firmness = Literal["firm", "partly_firm", "not_firm", "unknown", "none"]
SectionName = Literal[
    "decision", "money", "ranking", "conditions", "signature",
    "reasons", "gates", "risks", "changes", "dissent", "method",
    "progress", "list", "events", "everything", "causes", "metrics",
]  # fmt: skip

KINDS: Mapping[Kind, str] = {
    "prioritization": "prioritization",
    "funding": "funding",
    "stop": "stop or continue",
    "status": "status",
}
VERDICTS: Mapping[Verdict, str] = {
    "fund": "Fund",
    "hold": "Hold: blocked",
    "left_out": "Left out",
    "not_now": "Not now",
    "stop": "Stop",
    "conditional": "On conditions",
    "continue": "Continue",
    "ended": "Ended already",
    "blocked": "Blocked",
    "off_track": "Off track",
    "at_risk": "At risk",
    "on_track": "On track",
    "unknown": "Not known",
}
FIRMNESS: Mapping[Firmness, str] = {
    "firm": "firm",
    "partly_firm": "partly firm",
    "not_firm": "not firm",
    "unknown": "not known",
    "none": "no recommendation",
}
DECISIVE: Mapping[Kind, frozenset[Verdict]] = {
    "prioritization": frozenset({"fund"}),
    "funding": frozenset({"fund"}),
    "stop": frozenset({"stop"}),
    "status": frozenset({"blocked", "off_track"}),
}
"""The calls that a memo of a kind is there to make; where one of them changes, it no longer holds."""


class Line(Frozen):
    key: str
    """The same in a later draft of the same memo, so that the two can be compared: `gate:P-017:EU-14`."""
    text: str
    """One sentence or a few, without markers and without markup."""
    markers: tuple[int, ...]
    """The sources that carry it; empty only where a person wrote it and named none."""
    is_caveat: bool = False


class Section(Frozen):
    name: SectionName
    heading: str = ""
    is_annex: bool = False
    """It stands after the first page, which is all that a board need read."""
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    """Its first column that holds an id or a name tells its rows apart."""
    table_markers: tuple[int, ...] = ()
    chart: Chart | None = None
    chart_markers: tuple[int, ...] = ()


class Call(Frozen):
    """What is recommended for one project; in a status memo, how it stands."""

    project: str
    name: str
    verdict: Verdict
    blocked_by: tuple[str, ...] = ()
    """Titles of blocking governance rules that are unmet today."""


class Source(Frozen):
    marker: int
    evidence: Evidence
    sha256: str
    """Of the text that was read."""


class Provenance(Frozen):
    """What the memo was computed from, so that it can be computed again."""

    arguments: dict[str, Any]
    """As given to `draft_memo`."""
    viewer: str
    labels: frozenset[str]
    """Held by the viewer when it was drafted; a reader needs them all."""
    today: date
    """The day it counts from."""
    weights: dict[str, float]
    """Share of all weight by criterion; empty where nothing could be ranked."""
    draws: int
    seed: int
    versions: dict[str, str]


class Unsourced(Frozen):
    """A figure that a person wrote and that no evidence of the memo holds."""

    section: SectionName
    key: str
    """Of its line."""
    text: str
    start: int
    end: int
    """Where it stands in the text of its line."""


class Edit(Frozen):
    """Somebody changed the text, which made a new version."""

    of: str
    """Id of the version that was changed."""
    name: str
    """Of the person, as given."""
    at: datetime
    sections: tuple[SectionName, ...]
    """Those that were changed."""


class Memo(Frozen):
    id: str
    kind: Kind
    title: str
    organisation: str
    addressee: str = ""
    """The body that decides; empty where the records name none."""
    calls: tuple[Call, ...]
    firmness: Firmness
    is_partial: bool
    """Rows that the viewer may not see were left out."""
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    provenance: Provenance
    warnings: tuple[str, ...] = ()
    """Sentences that were left out because their evidence does not carry them."""
    redrafted_from: str = ""
    """Id of the version that was drafted again on other terms; empty where there is none."""
    edits: tuple[Edit, ...] = ()
    """The oldest first; none of a memo that stands as it was computed."""
    drafted: tuple[Section, ...] = ()
    """Of an edited memo: its sections as they were computed."""
    unsourced: tuple[Unsourced, ...] = ()
    """Of an edited memo, in the order of the text."""

    def section(self, name: SectionName) -> Section:
        """The section of that name; an empty one where the memo has none."""
        return next((s for s in self.sections if s.name == name), Section(name=name))

    @property
    def computed(self) -> tuple[Section, ...]:
        """The sections as they were before anybody edited them."""
        return self.drafted or self.sections


class MemoResult(ToolResult):
    """What `draft_memo` gives: besides the short account, the memo for whoever keeps it."""

    memo: Memo


def memo_id(content: str) -> str:
    """The same content has the same id, so that drafting again makes no second memo."""
    return f"M-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
