from copilot.tools.check_model_health.calls import calls
from copilot.tools.check_model_health.tool import Arguments, check_model_health
from copilot.tools.tool import Tool

TOOL = Tool(
    name="check_model_health",
    label="Checking the models",
    arguments=Arguments,
    run=check_model_health,
    is_available=lambda sources: "model_quality" in sources.records.tables,
    calls=calls,
)
