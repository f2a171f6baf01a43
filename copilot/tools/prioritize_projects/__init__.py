from copilot.tools.prioritize_projects.tool import Arguments, prioritize_projects
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="prioritize_projects",
    label="Scoring the projects",
    arguments=Arguments,
    run=prioritize_projects,
    is_available=has_projects,
    is_ordered=True,
)
