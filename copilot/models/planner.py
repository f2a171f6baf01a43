"""From a read question to tool calls, without a model.

Tools cost milliseconds, so every plausible one is called and the composer chooses among the results: choosing
one tool by the wording alone is right two times in three (see docs/decisions/0002).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame, parts_of, without_names
from copilot.models.words import content_stems, stem, words


@dataclass(frozen=True)
class Call:
    """A tool call and how much of the question it takes up."""

    tool: str
    arguments: Mapping[str, Any]
    fit: float
    """Share of the question's meaning that the arguments express, 0 to 1."""


@dataclass(frozen=True)
class Plan:
    calls: tuple[Call, ...]
    choices: tuple[str, ...] = ()
    """Set when the question must be asked back: what it could mean."""


# Words that a call takes up without naming anything, by tool.
_TAKEN = {
    "find_projects": "how many number count total sum average mean median list show project pilot use case initiative "
    "system model incident decision share percentage portfolio each breakdown distribution currently record recorded "
    "stand status overall across there largest biggest smallest most expensive cheapest ai",
    "prioritize_projects": "prioritize prioritise prioritization prioritisation rank ranking top best first score "
    "weight weighting weighted project initiative use case fund invest where start double doubled triple ignore "
    "ignoring promising highest priority portfolio order list shortlist build next year ai pilot why reason most "
    "important pick",
    "lookup_metric": "ai current currently latest last quarter month year trend development compare previous target "
    "value rate level figure metric each change changed over past group see recent far date doing go going",
    "project_record": "project model status state stand tell happen happening situation case ai system far",
}
_TAKEN_STEMS = {tool: frozenset(map(stem, text.split())) for tool, text in _TAKEN.items()}

_TABLE_NOUNS: tuple[tuple[str, str], ...] = (
    ("incidents", r"\bincidents?\b|\bwent wrong\b|\boutages?\b"),
    ("decisions", r"\bdecisions?\b|\bdecided\b"),
    ("models", r"\bmodels?\b"),
    ("roles", r"\b(data scientists?|engineers?|staff|roles?|headcount|vacanc\w+|open positions?)\b"),
    ("assessments", r"\bassessments?\b|\bmaturity\b|\bassessed\b"),
    ("projects", r"\b(projects?|use cases?|initiatives?|pilots?|proofs? of concept|programmes?|programs?)\b"),
)
_RECORD_PLURAL = re.compile(
    r"\b(projects|use cases|initiatives|pilots|models|incidents|decisions|systems|programmes|ones)\b",
    re.IGNORECASE,
)
_ASKS_FOR_ROWS = re.compile(
    r"\b(which|list|show|what|name|find|give|any|all|are there|do we have|have we|how many)\b", re.IGNORECASE
)
_MONEY_COMPARISON = re.compile(
    r"\b(?P<op>over|above|more than|at least|exceed(?:s|ing)?|under|below|less than|at most|up to)\s+"
    r"(?:[€$£]|EUR|USD|GBP)?\s?(?P<digits>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>k|m|bn|thousand|million|billion)?\b",
    re.IGNORECASE,
)
_OPS = {
    "over": ">", "above": ">", "more than": ">", "exceed": ">", "exceeds": ">", "exceeding": ">", "at least": ">=",
    "under": "<", "below": "<", "less than": "<", "at most": "<=", "up to": "<=",
}  # fmt: skip
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SUPERLATIVE = re.compile(
    r"\b(largest|biggest|highest|most expensive|greatest|most|smallest|lowest|least)\b", re.IGNORECASE
)
_SMALLEST = re.compile(r"\b(smallest|lowest|least|cheapest)\b", re.IGNORECASE)
_AGGREGATES = (
    ("mean", r"\b(average|mean)\b"),
    ("median", r"\bmedian\b"),
    ("sum", r"\b(total|sum|how much|altogether|overall)\b"),
    ("max", r"\b(maximum|highest single)\b"),
)

_FACTORS: tuple[tuple[float, str], ...] = (
    (
        0.0,
        r"\b(ignor\w+|without|excluding|leav\w+ out|drop\w*|disregard\w*|regardless of|forget\w*|remov\w+)\b",
    ),
    (2.0, r"\b(doubl\w+|twice)\b"),
    (3.0, r"\b(tripl\w+|three times|trebl\w+)\b"),
    (0.5, r"\b(halv\w+|half)\b"),
    (
        2.0,
        r"\b(more (weight|emphasis|important|importance)|emphasi[sz]\w+|stress\w*|prioriti[sz]e (by|for|on)|weight\w* (up|more))\b",
    ),
    (0.5, r"\b(less (weight|emphasis|important|importance)|weight\w* (down|less))\b"),
)
_WEIGHT_WORDS = re.compile(
    r"\b(weigh\w*|counts?|emphasi\w+|importan\w+|criteri\w+)\b|" + "|".join(p for _, p in _FACTORS), re.I
)
_ABSOLUTE_WEIGHT = re.compile(r"\b(?:at|to|of|is|=|:)?\s*(\d{1,3})\s?(?:%|per cent|percent)", re.IGNORECASE)
_LEVELS = (
    ("month", r"\bmonth(ly|s)?\b(?! ago)"),
    ("quarter", r"\bquarter(ly|s)?\b"),
    ("year", r"\b(annual(ly)?|yearly|by year|per year|each year)\b"),
)
_ASPECTS: tuple[tuple[str, str], ...] = (
    ("money", r"\b(budget\w*|spend\w*|spent|cost\w*|money|benefit\w*|return|roi|worth|expensive|euros?|value for money)\b"),
    ("criteria", r"\b(score\w*|criteri\w+|feasib\w+|readiness|business value|estimate\w*|difficult\w*)\b"),
    ("governance", r"\b(risk class\w*|gate\w*|dpia|complian\w+|governance|fairness|validat\w+|oversight|waiver\w*|regulat\w+|polic\w+|approv\w+)\b"),
    ("people", r"\b(owner\w*|own(s|ed)?|sponsor\w*|who|responsible|accountable|team|headcount)\b"),
    ("models", r"\b(model\w*|accurac\w+|drift\w*|quality|retrain\w*|version\w*|perform\w+|declin\w+|drop\w*|fell|fall\w*)\b"),
    ("history", r"\b(histor\w+|when|stage\w*|since|started|timeline|how long|stuck|moved?)\b"),
    ("incidents", r"\b(incident\w*|went wrong|failure\w*|outage\w*|problem\w*|issue\w*)\b"),
    ("decisions", r"\b(decision\w*|decided|approved|rejected|committee|condition\w*)\b"),
    ("adoption", r"\b(adopt\w+|usage|users?|follow\w*|accept\w+|ignored?|uptake|trust)\b"),
)  # fmt: skip


def plan(frame: Frame, tools: Iterable[str]) -> Plan:
    """The calls worth making for a question, the search first, then by how much of the question they take up."""
    calls = [call for build in _BUILDERS for call in build(frame)]
    known = [c for c in calls if c.tool in set(tools)]
    ranks = any(c.tool == "prioritize_projects" for c in known)
    if ranks or any(c.tool != "search_knowledge" and not _is_bare(c) for c in known):
        known = [c for c in known if not _is_bare(c, ranks)]
    choices = _choices(frame, known)
    search, others = (
        [c for c in known if c.tool == "search_knowledge"],
        [c for c in known if c.tool != "search_knowledge"],
    )
    return Plan((*search, *sorted(others, key=lambda c: -c.fit)[:4]), choices)


def _is_bare(call: Call, ranks: bool = False) -> bool:
    """A listing of everything, or of what is ranked anyway, which says nothing beside the other calls."""
    if call.tool != "find_projects" or set(call.arguments) - {"table", "filters", "limit"}:
        return False
    return ranks or not call.arguments["filters"]


def _choices(frame: Frame, calls: list[Call]) -> tuple[str, ...]:
    """The candidates to ask about, when a single record is meant and the question fits several."""
    if not frame.links.ambiguous or frame.links.of("record") or _RECORD_PLURAL.search(frame.text):
        return ()
    if frame.is_generic or any(
        c.fit >= 0.75 for c in calls if c.tool not in ("search_knowledge", "lookup_metric")
    ):
        return ()
    group = frame.links.ambiguous[0]
    return tuple(f"{m.name} ({m.key})" for m in group)


# --- how much of a question a call takes up


def _fit(frame: Frame, tool: str, used: Iterable[Mention]) -> float:
    """Share of the informative words that the mentions and the tool's own words account for."""
    spans = [(m.start, m.end) for m in used]
    if frame.period is not None and tool in _DATED_TOOLS:
        spans.append(frame.period.span)
    informative = [w for w in words(frame.text) if w.stem in set(frame.content)]
    if not informative:
        return 0.5 if frame.follows is not None else 0.0
    taken = _TAKEN_STEMS.get(tool, frozenset())
    # Words of a document's title ask for the document, whatever else they could mean.
    titles = [(m.start, m.end) for m in frame.links.of("document")]
    hits = 0
    for word in informative:
        if any(start <= word.start and word.end <= end for start, end in spans):
            hits += 1
        elif not any(start <= word.start and word.end <= end for start, end in titles):
            hits += word.stem in taken or (word.stem.isdigit() and frame.period is None)
    fit = hits / len(informative)
    return max(0.0, fit - 0.3) if frame.is_generic else fit


# Tools that take the period of a question.
_DATED_TOOLS = frozenset({"find_projects", "lookup_metric"})


# --- search_knowledge


def _search(frame: Frame) -> Iterable[Call]:
    """The question itself; for a comparison also each side; for a long question each of its parts."""
    as_of = _as_of(frame)
    if as_of is not None:
        yield Call("search_knowledge", {"query": frame.topic, "as_of": as_of.isoformat()}, 0.0)
    if as_of is None or _CHANGED.search(frame.text):
        yield Call("search_knowledge", {"query": frame.topic}, 0.0)
    for document in frame.links.of("document")[:1]:
        yield Call("search_knowledge", {"query": document.text, "top_k": 6, "whole_document": True}, 0.0)
    sides = comparands(frame.text)
    for side in sides:
        yield Call("search_knowledge", {"query": side, "top_k": 6, "whole_document": True}, 0.0)
    for part in [] if sides else _parts(frame.text):
        yield Call("search_knowledge", {"query": part, "top_k": 6}, 0.0)


_PAST = re.compile(
    r"\b(was|were|did|had|said|back (in|then)|used to|previous(ly)?|old(er)?|earlier|former(ly)?|changed?|in force|as of|as at|until)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"\bchang\w*|\bdiffer\w*|\bbetween\b|\bcompared?\b|\bnow\b", re.IGNORECASE)


def _as_of(frame: Frame) -> date | None:
    """The day whose rules a question about the past is asking for."""
    period = frame.period
    if period is None or period.end > frame.today or not _PAST.search(frame.text) or frame.links.of("metric"):
        return None
    return period.end - timedelta(days=1)


_COMPARANDS = (
    r"\b(?:compare|contrast|compare and contrast)\s+(?P<a>.+?)\s+(?:and|with|to|versus|vs\.?|against)\s+(?P<b>[^?.,]+)",
    r"\b(?:differences?|differ\w*|choose|choice)\s+between\s+(?P<a>.+?)\s+and\s+(?P<b>[^?.,]+)",
    r"\b(?P<a>[\w' -]{3,60}?)\s+(?:versus|vs\.?)\s+(?P<b>[\w' -]{3,60})",
    r"\b(?:choose|pick|decide|be|use|prefer|adopt)\s+(?:between\s+)?(?P<a>[\w' -]{3,50}?)\s+or\s+(?P<b>[\w' -]{3,50})\?",
    r"\bhow\s+(?:does|do)\s+(?P<a>.+?)\s+differ\s+from\s+(?P<b>[^?.,]+)",
)


def comparands(text: str) -> tuple[str, ...]:
    """The two things that a question compares, without the words around them."""
    for pattern in _COMPARANDS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return tuple(_trim(match[g]) for g in ("a", "b"))
    return ()


def _trim(text: str) -> str:
    text = re.sub(r"^\s*(and contrast|the|an?|our|between)\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^\s*(the|an?|our)\s+", "", text, flags=re.IGNORECASE)
    return re.split(
        r"\s+\b(for|in terms of|when|as|under|across|within|and say|and explain|on which)\b", text
    )[0].strip()


def _parts(text: str) -> list[str]:
    """The sentences of a long question that can be searched for alone."""
    parts = parts_of(text)
    return [p for p in parts if len(set(content_stems(p))) >= 2][:3] if len(parts) > 1 else []


# --- find_projects


def _table(frame: Frame) -> str | None:
    for table, pattern in _TABLE_NOUNS:
        if re.search(pattern, frame.text, re.IGNORECASE):
            return table
    if any(m.column == "stage" for m in frame.links.of("value")) and {"aggregate", "quantity"} & frame.forms:
        return "projects"
    if "aggregate" in frame.forms and any(m.key in _NUMERIC for m in frame.links.of("column", "projects")):
        return "projects"
    if frame.follows is not None:
        return _table(frame.follows)
    return None


def _find(frame: Frame) -> Iterable[Call]:
    table = _table(frame)
    wants = (
        bool({"aggregate", "quantity"} & frame.forms)
        or bool(_ASKS_FOR_ROWS.search(frame.text))
        or frame.follows
    )
    if table is None or not wants or (frame.links.of("record") and not _RECORD_PLURAL.search(frame.text)):
        return
    values = _value_filters(frame, table)
    columns = [m for m in frame.links.of("column", table)]
    absent = [m for m in columns if m.role == "absent"]
    groups = [m for m in columns if m not in absent and _is_grouped(m)]
    measured = next((m for m in columns if m not in absent and m not in groups and m.key in _NUMERIC), None)
    filters = [
        *_merge(values),
        *({"column": m.key, "op": "missing"} for m in absent),
        *_amounts(frame.text, measured),
    ]
    filters += _flags(frame.text, columns, absent, groups)
    arguments: dict[str, Any] = {"table": table, "filters": filters}
    if frame.period is not None and (dated := _DATED.get(table)):
        start, end = frame.period.start.isoformat(), frame.period.end.isoformat()
        filters += [{"column": dated, "op": ">=", "value": start}, {"column": dated, "op": "<", "value": end}]
    if groups:
        arguments["group_by"] = list(dict.fromkeys(m.key for m in groups))[:2]
    if measured is not None and (aggregate := _aggregate(frame.text)) and not _SUPERLATIVE.search(frame.text):
        arguments["measure"] = {"aggregate": aggregate, "column": measured.key}
    elif measured is not None and _SUPERLATIVE.search(frame.text):
        arguments["order_by"] = measured.key if _SMALLEST.search(frame.text) else f"-{measured.key}"
        arguments["limit"] = frame.count or 5
    elif "aggregate" not in frame.forms and frame.count:
        arguments["limit"] = frame.count
    if not (filters or groups or measured or "aggregate" in frame.forms or _RECORD_PLURAL.search(frame.text)):
        return
    used = [*values, *columns, *(m for m in frame.links.mentions if m.kind == "record")]
    yield Call("find_projects", arguments, _fit(frame, "find_projects", used))


# Two named projects are compared: this leads, their records follow.
_COMPARED = 1.1
# A call that was not asked for but belongs beside one that was.
_SIDE_FIT = 0.62
_NUMERIC = frozenset(
    "budget spend technology_budget change_budget production_budget headcount expected_benefit realised_benefit "
    "business_value feasibility time_to_value strategic_importance risk data_readiness score open_positions".split()
)
_DATED = {"projects": "started", "incidents": "date", "decisions": "date"}
_FLAGS = frozenset(
    "adoption_plan personal_data special_category_data scores_people decides_alone generative".split()
)


def _value_filters(frame: Frame, table: str) -> list[Mention]:
    """The category values that restrict the rows; one phrase restricts one column only."""
    mentions = [m for m in frame.links.of("value", table)]
    grouped = {m.key for m in frame.links.of("column", table) if _is_grouped(m)}
    mentions = [m for m in mentions if not _IS_ACTION.search(frame.text[max(0, m.start - 12) : m.start])]
    chosen: dict[tuple[int, int], str] = {}
    for m in sorted(mentions, key=lambda m: (-m.score, _COLUMN_ORDER.get(m.column, 9), m.column)):
        chosen.setdefault((m.start, m.end), m.column)
    return [m for m in mentions if chosen[m.start, m.end] == m.column and m.column not in grouped]


_COLUMN_ORDER = {
    "stage": 0,
    "unit": 1,
    "jurisdiction": 2,
    "risk_class": 3,
    "status": 4,
    "domain": 5,
    "role": 1,
    "area": 1,
}


# "Which should be deployed first": the stage is what is to be done, not where they are.
_IS_ACTION = re.compile(r"\b(be|to|should|we|must|can)\s+$", re.IGNORECASE)


def _merge(values: list[Mention]) -> list[dict[str, Any]]:
    """The values of each column as one condition; "not yet deployed" excludes."""
    by_column: dict[tuple[str, bool], list[str]] = {}
    for m in values:
        # A value has no "without": "without the high-risk ones" excludes them.
        by_column.setdefault((m.column, m.role in ("negated", "absent")), []).append(m.key)
    conditions = []
    for (column, negated), keys in by_column.items():
        distinct = list(dict.fromkeys(keys))
        if len(distinct) == 1:
            conditions.append({"column": column, "op": "!=" if negated else "=", "value": distinct[0]})
        else:
            conditions.append({"column": column, "op": "not in" if negated else "in", "value": distinct})
    return conditions


def _is_grouped(m: Mention) -> bool:
    return m.role == "grouped" and m.key not in _NUMERIC


def _flags(
    text: str, columns: list[Mention], absent: list[Mention], groups: list[Mention]
) -> list[dict[str, Any]]:
    """Yes/no columns named as a property: "that use personal data"."""
    return [
        {"column": m.key, "op": "=", "value": True}
        for m in columns
        if m.key in _FLAGS and m not in absent and m not in groups
    ]


def _amounts(text: str, measured: Mention | None) -> list[dict[str, Any]]:
    match = _MONEY_COMPARISON.search(text)
    if match is None or measured is None:
        return []
    value = float(match["digits"].replace(",", "")) * _SCALE.get((match["scale"] or "").lower(), 1.0)
    return [{"column": measured.key, "op": _OPS[match["op"].lower()], "value": value}]


def _aggregate(text: str) -> str | None:
    return next((name for name, pattern in _AGGREGATES if re.search(pattern, text, re.IGNORECASE)), None)


# --- project_record


def _record(frame: Frame) -> Iterable[Call]:
    if _RECORD_PLURAL.search(frame.text) and "aggregate" in frame.forms:
        return
    records = [m for m in frame.links.of("record") if m.table in ("projects", "models")]
    text = without_names(frame.text, frame.links)
    aspects = [name for name, pattern in _ASPECTS if re.search(pattern, text, re.IGNORECASE)]
    for m in list({m.key: m for m in records}.values())[:2]:
        used = [x for x in frame.links.mentions if x.kind in ("record", "column", "criterion", "metric")]
        fit = _fit(frame, "project_record", used) if len(frame.content) else 1.0
        yield Call("project_record", {"project": m.key, "aspects": aspects}, max(fit, 0.6 * m.score))
        if "adoption" in aspects and m.table == "projects" and not frame.links.of("metric"):
            for metric in frame.links.usage_metrics[:2]:
                yield Call(
                    "lookup_metric",
                    {"metric": metric, "filters": {"project": m.key}, "compare": "previous_year"},
                    _SIDE_FIT,
                )


# --- prioritize_projects


def _prioritize(frame: Frame) -> Iterable[Call]:
    projects = list(dict.fromkeys(m.key for m in frame.links.of("record", "projects")))
    changes, absolute = weight_changes(frame)
    compares = "comparison" in frame.forms and len(projects) == 2
    if not ("ranking" in frame.forms or changes or absolute or compares):
        return
    values = _value_filters(frame, "projects")
    arguments: dict[str, Any] = {}
    if frame.count:
        arguments["top"] = frame.count
    if len(projects) == 2:
        arguments["compare"] = projects
    if changes:
        arguments["weight_changes"] = changes
    if absolute:
        arguments["weights"] = absolute
    if values:
        arguments["filters"] = _merge(values)
    if re.search(r"\b(rice|wsjf|topsis)\b", frame.text, re.IGNORECASE):
        arguments["method"] = re.search(r"\b(rice|wsjf|topsis)\b", frame.text, re.IGNORECASE)[1].lower()  # type: ignore[index]
    criteria = frame.links.of("criterion") if changes or absolute or frame.follows else ()
    fit = _fit(frame, "prioritize_projects", [*values, *criteria, *frame.links.of("record")])
    yield Call("prioritize_projects", arguments, _COMPARED if compares else fit)


def weight_changes(frame: Frame) -> tuple[dict[str, float], dict[str, float]]:
    """The factors and the absolute weights that a question puts on criteria, read from the words nearest to each."""
    factors: dict[str, float] = {}
    absolute: dict[str, float] = {}
    frames = [f for f in (frame.follows, frame) if f is not None]
    for source in frames:
        if not _WEIGHT_WORDS.search(source.text):
            continue
        cues = [
            (m.start(), m.end(), factor)
            for factor, pattern in _FACTORS
            for m in re.finditer(pattern, source.text, re.I)
        ]
        for mention in _own_mentions(source, "criterion"):
            if _is_part_of_value(source, mention):
                continue
            near = _ABSOLUTE_WEIGHT.match(source.text[mention.end : mention.end + 14])
            if near is not None:
                absolute[mention.key] = float(near.group(1)) / 100
            elif cue := min(cues, key=lambda c: _gap(c, mention), default=None):
                if _gap(cue, mention) <= 32:
                    factors[mention.key] = cue[2]
    return factors, absolute


def _is_part_of_value(frame: Frame, criterion: Mention) -> bool:
    """In "high-risk" the word risk names the class of a project, not the criterion."""
    return any(
        criterion.key in value.column and 0 <= criterion.start - value.end <= 1
        for value in frame.links.of("value")
    )


def _own_mentions(frame: Frame, kind: str) -> list[Mention]:
    """Mentions whose span lies in the frame's own text, not carried over from an earlier question."""
    return [m for m in frame.links.mentions if m.kind == kind and frame.text[m.start : m.end] == m.text]


def _gap(cue: tuple[int, int, float], mention: Mention) -> int:
    return mention.start - cue[1] if cue[1] <= mention.start else cue[0] - mention.end + 8


# --- lookup_metric


def _metric(frame: Frame) -> Iterable[Call]:
    metrics = list({m.key: m for m in frame.links.of("metric")}.values())
    for m in metrics[:2]:
        arguments: dict[str, Any] = {"metric": m.key}
        filters: dict[str, str] = {}
        used: list[Mention] = [x for x in frame.links.mentions if x.kind == "metric"]
        if records := frame.links.of("record", "projects"):
            filters["project"] = records[0].key
            used += records
        units = list({v.key: v for v in frame.links.of("value") if v.column == "unit"}.values())
        if units and not records:
            used += units
        if groups := [
            c
            for c in frame.links.of("column")
            if c.key in ("unit", "stage", "jurisdiction") and _is_grouped(c)
        ]:
            arguments["by"] = groups[0].key
            used += groups
        if frame.period is not None:
            arguments["period"] = frame.period.label
        if filters:
            arguments["filters"] = filters
        if compare := _comparison(frame.text):
            arguments["compare"] = compare
        if (grain := next((g for g, p in _LEVELS if re.search(p, frame.text, re.I)), None)) and frame.period:
            arguments["grain"] = grain
        fit = _fit(frame, "lookup_metric", used)
        for unit in units[:3] if units and not records else []:
            yield Call("lookup_metric", {**arguments, "filters": {"unit": unit.key}}, fit)
        if not units or records:
            yield Call("lookup_metric", arguments, fit)


def _comparison(text: str) -> str | None:
    if re.search(r"\b(target|goal|plan(ned)?|on track)\b", text, re.IGNORECASE):
        return "target"
    if re.search(
        r"\b(year ago|last year|year[- ]on[- ]year|previous year|same (quarter|month) last year)\b",
        text,
        re.I,
    ):
        return "previous_year"
    if re.search(
        r"\b(previous|prior|before|compared|change[ds]?|grown?|grew|increas\w+|fall\w*|fell|drop\w*)\b",
        text,
        re.I,
    ):
        return "previous_period"
    return None


# --- check_model_health, diagnose_scaling, check_governance: a condition is described, with or without a name

_HEALTH = re.compile(
    r"\bdrift\w*|\bretrain\w*|\bmodel health\b|\b(models?|accuracy|quality)\b[^?.]{0,50}\b(health\w*|declin\w+|degrad\w+|deteriorat\w+|"
    r"drop\w*|fall\w*|fell|wors\w+|overdue|stale|outdated|getting worse|losing)|\b(declin\w+|degrad\w+|failing|unhealthy|worst) models?\b"
    r"|\bfeedback loops?\b[^?.]{0,40}\b(our|which|any|models?)\b",
    re.IGNORECASE,
)
_SCALING = re.compile(
    r"\bpurgatory\b|\b(stuck|stall\w*|stranded|trapped)\b|\bfunnel\b|\bconversion\b|\bpilots?\b[^?]{0,80}\b(production|scal\w+|fail\w*|"
    r"go live|live|nowhere|anywhere|die|reach\w*|ma[dk]e it)\b|\b(reach|get|move|make it|got|made it)\b[^?.]{0,20}\b(in)?to production\b"
    r"|\bhow well do we scale\b|\bscaling (problem|diagnos\w+|bottleneck\w*)\b",
    re.IGNORECASE,
)
_GOVERNANCE = re.compile(
    r"\b(clauses?|polic(y|ies)|rules?|laws?|regulations?|obligations?)\b[^?.]{0,20}\b(apply|applies|bind|concern|cover)\b"
    r"|\b(complian\w+|comply|complies|non-?complian\w+|violat\w+|breach\w*|contradict\w*|blocked|unmet|waivers?|overdue validation)\b"
    r"|\b(which|what|any|missing|pass\w*|meet|meets|fail\w*|open)\b[^?.]{0,40}\b(gates?|rules|obligations|requirements|approvals?)\b"
    r"|\b(ready|allowed|cleared|permitted|approved) (for|to go (live|into)|to launch)\b|\bgovernance (status|check|gaps?|issues?)\b"
    r"|\bwhat (is|are) missing\b|\b(eu ai act|gdpr)\b[^?.]{0,40}\b(project|projects|we|our)\b",
    re.IGNORECASE,
)
_GATE = re.compile(r"\bG([1-4])\b")
_CONDITION_WORDS = frozenset(
    map(stem, "model project drift accuracy quality decline fall drop worse health retrain overdue pilot production stuck stall "
              "purgatory funnel conversion reach fail gate rule compliance comply policy policies blocked block unmet waiver missing clause apply "
              "requirement obligation approval governance violate breach contradict contradiction record ready launch live scale "
              "current currently reason cause root problem status any portfolio which".split())
)  # fmt: skip
# What a described case is worth beside the documents when it names no record of ours.
_CASE_FIT = 0.45
_OWN_CASE_FIT = 0.55


def _condition(
    frame: Frame, tool: str, pattern: re.Pattern[str], arguments: dict[str, Any], used: list[Mention]
) -> Iterable[Call]:
    if not pattern.search(frame.topic if frame.follows else frame.text):
        return
    spans = [(m.start, m.end) for m in used]
    informative = [w for w in words(frame.text) if w.stem in set(frame.content)]
    hits = sum(
        w.stem in _CONDITION_WORDS or any(s <= w.start and w.end <= e for s, e in spans) for w in informative
    )
    share = hits / len(informative) if informative else 0.5
    yield Call(tool, arguments, _CASE_FIT if frame.is_generic else max(share, _OWN_CASE_FIT))


def _about(frame: Frame) -> tuple[dict[str, Any], list[Mention]]:
    """The record and the unit that a question names, as arguments."""
    arguments: dict[str, Any] = {}
    used: list[Mention] = []
    if projects := frame.links.of("record", "projects"):
        arguments["project"] = projects[0].key
        used.append(projects[0])
    units = [v for v in frame.links.of("value") if v.column == "unit"]
    if units and not projects:
        arguments["unit"] = units[0].key
        used += units
    return arguments, used


def _health(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    if models := frame.links.of("record", "models"):
        # How a model fares is what there is to say about a model.
        yield Call(
            "check_model_health", {"model": models[0].key}, max(_fit(frame, "project_record", models), 0.8)
        )
        return
    yield from _condition(frame, "check_model_health", _HEALTH, arguments, used)


def _scaling(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    arguments.pop("project", None)
    if frame.period is not None:
        arguments["since"] = frame.period.start.isoformat()
    yield from _condition(frame, "diagnose_scaling", _SCALING, arguments, used)


def _governance(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    if "clause" in frame.forms and not used:
        # What a rule says is for the documents; which of ours it binds needs a name.
        return
    if gate := _GATE.search(frame.text):
        arguments["gate"] = gate.group()
    yield from _condition(frame, "check_governance", _GOVERNANCE, arguments, used)


_BUILDERS: tuple[Callable[[Frame], Iterable[Call]], ...] = (
    _search, _find, _record, _prioritize, _metric, _health, _scaling, _governance,
)  # fmt: skip
