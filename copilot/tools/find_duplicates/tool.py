"""Projects that do the same thing, where they differ, and what could be built once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import humanize, join_and, money, number, pluralize, sentence
from copilot.language.words import stems
from copilot.language.words import words as find_words
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assembly import Computed, Said, Shown, assembled
from copilot.tools.evidence import Row
from copilot.tools.find_duplicates import phrasing as say
from copilot.tools.find_duplicates.phrasing import Scope
from copilot.tools.find_duplicates.similarity import (
    MANY_TO_COMPARE,
    Overlap,
    SharedWork,
    amounts,
    read_shared_work,
    words_of,
)
from copilot.tools.linking import fold, resolve_record, resolve_value
from copilot.types import Chart, Figure, Table, ToolResult, Viewer

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
    units: list[str] = Field(
        default=[], description="Only groups in which each of these business units has a project.", max_length=10
    )
    about: str | None = Field(
        default=None, description="Only groups with a project that mentions one of these words, such as churn."
    )
    shared: Literal["platform", "vendor", "base"] | None = Field(
        default=None,
        description="Lead with what units could share: a `platform` for stacks of their own, a contract with one "
        "`vendor`, or a `base` such as data that several projects depend on.",
    )


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
    scope = _scope(view, work, arguments, currency)
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
        f"{what}, by {columns}, {len(work.rows):,} rows, likeness from {number(work.limits.alike)}",
        tuple(
            f"{say.named(row)}: budget {row['budget']}" for o in work.overlaps for row in o.rows if row.get("budget")
        ),
    )


def _scope(view: RecordView, work: SharedWork, arguments: Arguments, currency: str) -> Scope:
    if arguments.units and not view.has("projects", "unit"):
        raise ToolError("The projects table does not say which unit a project belongs to.")
    units = tuple(resolve_value(view, "projects", "unit", unit) for unit in arguments.units)
    about = _mentioned(work, arguments.about or "")
    across, within = (
        tuple(
            overlap
            for overlap in found
            if set(map(fold, units)) <= set(map(fold, overlap.units))
            and (not about or any(set(stems(about)) & words_of(row) for row in overlap.rows))
        )
        for found in (work.across, work.within)
    )
    return Scope(work, across, within, units, about, currency)


def _mentioned(work: SharedWork, about: str) -> str:
    """The words that some project mentions; the others say nothing here."""
    known = frozenset(stem for row in work.rows for stem in words_of(row))
    return " ".join(word.text for word in find_words(about) if word.stem in known)


def _about(rows: Sequence[Row]) -> tuple[tuple[str, Row], ...]:
    return tuple(("projects", row) for row in rows)


def _sentences(scope: Scope, shared: str | None, hidden: int) -> Iterator[Said]:
    needs = {
        "platform": list(say.own_stacks(scope)),
        "vendor": list(say.vendors(scope)),
        "base": list(say.bases(scope)),
    }
    if shared is not None:
        yield from (Said(text, "headline", _about(rows)) for text, rows in needs[shared])
        if not needs[shared]:
            yield Said(say.NOTHING_SHARED[shared], "headline")
    yield Said(say.opening(scope), "headline" if shared is None else "support")
    for overlap in scope.across[: say.NAMED]:
        yield Said(say.group(overlap, scope), "headline" if shared is None else "support", _about(overlap.rows))
    if (more := len(scope.across) - say.NAMED) > 0:
        yield Said(f"The table shows {pluralize(more, 'more group')} across units.")
    for need, found in needs.items():
        if need != shared:
            yield from (Said(text, "support", _about(rows)) for text, rows in found)
    if scope.within:
        named = [join_and(say.named(row) for row in o.rows) for o in scope.within[: say.NAMED]]
        more = len(scope.within) - len(named)
        rest = [f"{pluralize(more, 'more group')}, in the table"] if more else []
        yield Said(sentence(f"Alike within one unit: {'; '.join([*named, *rest])}"))
    if scope.work.rows and not any(row.get("description") for row in scope.work.rows):
        yield Said("The projects have no description, so they are compared by their names alone.", "caveat")
    if scope.across or scope.within:
        yield Said(
            "Likeness is judged from what the records say the projects do, not from their code or data. "
            f"{_MEASURED}, so let the owners confirm a group before you act on it.",
            "caveat",
        )
    if len(scope.work.rows) > MANY_TO_COMPARE:
        yield Said("Among so many projects chance likeness is frequent: take the groups as a list to check.", "caveat")
    if hidden:
        yield Said("Projects that this viewer may not see are not compared, so the totals are partial.", "caveat")


def _alike(work: SharedWork, view: RecordView, asked: str, currency: str, hidden: int) -> Iterator[Said]:
    """What resembles one project, the most alike first."""
    key = resolve_record(view, asked).key
    place = next((i for i, row in enumerate(work.rows) if row["id"] == key), None)
    if place is None:
        row = view.select("projects", [Filter(column="id", value=key)])[0]
        yield Said(f"{say.named(row)} has ended, so it is not compared with what goes on.", "headline", _about([row]))
        return
    own, limits = work.rows[place], work.limits
    order = sorted((i for i in range(len(work.rows)) if i != place), key=lambda i: (-work.alike[place, i], i))
    same = [i for i in order if work.alike[place, i] >= limits.alike]
    near = [i for i in order if limits.near <= work.alike[place, i] < limits.alike][:_NEAREST]
    if not same:
        yield Said(f"No project that goes on appears to do what {say.named(own)} does.", "headline", _about([own]))
    for i in same[: say.NAMED]:
        pair = Overlap((own, work.rows[i]), float(work.alike[place, i]))
        text = say.group(pair, Scope(work, (), (), (), "", currency))
        yield Said(text, "headline", _about(pair.rows))
    if near:
        texts = join_and(say.named(work.rows[i], with_unit=True) for i in near)
        yield Said(f"Less alike, and worth a look: {texts}.", "support", _about([work.rows[i] for i in near]))
    yield Said(f"{_MEASURED}, so let the owners confirm it.", "caveat")
    if hidden:
        yield Said("Projects that this viewer may not see are not compared.", "caveat")


def _tables(scope: Scope) -> Iterator[Table]:
    groups = [*scope.across, *scope.within]
    field = scope.work.field
    columns = [c for c in ("unit", field, "stage", "platform", "vendor", "owner", "budget") if c]
    if groups:
        yield Table(
            title="Projects that do the same kind of work",
            columns=("Group", "Project", *(humanize(c).capitalize() for c in columns)),
            rows=tuple(
                (place, say.named(row), *(row.get(c) for c in columns))
                for place, overlap in enumerate(groups, start=1)
                for row in overlap.rows
            ),
        )


def _charts(scope: Scope) -> Iterator[Chart]:
    rows = [(" / ".join(str(r.get("name") or r["id"]) for r in o.rows), o.at_stake) for o in scope.across if o.at_stake]
    if len(rows) > 1:
        unit = f"Budget, {scope.currency}" if scope.currency else "Budget"
        yield bars("Budgets of projects that appear to do the same kind of work", "Group", unit, rows)


def _figures(scope: Scope) -> tuple[Figure, ...]:
    if not scope.across:
        return ()
    rows = [row for o in scope.across for row in o.rows]
    figures = [Figure(text=f"{len(rows):,}", value=len(rows), unit="projects")]
    if budgets := amounts(rows):
        text = money(sum(budgets), scope.currency)
        figures.append(Figure(text=text, value=sum(budgets), unit=scope.currency or "budget"))
    return tuple(figures)


def _follow_ups(scope: Scope) -> tuple[str, ...]:
    if not scope.across:
        return ("How many projects are there in each unit?",)
    first = scope.across[0].rows[0]
    return (
        f"Does anyone else do what {first.get('name') or first['id']} does?",
        "Should we run a centre of excellence or a federated model?",
    )
