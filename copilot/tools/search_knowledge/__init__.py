from copilot.tools.search_knowledge.calls import calls
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.tools.tool import Tool, has_index

TOOL = Tool(
    name="search_knowledge",
    label="Searching the documents",
    arguments=Arguments,
    run=search_knowledge,
    is_available=has_index,
    calls=calls,
    substitutes=frozenset(
        {"check_governance", "diagnose_scaling", "recommend_operating_model", "plan_change", "assess_readiness"}
    ),
    searches="passages",
)
