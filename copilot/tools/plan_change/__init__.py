from copilot.tools.plan_change.calls import calls
from copilot.tools.plan_change.method import METHOD
from copilot.tools.plan_change.tool import Arguments, plan_change
from copilot.tools.tool import Tool, has_assessments

TOOL = Tool(
    name="plan_change",
    label="Planning the change",
    arguments=Arguments,
    run=plan_change,
    is_available=has_assessments,
    calls=calls,
    methods=(METHOD,),
    is_slow=True,
    is_ordered=True,
    quotes_documents=True,
    most_findings=10,
)
