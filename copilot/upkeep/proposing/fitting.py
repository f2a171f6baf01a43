"""Whether what a column of a file holds can be what one of ours holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from copilot.language.units import currency_in
from copilot.records.names import column_key
from copilot.records.schema import CURRENCY, Column, ColumnType, TableSchema
from copilot.records.visibility import LABEL
from copilot.upkeep.proposing.exports import Export
from copilot.upkeep.proposing.lives import life_called
from copilot.upkeep.proposing.meanings import LEAST, LIKELY
from copilot.upkeep.proposing.naming import how_called, listed
from copilot.upkeep.proposing.words import WORDS
from copilot.workspace import WorkspaceConfig

_VALUES_FIT, _VALUES_TELL = 0.5, 0.9
_ANY_DATE = 0.12
"""By how much the names of all dates are alike."""
_REFER = 0.8
"""A column refers to a table when so large a part of its values are keys there."""
_NEARLY_UNIQUE = 0.85
_LONGEST_NAME = 90
_LONGEST_KEY = 24
_MOST_GRADES = 7
_PEOPLE = ("owner", "sponsor", "business_owner")
# How many values tell that a column holds makers, and people.
_LONGEST_MAKER = 5
"""Words in the name of a company."""
_SOME_MAKERS, _MOST_PEOPLE = 0.15, 0.6
_RATE = re.compile(r"\([^()]*/[^()]*\)\s*$")
_PERSON = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )*[^\W\d_a-z][\w'’.-]*(?: (?:[a-z]{2,3} )?[^\W\d_a-z][\w'’.-]+){1,3}"
)


@dataclass(frozen=True)
class Keys:
    """What tells the rows of a table apart, and where it stands."""

    export: Export
    header: str
    values: frozenset[str]


def score(
    export: Export, header: str, schema: TableSchema, column: Column, near: float, keys: Mapping[str, Keys]
) -> float:
    """How surely a column of the file is one of ours: by its name, its type and its values."""
    is_named = column_key(header) == column_key(column.name)
    near = max(near, 1.0) if is_named else near
    if column.name == LABEL and not is_named:
        # Who may see what is said by nobody's guess.
        return 0.0
    texts, spelled = export.held[header], export.spelled[header]
    if (
        not texts
        or not _may_hold(export.kinds[header], column, spelled)
        or not _same_unit(export.units[header], header, column)
    ):
        return 0.0
    if column.references:
        return _reference(export, header, column, near, keys)
    if not is_named and any(k.export is not export and _refer(spelled, k, header) for k in keys.values()):
        return 0.0
    if column.values:
        fits = sum(count for text, count in spelled.items() if meant(schema.name, column, text)) / len(texts)
        # What its name does not tell, nearly all of its values have to.
        least = _VALUES_FIT if near >= LEAST else _VALUES_TELL
        return near + 0.3 if fits >= least else near - 0.5
    if column.name == schema.key:
        is_code = all(len(t) <= _LONGEST_KEY and " " not in t for t in texts)
        # Of several codes the first is that of the row itself.
        place = list(export.table.columns).index(header) / len(export.table.columns)
        return max(near, LIKELY) + 0.1 * (1 - place) if is_code and export.unique[header] == 1 else 0.0
    if column.name == schema.title:
        words = sum(any(c.islower() for c in t) and len(t) <= _LONGEST_NAME for t in texts) > len(texts) / 2
        return near + 0.1 if words and export.unique[header] >= _NEARLY_UNIQUE else near - 0.3
    if column.type == "date":
        is_called = is_named or how_called(header, schema.name, column.name) > 0
        return max(near, LEAST) if column.required else near if is_called else near - _ANY_DATE
    if column.name in (*_PEOPLE, "vendor"):
        return near + _of_people(spelled, texts, column.name)
    if column.name in ("domain", "jurisdiction") and all(len(text) == 1 for text in spelled):
        return 0.0
    if column.name not in ("note", *schema.text) and how_called(header, schema.name, "note") >= LIKELY:
        return 0.0
    is_category = column.type == "text" and column.name not in schema.text
    return near - 0.3 if is_category and export.unique[header] >= _NEARLY_UNIQUE else near


def meant(table: str, column: Column, text: str) -> str:
    """The listed value that a cell stands for; empty where it is none."""
    for value in column.values:
        if column_key(value) == column_key(text):
            return value
    said = text.replace("_", " ")
    if (table, column.name) == ("models", "status"):
        return WORDS.status_by_life.get(life_called(said), "")
    words = WORDS.values.get(f"{table}.{column.name}", WORDS.values.get(column.name, {}))
    place = listed(said, words.values())
    return "" if place is None else list(words)[place]


def severity(text: str) -> int | None:
    """How severe a word is, from 0 for the worst; None where it does not tell."""
    return listed(text.replace("_", " "), WORDS.severities)


def _reference(export: Export, header: str, column: Column, near: float, keys: Mapping[str, Keys]) -> float:
    table = (column.references or "").partition(".")[0]
    there = keys.get(table)
    if there is None:
        return near
    if there.export is export and there.header == header:
        return 0.0
    return max(near, 1.0) if _refer(export.spelled[header], there, header) else 0.0


def _refer(spelled: Counter[str], there: Keys, header: str) -> bool:
    """Whether nearly all values are keys of a table; small numbers are so by chance, unless the name says it too."""
    items = Counter(column_key(item) for text in spelled for item in re.split(r"[;,]", text))
    share = sum(count for item, count in items.items() if item in there.values) / max(1, items.total())
    is_chance = all(value.isdigit() for value in there.values)
    return share >= _REFER and (not is_chance or how_called(header, "", "project_id") > 0)


def _of_people(spelled: Counter[str], texts: Iterable[str], column: str) -> float:
    """What the values say against a column of people, or of makers."""
    held = Counter(texts)
    makers = sum(n for text, n in held.items() if _is_maker(text))
    people = sum(n for text, n in held.items() if _PERSON.fullmatch(text))
    has_makers = makers >= _SOME_MAKERS * held.total()
    has_people = not has_makers and people >= _MOST_PEOPLE * held.total()
    if column == "vendor":
        return -0.3 if has_people else 0.0
    return -0.4 if has_makers else 0.0


def _is_maker(text: str) -> bool:
    words = text.lower().replace(".", "").split()
    is_name = 1 < len(words) <= _LONGEST_MAKER and not set(words).isdisjoint(WORDS.makers)
    return is_name or text.lower().rstrip(".") in WORDS.in_house


def _same_unit(unit: str, header: str, column: Column) -> bool:
    """Whether the numbers of the file can be in what ours are in: hours are no money, shares no people, and what is
    measured in "(l/week)" is neither."""
    if column.unit == CURRENCY and not currency_in(unit) and _RATE.search(header):
        return False
    if column.type not in ("number", "integer") or not unit or not column.unit:
        return True
    return bool(currency_in(unit)) == (column.unit == CURRENCY) and (column.unit == CURRENCY or unit == column.unit)


def _may_hold(kind: ColumnType, column: Column, spelled: Counter[str]) -> bool:
    if column.type in ("number", "integer"):
        is_few = kind == "text" and len(spelled) <= _MOST_GRADES and not {"yes", "no"} & spelled.keys()
        is_graded = is_few and (_is_criterion(column.name) or (column.name == "severity" and _are_severities(spelled)))
        return kind in ("number", "integer") or is_graded
    if column.type == "text":
        return kind == "text" or (column.required and kind == "integer")
    return kind == column.type or (column.type == "list" and kind == "text")


def _are_severities(spelled: Iterable[str]) -> bool:
    return all(len(text) == 1 for text in spelled) or all(severity(text) is not None for text in spelled)


def _is_criterion(column: str) -> bool:
    return any(criterion.column == column for criterion in WorkspaceConfig().criteria)
