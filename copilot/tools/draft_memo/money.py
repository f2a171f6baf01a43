"""What a funding memo says of money: what is left to spend, and what is expected of it."""

from __future__ import annotations

from copilot.language.formatting import join_and, money
from copilot.memos.memo import SectionName
from copilot.memos.writer import Writer
from copilot.tools.draft_memo.inputs import Basis, name_of, short_name_of
from copilot.tools.evidence import Row, computed
from copilot.tools.project_record.tool import Arguments, project_record

_TOLD = 6
_SECTION: SectionName = "money"


def write_money(basis: Basis, writer: Writer) -> None:
    """Nothing for a prioritization memo, whose portfolio says what it costs."""
    if not basis.asked.projects:
        return
    for key in basis.proposed:
        told = project_record(basis.sources, basis.viewer, Arguments(project=key, aspects=["money"]))
        writer.read(told.evidence)
        name = short_name_of(basis.row(key))
        for n, statement in enumerate(told.findings[:_TOLD]):
            lead = "" if name in statement.text else f"{name}: "
            writer.say(_SECTION, f"money:{key}:{n}", f"{lead}{statement.text}", (*statement.evidence, f"r-{key}"))
    if text := _together(basis):
        x = computed(
            basis.view.sources["projects"], "Money that the projects of this memo still need", "budget less spending",
            [text], basis.sources.today,
        )  # fmt: skip
        writer.read([x])
        writer.say(_SECTION, "together", text, [x.id, *(f"r-{key}" for key in basis.proposed)])


def _together(basis: Basis) -> str:
    """What the projects still need against what there is; empty where neither is known."""
    rows = [basis.row(key) for key in basis.proposed]
    left = {str(row["id"]): _left(row) for row in rows}
    known = [amount for amount in left.values() if amount is not None]
    unknown = [name_of(row) for row in rows if left[str(row["id"])] is None]
    without = f" No budget is recorded of {join_and(unknown)}." if unknown else ""
    if not known:
        return without.strip()
    total, asked = sum(known), basis.asked.budget
    text = f"Budget not yet spent: {money(total, basis.currency)}."
    if asked is not None:
        gap = asked - total
        more = "more than" if gap >= 0 else "less than"
        text += f" The {money(asked, basis.currency)} asked for is {money(abs(gap), basis.currency)} {more} that."
    return text + without


def _left(row: Row) -> float | None:
    budget, spend = row.get("budget"), row.get("spend")
    if not isinstance(budget, int | float):
        return None
    return max(float(budget) - (float(spend) if isinstance(spend, int | float) else 0.0), 0.0)
