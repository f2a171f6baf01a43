"""What a board must know of risks and gates before it decides; project by project it is told in the annexes."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.tools.draft_memo.decision import flags
from copilot.tools.draft_memo.gates import launch_rules, summary
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.risks import classes, data
from copilot.tools.draft_memo.template import Told


def conditions(basis: MemoInputs) -> Iterator[Told]:
    if basis.asked.projects:
        yield from flags(basis)
    yield from summary(basis)
    if basis.proposed:
        yield from launch_rules(basis)
        yield from classes(basis)
        yield from data(basis)
