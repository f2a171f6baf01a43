from copilot.tools.tool import Tool, has_records
from copilot.tools.what_changed.calls import calls
from copilot.tools.what_changed.tool import Arguments, what_changed

TOOL = Tool(
    name="what_changed",
    label="Comparing with earlier",
    arguments=Arguments,
    run=what_changed,
    is_available=has_records,
    calls=calls,
    is_slow=True,
    is_ordered=True,
)
