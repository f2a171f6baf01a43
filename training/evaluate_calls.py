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
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from check_utterances import CONDITION, DATA, parse, spans, workspace  # noqa: E402
from examples import with_base  # noqa: E402

from copilot.errors import CopilotError  # noqa: E402
from copilot.language.periods import find_period  # noqa: E402
from copilot.reading.columns import Columns  # noqa: E402
from copilot.reading.linking import Linker  # noqa: E402
from copilot.reading.names import Name, document_names, spoken, value_names  # noqa: E402
from copilot.reading.question import Reading, Span  # noqa: E402
from copilot.reading.rows import Restriction, Spans, restrictions  # noqa: E402
from copilot.records.conditions import Filter  # noqa: E402
from copilot.records.store import Records, RecordView  # noqa: E402
from copilot.types import Viewer  # noqa: E402
from copilot.workspace import Workspace  # noqa: E402


class Space:
    """A workspace of the training data, opened as the product opens one."""

    def __init__(self, name: str) -> None:
        self.about = workspace(name)
        self.today = date.fromisoformat(str(self.about["today"]))
        self.fiscal_start = int(self.about.get("fiscal_year_start_month") or 1)
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        (root / "records").mkdir()
        (root / "workspace.yaml").write_text(f"as_of: {self.today.isoformat()}\n")
        for table, data in self.about["tables"].items():
            (root / "records" / f"{table}.csv").write_text(data["csv"], encoding="utf-8")
        self.view: RecordView = Records.load(Workspace.open(root)).view(Viewer())
        self.tables = tuple(self.about["tables"])
        self.linker = Linker(list(names(self.about, self.view)), self.today, self.fiscal_start)
        self.columns = self._columns()

    def _columns(self) -> Columns:
        plain = Columns.of(self.view)
        named = []
        for p in plain.profiles:
            synonyms = self.about["tables"][p.table]["columns"].get(p.name, {}).get("synonyms") or ()
            named.append(replace(p, texts=(*p.texts, *map(str, synonyms))))
        return Columns(tuple(named), embedder=plain.embedder)


def names(about: dict[str, Any], view: RecordView) -> Iterator[Name]:
    """All names of a workspace that is given as YAML."""
    for table, data in about["tables"].items():
        schema = view.tables[table]
        for text in (table, *(data.get("synonyms") or ())):
            yield Name("table", spoken(str(text)), table, table)
        titles = {str(row[schema.title]) for row in data["rows"]} if schema.title in data["columns"] else set()
        for row in data["rows"]:
            key, title = str(row.get(schema.key) or ""), str(row.get(schema.title) or "")
            for text in dict.fromkeys(filter(None, (key, title))):
                yield Name("record", text, key or title, table, title=title)
        for column, facts in data["columns"].items():
            for text in (column, *(facts.get("synonyms") or ())):
                yield Name("column", spoken(str(text)), column, table)
            values = sorted({row[column] for row in data["rows"] if row[column]})
            if column not in (schema.key, schema.title) and not titles & set(values):
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
        match = CONDITION.fullmatch(condition)
        if match is None:
            raise ValueError(condition)
        column, op, value = match.groups()
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


def gold_reading(line: dict[str, Any], arguments: dict[str, Any]) -> Reading:
    text, marks = spans(line["t"])
    marks = with_base(text, marks, [("find_projects", arguments)])
    found = tuple(Span(role, start, end, text[start:end]) for start, end, role in marks)  # type: ignore[arg-type]
    measure = re.match(r"\w+", str(arguments.get("measure", "list")))
    order = str(arguments.get("order_by") or "")
    direction = "none" if not order else "descending" if order.startswith("-") else "ascending"
    return Reading({"find_projects": 1.0}, line["shape"], measure.group() if measure else "list", direction, found)  # type: ignore[arg-type]


def selected(view: RecordView, table: str, conditions: list[Filter]) -> frozenset[int] | None:
    try:
        return frozenset(int(str(row["_row"])) for row in view.select(table, conditions))
    except CopilotError:
        return None


def compare(found: Restriction, gold: dict[str, Any], where: Space) -> dict[str, bool]:
    """Which parts of a call are as they were meant."""
    table = gold["table"]
    if found.table != table:
        return {"table": False}
    wanted = selected(where.view, table, filters([*gold.get("where", []), *gold.get("of", [])], where, table))
    got = selected(where.view, table, [*found.among, *found.conditions])
    whole = selected(where.view, table, filters(gold.get("of", []), where, table)) if gold.get("of") else None
    column = re.search(r"\((\w+)\)", str(gold.get("measure", "")))
    order = gold.get("order_by")
    return {
        "table": True,
        "rows": wanted is not None and wanted == got,
        "among": whole is None or whole == selected(where.view, table, list(found.among)),
        "measured": column is None or found.measured == column.group(1),
        "groups": set(gold.get("by", [])) <= {"value", "count"} or set(found.groups) == set(gold.get("by", [])),
        "order": not order or order.lstrip("-") in ("count", "value") or found.order == order,
        "limit": not gold.get("top") or found.limit == gold["top"] or gold["top"] == 1,
    }


def main(arguments: list[str]) -> None:
    reads = "--read" in arguments
    verbose = "-v" in arguments
    hands = [a for a in arguments if not a.startswith("-")]
    parts: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for hand in hands:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(raw)
            if line["tools"][0] != "find_projects" or len(line["call"]) != 1 or line.get("before"):
                continue
            tool, gold = parse(line["call"][0])
            if tool != "find_projects":
                continue
            where = space(line["w"])
            text = spans(line["t"])[0]
            links = where.linker.link(text)
            if reads:
                from copilot.reading.reader import read

                reading = read(text, links)
            else:
                reading = gold_reading(line, gold)
            try:
                asked = Spans(text, links, reading, where.columns, where.today, where.fiscal_start)
                found = restrictions(asked, where.tables, where.tables[0])[0]
                marks = compare(found, gold, where)
            except ValueError:
                parts["gold unread"] += 1
                continue
            for part, is_right in marks.items():
                parts[part] += 1
                right[part] += is_right
            whole = all(marks.values()) and len(marks) > 1
            parts["whole"] += 1
            right["whole"] += whole
            if verbose and not whole:
                print(f"- {line['t']}\n    gold {line['call'][0]}\n    {[k for k, v in marks.items() if not v]} "
                      f"{found.table} {[(c.column, c.op, c.value) for c in found.conditions]} by {found.groups} of "
                      f"{found.measured} order {found.order} limit {found.limit} left {found.unresolved}")  # fmt: skip
    for part, total in parts.items():
        print(f"{part}: {right[part]}/{total} {right[part] / total:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
