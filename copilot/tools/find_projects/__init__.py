from copilot.tools.find_projects.calls import calls
from copilot.tools.find_projects.continuing import continued
from copilot.tools.find_projects.deciding import decides
from copilot.tools.find_projects.tool import Arguments, find_projects
from copilot.tools.tool import Tool, has_records

TOOL = Tool(
    name="find_projects",
    label="Counting over the records",
    arguments=Arguments,
    run=find_projects,
    is_available=has_records,
    calls=calls,
    continues=continued,
    decides=decides,
    substitutes=frozenset({"project_record", "lookup_metric", "check_model_health", "draft_memo"}),
)
