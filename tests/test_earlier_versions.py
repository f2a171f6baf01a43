"""What held before is told beside what holds now, where a question asks for both."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Answer, Copilot


def policy(title: str, head: str, months: int, leave: int) -> str:
    return (
        f"---\ntitle: {title}\n{head}---\n# {title}\n\n"
        f"1.1 What a reader clicked is kept for {months} months and then deleted.\n\n"
        f"1.2 The data board may set a rule aside for up to {leave} days.\n\n"
        "1.3 Nobody sells what a reader has told us.\n"
    )


copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Tamar Mills\nas_of: 2026-05-20\n",
        "policies/reader-data.md": policy("Reader data code", "effective: 2025-10-01\n", 13, 90),
        "policies/reader-data-2023.md": policy(
            "Reader data code, second issue",
            "effective: 2023-02-01\nsuperseded_by: policies/reader-data.md\n",
            25,
            180,
        ),
    }
)


def sources(answer: Answer) -> set[str]:
    return {c.source for c in answer.citations}


@pytest.mark.parametrize(
    ("question", "now", "before"),
    [
        ("How long do we keep what people clicked, and how long was it under the earlier rules?", "13", "25"),
        ("For how many days may the data board set a rule aside, and what was it in the old code?", "90", "180"),
        ("How did the code change on how long clicks stay with us?", "13", "25"),
        ("By how much did the second issue let the data board suspend a rule, as against today?", "90", "180"),
    ],
)
def test_both_versions_are_told(copilot: Copilot, question: str, now: str, before: str) -> None:
    answer = copilot.ask(question)
    assert sources(answer) == {"policies/reader-data.md", "policies/reader-data-2023.md"}
    assert now in answer.text
    assert before in answer.text


def test_what_holds_now_is_told_alone_where_nobody_asks_for_more(copilot: Copilot) -> None:
    answer = copilot.ask("How long do we keep what people clicked?")
    assert sources(answer) == {"policies/reader-data.md"}


def test_what_held_before_stands_below_what_holds(copilot: Copilot) -> None:
    lines = copilot.ask("What was the limit for setting a rule aside in the second issue, and what is it now?").text
    assert lines.index("90 days") < lines.index("Before:") < lines.index("180 days")


@pytest.mark.parametrize(
    "question",
    ["How long do we keep what people clicked before we train on it?", "Who signs before a click model goes live?"],
)
def test_a_time_before_something_is_no_earlier_version(copilot: Copilot, question: str) -> None:
    assert sources(copilot.ask(question)) <= {"policies/reader-data.md"}
