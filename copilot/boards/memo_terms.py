"""A memo on other terms than it was drafted on: its scope, weights and limits, tried before it is drafted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.boards.portfolio import choices
from copilot.memos.comparison import compare
from copilot.memos.memo import DECISIVE, Memo
from copilot.sources import Sources
from copilot.tools.draft_memo.inputs import of_unit
from copilot.tools.draft_memo.tool import Arguments, preview
from copilot.tools.filters import Condition
from copilot.types import Viewer

_UNIT = "unit"

Scope = Mapping[str, Sequence[str]]
"""By column of the projects the values that it is narrowed to; all where there is none."""


@dataclass(frozen=True)
class Tried:
    memo: Memo
    """Its motion, money and table on the new terms; not kept."""
    come: tuple[str, ...]
    """Names of the projects that are now proposed (to fund, to stop; of a status memo: blocked or off track)."""
    go: tuple[str, ...]
    """Names of those that no longer are."""
    is_reordered: bool
    """The same are proposed in another order."""
    reasons: tuple[str, ...]
    """Project by project what is said otherwise than in the version that is kept."""


def terms(memo: Memo) -> Arguments:
    """What it was drafted on."""
    return Arguments.model_validate(memo.provenance.arguments)


def scope(sources: Sources, viewer: Viewer, arguments: Arguments) -> dict[str, list[str]]:
    """Each column that the projects may be narrowed by, with what they are narrowed to; a ToolError where the
    unit is none any more."""
    view, known = sources.records.view(viewer), choices(sources, viewer)
    conditions = [*arguments.filters, *([of_unit(view, arguments.unit)] if arguments.unit else [])]
    return {
        column: [v for c in conditions if c.column == column for v in _listed(c) if v in values]
        for column, values in known.items()
    }


def narrowed(arguments: Arguments, before: Scope, after: Scope) -> Arguments:
    """The arguments with the columns that differ narrowed anew; conditions of another kind stay as they are."""
    changed = {column: list(values) for column, values in after.items() if list(values) != list(before[column])}
    if not changed:
        return arguments
    filters = [c for c in arguments.filters if c.column not in changed or not _listed(c)]
    filters += [Condition(column=c, op="in", value=tuple(v)) for c, v in changed.items() if v and c != _UNIT]
    unit = arguments.unit
    if _UNIT in changed:
        units = changed[_UNIT]
        unit = units[0] if len(units) == 1 else None
        filters += [Condition(column=_UNIT, op="in", value=tuple(units))] if len(units) > 1 else []
    return arguments.model_copy(update={"filters": filters, "unit": unit})


def _listed(condition: Condition) -> list[str]:
    """The values that a condition names; none of a condition of another kind."""
    if condition.op not in ("=", "in") or condition.where or condition.than:
        return []
    value = condition.value
    return [str(v) for v in (value if isinstance(value, tuple) else (value,)) if v is not None]


def tried(sources: Sources, viewer: Viewer, memo: Memo, arguments: Arguments) -> Tried:
    """What these terms change against the kept version; a ToolError says why nothing can be proposed on them."""
    other = preview(sources, viewer, arguments)
    was, now = _proposed(memo), _proposed(other)
    return Tried(
        memo=other,
        come=tuple(name for id, name in now.items() if id not in was),
        go=tuple(name for id, name in was.items() if id not in now),
        is_reordered=[*was] != [*now] and {*was} == {*now},
        reasons=compare(memo, other).reasons,
    )


def _proposed(memo: Memo) -> dict[str, str]:
    """Names by id, in the order in which they are told."""
    return {call.project: call.name for call in memo.calls if call.verdict in DECISIVE[memo.kind]}
