"""Checks files of utterances against the guide: marks, labels, calls, and that names exist in their workspace.

python training/check_utterances.py training/data/hands/FILE.jsonl …
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from derived import add_derived  # noqa: E402

from copilot.stages import Stages  # noqa: E402

DATA = Path(__file__).parent / "data"
ROLES = frozenset(
    {"measure", "filter", "not", "bound", "scope", "group", "order", "limit", "compare", "share", "period", "whatif",
     "back", "topic"}
)  # fmt: skip
SHAPES = frozenset(
    {"number", "name", "list", "ranking", "yes_no", "comparison", "procedure", "definition", "rule", "reasons",
     "overview", "plan", "memo", "date", "none"}
)  # fmt: skip
STYLES = frozenset(["plain", "terse", "formal", "ramble", "dictated", "misspelt", "nonnative"])
ARGUMENTS = {
    "search_knowledge": "about document clause as_of",
    "search_records": "about",
    "find_projects": "table measure where of by order_by top show",
    "project_record": "project aspects",
    "prioritize_projects": "projects compare top where weights weight_changes",
    "plan_portfolio": "budget headcount most must_have exclude where weights weight_changes",
    "lookup_metric": "metric by where period compare top bottom",
    "check_model_health": "model project unit",
    "diagnose_scaling": "unit since where",
    "check_governance": "project unit gate rule where",
    "assess_readiness": "project unit area",
    "recommend_operating_model": "unit",
    "plan_change": "project unit",
    "what_changed": "since about project unit",
    "draft_memo": "subject projects top budget unit where",
    "find_duplicates": "project units about shared",
}
WITHOUT_CALL = frozenset({"about_bearing", "clarify", "none"})
KEYS = frozenset(["w", "t", "tools", "ok", "shape", "call", "before", "alone", "choices", "style"])
_SPAN = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]*)\]")
_MEASURE = re.compile(
    r"(count|list|share|(sum|avg|median|min|max|difference|share)\((\w+)\)|share\((\w+), (\w+)\))", re.ASCII
)
CONDITION = re.compile(r"(\w+) (missing|present|(?:=|!=|in|not in|>=|<=|>|<|contains|during|before|after)) ?(.*)")
"""A condition of a call: its column, operator and value."""
BESIDE = re.compile(r"(\w+) (>=|<=|>|<) (?:([\d.]+) \* )?([a-z]\w*)(?: ([+-] [\d.]+))?", re.ASCII)
"""A condition that sets one column of numbers against another, or against a multiple of it or a distance from it."""
_CONDITION = re.compile(r"(\w+) (missing|present|(?:=|!=|in|not in|>=|<=|>|<|contains|during|before|after) .+)")


NUMBERS = ("money", "number", "percent", "grade")


def spans(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text without its marks, and start, end and role of each span."""
    text, found, end = "", [], 0
    for match in _SPAN.finditer(marked):
        text += marked[end : match.start()]
        found.append((len(text), len(text) + len(match[1]), match[2]))
        text, end = text + match[1], match.end()
    return text + marked[end:], found


def workspace(name: str) -> dict[str, Any]:
    """The workspace of that name, each table's `csv` parsed to `rows` and its derived columns beside the others;
    ValueError says what is wrong."""
    loaded = yaml.safe_load((DATA / "workspaces" / f"{name}.yaml").read_text(encoding="utf-8"))
    for table, about in loaded["tables"].items():
        rows = list(csv.DictReader(io.StringIO(about["csv"].strip())))
        for number, row in enumerate(rows, start=2):
            if None in row or None in row.values():
                raise ValueError(f"{name}: {table}, line {number} of csv has not as many cells as columns")
        if rows and set(rows[0]) != set(about["columns"]):
            raise ValueError(f"{name}: {table}: columns and csv differ: {set(rows[0]) ^ set(about['columns'])}")
        about["rows"] = rows
    add_derived(loaded["tables"])
    return dict(loaded)


def stages_of(about: Mapping[str, Any]) -> Stages:
    """The stages of a workspace, each a name or a mapping with what it `means`."""
    return Stages.model_validate([s if isinstance(s, dict) else str(s) for s in about["stages"]])


def meanings(about: Mapping[str, Any], column: Mapping[str, Any], values: Sequence[str]) -> tuple[str, ...]:
    """What each value of a column of stages means, in a few words; of others nothing."""
    told = stages_of(about).told if column.get("type") == "stage" else {}
    return tuple(told.get(value, "") for value in values)


def parse(call: str) -> tuple[str, dict[str, Any]]:
    """Tool and arguments of a typed call; ValueError when it is none."""
    node = ast.parse(call.strip(), mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.args:
        raise ValueError(f"not a call with keyword arguments: {call}")
    return node.func.id, {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}


def _call_problems(call: str, tables: dict[str, Any]) -> Iterator[str]:
    try:
        tool, arguments = parse(call)
    except (ValueError, SyntaxError) as error:
        yield f"call: {error}"
        return
    if tool not in ARGUMENTS:
        yield f"call: no tool {tool}"
        return
    for name in arguments.keys() - set(ARGUMENTS[tool].split()):
        yield f"call: {tool} has no argument {name}"
    if tool != "find_projects":
        return
    if arguments.get("table") not in tables:
        yield f"call: no table {arguments.get('table')!r}"
        return
    columns = set(tables[arguments["table"]]["columns"])
    numbers = {c for c, about in tables[arguments["table"]]["columns"].items() if about.get("type") in NUMBERS}
    measure = _MEASURE.fullmatch(str(arguments.get("measure", "")))
    if measure is None:
        yield f"call: measure {arguments.get('measure')!r}"
    else:
        yield from (f"call: no column {name}" for name in measure.groups()[2:] if name and name not in columns)
    for condition in [*arguments.get("where", []), *arguments.get("of", [])]:
        match = _CONDITION.fullmatch(condition)
        if match is None:
            yield f"call: condition {condition!r}"
        elif match[1] not in columns:
            yield f"call: no column {match[1]} in {arguments['table']}"
        elif (other := BESIDE.fullmatch(condition)) and other[4] not in columns and match[1] in numbers:
            yield f"call: no column {other[4]} in {arguments['table']}"
    named = [*arguments.get("by", []), *arguments.get("show", [])]
    if arguments.get("order_by"):
        named.append(arguments["order_by"].lstrip("-"))
    for name in named:
        if name not in columns and name not in ("count", "value"):
            yield f"call: no column {name} in {arguments['table']}"


def problems(line: dict[str, Any], tables: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one line."""
    yield from (f"unknown key {k}" for k in line.keys() - KEYS)
    text, marks = spans(line["t"])
    if any(c in text for c in "[]|"):
        yield "marks do not parse"
    yield from (f"unknown role {role!r}" for _, _, role in marks if role not in ROLES)
    known = ARGUMENTS.keys() | WITHOUT_CALL
    if not line.get("tools"):
        yield "no tools"
    yield from (f"unknown tool {t}" for t in [*line.get("tools", []), *line.get("ok", [])] if t not in known)
    if line.get("shape") not in SHAPES:
        yield f"unknown shape {line.get('shape')!r}"
    if line.get("style") not in STYLES:
        yield f"unknown style {line.get('style')!r}"
    main = (line.get("tools") or [""])[0]
    if main not in WITHOUT_CALL and not line.get("call"):
        yield "no call"
    for call in line.get("call", []):
        yield from _call_problems(call, tables)
    for turn in line.get("before", []):
        yield from (f"unknown role {role!r}" for _, _, role in spans(turn["t"])[1] if role not in ROLES)
        for call in turn.get("call", []):
            yield from _call_problems(call, tables)
    if line.get("before") and main != "clarify" and not line.get("alone"):
        yield "a follow-up without `alone`"
    if main == "clarify" and not line.get("choices"):
        yield "clarify without choices"


def main(files: list[str]) -> int:
    """Prints what is wrong, then how the lines are spread; 1 when anything is wrong."""
    wrong = 0
    for name in files:
        spaces: dict[str, dict[str, Any]] = {}
        seen: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        texts: set[str] = set()
        for number, raw in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), start=1):
            if not raw.strip():
                continue
            found: list[str] = []
            try:
                line = json.loads(raw)
                if line["w"] not in spaces:
                    spaces[line["w"]] = workspace(line["w"])
                found += problems(line, spaces[line["w"]]["tables"])
                text = spans(line["t"])[0].lower()
                if text in texts and not line.get("before"):
                    found.append("said before")
                texts.add(text)
                seen[(line.get("tools") or ["?"])[0]] += 1
                kinds["follow-up"] += bool(line.get("before"))
                kinds["two tools"] += len(line.get("tools", [])) > 1
                kinds["two calls"] += len(line.get("call", [])) > 1
                kinds[f"style {line.get('style')}"] += 1
                kinds["negated"] += "|not]" in line["t"]
            except (ValueError, KeyError, OSError, yaml.YAMLError, AttributeError, TypeError) as error:
                found.append(f"{type(error).__name__}: {error}")
            for problem in found:
                wrong += 1
                print(f"{name}:{number}: {problem}")
        print(f"{name}: {sum(seen.values())} lines of {len(spaces)} workspaces")
        print("  " + ", ".join(f"{k} {v}" for k, v in seen.most_common()))
        print("  " + ", ".join(f"{k} {v}" for k, v in sorted(kinds.items())))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
