"""Readings that differ in one part from one that was found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copilot.reading.alternatives import Options, alternatives, units
from copilot.reading.profiles import Profile
from copilot.reading.reranking import said
from copilot.reading.rows import Restriction
from copilot.records.conditions import Filter

PROFILES = {
    p.name: p
    for p in (
        Profile("mishaps", "cause", "category", ("cause",), ("model", "sensor", "people")),
        Profile("mishaps", "site", "category", ("site",), ("Lyon", "Metz")),
        Profile("mishaps", "told", "yes_no", ("told", "reported")),
        Profile("mishaps", "cost", "number", ("cost",), unit="kEUR"),
        Profile("mishaps", "hours", "number", ("hours",)),
        Profile("mishaps", "day", "date", ("day",)),
        Profile("mishaps", "due", "date", ("due",)),
    )
}
CONDITIONS = (
    Filter(column="cause", value="model"),
    Filter(column="cause", op="!=", value="people"),
    Filter(column="cause", op="in", value=("model", "sensor")),
    Filter(column="site", value="Lyon"),
    Filter(column="told", value=True),
    Filter(column="told", op="missing"),
    Filter(column="cost", op=">", value=3),
    Filter(column="day", op=">=", value="2026-01-01"),
)
OPTIONS = Options(
    [(c, 0.5) for c in CONDITIONS],
    {
        "measured": [("cost", 0.4), ("hours", 0.2)], "order": [("cost", 0.4), ("hours", 0.2)],
        "sized": [("cost", 0.4), ("hours", 0.2)], "dated": [("day", 0.4), ("due", 0.2)],
        "group": [("cause", 0.4), ("site", 0.2)], "shown": [("cause", 0.4), ("site", 0.2)],
    },
)  # fmt: skip
PARTS = ("measure", "conditions", "among", "groups", "measured", "beside", "shown", "order", "limit")


def known(_: str, column: str) -> Profile | None:
    return PROFILES.get(column)


@st.composite
def readings(draw: st.DrawFn) -> Restriction:
    columns = draw(st.lists(st.sampled_from(sorted(PROFILES)), unique=True, max_size=3))
    chosen = tuple(draw(st.sampled_from([c for c in CONDITIONS if c.column == x] or [CONDITIONS[0]])) for x in columns)
    conditions = tuple({c.column: c for c in chosen}.values())
    cut = draw(st.integers(0, len(conditions)))
    measure = draw(st.sampled_from(("list", "count", "sum", "share")))
    return Restriction(
        "mishaps", measure, conditions[cut:], conditions[:cut] if measure == "share" else (),
        groups=draw(st.sampled_from(((), ("site",)))), measured="cost" if measure == "sum" else None,
        shown=draw(st.sampled_from(((), ("told",)))), order=draw(st.sampled_from((None, "cost", "-hours", "-day"))),
    )  # fmt: skip


@given(readings())
def test_each_is_another_reading_of_the_same_table(reading: Restriction) -> None:
    told = said(reading, known)
    for other in alternatives(reading, OPTIONS):
        assert other.reading.table == reading.table
        assert said(other.reading, known) != told


@given(readings())
def test_each_differs_in_one_part(reading: Restriction) -> None:
    for other in alternatives(reading, OPTIONS):
        changed = {part for part in PARTS if getattr(other.reading, part) != getattr(reading, part)}
        assert len(changed) == 1 or changed == {"conditions", "among"}
        before, after = ([*r.conditions, *r.among] for r in (reading, other.reading))
        assert len(set(units(before)) ^ set(units(after))) <= 2


@given(readings())
def test_what_is_named_stands(reading: Restriction) -> None:
    stand = [*reading.conditions, *reading.among]
    options = Options(OPTIONS.conditions, OPTIONS.columns, stand)
    for other in alternatives(reading, options):
        columns = {c.column for c in (*other.reading.conditions, *other.reading.among)}
        assert columns >= {c.column for c in stand}


def test_both_ends_of_a_time_move_together() -> None:
    ends = (Filter(column="day", op=">=", value="2026-01-01"), Filter(column="day", op="<", value="2026-04-01"))
    reading = Restriction("mishaps", "count", ends)
    moved = [a.reading for a in alternatives(reading, OPTIONS) if a.column == "due"]
    assert [[c.column for c in r.conditions] for r in moved] == [["due", "due"]]
    assert said(moved[0], known) == "mishaps; count; due during a time"


def test_a_size_is_not_given_to_a_category() -> None:
    reading = Restriction("mishaps", "list", (Filter(column="cause", value="model"),))
    assert not [a for a in alternatives(reading, OPTIONS) if a.column == "cost" and "exactly" in said(a.reading, known)]


def test_a_reading_is_told_in_plain_words() -> None:
    conditions = (Filter(column="cause", op="not in", value=("model", "sensor")), Filter(column="told", value=False))
    reading = Restriction("mishaps", "sum", conditions, groups=("site",), measured="cost", order="-cost")
    told = said(reading, known)
    assert (
        told == "mishaps; sum of cost; cause is not model or sensor; told / reported : no; by site; largest cost first"
    )


def test_nothing_is_computed_over_rows_that_lack_it() -> None:
    reading = Restriction("mishaps", "avg", (Filter(column="site", value="Lyon"),), measured="cost")
    options = Options([(Filter(column="cost", op="missing"), 0.9)], OPTIONS.columns)
    stated = {(c.column, c.op) for a in alternatives(reading, options) for c in a.reading.conditions}
    assert ("cost", "present") in stated
    assert ("cost", "missing") not in stated


def test_one_column_is_compared_with_another_of_its_unit() -> None:
    above = Filter(column="cost", op=">", than="planned")
    reading = Restriction("mishaps", "list", (above,), shown=("cost", "planned"))
    others = [a.reading for a in alternatives(reading, Options(columns={"than": [("granted", 0.5)]}))]
    assert [(r.conditions[0].than, r.shown) for r in others if r.conditions and r.conditions[0].than != "planned"] == [
        ("granted", ("cost", "granted"))
    ]
