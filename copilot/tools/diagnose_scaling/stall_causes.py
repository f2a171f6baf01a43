"""Why projects stall before production, judged from their rows, and what helps against each cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize, join_and, number
from copilot.tools.evidence import Row
from copilot.workspace import NO_GATE, WorkspaceConfig

TECHNOLOGY_SHARE, CHANGE_SHARE = 0.85, 0.20
"""From this share of the budget on technology, or below this on change, a project is technology-first."""
_LITTLE_CHANGE = 0.10


@dataclass(frozen=True)
class Verdict:
    """Of one row. `shows` is None when the row does not tell; `kind` splits the rows that show a cause."""

    shows: bool | None
    kind: str = ""


UNKNOWN, CLEAR = Verdict(None), Verdict(False)


@dataclass(frozen=True)
class Cause:
    name: str
    """As a heading: "No business owner"."""
    has: str
    """What one project does: "has no business owner"."""
    have: str
    remedy: str
    columns: tuple[str, ...]
    """What it is judged from; one of them is enough."""
    judge: Callable[[Row], Verdict]
    is_empty_none: bool = False
    """An empty cell means there is none, so that it cannot be told from a cell nobody filled in."""


@dataclass(frozen=True)
class Found:
    """One cause over all the rows that were judged."""

    cause: Cause
    shown: tuple[Row, ...]
    unknown: int
    of: int
    kinds: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        return len(self.shown) / self.of if self.of else 0.0


def causes(config: WorkspaceConfig, peers: Sequence[Row], stage: str, gates: Sequence[str]) -> list[Cause]:
    """All causes, with the data threshold and the expected gate; `peers` are the projects of the stage."""
    readiness = next((c.column for c in config.criteria if c.name == "data_readiness"), "data_readiness")
    minimum = config.thresholds.data_readiness_minimum
    gate = expected_gate(peers, gates)
    behind = f"no gate or one below the {gate} of most projects in {humanize(stage)}" if gate else "no gate"
    level = number(minimum)
    return [
        Cause(
            "No business owner",
            "has no business owner",
            "have no business owner",
            "name one person in the business who will use the result, fund it and answer for its "
            "benefit, before more is built",
            ("business_owner",),
            _missing("business_owner"),
            is_empty_none=True,
        ),
        Cause(
            "No production budget",
            "has no production budget",
            "have no production budget",
            "decide on the yearly cost of running, monitoring and supporting it together with the "
            "pilot, or stop the pilot",
            ("production_budget",),
            _missing("production_budget"),
            is_empty_none=True,
        ),
        Cause(
            "Data not ready",
            f"has a data readiness below {level}",
            f"have a data readiness below {level}",
            "close the named gaps in the sources of the real operation, with a date and an owner, "
            "before the pilot goes on",
            (readiness,),
            lambda row: _data(row, readiness, minimum),
        ),
        Cause(
            "Not integrated",
            "has no integration or only a planned one",
            "have no integration or only a planned one",
            "build the connection to the system people work in as part of the pilot, with time of its owners reserved",
            ("integration",),
            _integration,
        ),
        Cause(
            "No gate evidence",
            f"has passed {behind}",
            f"have passed {behind}",
            "list the evidence that the next gate asks for, give each piece an owner and a date, and review it early",
            ("gate",),
            lambda row: _gate(row, gate, gates),
        ),
        Cause(
            "No adoption plan",
            "has no adoption plan",
            "have no adoption plan",
            "plan training, communication and changed ways of working with the users, and measure "
            "use from the first week",
            ("adoption_plan",),
            lambda row: _flag(row, "adoption_plan"),
        ),
        Cause(
            "Technology first",
            "spends most on technology and little on change",
            "spend most on technology and little on change",
            "start again from the business problem and move part of the budget from building to adoption",
            ("technology_budget", "change_budget"),
            _technology,
        ),
        Cause(
            "Benefit only assumed",
            "has neither a measured nor an estimated benefit",
            "have neither a measured nor an estimated benefit",
            "agree on a baseline and one measure of success, and measure both in the pilot before asking for more",
            ("expected_basis", "realised_basis"),
            _benefit,
        ),
    ]


def find(cause: Cause, rows: Sequence[Row], everyone: Sequence[Row]) -> Found | None:
    """The cause over the rows; None when no row of the whole table has a value to judge from."""
    if not any(row.get(column) is not None for row in everyone for column in cause.columns):
        return None
    verdicts = [(row, cause.judge(row)) for row in rows]
    shown = tuple(row for row, verdict in verdicts if verdict.shows)
    kinds = Counter(verdict.kind for _, verdict in verdicts if verdict.shows and verdict.kind)
    unknown = sum(verdict.shows is None for _, verdict in verdicts)
    return Found(cause, shown, unknown, len(rows), tuple(kinds.most_common()))


def expected_gate(peers: Sequence[Row], gates: Sequence[str]) -> str | None:
    """The gate that most projects of a stage have passed, which the others are behind."""
    passed = Counter(str(row["gate"]) for row in peers if row.get("gate") in gates)
    if not passed:
        return None
    return max(passed, key=lambda gate: (passed[gate], -gates.index(gate)))


def technology_note() -> str:
    return (
        f"Technology first means at least {TECHNOLOGY_SHARE:.0%} of the budget for technology or less than "
        f"{CHANGE_SHARE:.0%} for change."
    )


def empty_note(found: Sequence[Found]) -> str:
    """That an empty cell was read as "none", where that was done."""
    columns = [humanize(f.cause.columns[0]) for f in found if f.cause.is_empty_none]
    if not columns:
        return ""
    return (
        f"An empty {join_and(columns, 'or')} is read as none; the records cannot tell it from a cell nobody filled in."
    )


def _missing(column: str) -> Callable[[Row], Verdict]:
    return lambda row: CLEAR if row.get(column) else Verdict(True)


def _data(row: Row, column: str, minimum: float) -> Verdict:
    value = row.get(column)
    if not isinstance(value, int | float):
        return UNKNOWN
    return Verdict(value < minimum)


def _integration(row: Row) -> Verdict:
    state = row.get("integration")
    if state is None:
        return UNKNOWN
    kinds = {"none": "none at all", "planned": "no more than a plan"}
    return Verdict(True, kinds[str(state)]) if state in kinds else CLEAR


def _gate(row: Row, expected: str | None, gates: Sequence[str]) -> Verdict:
    gate = row.get("gate")
    if gate == NO_GATE:
        return Verdict(True, "no gate")
    if gate not in gates:
        return UNKNOWN
    behind = expected is not None and gates.index(str(gate)) < gates.index(expected)
    return Verdict(True, f"gate {gate}") if behind else CLEAR


def _flag(row: Row, column: str) -> Verdict:
    value = row.get(column)
    return UNKNOWN if value is None else Verdict(not value)


def _technology(row: Row) -> Verdict:
    budget, technology, change = (row.get(c) for c in ("budget", "technology_budget", "change_budget"))
    if not isinstance(budget, int | float) or budget <= 0 or (technology is None and change is None):
        return UNKNOWN
    spent = float(technology) / budget if isinstance(technology, int | float) else None
    changed = float(change) / budget if isinstance(change, int | float) else None
    heavy = spent is not None and spent >= TECHNOLOGY_SHARE
    light = changed is not None and changed < CHANGE_SHARE
    if not heavy and not light:
        return CLEAR
    little = changed is not None and changed <= _LITTLE_CHANGE
    return Verdict(True, f"at most {_LITTLE_CHANGE:.0%} on change" if little else "")


def _benefit(row: Row) -> Verdict:
    bases = {row.get("expected_basis"), row.get("realised_basis")}
    if bases & {"estimated", "measured"}:
        return CLEAR
    return Verdict(True) if "assumed" in bases else UNKNOWN
