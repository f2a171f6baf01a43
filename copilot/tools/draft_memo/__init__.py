from copilot.tools.draft_memo.calls import calls
from copilot.tools.draft_memo.template import METHOD, STATUS_METHOD, STOP_METHOD
from copilot.tools.draft_memo.tool import Arguments, draft_memo
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="draft_memo",
    label="Drafting the memo",
    arguments=Arguments,
    run=draft_memo,
    is_available=has_projects,
    calls=calls,
    methods=(METHOD, STOP_METHOD, STATUS_METHOD),
    is_slow=True,
    is_ordered=True,
    most_findings=16,
)
