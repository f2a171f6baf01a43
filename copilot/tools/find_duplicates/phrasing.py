"""Duplicates in sentences: who does the same kind of work, where they differ, and what could be shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize, join_and, join_first, money, pluralize
from copilot.tools.evidence import Row
from copilot.tools.find_duplicates.similarity import Overlap, SharedWork, amounts
from copilot.tools.linking import fold

NAMED = 5
"""Groups, and shared needs of a kind, that are told in sentences."""
ALIKE = "appear to do the same kind of work"


@dataclass(frozen=True)
class Scope:
    """What was asked for of all that is alike."""

    work: SharedWork
    across: tuple[Overlap, ...]
    within: tuple[Overlap, ...]
    units: tuple[str, ...]
    """Units that must all take part; any when empty."""
    about: str
    """Words of which a group must mention one; any when empty."""
    currency: str

    @property
    def qualified(self) -> str:
        """What follows "groups": ` of Bank and Shop about churn`, or nothing."""
        whose = f" with {'a project' if len(self.units) == 1 else 'projects'} of {join_and(self.units)}"
        return (whose if self.units else "") + (f" about {self.about}" if self.about else "")


def named(row: Row, with_unit: bool = False) -> str:
    name = row.get("name")
    inside = [str(row["id"])] if name and name != row["id"] else []
    inside += [str(row["unit"])] if with_unit and row.get("unit") else []
    return f"{name or row['id']} ({', '.join(inside)})" if inside else str(row["id"])


NOTHING_SHARED = {
    "platform": "In no field of use do several units record a stack of their own.",
    "vendor": "No vendor on record supplies several units.",
    "base": "No project on record is one that projects of several units depend on.",
}


def opening(scope: Scope) -> str:
    total = pluralize(len(scope.work.rows), "project")
    if not scope.across:
        extra = f"; {pluralize(len(scope.within), 'group')} within one unit" if scope.within else ""
        return f"Among {total} that go on, no two of different units {ALIKE}{scope.qualified}{extra}."
    rows = [row for o in scope.across for row in o.rows]
    groups = pluralize(len(scope.across), "group")
    text = f"Of {total} that go on, {len(rows):,} in {groups} across units{scope.qualified} {ALIKE}"
    if not amounts(rows):
        return f"{text}; no budget of theirs is on record."
    return f"{text}; {_summed(rows, scope)}, which is what is at stake and not a saving."


def _summed(rows: Sequence[Row], scope: Scope) -> str:
    """Their budgets together; empty when none is on record."""
    budgets = amounts(rows)
    if not budgets:
        return ""
    whose = (
        "their budgets add" if len(budgets) == len(rows) else f"the budgets of the {len(budgets):,} that record one add"
    )
    if len(budgets) == 1 < len(rows):
        return f"the one budget on record is {money(budgets[0], scope.currency)}"
    return f"{whose} up to {money(sum(budgets), scope.currency)}"


def group(overlap: Overlap, scope: Scope) -> str:
    parts = [f"{join_and(named(row, with_unit=True) for row in overlap.rows)} {ALIKE}"]
    field = scope.work.field
    same = [
        f"{humanize(c)} {humanize(v)}" for c in (field, "stage", "vendor", "platform") if c and (v := overlap.one(c))
    ]
    if same:
        parts.append(f"they share {join_and(same)}")
    if differs := [text for c in ("stage", "platform", "vendor", "owner") if (text := _differing(overlap, c))]:
        parts.append(f"they differ in {join_and(differs)}")
    parts.append(_summed(overlap.rows, scope))
    return f"{'; '.join(filter(None, parts))}. {_once(overlap)}"


def _differing(overlap: Overlap, column: str) -> str:
    found = overlap.each(column)
    if len(found) < 2:
        return ""
    if column == "owner" or len(found) == len(overlap.rows):
        return f"{humanize(column)} ({join_and(humanize(v) for v in found)})"
    return f"{humanize(column)} ({join_and(f'{count} {humanize(value)}' for value, count in found.items())})"


def _once(overlap: Overlap) -> str:
    """What could be built or bought once, by where the projects run today."""
    platforms, vendor = set(overlap.each("platform")), overlap.one("vendor")
    if vendor is not None:
        return f"They could be bought once: one contract with {vendor} for all."
    if platforms == {"own"}:
        return "Each runs on a stack of its own; one base on a shared platform could serve all."
    if platforms == {"shared"}:
        return "All run on the shared platform; what is left to build once is data, features and the model itself."
    if platforms == {"own", "shared"}:
        return "Those on a stack of their own could move to the shared platform that the others use."
    if "vendor" in platforms:
        return "They are bought in different ways; one choice for all, built or bought, would do."
    return "Where they run is not recorded; ask before choosing what to build once."


def vendors(scope: Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Suppliers that several units pay, the most units first."""
    for vendor, rows in _by(scope, "vendor")[:NAMED]:
        text = f"{vendor} supplies {len(rows):,} projects of {join_and(_units(rows))}: {join_and(map(named, rows))}"
        yield f"{text}{_and_budgets(rows, scope)}. One contract could cover them.", rows


def bases(scope: Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Projects that those of several units wait for."""
    by_id = {fold(str(row["id"])): row for row in scope.work.rows}
    waiting: dict[str, list[Row]] = defaultdict(list)
    for row in scope.work.rows:
        for needed in str(row.get("depends_on") or "").split(";"):
            if fold(needed) in by_id:
                waiting[fold(needed)].append(row)
    shared = [(by_id[key], rows) for key, rows in waiting.items() if len(_units(rows)) > 1 and _in_units(scope, rows)]
    for base, rows in sorted(shared, key=lambda item: (-len(item[1]), str(item[0]["id"])))[:NAMED]:
        whose = f"{len(rows):,} projects of {join_and(_units(rows))}"
        yield f"{named(base)} is a base that {whose} depend on{_and_budgets(rows, scope)}.", [base, *rows]


def own_stacks(scope: Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Fields of use in which several units run stacks of their own."""
    if scope.work.field is None:
        return
    own = [row for row in scope.work.rows if row.get("platform") == "own"]
    for field, rows in _by(scope, scope.work.field, own)[:NAMED]:
        text = f"In {humanize(field)}, {len(rows):,} projects of {join_and(_units(rows))} run on stacks of their own"
        yield f"{text}: {join_first(map(named, rows), rest='')}{_and_budgets(rows, scope)}.", rows


def _by(scope: Scope, column: str, rows: Sequence[Row] | None = None) -> list[tuple[str, list[Row]]]:
    """Values of a column that projects of several units share."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in scope.work.rows if rows is None else rows:
        if row.get(column):
            found[fold(str(row[column]))].append(row)
    shared = [(str(r[0][column]), r) for r in found.values() if len(_units(r)) > 1 and _in_units(scope, r)]
    return sorted(shared, key=lambda item: (-len(_units(item[1])), -len(item[1]), item[0]))


def _in_units(scope: Scope, rows: Sequence[Row]) -> bool:
    return set(map(fold, scope.units)) <= set(map(fold, _units(rows)))


def _units(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(str(row["unit"]) for row in rows if row.get("unit")))


def _and_budgets(rows: Sequence[Row], scope: Scope) -> str:
    said = _summed(rows, scope)
    return f"; {said}" if said else ""
