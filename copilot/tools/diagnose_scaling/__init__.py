from copilot.tools.diagnose_scaling.calls import calls
from copilot.tools.diagnose_scaling.stall_causes import METHOD
from copilot.tools.diagnose_scaling.tool import Arguments, diagnose_scaling
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="diagnose_scaling",
    label="Following the projects from idea to production",
    arguments=Arguments,
    run=diagnose_scaling,
    is_available=has_projects,
    calls=calls,
    methods=(METHOD,),
)
