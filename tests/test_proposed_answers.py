"""How much of what a hand-made workspace answers the one that `bearing workspace init` proposes answers too.

Both are asked the same by the record tool. A question is put into the words of the proposal by the cells: a column
stands for the one that holds the same rows' values, a value for the one that those rows hold instead.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hospital_group
import pytest

from copilot.errors import ToolError
from copilot.records.store import ROW, Records, RecordView
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.tools.find_projects import tool as find_projects
from copilot.types import Cell, ToolResult, Viewer
from copilot.upkeep.proposing import propose
from copilot.workspace import Workspace

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
INVENTORY = "2024_consolidated_ai_inventory_raw_v2.csv"
DATA = EXAMPLES.parents[2] / "shared" / "data" / "federal-inventory-2024" / INVENTORY
GOAL = 0.8
SAME = 0.7
"""Columns stand for each other when so many of their rows agree, either way; of several those with the same cells."""

Answer = float | Mapping[str, Cell] | frozenset[str] | None


def open_sources(root: Path) -> Sources:
    workspace = Workspace.open(root)
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


def set_up(root: Path) -> Path:
    """The folder with all that is proposed for it."""
    proposal = propose(root)
    for move in proposal.moves:
        move.there.parent.mkdir(parents=True, exist_ok=True)
        move.here.rename(move.there)
    for name, text in proposal.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@dataclass(frozen=True)
class Translation:
    """From the hand-made workspace to the proposed one, table by table of the same file."""

    made: RecordView
    proposed: RecordView
    found: dict[tuple[str, str], tuple[str, dict[Cell, Cell]]] = field(default_factory=dict)
    """By table and column of ours, the column that stands for it, and the values in it for each of ours."""

    def table(self, name: str) -> str:
        file = self.made.sources[name]
        return next(other for other, source in self.proposed.sources.items() if source == file)

    def _alike(self, table: str, column: str) -> tuple[str, dict[Cell, Cell]]:
        """The column whose cells go with those of ours, and the value that stands for each; a KeyError without one."""
        if (table, column) in self.found:
            return self.found[table, column]
        rows = {row[ROW]: row[column] for row in self.made.select(table)}
        best: tuple[float, str, dict[Cell, Cell]] = (0.0, "", {})
        others = self.proposed.select(self.table(table))
        for name in (c.name for c in self.proposed.tables[self.table(table)].columns):
            pairs = Counter((rows.get(row[ROW]), row[name]) for row in others)
            there = _majority(pairs)
            back = _majority(Counter({(b, a): n for (a, b), n in pairs.items()}))
            agreed = sum(n for (a, b), n in pairs.items() if there[a] == b and back[b] == a) / max(1, pairs.total())
            same = sum(n for (a, b), n in pairs.items() if a == b and a is not None) / max(1, pairs.total())
            if agreed >= SAME and agreed + same > best[0]:
                best = (agreed + same, name, there)
        if not best[1]:
            raise KeyError(column)
        return self.found.setdefault((table, column), (best[1], best[2]))

    def column(self, table: str, name: str) -> str:
        return self._alike(table, name)[0]

    def value(self, table: str, column: str, value: Any) -> Any:
        values = {str(a).casefold(): b for a, b in self._alike(table, column)[1].items()}
        return values.get(str(value).casefold(), value)

    def arguments(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        table = asked.get("table", "projects")

        def condition(of: Mapping[str, Any]) -> dict[str, Any]:
            op, value = of.get("op", "="), of["value"]
            if op in ("=", "!=", "in", "not in"):
                several = [self.value(table, of["column"], v) for v in value] if isinstance(value, list) else None
                value = self.value(table, of["column"], value) if several is None else several
            return {"column": self.column(table, of["column"]), "op": op, "value": value}

        changed: dict[str, Any] = {**asked, "table": self.table(table)}
        for name in {"filters", "among"} & asked.keys():
            changed[name] = [condition(each) for each in asked[name]]
        if "group_by" in asked:
            changed["group_by"] = [self.column(table, name) for name in asked["group_by"]]
        if "measures" in asked:
            changed["measures"] = [
                {**m, "column": self.column(table, m["column"])} if "column" in m else m for m in asked["measures"]
            ]
        return changed


def _majority(pairs: Mapping[tuple[Cell, Cell], int]) -> dict[Cell, Cell]:
    found: dict[Cell, Cell] = {}
    for (a, b), _ in sorted(pairs.items(), key=lambda pair: -pair[1]):
        found.setdefault(a, b)
    return found


def told(result: ToolResult, asked: Mapping[str, Any], named: Callable[[str], str] = str) -> Answer:
    """The groups of the table, the rows in a list, or the figure."""
    if "group_by" in asked:
        place = -1 if "measures" in asked else 1
        return {named(str(row[0])).casefold(): row[place] for row in result.tables[0].rows if row[place] is not None}
    if "limit" in asked:
        place = [column.lower() for column in result.tables[0].columns].index("name")
        return frozenset(str(row[place]) for row in result.tables[0].rows)
    headline = next(finding for finding in result.findings if finding.role == "headline")
    return headline.values[headline.figures[0]].value if headline.figures else None  # type: ignore[union-attr]


def ask(sources: Sources, arguments: Mapping[str, Any]) -> ToolResult:
    return find_projects.find_projects(sources, Viewer(), find_projects.Arguments.model_validate(arguments))


def unlike(made: Sources, proposed: Sources, asked: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The questions that the proposal answers otherwise, or not at all."""
    translation = Translation(made.records.view(Viewer()), proposed.records.view(Viewer()))
    found = []
    for text, arguments in asked:
        table = arguments.get("table", "projects")

        def named(label: str, table: str = table, arguments: Mapping[str, Any] = arguments) -> str:
            return str(translation.value(table, arguments["group_by"][0], label))

        try:
            answer = told(ask(proposed, translation.arguments(arguments)), arguments)
        except (KeyError, ToolError) as error:
            found.append(f"{text} ({error})")
            continue
        expected = told(ask(made, arguments), arguments, named)
        if answer != (expected if isinstance(expected, frozenset) else pytest.approx(expected)):
            found.append(f"{text} ({answer!r}, not {expected!r})")
    return found


def share(of: str, missed: Sequence[str], asked: int) -> float:
    print(f"{of}: {asked - len(missed)} of {asked} questions answered alike", *missed, sep="\n  ")
    return 1 - len(missed) / asked


def test_the_export_of_the_hospital_group_is_answered_as_by_hand(tmp_path: Path) -> None:
    root = tmp_path / "five-hospitals"
    root.mkdir()
    for file in ("register-april-2026.csv", "near-misses.csv"):
        shutil.copy(EXAMPLES / "hospital-group" / "records" / file, root)
    set_up(root)
    made = open_sources(EXAMPLES / "hospital-group")
    asked = [(question.text, question.arguments) for question in hospital_group.QUESTIONS]
    assert share("hospital group", unlike(made, open_sources(root), asked), len(asked)) >= GOAL


@pytest.mark.skipif(not DATA.is_file(), reason="the inventory is not on this machine")
def test_the_federal_inventory_is_answered_as_by_hand(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    from federal_questions import questions

    made, proposed = tmp_path / "made", tmp_path / "proposed"
    (made / "records").mkdir(parents=True)
    shutil.copy(EXAMPLES / "federal-inventory" / "workspace.yaml", made)
    shutil.copy(EXAMPLES / "federal-inventory" / "mapping.yaml", made / "records")
    shutil.copy(DATA, made / "records")
    proposed.mkdir()
    shutil.copy(DATA, proposed)
    raw = pandas.read_csv(DATA, encoding="cp1252", dtype=str, keep_default_na=False)
    raw = raw.apply(lambda column: column.map(lambda text: " ".join(text.split())))
    asked = [(question.text, question.arguments) for question in questions(raw)]
    assert share("inventory", unlike(open_sources(made), open_sources(set_up(proposed)), asked), len(asked)) >= GOAL


DOCUMENT_QUESTIONS = (
    "Who reviews a system that sees patient data?",
    "How often is a system with a red patient risk reviewed?",
    "How often is a system with a green patient risk reviewed?",
    "How soon is a near miss of severity 1 reported?",
    "Which version of the guidance is in force?",
)


def test_documents_alone_are_answered_as_by_hand(tmp_path: Path) -> None:
    retrievers = []
    for name, is_made in (("made", True), ("proposed", False)):
        root = tmp_path / name
        shutil.copytree(EXAMPLES / "hospital-group" / "guidance", root / "guidance")
        if is_made:
            shutil.copy(EXAMPLES / "hospital-group" / "documents.yaml", root)
        else:
            set_up(root)
        sync(Workspace.open(root), None, tmp_path / f"{name}-state")
        retrievers.append(Retriever(tmp_path / f"{name}-state"))
    made, proposed = ([r.search(text, Viewer(), 1)[0].chunk.id for text in DOCUMENT_QUESTIONS] for r in retrievers)
    missed = [text for text, a, b in zip(DOCUMENT_QUESTIONS, made, proposed, strict=True) if a != b]
    assert share("documents alone", missed, len(DOCUMENT_QUESTIONS)) >= GOAL
