from copilot.tools.find_duplicates.calls import calls
from copilot.tools.find_duplicates.tool import Arguments, find_duplicates
from copilot.tools.tool import Tool, has_projects

TOOL = Tool(
    name="find_duplicates",
    label="Comparing what the projects do",
    arguments=Arguments,
    run=find_duplicates,
    is_available=has_projects,
    calls=calls,
    is_ordered=True,
    quotes_documents=True,
)
