"""From what a caller wrote to the value that the records hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from copilot.errors import ToolError
from copilot.language.formatting import column_label, humanize, join_and, noun
from copilot.language.vocabulary import COLUMN_WORDS
from copilot.records.schema import Column
from copilot.records.store import RecordView
from copilot.types import Cell

# Measured on 2,000 names: right ones scored 85 and more, wrong ones 50 and less.
MINIMUM_SCORE = 80.0
MARGIN = 8.0
# Among names that hold all the words asked for, one that is nearly the same text is meant.
_NEARLY_THE_SAME = 90.0
# Shorter texts match too much by chance.
_SHORTEST_FUZZY = 3
_CODE = re.compile(r"[^\W\d_]{1,6}[\W_]?\d+")
"""P-017, H2 or m 04: letters and a number."""


@dataclass(frozen=True)
class Link:
    value: str | None
    """What is meant; None when nothing, or more than one thing, is near enough."""
    nearest: tuple[str, ...]
    """Up to three values, nearest first."""
    fitting: tuple[str, ...] = ()
    """All that may be meant, when it is ambiguous."""
    is_ambiguous: bool = False
    is_exact: bool = False


def fold(text: str) -> str:
    """Words in lower case, without accents, punctuation and plural endings."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = re.findall(r"[^\W_]+", plain)
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found)


def fold_code(text: str) -> str:
    """P-017, p17 and P 17 alike."""
    return re.sub(r"0*(\d+)", r"\1", re.sub(r"[^0-9a-z]+", "", text.casefold()))


def link(asked: str, options: Mapping[str, Sequence[str]]) -> Link:
    """The option meant by a text: by its exact name, its code, or names that are near and clearly nearest.

    `options` maps each value to its names.
    """
    folded = fold(asked)
    exact = [v for v, names in options.items() if any(folded == fold(n) for n in (v, *names))]
    if len(exact) == 1:
        return Link(exact[0], (exact[0],), is_exact=True)
    code = fold_code(asked) if re.search(r"\d", asked) else None
    codes = [v for v, names in options.items() if code in {fold_code(n) for n in (v, *names)}]
    if len(codes) == 1 and not exact:
        return Link(codes[0], (codes[0],), is_exact=True)
    if exact:
        return Link(None, tuple(exact[:3]), tuple(exact), is_ambiguous=True)
    found = _nearest(folded, options)
    if _CODE.fullmatch(asked.strip()):
        # Codes differ in a digit and are then other things: near is not meant, and not even perhaps meant.
        return Link(None, found.nearest)
    return found


def _nearest(folded: str, options: Mapping[str, Sequence[str]]) -> Link:
    texts = [(value, fold(name)) for value, names in options.items() for name in (value, *names)]
    scored = process.extract(folded, [t for _, t in texts], scorer=fuzz.token_set_ratio, limit=None)
    best: dict[str, float] = {}
    closest: dict[str, float] = {}
    for text, score, index in scored:
        value = texts[index][0]
        best[value] = max(best.get(value, 0.0), score)
        closest[value] = max(closest.get(value, 0.0), fuzz.token_sort_ratio(folded, text))
    ranked = sorted(best, key=lambda v: (-best[v], -closest[v], v))
    near = [v for v in ranked if best[v] >= max(MINIMUM_SCORE, best[ranked[0]] - MARGIN)]
    if len(folded) < _SHORTEST_FUZZY or not near:
        return Link(None, tuple(ranked[:3]))
    if len(near) > 1:
        same = [v for v in near if closest[v] >= _NEARLY_THE_SAME]
        if len(same) != 1:
            return Link(None, tuple(near[:3]), tuple(near), is_ambiguous=True)
        near = same
    return Link(near[0], (near[0], *(v for v in ranked[:3] if v != near[0]))[:3])


def resolve_value(view: RecordView, table: str, column: str, asked: str) -> str:
    """The value of a text column that is meant, be it in no row today; a ToolError with the nearest ones otherwise."""
    known = view.column(table, column)
    held = view.values(table, column)
    said = asked.strip().casefold()
    if same := [value for value in (*held, *known.values) if value.casefold() == said]:
        # A sign is no word, and an A+ no A.
        return same[0]
    values = {fold(value): value for value in known.values}
    values |= {fold(value): value for value in reversed(held)}
    found = link(asked, {value: known.spellings.get(value, ()) for value in values.values()})
    if found.value is not None:
        return found.value
    what = humanize(view.column(table, column).name)
    if found.is_ambiguous:
        message = f"{asked!r} may mean more than one {what}: {_quoted(found.nearest)}."
        raise ToolError(message, found.nearest, asked=asked, valid=found.fitting)
    message = f"No {noun(table, 1)} has the {what} {asked!r}; the nearest are {_quoted(found.nearest)}."
    raise ToolError(message, found.nearest, asked=asked, valid=values.values())


def resolve_column(view: RecordView, table: str, asked: str) -> Column:
    """The column of that name, of that name in its file, or that people call so; a ToolError with the nearest."""
    try:
        return view.column(table, asked)
    except ToolError:
        aliases = view.aliases(table)
        names = [c.name for c in view.tables[table].columns]
        options = {n: (column_label(n), *aliases.get(n, ()), *COLUMN_WORDS.get(n, ())) for n in names}
        found = link(asked, options)
        if found.value is None or not found.is_exact:
            raise
        return view.column(table, found.value)


def resolve_unit(view: RecordView, asked: str, tables: Sequence[str]) -> str:
    """The unit that is meant, in whichever of the tables it stands; spelled as in the first that has it."""
    units = {
        fold(value): value
        for table in reversed(tables)
        if view.has(table, "unit")
        for value in view.values(table, "unit")
    }
    found = link(asked, dict.fromkeys(units.values(), ()))
    if found.value is None:
        message = f"There is no unit {asked!r}; the nearest are {_quoted(found.nearest)}."
        raise ToolError(message, found.nearest, asked=asked, valid=units.values())
    return found.value


@dataclass(frozen=True)
class RecordLink:
    table: str
    key: str


def resolve_record(view: RecordView, asked: str, tables: Sequence[str] = ("projects",)) -> RecordLink:
    """The row that a name or an id means; a ToolError with the nearest ones otherwise."""
    nearest: list[str] = []
    fitting: list[str] = []
    names_of = {table: _names(view, table) for table in tables}
    links = {t: link(asked, {key: (name,) for key, name in names.items()}) for t, names in names_of.items()}
    for table, found in sorted(links.items(), key=lambda item: not item[1].is_exact):
        names = names_of[table]
        if found.value is not None:
            return RecordLink(table, found.value)
        shown = [_called(names, key) for key in found.nearest]
        fitting += [_called(names, key) for key in found.fitting]
        # Candidates that match come before ones that are merely the nearest.
        nearest = shown + nearest if found.is_ambiguous else nearest + shown
    choices = tuple(nearest[:3])
    kind = " or ".join(noun(table, 1) for table in tables)
    if fitting:
        message = f"{asked!r} may mean more than one {kind}: {_quoted(choices)}."
        raise ToolError(message, choices, asked=asked, valid=fitting)
    raise ToolError(f"There is no {kind} {asked!r}; the nearest are {_quoted(choices)}.", choices)


def resolve_project(view: RecordView, asked: str) -> dict[str, Cell]:
    """The row of the project that a name or an id means; a ToolError where there is none."""
    check_projects(view)
    row = view.row("projects", resolve_record(view, asked).key)
    assert row is not None, "a resolved project has a row"
    return row


def check_projects(view: RecordView) -> None:
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects.")


def resolve_option(asked: str, options: Mapping[str, Sequence[str]], kind: str) -> str:
    """The option that is meant, as `link` finds it; a ToolError that names them all otherwise."""
    found = link(asked, options)
    if found.value is None:
        raise ToolError(f"There is no {kind} {asked!r}; there are {join_and(map(humanize, options))}.", found.nearest)
    return found.value


def _called(names: Mapping[str, str], key: str) -> str:
    return f"{names[key]} ({key})" if names[key] != key else key


def _names(view: RecordView, table: str) -> dict[str, str]:
    if not view.has(table):
        return {}
    schema = view.tables[table]
    if not schema.key:
        return {}
    title = schema.title if schema.title and view.has(table, schema.title) else schema.key
    rows = view.select(table, columns=list(dict.fromkeys([schema.key, title])))
    return {str(row[schema.key]): str(row[title] or row[schema.key]) for row in rows if row[schema.key]}


def _quoted(choices: Sequence[str]) -> str:
    return ", ".join(choices) if choices else "none"
