"""A call that continues an earlier one: "the same without the labs", "and in Lyon?"."""

from __future__ import annotations

from typing import Any

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def continued(earlier: Call, call: Call, asked: Asked) -> Call:
    """An earlier call with what a follow-up says anew; conditions on one column replace each other."""
    arguments = {**earlier.arguments, **call.arguments}
    arguments["filters"] = joined(earlier.arguments.get("filters"), call.arguments.get("filters"))
    if not arguments["filters"]:
        del arguments["filters"]
    return Call(call.tool, arguments, call.phrase or earlier.phrase, call.resolved, call.unresolved, call.certainty)


def joined(earlier: Any, fresh: Any) -> Any:
    """Conditions with those that replace or join them, as a list of conditions or as values by dimension."""
    if isinstance(earlier or fresh, dict):
        return {**(earlier or {}), **(fresh or {})}
    new = {f["column"] for f in fresh or ()}
    return [*(f for f in earlier or () if f["column"] not in new), *(fresh or ())]
