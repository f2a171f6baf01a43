"""Values as sentences and evidence print them: the same number in the same form in both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from copilot.language.sentences import split_sentences
from copilot.language.units import without_unit
from copilot.types import Cell, Finding, Quantity, Value


def number(value: float, decimals: int = 2) -> str:
    """1,250,000 and 12 and 0.79: thousands separated, at most so many decimals."""
    rounded = round(float(value), decimals)
    return f"{rounded:,.0f}" if rounded.is_integer() else f"{rounded:,.{decimals}f}".rstrip("0")


def percent(share: float) -> str:
    """A share of 0 to 1, in whole per cent; what is not quite nothing or all is not printed as either."""
    if 0 < share < 0.005:
        return "less than 1%"
    if 0.995 <= share < 1:
        return "more than 99%"
    return f"{share * 100:.0f}%"


def money(value: float, currency: str) -> str:
    return f"{number(value)} {currency}".strip()


def format_quantity(quantity: Quantity, *, bare: bool = False) -> str:
    """A quantity as sentences show it: 42%, 1,250,000 EUR, 71.7 of 100, 3 projects; `bare` leaves the unit away."""
    value, unit = quantity.value, quantity.unit
    if unit == "share":
        return percent(value) if quantity.precision == 0 else f"{number(round(value * 100, quantity.precision))}%"
    text = number(round(value, quantity.precision), max(quantity.precision, 2))
    if bare or unit in ("", "rank"):
        return text
    if unit == "percent":
        return f"{text}%"
    if unit == "points":
        return f"{text} percentage {'point' if text in ('1', '-1') else 'points'}"
    if unit.startswith("of ") or is_symbol(unit):
        return f"{text} {unit}"
    return f"{text} {unit if text in ('1', '-1') else plural(unit)}"


def format_change(quantity: Quantity) -> str:
    """A quantity with its sign: +0.4 percentage points."""
    return f"{'+' if quantity.value > 0 else ''}{format_quantity(quantity)}"


def is_symbol(unit: str) -> bool:
    """Whether a unit is written the same for one and for many: EUR, kCHF, "NGN m", FTE, kWh, km."""
    is_abbreviation = unit.rpartition(" ")[2].isupper() or _SYMBOL.fullmatch(unit) is not None
    return is_abbreviation or not re.search(r"[aeiou]", unit)


# What ends in a capital, or has one inside its only word, is an abbreviation.
_SYMBOL = re.compile(r"\w*[a-z]?[A-Z]\w{0,2}(?: (?:k|m|mn|bn|thousand|million|billion))?")


def magnitude(quantity: Quantity) -> Quantity:
    """How much it is, whichever way it goes."""
    return quantity.model_copy(update={"value": abs(quantity.value)})


def plural(noun: str) -> str:
    """The plural of an English noun of this product's vocabulary."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith("s") and not noun.endswith(_ONE_WITH_S):
        # "Remarks" are several.
        return noun
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def nothing_of(label: str) -> str:
    """What a row records that has no value in a column: "no budget", of a column that asks "nothing for “…?”"."""
    return f"nothing for “{label}”" if label.endswith("?") else f"no {label}"


_ONE_WITH_S = ("ss", "us", "is", "as", "os", "lens")
_IRREGULAR = {"person": "people", "FTE": "FTE", "per cent": "per cent", "criterion": "criteria", "more": "more"}


def singular(noun: str) -> str:
    """One of what a plural names; a noun that is none stays as it is."""
    irregular = next((one for one, many in _IRREGULAR.items() if many == noun), None)
    if irregular is not None or not is_plural(noun):
        return irregular or noun
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    return noun[:-2] if noun.endswith(("sses", "xes", "ches", "shes")) else noun[:-1]


def is_plural(noun: str) -> bool:
    return noun in _IRREGULAR.values() or (noun.endswith("s") and not noun.endswith(("ss", "us", "is")))


def format_value(value: Value, *, bare: bool = False) -> str:
    """Any value of a finding in words."""
    if isinstance(value, Quantity):
        return format_quantity(value, bare=bare)
    if isinstance(value, tuple):
        return join_and(format_value(item, bare=bare) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    return format_cell(value)


def format_cell(value: Cell, unit: str = "") -> str:
    """A cell in words, exactly as recorded; a currency stands beside the number, other units in the column's name."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{number(value)}%" if unit == "percent" else money(value, unit if is_symbol(unit) else "")
    return str(value)


def humanize(name: str) -> str:
    """A column, stage or criterion as a person writes it."""
    return name.replace("_", " ").strip()


_UNTIL_A_DAY = re.compile(r"time from (.+) to \d{4}-\d{2}-\d{2}", re.DOTALL)


def column_label(name: str) -> str:
    """A column as sentences call it: of `project_id` the project, of `Cost (kEUR)` the cost, of what one column is more
    than another both, of the days from a date until a day the time since."""
    if until := _UNTIL_A_DAY.fullmatch(name):
        start = column_label(until[1])
        return f"time in {start.removesuffix(' since')}" if start.endswith(" since") else f"time since {start}"
    label = " minus ".join(humanize(without_unit(part.removesuffix("_id"))) for part in name.split(" less "))
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def join_and(items: Iterable[str], last: str = "and") -> str:
    """A, B and C."""
    texts = list(items)
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def join_quoted(values: Iterable[Quantity | date | str]) -> str:
    """A list of titles in words, each between quotation marks."""
    return join_and(f"“{value}”" if isinstance(value, str) else format_value(value) for value in values)


NAMED = 6
"""A list in a sentence names no more rows than these."""


def join_first(items: Iterable[str], total: int | None = None, rest: str = ", in the table") -> str:
    """A, B, C, D, E, F and 14 more, in the table; all of them while they are few."""
    texts = list(items)
    more = (len(texts) if total is None else total) - len(texts[:NAMED])
    return join_and([*texts[:NAMED], f"{more:,} more"]) + rest if more > 0 else join_and(texts)


def pluralize(count: int, singular: str, plural: str | None = None) -> str:
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


_FORMS = re.compile(r"\{([^/{}]*)/([^/{}]*)\}")


def inflect(text: str, count: float) -> str:
    """The text with its `{is/are}` in the first form for one and in the second for several or none."""
    return _FORMS.sub(lambda forms: forms[1] if count == 1 else forms[2], text)


_NOUNS = {
    "stage_history": "stage change",
    "model_quality": "quality measurement",
    "feature_bins": "histogram bin",
    "roles": "role entry",
}


def noun(table: str, count: int = 2) -> str:
    """What a row of a table is called, such as "projects"."""
    name = humanize(table)
    one = _NOUNS.get(table) or (singular(name) if is_plural(name) else f"{name} row")
    return one if count == 1 else plural(one)


def lowercase_first(text: str) -> str:
    """The first sentence of a text, to stand inside another: without its capital and its stop."""
    first = next((s.strip() for s in split_sentences(text) if s.strip()), "").rstrip(".")
    # An acronym at the start keeps its capitals.
    return first if first[1:2].isupper() else first[:1].lower() + first[1:]


def sentence(text: str) -> str:
    """The text with a capital at its start and one stop at its end."""
    stripped = text.strip().rstrip(".")
    return stripped[:1].upper() + stripped[1:] + "."


def says(template: str, **made: Callable[[Finding], str]) -> Callable[[Finding], str]:
    """A phrase that only names values of its finding, as `filled` does, and its `{subject}`.

    `made` are further names, each with what makes its words from the finding.
    """
    wanted = {name: make for name, make in made.items() if name in set(_NAME.findall(template))}

    def phrase(finding: Finding) -> str:
        values = {"subject": finding.subject, **finding.values, **{k: make(finding) for k, make in wanted.items()}}
        return sentence(filled(template, values))

    return phrase


def filled(template: str, values: Mapping[str, Value]) -> str:
    """The template with values in the place of their names: "The budget of {name} is {budget}[, of {total}]".

    - `[…]` is left out where a value in it is absent or empty.
    - `[late?by {days} late|in time]` is the first where `late` is there, true and not zero, else what follows the bar.
    - `<{unit} with {score}>` is said for each item of the lists in it, and joined by "and".
    - `{budget:bare}` leaves the unit away, `{change:signed}` shows a plus, `{change:size}` drops the sign.
    - `{criteria:or}` joins by "or", `{rules:quoted}` puts each between quotation marks.
    - `{stage:words}` writes a cell as a person does, `{note:inside}` a sentence as it stands inside another.
    - `{is_late:late/in time}` chooses by a truth, `{projects:is/are}` by whether it is one.
    """
    return "".join(
        _repeated(part[1:-1], values) if part.startswith("<") else _plain(part, values)
        for part in _REPEATED.split(_PART.sub(lambda part: _kept(part, values), template))
    )


def _kept(part: re.Match[str], values: Mapping[str, Value]) -> str:
    """What stands of an optional part; a repeated one is left as it is."""
    if part["optional"] is None:
        return part[0]
    condition, is_condition, text = part["optional"].partition("?")
    if is_condition and condition.isidentifier():
        then, _, otherwise = text.partition("|")
        return then if _holds(values.get(condition)) else otherwise
    is_absent = any(values.get(name) in (None, "", ()) for name in _NAME.findall(part["optional"]))
    return "" if is_absent else part["optional"]


def _holds(value: Value) -> bool:
    return bool(value.value if isinstance(value, Quantity) else value)


def _repeated(template: str, values: Mapping[str, Value]) -> str:
    lists = {name: held for name in _NAME.findall(template) if isinstance(held := values[name], tuple)}
    each = (dict(zip(lists, items, strict=True)) for items in zip(*lists.values(), strict=True))
    return join_and(filled(template, {**values, **item}) for item in each)


def _plain(template: str, values: Mapping[str, Value]) -> str:
    return template.format_map({name: _Shown(value) for name, value in values.items()})


_PART = re.compile(r"<[^<>]*>|\[(?P<optional>[^\[\]]*)\]")
_REPEATED = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"[{\[](\w+)[:}?]")


@dataclass(frozen=True)
class _Shown:
    value: Value

    def __format__(self, how: str) -> str:
        value = self.value
        one, is_choice, other = how.partition("/")
        if is_choice:
            number = value.value if isinstance(value, Quantity) else len(value) if isinstance(value, tuple) else None
            return one if number == 1 or (number is None and value) else other
        if isinstance(value, Quantity) and how in ("signed", "size"):
            return format_change(value) if how == "signed" else format_quantity(magnitude(value))
        if isinstance(value, tuple) and how in ("or", "quoted"):
            return join_and(map(format_value, value), "or") if how == "or" else join_quoted(value)
        text = format_value(value, bare=how == "bare")
        return humanize(text) if how == "words" else lowercase_first(text) if how == "inside" else text
