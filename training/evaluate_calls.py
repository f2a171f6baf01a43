"""How many typed calls over tables come out as their writers meant them, on the workspaces of training/data.

    python training/evaluate_calls.py [--read] HAND …      --read: spans as the reader finds them, else as marked

A call counts as right when it selects the same rows, and computes, groups, orders and limits the same.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from check_utterances import BESIDE, CONDITION, DATA, NUMBERS, meanings, parse, spans, workspace  # noqa: E402
from examples import with_base  # noqa: E402

from copilot.errors import CopilotError  # noqa: E402
from copilot.language.periods import find_period  # noqa: E402
from copilot.reading.asked import Asked, as_argument  # noqa: E402
from copilot.reading.call import Call  # noqa: E402
from copilot.reading.columns import Columns  # noqa: E402
from copilot.reading.linking import Linker  # noqa: E402
from copilot.reading.names import Name, document_names, spoken, value_names  # noqa: E402
from copilot.reading.question import Earlier, Reading, Span  # noqa: E402
from copilot.reading.reader import AFTER, read  # noqa: E402
from copilot.reading.rows import Restriction  # noqa: E402
from copilot.records.conditions import Filter  # noqa: E402
from copilot.records.differences import is_time, less, sides  # noqa: E402
from copilot.records.store import Records, RecordView  # noqa: E402
from copilot.sources import Sources  # noqa: E402
from copilot.tools.find_projects.calls import calls as find_projects  # noqa: E402
from copilot.tools.find_projects.continuing import continued  # noqa: E402
from copilot.types import Viewer  # noqa: E402
from copilot.workspace import Workspace  # noqa: E402

_MEASURE = re.compile(r"(\w+)(?:\((\w+)(?:, (\w+))?\))?")


_TURNED = str.maketrans("<>", "><")


class Space:
    """A workspace of the training data, opened as the product opens one."""

    def __init__(self, name: str) -> None:
        self.about = workspace(name)
        self.today = date.fromisoformat(str(self.about["today"]))
        self.fiscal_start = int(self.about.get("fiscal_year_start_month") or 1)
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        (root / "records").mkdir()
        settings = {"as_of": self.today, "fiscal_year_start_month": self.fiscal_start}
        (root / "workspace.yaml").write_text(yaml.safe_dump(settings))
        for table, data in self.about["tables"].items():
            (root / "records" / f"{table}.csv").write_text(data["csv"], encoding="utf-8")
        records = Records.load(Workspace.open(root))
        self.view: RecordView = records.view(Viewer())
        self.tables = tuple(self.about["tables"])
        self.linker = Linker(list(names(self.about, self.view)), self.today, self.fiscal_start)
        self.columns = self._columns()
        self.sources = Sources(Workspace.open(root), records, None, None, self.today)

    def called(self, table: str, column: str) -> str:
        """A column as the product calls it, with the minus of an order that begins with the largest."""
        plain = column.removeprefix("-")
        facts = self.about["tables"][table]["columns"].get(plain, {})
        return column.replace(plain, str(facts.get("called") or plain))

    def _columns(self) -> Columns:
        plain = Columns.of(self.view)
        named = []
        for p in plain.profiles:
            facts = self.about["tables"][p.table]["columns"].get(p.name, {})
            named.append(
                replace(
                    p,
                    texts=(*p.texts, *map(str, facts.get("synonyms") or ())),
                    unit=str(facts.get("unit") or p.unit),
                    meanings=meanings(self.about, facts, p.values),
                )  # fmt: skip
            )
        named.sort(key=lambda p: self.tables.index(p.table))
        return Columns(tuple(named), embedder=plain.embedder)


def names(about: dict[str, Any], view: RecordView) -> Iterator[Name]:
    """All names of a workspace that is given as YAML."""
    for table, data in about["tables"].items():
        schema = view.tables[table]
        holds_text = {column.name for column in schema.columns if column.type in ("text", "list")}
        for text in (table, *(data.get("synonyms") or ())):
            yield Name("table", spoken(str(text)), table, table)
        titles = {str(row[schema.title]) for row in data["rows"]} if schema.title in data["columns"] else set()
        for row in data["rows"]:
            key, title = str(row.get(schema.key) or ""), str(row.get(schema.title) or "")
            for text in dict.fromkeys(filter(None, (key, title))):
                yield Name("record", text, key or title, table, title=title)
        for column, facts in data["columns"].items():
            if facts.get("called"):
                continue
            for text in (column, *(facts.get("synonyms") or ())):
                yield Name("column", spoken(str(text)), column, table)
            values = sorted({row[column] for row in data["rows"] if row[column]})
            if column in holds_text - {schema.key, schema.title} and not titles & set(values):
                yield from value_names(table, column, values)
    for metric in about["metrics"]:
        for text in (metric["label"], metric["name"], *(metric.get("synonyms") or ())):
            yield Name("metric", spoken(str(text)), metric["name"], title=metric["label"])
    for document in about["documents"]:
        title = document["title"]
        for text in (*document_names(title), *([document["abbreviation"]] if document.get("abbreviation") else ())):
            yield Name("document", str(text), title, title=title)
    for gate in about["gates"]:
        yield Name("gate", str(gate), str(gate))


@lru_cache(maxsize=8)
def space(name: str) -> Space:
    return Space(name)


def filters(conditions: list[str], where: Space, table: str) -> list[Filter]:
    """The conditions of a gold call as filters."""
    found = []
    for condition in conditions:
        if (other := beside(condition, where, table)) is not None:
            found.append(other)
            continue
        match = CONDITION.fullmatch(condition)
        if match is None:
            raise ValueError(condition)
        column, op, value = where.called(table, match[1]), match[2], match[3]
        value = value.strip().strip("'\"")
        if op in ("during", "before", "after"):
            period = find_period(value, where.today, where.fiscal_start)
            if period is None:
                raise ValueError(condition)
            if op == "during":
                found += [Filter(column=column, op=">=", value=period.start.isoformat()),
                          Filter(column=column, op="<", value=period.end.isoformat())]  # fmt: skip
            else:
                edge = period.start if op == "before" else period.end
                found.append(Filter(column=column, op="<" if op == "before" else ">=", value=edge.isoformat()))
        elif op in ("in", "not in"):
            items = tuple(item.strip().strip("'\"") for item in value.strip("[]()").split(",") if item.strip())
            found.append(Filter(column=column, op=op, value=items))
        elif op in ("missing", "present"):
            found.append(Filter(column=column, op=op))
        else:
            found.append(Filter(column=column, op=op, value=value))
    return found


def beside(condition: str, where: Space, table: str) -> Filter | None:
    """A condition that sets one column against another as a filter; None where it does not."""
    match = BESIDE.fullmatch(condition)
    columns = where.about["tables"][table]["columns"]
    if match is None or match[4] not in columns or columns.get(match[1], {}).get("type") not in NUMBERS:
        return None
    one, op, times, other, apart = match.groups()
    if apart is None:
        return Filter(column=one, op=op, value=float(times) if times else None, than=other)  # type: ignore[arg-type]
    far = float(apart.replace(" ", ""))
    # "a < b - 5": b is more than a by more than 5.
    column, sign = (less(one, other), op) if far > 0 else (less(other, one), op.translate(_TURNED))
    return Filter(column=column, op=sign, value=abs(far))  # type: ignore[arg-type]


def gold_reading(line: dict[str, Any], arguments: dict[str, Any]) -> Reading:
    text, marks = spans(line["t"])
    marks = with_base(text, marks, [("find_projects", arguments)])
    found = tuple(Span(role, start, end, text[start:end]) for start, end, role in marks)  # type: ignore[arg-type]
    measure = re.match(r"\w+", str(arguments.get("measure", "list")))
    order = str(arguments.get("order_by") or "")
    direction = "none" if not order else "descending" if order.startswith("-") else "ascending"
    return Reading({"find_projects": 1.0}, line["shape"], measure.group() if measure else "list", direction, found)  # type: ignore[arg-type]


def as_call(tool: str, gold: dict[str, Any], where: Space) -> Call:
    """A gold call as the product calls its tools."""
    if tool != "find_projects":
        return Call(tool, gold)
    table = gold["table"]
    conditions = {name: [as_argument(f) for f in filters(gold.get(key, []), where, table)]
                  for name, key in (("filters", "where"), ("among", "of"))}  # fmt: skip
    arguments: dict[str, Any] = {"table": table, "filters": conditions["filters"]}
    if conditions["among"]:
        arguments["among"] = conditions["among"]
    measure, column, whole = _MEASURE.fullmatch(str(gold.get("measure", "list"))).groups()  # type: ignore[union-attr]
    if whole:
        arguments["measures"] = [{"aggregate": measure, "column": column, "of": whole}]
    elif measure in ("count", "share") and not column and not gold.get("by"):
        arguments["measures"] = [{"aggregate": measure}]
    elif column:
        arguments["measures"] = [
            {
                "aggregate": {"avg": "mean", "difference": "sum"}.get(measure, measure),
                "column": where.called(table, column),
            }
        ]
    for name, key in (("group_by", "by"), ("columns", "show")):
        if gold.get(key):
            arguments[name] = [where.called(table, column) for column in gold[key]]
    if gold.get("order_by"):
        arguments["order_by"] = where.called(table, gold["order_by"])
    if gold.get("top"):
        arguments["limit"] = gold["top"]
    return Call(tool, arguments)


def selected(view: RecordView, table: str, conditions: list[Filter]) -> frozenset[int] | None:
    try:
        return frozenset(int(str(row["_row"])) for row in view.select(table, conditions))
    except CopilotError:
        return None


def compare(found: Call, gold: Call, where: Space) -> dict[str, bool]:
    """Which parts of a call are as they were meant."""
    table, wanted, got = gold.arguments["table"], gold.arguments, found.arguments
    if found.arguments["table"] != table:
        return {"table": False}

    def rows(arguments: Mapping[str, Any], *names: str) -> frozenset[int] | None:
        return selected(where.view, table, [Filter(**c) for name in names for c in arguments.get(name, [])])

    first = (wanted.get("measures") or [{}])[0]
    computed = (got.get("measures") or [{}])[0]
    order = str(wanted.get("order_by", ""))
    is_counted = order.lstrip("-") in ("", "count", "value")
    # The largest of a column is the first of the rows in its order.
    extreme = {"max": f"-{first.get('column')}", "min": first.get("column")}.get(first.get("aggregate"))
    return {
        "table": True,
        "rows": (wanted_rows := rows(wanted, "filters", "among")) is not None
        and wanted_rows == rows(got, "filters", "among"),
        "among": not wanted.get("among") or rows(wanted, "among") == rows(got, "among"),
        "measure": first.get("aggregate") in (None, "count")
        or (first.get("aggregate"), first.get("column")) == (computed.get("aggregate"), computed.get("column"))
        and first.get("of") == computed.get("of")
        or (extreme is not None and got.get("order_by") == extreme),
        "counted": (first.get("aggregate") != "count") or not computed or computed["aggregate"] == "count",
        "groups": set(wanted.get("group_by", [])) <= {"value", "count"}
        or set(wanted["group_by"]) == set(got.get("group_by", [])),
        "order": is_counted or _as_day(str(got.get("order_by", ""))) == order,
        "limit": wanted.get("limit") in (None, 1) or got.get("limit") == wanted["limit"],
    }


def _as_day(order: str) -> str:
    """An order; by the day where it is by the time that has passed since it: the longest time began first."""
    time = order.lstrip("-")
    if not is_time(time) or len(sides(time)) > 1:
        return order
    return sides(time)[0] if order.startswith("-") else f"-{sides(time)[0]}"


def main(arguments: list[str]) -> None:
    is_read, is_told = "--read" in arguments, "-v" in arguments
    parts: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for hand in [a for a in arguments if not a.startswith("-")]:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            if line["tools"][0] != "find_projects" or len(line["call"]) != 1:
                continue
            tool, gold = parse(line["call"][0])
            turns = line.get("before", ())
            if tool != "find_projects" or (turns and not turns[-1].get("call")):
                continue
            where = space(line["w"])
            try:
                found, marks, _ = outcome(line, gold, where, is_read)
            except (ValueError, CopilotError):
                parts["gold unread"] += 1
                continue
            kind = "follow-up" if turns else "line"
            for part, is_right in (marks | {"whole": all(marks.values()) and len(marks) > 1}).items():
                parts[f"{kind}, {part}"] += 1
                right[f"{kind}, {part}"] += is_right
            if is_told and not (all(marks.values()) and len(marks) > 1):
                before = f"{turns[-1]['t']}  >>  " if turns else ""
                print(f"- {before}{line['t']}\n    gold {line['call'][0]}")
                print(f"    {[k for k, v in marks.items() if not v]} {found.arguments} left {found.unresolved}")
    for part, total in sorted(parts.items()):
        print(f"{part}: {right[part]}/{total} {right[part] / total:.3f}")


def outcome(
    line: dict[str, Any], gold: dict[str, Any], where: Space, is_read: bool
) -> tuple[Call, dict[str, bool], Restriction]:
    """The call that the product makes of a line, which parts of it are right, and the rows it means; ValueError for a
    gold that cannot be read."""
    text, turns = spans(line["t"])[0], line.get("before", ())
    links, earlier, before = where.linker.link(text), None, None
    if turns:
        told = AFTER.join(spans(turn["t"])[0] for turn in turns)
        before = as_call(*parse(turns[-1]["call"][0]), where)
        earlier = Earlier(told, where.linker.link(told), before.tool)
    reading = read(text, links, earlier) if is_read else gold_reading(line, gold)
    asked = Asked(text, links, reading, where.columns, where.view, where.sources, Viewer(), earlier)
    if before is not None:
        asked = asked.continuing(before)
    found = next(iter(find_projects(asked)), None)
    if found is None:
        return Call("find_projects", {"table": ""}), {"table": False}, asked.readings[0]
    if before is not None and before.tool == found.tool:
        found = continued(before, found, asked)
    return found, compare(found, as_call("find_projects", gold, where), where), asked.readings[0]


if __name__ == "__main__":
    main(sys.argv[1:])
