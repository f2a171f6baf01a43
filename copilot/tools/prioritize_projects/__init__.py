from copilot.tools.prioritize_projects.calls import calls
from copilot.tools.prioritize_projects.tool import Arguments, prioritize_projects
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="prioritize_projects",
    label="Scoring the projects",
    arguments=Arguments,
    run=prioritize_projects,
    is_available=has_projects,
    calls=calls,
    is_ordered=True,
)
