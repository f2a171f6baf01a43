"""Whether a memo that was kept still holds on the data of today."""

from __future__ import annotations

from copilot.errors import ToolError
from copilot.memos.comparison import Check, cannot_check, compare
from copilot.memos.memo import Memo
from copilot.sources import Sources
from copilot.tools.draft_memo.tool import Arguments, draft
from copilot.types import Viewer


def check_memo(sources: Sources, viewer: Viewer, memo: Memo) -> Check:
    """Drafts it again with the same arguments and compares; a draft that is refused is an outcome, not an error."""
    try:
        again = draft(sources, viewer, Arguments.model_validate(memo.provenance.arguments))
    except ToolError as error:
        return cannot_check(memo, sources.today, str(error))
    return compare(memo, again)
