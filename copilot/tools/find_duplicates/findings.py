"""What is alike, as findings: who does the same kind of work, where they differ, and what could be shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from copilot.analysis.overlap import FIELD, MEANING, NO_FIELD, WORDS
from copilot.language.formatting import humanize
from copilot.tools.evidence import Row
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.linking import fold
from copilot.tools.shared_work import Overlap, SharedWork, amounts
from copilot.types import Calculation, Finding, Role, Table, Value

NAMED = 5
"""Groups, and shared needs of a kind, that are told in sentences."""
NEEDS = ("platform", "vendor", "base")
"""What units could share."""
# Of pairs on a labelled register that the limits were not chosen on: tests/test_overlap.py.
_PRECISION, _RECALL = 0.9, 0.64
_COMPARED = ("stage", "platform", "vendor", "owner")


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
    reading: Reading

    @property
    def asked(self) -> dict[str, Value]:
        return {"projects": count(len(self.work.rows), "project"), "units": self.units, "about": self.about}

    def budgets(self, rows: Sequence[Row]) -> dict[str, Value]:
        """What they cost together, and how many of them record it."""
        found = amounts(rows)
        return {
            "members": count(len(rows), "project"),
            "budgets": count(len(found), "budget"),
            "budget": amount(sum(found), self.currency, 2, "recorded") if found else None,
        }


def named(row: Row, with_unit: bool = False) -> str:
    name = row.get("name")
    inside = [str(row["id"])] if name and name != row["id"] else []
    inside += [str(row["unit"])] if with_unit and row.get("unit") else []
    return f"{name or row['id']} ({', '.join(inside)})" if inside else str(row["id"])


def opening(scope: Scope, role: Role) -> Finding:
    """How many projects are in groups across units, and what is at stake."""
    if not scope.across:
        values = {**scope.asked, "within": count(len(scope.within), "group")}
        return Finding(kind="no_overlap", role=role, values=values)
    rows = [row for overlap in scope.across for row in overlap.rows]
    return Finding(
        kind="overlap",
        role=role,
        values={**scope.asked, "groups": count(len(scope.across), "group"), **scope.budgets(rows)},
        figures=("members", "budget"),
        calculation=Calculation(
            method="groups of projects that have not ended, alike by name, description and field of use",
            inputs=(
                Table(
                    title="Groups across units",
                    columns=("Group", "Project", "Budget"),
                    rows=tuple(
                        (place, named(row, with_unit=True), row.get("budget"))
                        for place, overlap in enumerate(scope.across, start=1)
                        for row in overlap.rows
                    )[:50],
                ),
            ),
        ),
    )


def group(scope: Scope, overlap: Overlap, role: Role) -> Finding:
    """Projects that do one thing: what they have in common, in what they differ, what could be had once."""
    same = {c: v for c in (scope.work.field, "stage", "vendor", "platform") if c and (v := overlap.one(c))}
    differ = {column: found for column in _COMPARED if len(found := overlap.each(column)) > 1}
    pairs = combinations(overlap.rows, 2)
    return Finding(
        kind="group",
        subject=str(overlap.rows[0]["id"]),
        role=role,
        values={
            "name": str(overlap.rows[0].get("name") or overlap.rows[0]["id"]),
            "names": tuple(named(row, with_unit=True) for row in overlap.rows),
            "same": tuple(humanize(column) for column in same),
            "same_values": tuple(humanize(value) for value in same.values()),
            "differ": tuple(humanize(column) for column in differ),
            **{f"differ_{humanize(column)}": tuple(map(humanize, found)) for column, found in differ.items()},
            **{
                f"differ_{humanize(column)}_counts": tuple(count(number, "project") for number in found.values())
                for column, found in differ.items()
                if column != "owner" and len(found) < len(overlap.rows)
            },
            **scope.budgets(overlap.rows),
            "vendor": overlap.one("vendor"),
            "platforms": tuple(sorted(overlap.each("platform"))),
        },
        evidence=scope.reading.rows("projects", overlap.rows),
        calculation=Calculation(
            method="likeness of two projects, from what the records say they do",
            formula=f"{MEANING} × cosine of meaning + {WORDS} × cosine of words; the same field of use adds {FIELD}, "
            f"another takes {FIELD} off, one not recorded adds {NO_FIELD}",
            inputs=(
                Table(
                    title=f"Likeness, alike from {scope.work.limits.alike:.2f}",
                    columns=("Project", "Other project", "Likeness"),
                    rows=tuple((named(a), named(b), round(scope.work.between(a, b), 2)) for a, b in pairs)[:50],
                ),
                Table(
                    title="Budgets",
                    columns=("Project", "Budget"),
                    rows=tuple((named(row), row.get("budget")) for row in overlap.rows),
                ),
            ),
        ),
    )


def more_groups(scope: Scope) -> Iterator[Finding]:
    if (more := len(scope.across) - NAMED) > 0:
        yield Finding(kind="more_groups", values={"groups": count(more, "more group")})


def shared_needs(scope: Scope, need: str, role: Role) -> Iterator[Finding]:
    """What several units could share: a platform, a contract with a vendor, or a base."""
    found = {"platform": _own_stacks, "vendor": _vendors, "base": _bases}[need](scope)
    for name, rows in found[:NAMED]:
        users = rows[1:] if need == "base" else rows
        yield Finding(
            kind=f"shared_{need}",
            subject=name,
            role=role,
            values={
                need: name if need == "vendor" else named(rows[0]) if need == "base" else humanize(name),
                "units": tuple(_units(users)),
                "names": tuple(map(named, users)),
                **scope.budgets(users),
            },
            evidence=scope.reading.rows("projects", rows),
        )
    if not found and role == "headline":
        yield Finding(kind="nothing_shared", subject=need, role=role)


def within_units(scope: Scope) -> Iterator[Finding]:
    if scope.within:
        told = scope.within[:NAMED]
        groups: dict[str, Value] = {
            f"group {place}": tuple(map(named, overlap.rows)) for place, overlap in enumerate(told, start=1)
        }
        more = count(len(scope.within) - len(told), "more group")
        yield Finding(kind="within_units", values={**groups, "more": more})


def caveats(scope: Scope, hidden: int, is_many: bool) -> Iterator[Finding]:
    if scope.work.rows and not any(row.get("description") for row in scope.work.rows):
        yield Finding(kind="no_descriptions", role="caveat")
    if scope.across or scope.within:
        yield reliability("groups")
    if is_many:
        yield Finding(kind="many_projects", role="caveat")
    if hidden:
        yield Finding(kind="hidden", role="caveat")


def reliability(of: str) -> Finding:
    """How often likeness is right, measured on a labelled register."""
    return Finding(
        kind="reliability",
        role="caveat",
        values={
            "of": of,
            "precision": share(_PRECISION).model_copy(update={"basis": "measured"}),
            "missed": share(1 - _RECALL).model_copy(update={"basis": "measured"}),
        },
        calculation=Calculation(
            method="pairs found among those labelled in a register that the limits were not chosen on; docs/advice.md",
            formula="precision = right pairs found ÷ pairs found; missed = 1 − right pairs found ÷ right pairs",
        ),
    )


def near(scope: Scope, rows: Sequence[Row]) -> Iterator[Finding]:
    """What is less alike, and worth a look."""
    if rows:
        names = tuple(named(row, with_unit=True) for row in rows)
        yield Finding(kind="near", values={"names": names}, evidence=scope.reading.rows("projects", rows))


def alone(scope: Scope, row: Row, kind: str) -> Finding:
    """That a project is like no other, or is not compared."""
    return Finding(
        kind=kind,
        subject=str(row["id"]),
        role="headline",
        values={"name": named(row)},
        evidence=scope.reading.rows("projects", [row]),
    )


_Need = tuple[str, list[Row]]


def _vendors(scope: Scope) -> list[_Need]:
    """Suppliers that several units pay, the most units first."""
    return _by(scope, "vendor", scope.work.rows)


def _own_stacks(scope: Scope) -> list[_Need]:
    """Fields of use in which several units run stacks of their own."""
    if scope.work.field is None:
        return []
    return _by(scope, scope.work.field, [row for row in scope.work.rows if row.get("platform") == "own"])


def _bases(scope: Scope) -> list[_Need]:
    """Projects that those of several units wait for, with those."""
    by_id = {fold(str(row["id"])): row for row in scope.work.rows}
    waiting: dict[str, list[Row]] = defaultdict(list)
    for row in scope.work.rows:
        for needed in str(row.get("depends_on") or "").split(";"):
            if fold(needed) in by_id:
                waiting[fold(needed)].append(row)
    shared = [(str(by_id[key]["id"]), [by_id[key], *rows]) for key, rows in waiting.items() if _is_shared(scope, rows)]
    return sorted(shared, key=lambda item: (-len(item[1]), item[0]))


def _by(scope: Scope, column: str, rows: Sequence[Row]) -> list[_Need]:
    """Values of a column that projects of several units share."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get(column):
            found[fold(str(row[column]))].append(row)
    shared = [(str(rows[0][column]), rows) for rows in found.values() if _is_shared(scope, rows)]
    return sorted(shared, key=lambda item: (-len(_units(item[1])), -len(item[1]), item[0]))


def _is_shared(scope: Scope, rows: Sequence[Row]) -> bool:
    units = _units(rows)
    return len(units) > 1 and set(map(fold, scope.units)) <= set(map(fold, units))


def _units(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(str(row["unit"]) for row in rows if row.get("unit")))
