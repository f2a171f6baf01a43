"""The sentences about what is different from earlier."""

from __future__ import annotations

from copilot.language.formatting import filled, format_value, join_and, join_first, says, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.types import Finding


def record_changes(f: Finding) -> str:
    kinds = [
        f"{named(f, kind, bare=True)} {kind}" for kind in ("added", "removed", "changed") if quantity(f, kind).value
    ]
    differ = "differs" if quantity(f, "rows").value == 1 else "differ"
    by_kind = f"{join_and(kinds)} ({named(f, 'by_table')})"
    return sentence(f"{f.values['compared']}, {named(f, 'rows')} of the records {differ}: {by_kind}")


def row_change(f: Finding) -> str:
    if f.values["change"] != "changed":
        return says("{name} was {change}")(f)
    moved = "<{columns} from {before} to {after}>" if f.values["columns"] else "in who may see it"
    return says(f"{{name}} changed {moved}")(f)


def dated_event(f: Finding) -> str:
    return says(f"{{day}}: {{name}}{' entered {entered}' if 'entered' in f.values else ''}")(f)


def document_change(f: Finding) -> str:
    change = {
        "new": "is new",
        "removed": "was removed",
        "changed": "has changed",
        "effective": "took effect on {effective}",
    }.get(str(f.values["change"]), "was superseded[ by {successor}]")
    return says(f"“{{title}}” ({{id}}) {change}")(f)


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
    then, now = "{rank_then} then with {score_then}", "{rank_now} with {score_now}"
    if not f.values["rank_now"]:
        return says(f"{{name}}, rank {then}, no longer stands for choice")(f)
    if not f.values["rank_then"]:
        return says(f"{{name}}, new among the candidates, ranks {now}")(f)
    return says(f"{{name}} ranks {now}, then {{rank_then}} with {{score_then}}")(f)


def gate_changes(f: Finding) -> str:
    text = filled("{compared}, {changes} of the rules changed (<{counts:bare} from {before} to {after}>)", f.values)
    for name, which in (("blocked", "now blocked"), ("freed", "no longer blocked")):
        if names := texts(f, name):
            text += f"; {which}: {join_first(names, int(quantity(f, f'{name}_count').value))}"
    return sentence(text)


def metric_change(f: Finding) -> str:
    if f.values["when_then"] == f.values["when_now"]:
        return says("{metric} for {when_now}: {then} as recorded then, {now} now")(f)
    return says("{metric}: {then} in {when_then}, {now} in {when_now}")(f)


def recommendations(f: Finding) -> str:
    gone, given = quantity(f, "gone").value, quantity(f, "given").value
    if gone and given != 1:
        return says("{gone} of the {given:bare} given to you earlier {gone:no longer holds/no longer hold}")(f)
    if gone:
        return "The one recommendation given to you earlier no longer holds."
    if given == 1:
        return "The one recommendation given to you earlier still holds on today's records."
    return says("All {given} given to you earlier still hold on today's records")(f)


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
        "weight_changes": says("the weights changed as well: <{criteria} from {before} to {after}>"),
        "no_gate_change": says("no finding of the rules has changed {compared}"),
        "gate_changes": gate_changes,
        "rule_change": says("{name}: {rule}: {before} then, {after} now"),
        "no_metric_change": says("no metric has another value {since}"),
        "metric_changes": says("{metrics} {metrics:has/have} other values {since}"),
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
