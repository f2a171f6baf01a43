"""Grades in a column of text: letters by themselves, other words in the order that the mapping gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import KnowledgeError, ToolError
from copilot.records.aggregating import Measure
from copilot.records.grades import letters, meeting
from copilot.records.store import Filter, Records, RecordView
from copilot.types import Viewer
from copilot.upkeep.checking import check
from copilot.workspace import Workspace

AUDITS = """code,supplier,rating,audit,lane
S-1,Norsk Data,b+,green,A
S-2,Baltic Soft,A−,amber,F
S-3,Iber Cloud,C,red,M
S-4,Gaul Systems,A,green,A
S-5,Alpine AI,n/a,Amber,F
S-6,Po Analytics,B,red,M
"""
MAPPING = "tables: {{suppliers: {{source: suppliers.csv, columns: {{audit: {{order: [{}]}}}}}}}}"


def suppliers(root: Path, order: str = "red, amber, green") -> RecordView:
    (root / "records").mkdir()
    (root / "records" / "suppliers.csv").write_text(AUDITS, encoding="utf-8")
    (root / "records" / "mapping.yaml").write_text(MAPPING.format(order))
    return Records.load(Workspace.open(root)).view(Viewer())


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["b", "A", "C", "B"], ("C", "B", "A")),
        (["B", "A-", "B+", "A", "A+", "B−"], ("B-", "B", "B+", "A-", "A", "A+")),
        (["BBB", "A", "AAA", "AA-"], ("BBB", "A", "AA-", "AAA")),
        (["A", "B", "C", "D", "F"], ("F", "D", "C", "B", "A")),
        (["A++", "A", "B", "A+"], ("B", "A", "A+", "A++")),
    ],
)
def test_letters_are_in_the_order_of_grades(texts: list[str], order: tuple[str, ...]) -> None:
    assert letters(texts) == order


@pytest.mark.parametrize("texts", [["M", "F"], ["Y", "N"], ["A"], ["A", "G"], ["A", "B", "tbd"], ["S", "M", "L"], []])
def test_other_letters_have_no_order(texts: list[str]) -> None:
    assert letters(texts) == ()


@pytest.mark.parametrize(
    ("op", "grade", "found"),
    [
        (">=", "b", ["B", "A"]), (">", "B", ["A"]), ("<", "B", ["D"]), ("<=", "B", ["D", "B"]),
        (">=", "C", ["B", "A"]), ("<", "C", ["D"]), (">", "A+", []), ("<=", "Q", None),
    ],
)  # fmt: skip
def test_a_grade_is_compared_with_those_that_occur(op: str, grade: str, found: list[str] | None) -> None:
    kept = meeting(("D", "B", "A"), op, grade)
    assert kept == (tuple(found) if found is not None else None)


@given(st.sets(st.from_regex(r"[A-D][+-]?", fullmatch=True), min_size=3), st.sampled_from(["A", "B-", "C+", "D"]))
def test_what_is_below_a_grade_and_at_least_it_is_all_there_is(texts: set[str], grade: str) -> None:
    order = letters(texts)
    below, rest = (meeting(order, op, grade) for op in ("<", ">=")) if order else ((), ())
    assert (*(below or ()), *(rest or ())) == order


def test_rows_are_compared_and_ordered_by_grade(tmp_path: Path) -> None:
    view = suppliers(tmp_path)

    def of(column: str, op: str, value: str) -> list[object]:
        asked = Filter.model_validate({"column": column, "op": op, "value": value})
        return [row["code"] for row in view.select("suppliers", [asked])]

    assert of("rating", ">=", "B") == ["S-1", "S-2", "S-4", "S-6"]
    assert of("rating", "<", "B") == ["S-3"]
    assert of("rating", "=", "A-") == ["S-2"]
    assert of("audit", "<=", "amber") == ["S-2", "S-3", "S-5", "S-6"]
    best_first = view.select("suppliers", order_by=["-rating"])
    assert [row["rating"] for row in best_first] == ["A", "A-", "B+", "B", "C", None]
    assert [row["audit"] for row in view.select("suppliers", order_by=["audit"])][::3] == ["red", "amber"]


def test_the_lowest_the_highest_and_the_middle_grade_are_told_and_no_average(tmp_path: Path) -> None:
    view = suppliers(tmp_path)
    asked = [Measure.model_validate({"name": a, "aggregate": a, "column": "rating"}) for a in ("min", "median", "max")]
    assert view.aggregate("suppliers", measures=asked) == [{"min": "C", "median": "B+", "max": "A"}]
    with pytest.raises(ToolError, match="no mean of audit, which holds grades; take the median"):
        view.aggregate("suppliers", measures=[Measure(name="n", aggregate="mean", column="audit")])
    with pytest.raises(ToolError, match="'violet' is none of them"):
        view.select("suppliers", [Filter(column="audit", op=">", value="violet")])


def test_an_order_that_only_the_letters_tell_is_pointed_out_and_a_grade_that_is_not_listed_too(tmp_path: Path) -> None:
    view = suppliers(tmp_path, order="red, green")
    assumed = {c.name: c.is_order_assumed for c in view.tables["suppliers"].columns if c.order}
    assert assumed == {"rating": True, "audit": False}
    told = {(issue.severity, issue.column, issue.row): issue.message for issue in check(tmp_path) if issue.column}
    assert "grades with A the highest" in told["info", "rating", 1]
    assert [row for severity, column, row in told if (severity, column) == ("warning", "audit")] == [3, 6]


def test_only_text_has_an_order_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "suppliers.csv").write_text("code,audit\nS-1,2\nS-2,3\n")
    (tmp_path / "records" / "mapping.yaml").write_text(MAPPING.format("1, 2, 3"))
    with pytest.raises(KnowledgeError, match="'audit' holds integer; only text has an `order`"):
        Records.load(Workspace.open(tmp_path))
