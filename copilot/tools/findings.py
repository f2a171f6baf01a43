"""What a tool found, put together to its result: findings said by its wording, each with what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.language.formatting import NAMED, format_quantity, format_value, humanize, join_and, join_quoted
from copilot.language.support import flat
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, read_row
from copilot.types import Basis, Calculation, Chart, Evidence, Figure, Finding, Quantity, Table, ToolResult


def count(number: float, noun: str) -> Quantity:
    """So many of a thing; the noun in the singular."""
    return Quantity(value=float(number), unit=noun)


def share(value: float, precision: int = 0) -> Quantity:
    """A share from 0 to 1; `precision` is that of its per cent."""
    return Quantity(value=float(value), unit="share", precision=precision)


def amount(value: float, unit: str = "", precision: int = 0, basis: Basis = "computed") -> Quantity:
    """A number in a unit: an ISO currency, `of 100`, `points`, `rank`, a noun, or none."""
    return Quantity(value=float(value), unit=unit, precision=precision, basis=basis)


def listed(names: Sequence[str], most: int = NAMED, more: str = "more") -> tuple[str | Quantity, ...]:
    """The first names and how many more there are, for a sentence that does not name them all."""
    rest = len(names) - most
    return (*names[:most], count(rest, more)) if rest > 0 else tuple(names)


def quantity(finding: Finding, name: str) -> Quantity:
    """A value that is a quantity; a TypeError when it is none."""
    value = finding.values[name]
    if not isinstance(value, Quantity):
        raise TypeError(f"{finding.kind}: {name} is no quantity but {value!r}")
    return value


def quantities(finding: Finding, name: str) -> tuple[Quantity, ...]:
    """A value that is a list of quantities."""
    value = finding.values[name]
    return tuple(v for v in value if isinstance(v, Quantity)) if isinstance(value, tuple) else ()


def texts(finding: Finding, name: str) -> tuple[str, ...]:
    """A value that is a list of names or labels."""
    value = finding.values[name]
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, tuple) else ()


def named(finding: Finding, name: str, *, bare: bool = False) -> str:
    """A value in words; `bare` leaves its unit away."""
    return format_value(finding.values[name], bare=bare)


def quoted(finding: Finding, name: str) -> str:
    """A list of titles in words, each between quotation marks."""
    value = finding.values[name]
    return join_quoted(value if isinstance(value, tuple) else (format_value(value),))


def names_and_more(finding: Finding) -> str:
    """Its `names`, and how many `more` there are."""
    more = [f"{named(finding, 'more', bare=True)} more"] if quantity(finding, "more").value else []
    return join_and([*texts(finding, "names"), *more])


def known(*found: Finding | None) -> Iterable[Finding]:
    """Those that there are."""
    return (finding for finding in found if finding is not None)


Phrase = Callable[[Finding], str]
"""The sentence that says a finding, from its values alone; empty where nothing is to be said."""


def no_follow_ups(findings: Sequence[Finding]) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Wording:
    """How a tool speaks."""

    phrases: Mapping[str, Phrase]
    """By kind of finding."""
    follow_ups: Callable[[Sequence[Finding]], Iterable[str]] = no_follow_ups
    """Complete questions that could be asked next."""


@dataclass(frozen=True)
class Computation:
    """What the call computed: what it is called, where it looked, and how."""

    source: str
    """File of the records that were read."""
    title: str
    locator: str
    """The filter, period or method, in words."""
    calculation: Calculation


@dataclass(frozen=True)
class Attachments:
    """What goes with the findings."""

    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    choices: tuple[str, ...] = ()
    hidden_rows: int = 0


@dataclass
class Reading:
    """What a call has read, as evidence that its findings cite by id."""

    sources: Sources
    view: RecordView
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def row(self, table: str, row: Row) -> str:
        """The id of a row that is cited."""
        return self.add(read_row(self.view, table, row, self.sources.today))

    def rows(self, table: str, rows: Iterable[Row]) -> tuple[str, ...]:
        return tuple(self.row(table, row) for row in rows)

    def add(self, evidence: Evidence) -> str:
        """The id of a passage, metric or other computation that is cited."""
        self.evidence.setdefault(evidence.id, evidence)
        return evidence.id


def build_result(
    findings: Iterable[Finding],
    wording: Wording,
    computation: Computation,
    reading: Reading,
    attachments: Attachments | None = None,
) -> ToolResult:
    """The result in which each finding is said and cites its own values, then what it rests on.

    A finding without values says only what its evidence says, or, without evidence, what the whole computation
    says. A finding for which the wording has nothing to say is left out. A KeyError names a kind that the wording
    does not know.
    """
    attached = attachments or Attachments()
    said = [
        finding.model_copy(update={"text": text})
        for finding in findings
        if (text := finding.text or wording.phrases[finding.kind](finding))
    ]
    whole = _whole(computation, said, reading.sources.today)
    parts = {n: _part(whole, n, finding) for n, finding in enumerate(said) if finding.values}
    cited = tuple(
        f.model_copy(update={"evidence": (parts.get(n, whole).id, *f.evidence)}) if n in parts or not f.evidence else f
        for n, f in enumerate(said)
    )
    return ToolResult(
        findings=cited,
        evidence=(whole, *parts.values(), *reading.evidence.values()),
        tables=attached.tables,
        charts=attached.charts,
        figures=tuple(figure for n, f in enumerate(said) if n in parts for figure in _figures(f, parts[n].id)),
        follow_ups=tuple(dict.fromkeys(wording.follow_ups(cited))),
        choices=attached.choices,
        hidden_rows=attached.hidden_rows,
    )


def _whole(computation: Computation, findings: Sequence[Finding], today: date) -> Evidence:
    values = flat(value for finding in findings for value in finding.values.values())
    text = "\n".join(_listing(finding) for finding in findings if finding.values)
    named = [computation.source, computation.title, computation.locator, text]
    return Evidence(
        id=f"x-{hashlib.sha256(chr(0).join(named).encode()).hexdigest()[:8]}",
        kind="computation",
        source=computation.source,
        locator=computation.locator,
        title=computation.title,
        text=text,
        as_of=today,
        values=values,
        calculation=computation.calculation,
    )


def _part(whole: Evidence, place: int, finding: Finding) -> Evidence:
    return whole.model_copy(
        update={
            "id": f"{whole.id}.{place}",
            "text": _listing(finding),
            "values": flat(finding.values.values()),
            "calculation": finding.calculation or whole.calculation,
            "part_of": whole.id,
        }
    )


def _listing(finding: Finding) -> str:
    """The values by name, for a person who opens the computation."""
    about = " ".join(part for part in (humanize(finding.kind), finding.subject) if part)
    named = [f"{humanize(k)} {format_value(v)}" for k, v in finding.values.items() if v is not None and v != ()]
    return f"{about}: {'; '.join(named)}"


def _figures(finding: Finding, evidence: str) -> Iterable[Figure]:
    for name in finding.figures:
        value = finding.values[name]
        if isinstance(value, Quantity):
            unit = "share" if value.unit == "share" else value.unit
            yield Figure(text=format_quantity(value), value=value.value, unit=unit, evidence=evidence)
