"""Sayings: short questions in which one marked span says a table, column, value, size or metric in everyday words.

    python training/sayings.py training/data/sayings/FILE.jsonl …      checks files

`{"w": workspace, "t": "… [span|role] …", "m": meaning}`; a meaning is `table`, `table.column`,
`table.column <condition>` or `metric.name`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from check_utterances import CONDITION, DATA, spans, workspace

OF_COLUMN = frozenset({"measure", "group", "order"})
OF_CONDITION = frozenset({"filter", "not", "bound", "period"})
OF_TABLE = frozenset({"table"})


@dataclass(frozen=True)
class Saying:
    workspace: str
    text: str
    span: tuple[int, int, str]
    table: str
    """Empty for a metric."""
    column: str
    """Empty for a table itself."""
    condition: tuple[str, str] | None = None
    """Operator and value."""

    @classmethod
    def of(cls, line: dict[str, str]) -> Saying:
        """The saying of a line; ValueError says what is wrong."""
        text, marks = spans(line["t"])
        if len(marks) != 1 or any(c in text for c in "[]|"):
            raise ValueError("one marked span is wanted")
        table, _, meant = line["m"].partition(".")
        match = CONDITION.fullmatch(meant)
        condition = (match[2], match[3].strip().strip("'\"")) if match else None
        column = match[1] if match else meant
        wanted = OF_CONDITION if condition else OF_COLUMN if column else OF_TABLE
        if marks[0][2] not in wanted:
            raise ValueError(f"role {marks[0][2]!r} does not fit {line['m']!r}")
        return cls(line["w"], text, marks[0], "" if table == "metric" else table, column, condition)

    def problem(self, about: dict[str, Any]) -> str:
        """What is not in its workspace."""
        if not self.table:
            return "" if self.column in {m["name"] for m in about["metrics"]} else f"no metric {self.column}"
        table = about["tables"].get(self.table)
        if table is None or (self.column and self.column not in table["columns"]):
            return f"no column {self.table}.{self.column}" if self.column else f"no table {self.table}"
        if not self.column:
            return ""
        kind = table["columns"][self.column].get("type")
        if self.condition and kind in ("category", "stage", "person") and self.condition[0] in ("=", "!="):
            known = {row[self.column].casefold() for row in table["rows"]}
            return "" if self.condition[1].casefold() in known else f"no value {self.condition[1]!r} in {self.column}"
        return ""


def sayings(hands: Collection[str]) -> Iterator[tuple[str, Saying]]:
    """All sayings about workspaces of these hands, each with its writer."""
    for file in sorted((DATA / "sayings").glob("*.jsonl")):
        for raw in file.read_text(encoding="utf-8").splitlines():
            found = Saying.of(json.loads(raw))
            if found.workspace.partition("-")[0] in hands:
                yield file.stem, found


def main(files: list[str]) -> int:
    """Prints what is wrong, then how the lines are spread; 1 when anything is wrong."""
    wrong = 0
    spaces: dict[str, dict[str, Any]] = {}
    for name in files:
        seen: Counter[str] = Counter()
        texts: set[str] = set()
        for number, raw in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), start=1):
            try:
                found = Saying.of(json.loads(raw))
                if found.workspace not in spaces:
                    spaces[found.workspace] = workspace(found.workspace)
                problem = found.problem(spaces[found.workspace]) or ("said before" if found.text in texts else "")
                texts.add(found.text)
                seen[found.workspace] += 1
                seen[found.span[2]] += 1
            except (ValueError, KeyError, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
            if problem:
                wrong += 1
                print(f"{name}:{number}: {problem}")
        print(f"{name}: {len(texts)} lines; " + ", ".join(f"{k} {v}" for k, v in sorted(seen.items())))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
