from copilot.tools.plan_portfolio.tool import Arguments, plan_portfolio
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="plan_portfolio",
    label="Choosing the best set of projects",
    arguments=Arguments,
    run=plan_portfolio,
    is_available=has_projects,
    is_ordered=True,
)
