from copilot.tools.check_model_health.calls import calls
from copilot.tools.check_model_health.tool import Arguments, check_model_health
from copilot.tools.model_health import can_judge
from copilot.tools.tool import Tool

TOOL = Tool(
    name="check_model_health",
    label="Checking the models",
    arguments=Arguments,
    run=check_model_health,
    is_available=lambda sources: can_judge(sources.records.tables),
    calls=calls,
)
