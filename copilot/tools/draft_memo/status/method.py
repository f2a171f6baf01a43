"""How the states of a status memo are judged, and what it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.tools.draft_memo.standing import GROUNDS, NEARLY_SPENT
from copilot.tools.draft_memo.status.inputs import AT_RISK, OFF_TRACK, StatusInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import name_of
from copilot.tools.findings import count, listed, share
from copilot.types import Finding, Value

_NAMED = 6


def method(status: StatusInputs) -> Iterator[Told]:
    values: dict[str, Value] = {
        "off_track": tuple(words for kind, (_, words) in GROUNDS.items() if kind in OFF_TRACK),
        "at_risk": tuple(words for kind, (_, words) in GROUNDS.items() if kind in AT_RISK),
        "nearly": share(NEARLY_SPENT),
    }
    yield Told("state_rule", Finding(kind="state_rule", role="method", values=values))
    if unknown := status.of("unknown"):
        names = listed([name_of(row) for row in unknown], _NAMED)
        told = Finding(kind="state_unknown", values={"unknown": count(len(unknown), "project"), "names": names})
        yield Told("state_unknown", told)
