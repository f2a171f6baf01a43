"""An answer in parts: nothing of it is lost, and no point repeats a table."""

from __future__ import annotations

from copilot.boards.answers import POINTS, parts
from copilot.types import Answer, Finding, Table

FINDINGS = [
    Finding(kind="leader", role="headline", text="One leads."),
    Finding(kind="reason", subject="P-1", text="One is strong."),
    *(Finding(kind="count", text=f"Point {n}.") for n in range(5)),
    Finding(kind="flip", text="One falls if risk counts."),
    Finding(kind="missing", role="caveat", text="Two lack data."),
]
TEXT = "\n".join(["One leads[1][2].", "", *(f"- {f.text[:-1]}[1]." for f in FINDINGS[1:-1]), "", "Two lack data[1]."])
RANKING = Table(title="Ranking", columns=("Id", "Score"), rows=(("P-1", 9),))


def answer(text: str) -> Answer:
    return Answer(id="a", question="Which?", status="answered", text=text, tables=(RANKING,))


def test_an_answer_is_told_in_parts() -> None:
    found = parts(answer(TEXT), FINDINGS)
    assert found is not None
    assert found.lead == "One leads[1][2]."
    assert len(found.points) == POINTS
    assert all("Point" in point for point in found.points)
    assert any("One is strong" in line for line in found.more)
    assert [line.startswith("One falls") for line in found.changes] == [True]
    assert found.limits == ("Two lack data[1].",)


def test_a_text_that_no_finding_makes_up_is_shown_whole() -> None:
    assert parts(answer("A quotation [1].\n\nAnother one [2].\n\nA third [3]."), FINDINGS) is None
