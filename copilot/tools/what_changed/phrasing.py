"""The sentences about what is different from earlier."""

from __future__ import annotations

from copilot.language.formatting import format_value, join_and, join_first, says, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding

_DOCUMENTS = {"new": "is new", "removed": "was removed", "changed": "has changed"}


def record_changes(f: Finding) -> str:
    kinds = [
        f"{named(f, kind, bare=True)} {kind}" for kind in ("added", "removed", "changed") if quantity(f, kind).value
    ]
    differ = "differs" if quantity(f, "rows").value == 1 else "differ"
    by_kind = f"{join_and(kinds)} ({named(f, 'by_table')})"
    return sentence(f"{f.values['compared']}, {named(f, 'rows')} of the records {differ}: {by_kind}")


def row_change(f: Finding) -> str:
    if f.values["change"] != "changed":
        return sentence(f"{f.values['name']} was {f.values['change']}")
    moves = zip(texts(f, "columns"), _items(f, "before"), _items(f, "after"), strict=True)
    told = join_and(f"{column} from {before} to {after}" for column, before, after in moves)
    return sentence(f"{f.values['name']} changed {told or 'in who may see it'}")


def _items(f: Finding, name: str) -> list[str]:
    held = f.values[name]
    return [format_value(item) for item in held] if isinstance(held, tuple) else []


def dated_event(f: Finding) -> str:
    entered = f" entered {f.values['entered']}" if "entered" in f.values else ""
    return sentence(f"{named(f, 'day')}: {f.values['name']}{entered}")


def document_change(f: Finding) -> str:
    title, change = f"“{f.values['title']}” ({f.values['id']})", str(f.values["change"])
    if change == "effective":
        return sentence(f"{title} took effect on {named(f, 'effective')}")
    by = f" by {f.values['successor']}" if f.values["successor"] else ""
    return sentence(f"{title} {_DOCUMENTS.get(change, f'was superseded{by}')}")


def ranking_change(f: Finding) -> str:
    """Whether the top holds, who came in and fell out, who leads."""
    moved, top, leads, led = quantity(f, "moved"), named(f, "top", bare=True), f.values["leads"], f.values["led"]
    scores = f"{format_value(moved)} with another score, new or gone" if moved.value else "no score changed"
    end = f"{scores} {f.values['compared']}"
    came, left = texts(f, "came_in"), texts(f, "fell_out")
    if f.values["is_same"]:
        return sentence(f"the ranking holds: the top {top} are the same as then, led by {leads}, and {end}")
    leaders = f"{leads} leads now, {led} led then"
    if not came and not left:
        return sentence(f"the top {top} are the same projects as then in another order: {leaders}; {end}")
    parts = [f"{join_and(names)} {what}" for names, what in ((came, "came in"), (left, "fell out")) if names]
    where = f"in the top {top} {join_and(parts)}{f'; {leaders}' if leads != led else ''}"
    return sentence(f"the ranking no longer holds as it was: {where}; {end}")


def rank_move(f: Finding) -> str:
    then = f"{named(f, 'rank_then')} then with {named(f, 'score_then')}" if f.values["rank_then"] else ""
    now = f"{named(f, 'rank_now')} with {named(f, 'score_now')}" if f.values["rank_now"] else ""
    if not now:
        return sentence(f"{f.values['name']}, rank {then}, no longer stands for choice")
    if not then:
        return sentence(f"{f.values['name']}, new among the candidates, ranks {now}")
    was = f"{named(f, 'rank_then')} with {named(f, 'score_then')}"
    return sentence(f"{f.values['name']} ranks {now}, then {was}")


def weight_changes(f: Finding) -> str:
    moves = zip(texts(f, "criteria"), _items(f, "before"), _items(f, "after"), strict=True)
    changed = (f"{criterion} from {before} to {after}" for criterion, before, after in moves)
    return sentence(f"the weights changed as well: {join_and(changed)}")


def gate_changes(f: Finding) -> str:
    kinds = zip(quantities(f, "counts"), texts(f, "before"), texts(f, "after"), strict=True)
    told = join_and(f"{format_value(n, bare=True)} from {before} to {after}" for n, before, after in kinds)
    text = f"{f.values['compared']}, {named(f, 'changes')} of the rules changed ({told})"
    for name, which in (("blocked", "now blocked"), ("freed", "no longer blocked")):
        if names := texts(f, name):
            text += f"; {which}: {join_first(names, int(quantity(f, f'{name}_count').value))}"
    return sentence(text)


def metric_changes(f: Finding) -> str:
    have = "has" if quantity(f, "metrics").value == 1 else "have"
    return sentence(f"{named(f, 'metrics')} {have} other values {f.values['since']}")


def metric_change(f: Finding) -> str:
    metric, then, now = f.values["metric"], named(f, "then"), named(f, "now")
    if f.values["when_then"] == f.values["when_now"]:
        return sentence(f"{metric} for {f.values['when_now']}: {then} as recorded then, {now} now")
    return sentence(f"{metric}: {then} in {f.values['when_then']}, {now} in {f.values['when_now']}")


def recommendations(f: Finding) -> str:
    gone, given = quantity(f, "gone"), quantity(f, "given")
    if gone.value and given.value == 1:
        return "The one recommendation given to you earlier no longer holds."
    if gone.value:
        verb = "no longer holds" if gone.value == 1 else "no longer hold"
        return sentence(f"{format_value(gone)} of the {named(f, 'given', bare=True)} given to you earlier {verb}")
    if given.value == 1:
        return "The one recommendation given to you earlier still holds on today's records."
    return f"All {format_value(given)} given to you earlier still hold on today's records."


def recommendation(f: Finding) -> str:
    """What is different, and how many of the records that it cited are."""
    what, leaders = f.values["what"], texts(f, "leaders")
    parts = [
        f"{join_and(names)} {would}"
        for names, would in ((texts(f, "came_in"), "would come in"), (texts(f, "fell_out"), "would fall out"))
        if names
    ]
    lead = [f"{leaders[0]} led then and {leaders[1]} leads now"] if leaders else []
    told = "; ".join([*([join_and(parts)] if parts else []), *lead]) or "the order has changed"
    text = f"the {what} is another today: {told}"
    if f.values["holds"]:
        text = f"the {what} is the same today"
    if quantity(f, "changed_records").value:
        text += f"; {named(f, 'changed_records', bare=True)} of the {named(f, 'cited')} it cited read otherwise now"
    return sentence(f"“{f.values['question']}”, answered on {named(f, 'answered')}: {text}")


WORDING = Wording(
    {
        "record_changes": record_changes,
        "no_record_change": says("{compared}, no row of the records has changed"),
        "row_change": row_change,
        "dated_events": says("By their own dates the records hold {by_table} since {since}"),
        "dated_event": dated_event,
        "no_document_change": says("no document has changed {since}"),
        "document_changes": says("{changes} of documents {since}"),
        "document_change": document_change,
        "ranking_not_comparable": says("the ranking cannot be compared: then or now no candidate records the criteria"),
        "ranking_change": ranking_change,
        "rank_move": rank_move,
        "weight_changes": weight_changes,
        "no_gate_change": says("no finding of the rules has changed {compared}"),
        "gate_changes": gate_changes,
        "rule_change": says("{name}: {rule}: {before} then, {after} now"),
        "no_metric_change": says("no metric has another value {since}"),
        "metric_changes": metric_changes,
        "metric_change": metric_change,
        "recommendations": recommendations,
        "recommendation": recommendation,
        "not_repeatable": says("“{question}”, answered on {answered}, cannot be computed today: {reason}"),
        "first_visit": says(
            "No earlier visit of yours is on record, so changes are told from the first day that is known"
        ),
        "no_snapshot": says(
            "No snapshot of the records has been kept, so only what rows say of their own dates is known"
        ),
        "first_snapshot": says(
            "The first snapshot of the workspace shows {day}: cells that changed before it are not known, only what "
            "rows say of their own dates"
        ),
        "comparison": says("Then is the snapshot of {then}, now is {now}; the rules are those of today on both sides"),
        "too_large": says("The table of {table:words} is too large to be kept, so its cells are not compared"),
        "hidden": says("Rows that this viewer may not see are left out, so what changed is partial"),
    }
)
