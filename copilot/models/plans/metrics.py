"""Metric look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame
from copilot.models.plans.call import Call, fit
from copilot.models.plans.values import is_grouped, ordered_group

# What is described, not named, leads an answer only where nothing else takes up more of the question.
_LIKELY = 0.62
_LOWEST = re.compile(r"\b(bottom|lowest|smallest|least|worst|weakest)\b", re.IGNORECASE)
_LEVELS = (
    ("month", r"\bmonth(ly|s)?\b(?! ago)"),
    ("quarter", r"\bquarter(ly|s)?\b"),
    ("year", r"\b(annual(ly)?|yearly|by year|per year|each year)\b"),
)


def look_up(frame: Frame) -> Iterable[Call]:
    metrics = list(dict.fromkeys(m.key for m in frame.links.of("metric"))) or frame.likely_metrics
    for name in metrics[:2]:
        arguments: dict[str, Any] = {"metric": name}
        filters: dict[str, str] = {}
        used: list[Mention] = [x for x in frame.links.mentions if x.kind == "metric"]
        if records := frame.links.of("record", "projects"):
            filters["project"] = records[0].key
            used += records
        units = list({v.key: v for v in frame.links.of("value") if v.column == "unit"}.values())
        if units and not records:
            used += units
        if groups := [
            c for c in frame.links.of("column") if c.key in ("unit", "stage", "jurisdiction") and is_grouped(c)
        ]:
            arguments["by"] = groups[0].key
            used += groups
        elif (group := ordered_group(frame)) is not None:
            arguments["by"] = group.key
            used.append(group)
            if frame.count:
                arguments["bottom" if _LOWEST.search(frame.text) else "top"] = frame.count
        if frame.period is not None:
            arguments["period"] = frame.period.label
        if filters:
            arguments["filters"] = filters
        if compare := _comparison(frame.text):
            arguments["compare"] = compare
        if re.search(r"\bsql\b", frame.text, re.IGNORECASE):
            arguments["show_sql"] = True
        if (grain := next((g for g, p in _LEVELS if re.search(p, frame.text, re.I)), None)) and frame.period:
            arguments["grain"] = grain
        share = _LIKELY if frame.likely_metrics else fit(frame, "lookup_metric", used)
        for unit in units[:3] if units and not records else []:
            yield Call("lookup_metric", {**arguments, "filters": {"unit": unit.key}}, share)
        if not units or records:
            yield Call("lookup_metric", arguments, share)


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
