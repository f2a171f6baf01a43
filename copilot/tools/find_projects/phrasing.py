"""The sentences about rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import (
    column_label,
    format_value,
    humanize,
    is_symbol,
    join_and,
    join_first,
    nothing_of,
    says,
    sentence,
)
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding, Quantity, Value


def count(f: Finding) -> str:
    """How many of how many."""
    n, total, condition = quantity(f, "count").value, quantity(f, "total").value, f.values["condition"]
    whole = _whole(f, "total")
    names = f": {join_first(texts(f, 'names'), int(n))}" if f.values.get("names") else ""
    if not condition:
        return f"There {'is' if total == 1 else 'are'} {whole} in the records{names}."
    if n == 0:
        opposite = f.values["opposite"]
        return f"All {whole} {opposite}." if opposite else f"None of the {whole} {condition}."
    counted = f"All {whole}" if n == total else f"{named(f, 'count', bare=True)} of {whole}"
    return f"{counted} {condition}{names}."


def _whole(f: Finding, name: str) -> str:
    return f"{named(f, name)} {f.values['among']}".strip()


def share(f: Finding) -> str:
    part, whole = named(f, "numerator", bare=True), _whole(f, "denominator")
    if f.values["share"] is None:
        return f"There is no share to tell: the whole is {whole}."
    if f.values["column"] is not None:
        return sentence(f"{f.values['which']} have {named(f, 'share')} of the {f.values['column']}, {_of_money(f)}")
    return f"{part} of {whole} {f.values['condition']}, which is {named(f, 'share')}."


def part_of_another(f: Finding) -> str:
    """One sum as a share of another, and over which rows."""
    known = quantity(f, "recorded")
    if f.values["share"] is None:
        return sentence(
            f"no {f.values['column']} can be set against the {f.values['other']}: {named(f, 'recorded')} record both"
        )
    over = f"{named(f, 'recorded')} {f.values['which']}".strip() + f" that record{'s' if known.value == 1 else ''} both"
    return sentence(
        f"The {f.values['column']} is {named(f, 'share')} of the {f.values['other']}: {named(f, 'numerator')} of "
        f"{named(f, 'denominator')}, over the {over}"
    )


def _of_money(f: Finding) -> str:
    """The part of an amount, and the whole with what that is of."""
    return f"{named(f, 'numerator')} of the {_whole(f, 'denominator')}"


def measure(f: Finding) -> str:
    """One result, how many rows it is over, and how many record nothing."""
    column, rows, aggregate = f.values["column"], named(f, "rows"), f.values["aggregate"]
    known = quantity(f, "recorded").value
    if not known:
        return f"None of the {rows} records the {column}."
    if aggregate == "count":
        return f"{named(f, 'value', bare=True)} of the {rows} {'records' if known == 1 else 'record'} the {column}."
    if aggregate == "count distinct":
        return f"There are {named(f, 'value')} among the {rows}."
    over = f"{named(f, 'recorded')} {f.values['which']}".strip() + f" that record{'s' if known == 1 else ''} it"
    text = f"The {column} adds up to {named(f, 'value')} over the {over}"
    if aggregate != "sum":
        text = f"The {f.values['measure']} of the {over} is {named(f, 'value')}"
    missing = quantity(f, "missing")
    if missing.value:
        text += f"; {named(f, 'missing', bare=True)} {'records' if missing.value == 1 else 'record'} none"
    return sentence(text)


def set_against(f: Finding) -> str:
    """A sum beside another."""
    return f"That is {named(f, 'share')} of the {f.values['other']}, {_apart(quantity(f, 'difference'))}."


def by_basis(f: Finding) -> str:
    split = zip(texts(f, "bases"), quantities(f, "values"), quantities(f, "rows"), strict=True)
    parts = (f"{format_value(value)} is {basis} ({format_value(rows)})" for basis, value, rows in split)
    return sentence(f"Of this {f.values['column']}, {join_and(parts)}")


def groups(f: Finding) -> str:
    """Each group with what was computed over it."""
    by, measures, names = join_and(texts(f, "by")), texts(f, "measures"), texts(f, "names")
    if "shares" in f.values:
        held = zip(names, quantities(f, "count"), quantities(f, "shares"), strict=True)
        return sentence(
            f"by {by}: {join_and(f'{n} has {format_value(c, bare=True)} ({format_value(s)})' for n, c, s in held)}"
        )
    cells = {label: _cells(f, label, kind) for label, kind in zip(measures, texts(f, "aggregates"), strict=True)}
    if len(measures) == 1:
        told = zip(names, cells[measures[0]], strict=True)
        return sentence(f"{_measured(measures[0])} by {by}: {join_and(f'{n} {c}' for n, c in told)}")
    groups = [
        f"{name} with {join_and(c[i] if m == 'count' else f'{m} {c[i]}' for m, c in cells.items() if c[i])}"
        for i, name in enumerate(names)
    ]
    return sentence(f"by {by}: {'; '.join(groups)}")


_SIZES = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}


def _ends(f: Finding) -> tuple[str, str]:
    """What the most and the least of something are called: latest and earliest of days, longest of a time."""
    if f.values["is_date"]:
        return "latest", "earliest"
    return ("longest", "shortest") if f.values["is_time"] else ("highest", "lowest")


def firsts_of_groups(f: Finding) -> str:
    """The first rows of each group, with what puts them first."""
    high, low = _ends(f)
    cells = f.values["cells"]
    values = [format_value(v) for v in cells] if isinstance(cells, tuple) else []
    told: dict[str, list[str]] = {}
    for group, name, value in zip(texts(f, "groups"), texts(f, "names"), values, strict=True):
        told.setdefault(group, []).append(f"{name} with {value}")
    parts = "; ".join(f"{group}: {join_and(own)}" for group, own in told.items())
    more = quantity(f, "more")
    rest = f"; {format_value(more)} more in the table" if more.value else ""
    by = join_and(texts(f, "by"))
    if not parts:
        return sentence(f"No {by} has a row with {f.values['column']}")
    return sentence(f"{high if f.values['descending'] else low} {f.values['column']} by {by}: {parts}{rest}")


def kept_groups(f: Finding) -> str:
    """How many groups of how many have so much, and which they are."""
    kept, size, which = quantity(f, "kept").value, quantity(f, "size"), f.values["which"]
    has = "has" if kept < 2 else "have"
    what = str(f.values["measure"] or f.values["rows"])
    if size.value == 0 and f.values["op"] == "=":
        had = f"{has} no {what}"
    elif f.values["measure"]:
        had = f"{has} {_article(what)} of {_SIZES[str(f.values['op'])]} {format_value(size)}"
    else:
        had = f"{has} {_SIZES[str(f.values['op'])]} {format_value(size)}"
    opening = "None" if not kept else "All" if kept == quantity(f, "total").value else named(f, "kept", bare=True)
    whole = named(f, "total") if opening == "All" else f"of the {named(f, 'total')}"
    text = f"{opening} {whole} {had} {which}".strip()
    cells, names = quantities(f, "cells"), texts(f, "names")
    told = [n if size.value == 0 else f"{n} ({format_value(c, bare=True)})" for n, c in zip(names, cells, strict=True)]
    return sentence(f"{text}: {join_first(told, int(kept))}" if told else text)


def _article(what: str) -> str:
    return f"{'an' if what[:1] in 'aeiou' else 'a'} {what}"


def first_group(f: Finding) -> str:
    """Which group has the most, how much, and which comes after it."""
    names, counted, most = texts(f, "names"), f.values["counted"], bool(f.values["descending"])
    if counted:
        what = f"the {'most' if most else 'fewest'} {counted}"
    else:
        what = f"the {'highest' if most else 'lowest'} {f.values['measure']}"
    each = " each" if len(names) > 1 else ""
    value, after = (named(f, name, bare=bool(counted)) if name in f.values else "" for name in ("value", "next_value"))
    text = f"{join_and(names)} {'has' if len(names) == 1 else 'have'} {what}, {value}{each}"
    if after:
        text += f"; {f.values['next']} comes next with {after}"
    return sentence(text)


def _cells(f: Finding, label: str, aggregate: str) -> list[str]:
    """What was computed over each group; of a share also its parts."""
    held = f.values[label]
    cells = [format_value(item) for item in held] if isinstance(held, tuple) else []
    if aggregate != "share":
        return cells
    parts = zip(cells, quantities(f, "numerators"), quantities(f, "denominators"), strict=True)
    return [f"{cell} ({format_value(a, bare=True)} of {format_value(b)})" for cell, a, b in parts]


def nested_groups(f: Finding) -> str:
    """The counts of the second column under those of the first."""
    told = []
    for i, (name, total) in enumerate(zip(texts(f, "names"), quantities(f, "totals"), strict=True)):
        parts = zip(quantities(f, f"counts {i}"), texts(f, f"parts {i}"), strict=True)
        inner = join_and(f"{format_value(n, bare=True)} {part}" for n, part in parts)
        told.append(f"{name} has {format_value(total, bare=True)} ({inner})")
    return sentence(f"by {join_and(texts(f, 'by'))}: {join_and(told)}")


def more_groups(f: Finding) -> str:
    return f"{named(f, 'more')} are in the table." if quantity(f, "more").value > 1 else "1 more group is in the table."


def ungrouped(f: Finding) -> str:
    record = "records" if quantity(f, "rows").value == 1 else "record"
    return f"{named(f, 'rows')} {record} no {join_and(texts(f, 'by'))}."


def difference(f: Finding) -> str:
    """Each side, and how far the others are from the first."""
    sides = [f"{n} {format_value(v)}" for n, v in zip(texts(f, "names"), quantities(f, "sides"), strict=True)]
    apart = [_apart(d) for d in quantities(f, "differences")]
    others = [f"{side} ({gap})" for side, gap in zip(sides[1:], apart, strict=True)]
    return sentence(f"{_measured(str(f.values['measure']))}: {join_and([sides[0], *others])}")


def times(f: Finding) -> str:
    """What is so of each time, and how far the others are from the first."""
    sides = [
        f"{format_value(v, bare=not str(f.subject))} in {n}"
        for n, v in zip(texts(f, "names"), quantities(f, "sides"), strict=True)
    ]
    apart = [_apart(d) for d in quantities(f, "differences")]
    others = [f"{side} ({gap})" for side, gap in zip(sides[1:], apart, strict=True)]
    what = " ".join(filter(None, (_measured(str(f.values["measure"])), str(f.values["which"]))))
    return sentence(f"{what} by {f.values['column']}: {join_and([sides[0], *others])}")


def _measured(label: str) -> str:
    """A measure at the head of a sentence: "budget" is a sum of it."""
    return label.removeprefix("sum of ")


def _apart(gap: Quantity) -> str:
    if gap.value == 0:
        return "the same"
    size = gap.model_copy(update={"value": abs(gap.value)})
    is_count = gap.unit not in ("", "points") and not is_symbol(gap.unit)
    fewer = "fewer" if is_count else "less"
    return f"{format_value(size, bare=is_count)} {'more' if gap.value > 0 else fewer}"


def order(f: Finding) -> str:
    """The listed rows with what they are ordered by."""
    listed, names = quantity(f, "listed"), texts(f, "names")
    high, low = _ends(f)
    way = high if f.values["descending"] else low
    cells = f.values["cells"]
    values = [format_value(v) for v in cells] if isinstance(cells, tuple) else []
    shown = join_first((f"{n} with {v}" for n, v in zip(names, values, strict=True)), int(listed.value))
    matching = quantity(f, "matching")
    if listed.value == 1 < matching.value:
        return f"Of {named(f, 'matching')}, {names[0]} has the {way} {f.values['column']}: {values[0]}."
    some = f"the first {named(f, 'listed', bare=True)} of" if listed.value < matching.value else "the"
    verb = "is" if listed.value == 1 else "are"
    return sentence(f"By {f.values['column']}, {way} first, {some} {named(f, 'matching')} {verb} {shown}")


def rows(f: Finding) -> str:
    listed = quantity(f, "listed")
    cells = f.values.get("cells")
    names = list(texts(f, "names"))
    if isinstance(cells, tuple):
        names = [f"{name} {format_value(cell)}" for name, cell in zip(names, cells, strict=True)]
    shown = join_first(names, int(listed.value))
    if column := f.values.get("column"):
        return sentence(
            f"{column} of {'the first' if listed.value < quantity(f, 'matching').value else 'each'}: {shown}"
        )
    if listed.value < quantity(f, "matching").value:
        return f"The first {named(f, 'listed', bare=True)} of the {named(f, 'matching', bare=True)} are {shown}."
    return f"They are {shown}."


def row(f: Finding) -> str:
    """A row with what its list shows."""
    facts = {k: v for k, v in f.values.items() if k != "name"}
    since = facts.pop("stage_since", None) if "stage" in facts else None
    told = [_fact(k, v) + (f" since {format_value(since)}" if k == "stage" and since else "") for k, v in facts.items()]
    return sentence(f"{f.values['name']}: {', '.join(told)}" if told else str(f.values["name"]))


def _fact(name: str, value: Value) -> str:
    label = "in this stage since" if name == "stage_since" else column_label(name)
    return f"{label} {humanize(format_value(value))}"


def unjudged(f: Finding) -> str:
    parts = zip(quantities(f, "rows"), texts(f, "columns"), strict=True)
    told = (f"{format_value(n)} {'records' if n.value == 1 else 'record'} {nothing_of(column)}" for n, column in parts)
    return sentence(f"{join_and(told)} and cannot be judged")


def assumed_order(f: Finding) -> str:
    """Which end of the letters was taken for the highest, since nobody said."""
    return f"The letters of the {join_and(texts(f, 'columns'))} are read as grades, A the highest; no mapping says so."


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """The same projects by unit or stage, which of them comes first, and the state of the first."""
    asked = next(f for f in findings if f.kind == "call")
    if asked.subject != "projects":
        return
    if by := asked.values["by"]:
        yield f"How many {asked.values['which']} are there, by {by}?"
    yield f"Which {asked.values['which']} should come first?"
    if first := asked.values["first"]:
        yield f"What is the state of {first}?"


WORDING = Wording(
    {
        **STATED_OTHERWISE,
        "count": count,
        "share": share,
        "ratio": part_of_another,
        "together": says("Together the {column} is {value}"),
        "measure": measure,
        "set_against": set_against,
        "by_basis": by_basis,
        "groups": groups,
        "first_group": first_group,
        "firsts_of_groups": firsts_of_groups,
        "kept_groups": kept_groups,
        "nested_groups": nested_groups,
        "more_groups": more_groups,
        "ungrouped": ungrouped,
        "difference": difference,
        "times": times,
        "order": order,
        "rows": rows,
        "row": row,
        "unjudged": unjudged,
        "assumed_order": assumed_order,
        "hidden": says("Rows that this viewer may not see are left out, so the figures are partial"),
        "call": says("Read as: {call}"),
    },
    follow_ups,
)
