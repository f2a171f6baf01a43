from copilot.tools.check_governance.calls import calls, evidence
from copilot.tools.check_governance.tool import Arguments, check_governance
from copilot.tools.tool import Tool, has_gates

TOOL = Tool(
    name="check_governance",
    label="Checking the governance rules",
    arguments=Arguments,
    run=check_governance,
    is_available=has_gates,
    calls=calls,
    evidence=evidence,
)
