"""Projects that do the same thing, where they differ, and what could be built once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.charts import bars
from copilot.errors import ToolError
from copilot.overlap import ALIKE, NEAR
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.findings import Computed, Said, Shown, assembled
from copilot.tools.linking import fold, resolve_record, resolve_value
from copilot.tools.reading import Row
from copilot.tools.shared_work import Overlap, SharedWork, amounts, read_shared_work
from copilot.tools.wording import counted, first_of, listed, money, sentence, words
from copilot.types import Chart, Figure, Table, ToolResult, Viewer

_NAMED = 5
"""Groups, and shared needs of a kind, that are told in sentences."""
_NEAREST = 3
# Found on one set of labelled registers and counted on another: tests/test_overlap.py.
_MEASURED = (
    "On a labelled register that the limits were not chosen on, nine of ten pairs found were right and a third of the "
    "right pairs were missed"
)


class Arguments(BaseModel):
    """Find projects of different units that do the same thing, and what could be built or bought once.

    Call this for "which projects duplicate each other", "overlapping projects", "what could we merge", "what could
    we build once", "where could units share a platform or a vendor", "does anyone else do what project X does".
    It compares the names, descriptions and fields of use of all projects that go on; budgets are what is at
    stake, not savings.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="Only what resembles this project, by name or id.")
    unit: str | None = Field(default=None, description="Only groups in which this business unit has a project.")
    shared: Literal["platform", "vendor", "base"] | None = Field(
        default=None,
        description="Lead with what units could share: a `platform` for stacks of their own, a contract with one "
        "`vendor`, or a `base` such as data that several projects depend on.",
    )


@dataclass(frozen=True)
class _Scope:
    work: SharedWork
    across: tuple[Overlap, ...]
    within: tuple[Overlap, ...]
    unit: str | None
    currency: str


def find_duplicates(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Groups of projects across units that appear to do one thing, the largest budgets first."""
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects.")
    work = read_shared_work(sources, view)
    hidden, currency = view.hidden("projects"), sources.workspace.config.currency
    if arguments.project is not None:
        said = list(_alike(work, view, arguments.project, currency, hidden))
        shown = Shown(hidden_rows=hidden, follow_ups=("Which projects duplicate each other?",))
        return assembled(sources, view, said, _computation(work, view, "projects like one"), shown)
    scope = _scope(view, work, arguments.unit, currency)
    shown = Shown(
        tables=tuple(_tables(scope)),
        charts=tuple(_charts(scope)),
        figures=_figures(scope),
        follow_ups=_follow_ups(scope),
        hidden_rows=hidden,
    )
    said = list(_sentences(scope, arguments.shared, hidden))
    return assembled(sources, view, said, _computation(work, view, "groups of like projects"), shown)


def _computation(work: SharedWork, view: RecordView, what: str) -> Computed:
    columns = ", ".join(c for c in ("name", "description", work.field) if c and view.has("projects", c))
    return Computed(
        "projects",
        "Projects that do the same thing",
        f"{what}, by {columns}, {len(work.rows):,} rows, likeness from {ALIKE}",
        tuple(f"{_named(row)}: budget {row['budget']}" for o in work.overlaps for row in o.rows if row.get("budget")),
    )


def _scope(view: RecordView, work: SharedWork, asked: str | None, currency: str) -> _Scope:
    if asked is None:
        return _Scope(work, work.across, work.within, None, currency)
    if not view.has("projects", "unit"):
        raise ToolError("The projects table does not say which unit a project belongs to.")
    unit = resolve_value(view, "projects", "unit", asked)
    own = [tuple(o for o in found if fold(unit) in map(fold, o.units)) for found in (work.across, work.within)]
    return _Scope(work, own[0], own[1], unit, currency)


def _named(row: Row, with_unit: bool = False) -> str:
    name = row.get("name")
    inside = [str(row["id"])] if name and name != row["id"] else []
    inside += [str(row["unit"])] if with_unit and row.get("unit") else []
    return f"{name or row['id']} ({', '.join(inside)})" if inside else str(row["id"])


def _about(rows: Sequence[Row]) -> tuple[tuple[str, Row], ...]:
    return tuple(("projects", row) for row in rows)


def _sentences(scope: _Scope, shared: str | None, hidden: int) -> Iterator[Said]:
    needs = {"platform": list(_own_stacks(scope)), "vendor": list(_vendors(scope)), "base": list(_bases(scope))}
    if shared is not None:
        yield from (Said(text, "answer", _about(rows)) for text, rows in needs[shared])
        if not needs[shared]:
            yield Said(_NOTHING_SHARED[shared], "answer")
    yield Said(_opening(scope), "answer" if shared is None else "detail")
    for overlap in scope.across[:_NAMED]:
        yield Said(_group(overlap, scope), "answer" if shared is None else "detail", _about(overlap.rows))
    if (more := len(scope.across) - _NAMED) > 0:
        yield Said(f"The table shows {counted(more, 'more group')} across units.")
    for need, found in needs.items():
        if need != shared:
            yield from (Said(text, "detail", _about(rows)) for text, rows in found)
    if scope.within:
        named = [listed(_named(row) for row in o.rows) for o in scope.within]
        yield Said(sentence(f"Alike within one unit: {'; '.join(named)}"))
    if scope.work.rows and not any(row.get("description") for row in scope.work.rows):
        yield Said("The projects have no description, so they are compared by their names alone.", "caveat")
    if scope.across or scope.within:
        yield Said(
            "Likeness is judged from what the records say the projects do, not from their code or data. "
            f"{_MEASURED}, so let the owners confirm a group before you act on it.",
            "caveat",
        )
    if hidden:
        yield Said("Projects that this viewer may not see are not compared, so the totals are partial.", "caveat")


_NOTHING_SHARED = {
    "platform": "In no field of use do several units record a stack of their own.",
    "vendor": "No vendor on record supplies several units.",
    "base": "No project on record is one that projects of several units depend on.",
}


def _opening(scope: _Scope) -> str:
    total = counted(len(scope.work.rows), "project")
    whose = f" with a project of {scope.unit}" if scope.unit else ""
    if not scope.across:
        extra = f"; {counted(len(scope.within), 'group')} within one unit" if scope.within else ""
        return f"Among {total} that go on, no two of different units appear to do the same kind of work{whose}{extra}."
    rows = [row for o in scope.across for row in o.rows]
    groups = counted(len(scope.across), "group")
    text = f"Of {total} that go on, {len(rows):,} in {groups} across units{whose} appear to do the same kind of work"
    if not amounts(rows):
        return f"{text}; no budget of theirs is on record."
    return f"{text}; {_summed(rows, scope)}, which is what is at stake and not a saving."


def _summed(rows: Sequence[Row], scope: _Scope) -> str:
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


def _group(overlap: Overlap, scope: _Scope) -> str:
    parts = [f"{listed(_named(row, with_unit=True) for row in overlap.rows)} appear to do the same kind of work"]
    field = scope.work.field
    same = [f"{words(c)} {words(v)}" for c in (field, "stage", "vendor", "platform") if c and (v := overlap.one(c))]
    if same:
        parts.append(f"they share {listed(same)}")
    if differs := [text for c in ("stage", "platform", "vendor", "owner") if (text := _differing(overlap, c))]:
        parts.append(f"they differ in {listed(differs)}")
    parts.append(_summed(overlap.rows, scope))
    return f"{'; '.join(filter(None, parts))}. {_once(overlap)}"


def _differing(overlap: Overlap, column: str) -> str:
    found = overlap.each(column)
    if len(found) < 2:
        return ""
    if column == "owner" or len(found) == len(overlap.rows):
        return f"{words(column)} ({listed(words(v) for v in found)})"
    return f"{words(column)} ({listed(f'{count} {words(value)}' for value, count in found.items())})"


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


def _vendors(scope: _Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Suppliers that several units pay, the most units first."""
    for vendor, rows in _by(scope, "vendor")[:_NAMED]:
        text = f"{vendor} supplies {len(rows):,} projects of {listed(_units(rows))}: {listed(map(_named, rows))}"
        yield f"{text}{_and_budgets(rows, scope)}. One contract could cover them.", rows


def _bases(scope: _Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Projects that those of several units wait for."""
    by_id = {fold(str(row["id"])): row for row in scope.work.rows}
    waiting: dict[str, list[Row]] = defaultdict(list)
    for row in scope.work.rows:
        for needed in str(row.get("depends_on") or "").split(";"):
            if fold(needed) in by_id:
                waiting[fold(needed)].append(row)
    shared = [(by_id[key], rows) for key, rows in waiting.items() if len(_units(rows)) > 1 and _in_unit(scope, rows)]
    for base, rows in sorted(shared, key=lambda item: (-len(item[1]), str(item[0]["id"])))[:_NAMED]:
        whose = f"{len(rows):,} projects of {listed(_units(rows))}"
        yield f"{_named(base)} is a base that {whose} depend on{_and_budgets(rows, scope)}.", [base, *rows]


def _own_stacks(scope: _Scope) -> Iterator[tuple[str, Sequence[Row]]]:
    """Fields of use in which several units run stacks of their own."""
    if scope.work.field is None:
        return
    own = [row for row in scope.work.rows if row.get("platform") == "own"]
    for field, rows in _by(scope, scope.work.field, own)[:_NAMED]:
        text = f"In {words(field)}, {len(rows):,} projects of {listed(_units(rows))} run on stacks of their own"
        yield f"{text}: {first_of(map(_named, rows), rest='')}{_and_budgets(rows, scope)}.", rows


def _by(scope: _Scope, column: str, rows: Sequence[Row] | None = None) -> list[tuple[str, list[Row]]]:
    """Values of a column that projects of several units share."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in scope.work.rows if rows is None else rows:
        if row.get(column):
            found[fold(str(row[column]))].append(row)
    shared = [(str(r[0][column]), r) for r in found.values() if len(_units(r)) > 1 and _in_unit(scope, r)]
    return sorted(shared, key=lambda item: (-len(_units(item[1])), -len(item[1]), item[0]))


def _in_unit(scope: _Scope, rows: Sequence[Row]) -> bool:
    return scope.unit is None or fold(scope.unit) in map(fold, _units(rows))


def _units(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(str(row["unit"]) for row in rows if row.get("unit")))


def _and_budgets(rows: Sequence[Row], scope: _Scope) -> str:
    said = _summed(rows, scope)
    return f"; {said}" if said else ""


def _alike(work: SharedWork, view: RecordView, asked: str, currency: str, hidden: int) -> Iterator[Said]:
    """What resembles one project, the most alike first."""
    key = resolve_record(view, asked).key
    place = next((i for i, row in enumerate(work.rows) if row["id"] == key), None)
    if place is None:
        row = view.select("projects", [Filter(column="id", value=key)])[0]
        yield Said(f"{_named(row)} has ended, so it is not compared with what goes on.", "answer", _about([row]))
        return
    own = work.rows[place]
    order = sorted((i for i in range(len(work.rows)) if i != place), key=lambda i: (-work.alike[place, i], i))
    same = [i for i in order if work.alike[place, i] >= ALIKE]
    near = [i for i in order if NEAR <= work.alike[place, i] < ALIKE][:_NEAREST]
    if not same:
        yield Said(f"No project that goes on appears to do what {_named(own)} does.", "answer", _about([own]))
    for i in same[:_NAMED]:
        pair = Overlap((own, work.rows[i]), float(work.alike[place, i]))
        text = _group(pair, _Scope(work, (), (), None, currency))
        yield Said(text, "answer", _about(pair.rows))
    if near:
        texts = listed(_named(work.rows[i], with_unit=True) for i in near)
        yield Said(f"Less alike, and worth a look: {texts}.", "detail", _about([work.rows[i] for i in near]))
    yield Said(f"{_MEASURED}, so let the owners confirm it.", "caveat")
    if hidden:
        yield Said("Projects that this viewer may not see are not compared.", "caveat")


def _tables(scope: _Scope) -> Iterator[Table]:
    groups = [*scope.across, *scope.within]
    field = scope.work.field
    columns = [c for c in ("unit", field, "stage", "platform", "vendor", "owner", "budget") if c]
    if groups:
        yield Table(
            title="Projects that appear to do the same kind of work",
            columns=("Group", "Project", *(words(c).capitalize() for c in columns)),
            rows=tuple(
                (number, _named(row), *(row.get(c) for c in columns))
                for number, overlap in enumerate(groups, start=1)
                for row in overlap.rows
            ),
        )


def _charts(scope: _Scope) -> Iterator[Chart]:
    rows = [(" / ".join(str(r.get("name") or r["id"]) for r in o.rows), o.at_stake) for o in scope.across if o.at_stake]
    if len(rows) > 1:
        unit = f"Budget, {scope.currency}" if scope.currency else "Budget"
        yield bars("Budgets of projects that appear to do the same kind of work", "Group", unit, rows)


def _figures(scope: _Scope) -> tuple[Figure, ...]:
    if not scope.across:
        return ()
    rows = [row for o in scope.across for row in o.rows]
    figures = [Figure(text=f"{len(rows):,}", value=len(rows), unit="projects")]
    if budgets := amounts(rows):
        text = money(sum(budgets), scope.currency)
        figures.append(Figure(text=text, value=sum(budgets), unit=scope.currency or "budget"))
    return tuple(figures)


def _follow_ups(scope: _Scope) -> tuple[str, ...]:
    if not scope.across:
        return ("How many projects are there in each unit?",)
    first = scope.across[0].rows[0]
    return (
        f"Does anyone else do what {first.get('name') or first['id']} does?",
        "Should we run a centre of excellence or a federated model?",
    )
