from copilot.tools.project_record.calls import calls
from copilot.tools.project_record.tool import Arguments, project_record
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="project_record",
    label="Reading the project's record",
    arguments=Arguments,
    run=project_record,
    is_available=has_projects,
    calls=calls,
    is_record=True,
    substitutes=frozenset({"diagnose_scaling"}),
)
