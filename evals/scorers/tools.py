"""Whether the right tools were called with the right arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.types import ToolCall
from evals.samples import ArgumentMatch, ExpectedTool, Sample, ToolMode
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.wording import Weights


def argument_fits(expected: Any, given: Any, how: ArgumentMatch) -> bool:
    if how == "regex":
        return re.search(str(expected), str(given), re.I) is not None
    if how == "contains":
        wanted = expected if isinstance(expected, list) else [expected]
        return all(str(part).lower() in str(given).lower() for part in wanted)
    if how == "ignore_case":
        return str(expected).strip().lower() == str(given).strip().lower()
    if how == "number":
        return isinstance(given, int | float) and abs(float(expected) - float(given)) <= 1e-6 * abs(float(expected))
    return bool(expected == given)


def call_fits(expected: ExpectedTool, call: ToolCall) -> bool:
    """Whether a call is of the tool and has the listed arguments; others are not compared."""
    return call.name == expected.name and all(
        name in call.arguments and argument_fits(value, call.arguments[name], expected.match.get(name, "exact"))
        for name, value in expected.arguments.items()
    )


def matched(expected: Sequence[ExpectedTool], calls: Sequence[ToolCall]) -> int:
    """How many expected calls were made, each call counting for one."""
    left = list(calls)
    count = 0
    for wanted in expected:
        fit = next((i for i, call in enumerate(left) if call_fits(wanted, call)), None)
        if fit is not None:
            del left[fit]
            count += 1
    return count


def fits(expected: Sequence[ExpectedTool], calls: Sequence[ToolCall], mode: ToolMode) -> bool:
    """Whether the calls are the expected ones: in order, in any order, or among others."""
    if mode == "any":
        return True
    if mode == "strict":
        return len(expected) == len(calls) and all(map(call_fits, expected, calls))
    found = matched(expected, calls) == len(expected)
    return found and (mode == "superset" or len(expected) == len(calls))


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    if not sample.tools and not sample.forbidden_tools:
        return dict.fromkeys(("tools_ok", "tools_recall"), NOT_APPLICABLE)
    calls = [c for c in output.answer.tool_calls if c.ok] if output.answer else []
    forbidden = [c.name for c in calls if c.name in sample.forbidden_tools]
    right = output.answer is not None and fits(sample.tools, calls, sample.tool_mode) and not forbidden
    made = ", ".join(f"{c.name}({c.arguments})" for c in calls) or "none"
    explanation = f"called {made}"[:600]
    recall = matched(sample.tools, calls) / len(sample.tools) if sample.tools else float(right)
    return {
        "tools_ok": Score(value=float(right), explanation=explanation),
        "tools_recall": Score(value=recall, explanation=explanation),
    }
