from copilot.tools.assess_readiness.calls import calls
from copilot.tools.assess_readiness.tool import Arguments, assess_readiness
from copilot.tools.readiness import METHOD
from copilot.tools.tool import Tool, has_assessments

TOOL = Tool(
    name="assess_readiness",
    label="Scoring readiness",
    arguments=Arguments,
    run=assess_readiness,
    is_available=has_assessments,
    calls=calls,
    methods=(METHOD,),
)
