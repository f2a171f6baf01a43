from copilot.tools.plan_portfolio.calls import calls
from copilot.tools.plan_portfolio.tool import Arguments, plan_portfolio
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="plan_portfolio",
    label="Choosing the best set of projects",
    arguments=Arguments,
    run=plan_portfolio,
    is_available=has_projects,
    calls=calls,
    is_slow=True,
    is_ordered=True,
)
