from copilot.tools.recommend_operating_model.calls import calls
from copilot.tools.recommend_operating_model.method import METHOD
from copilot.tools.recommend_operating_model.tool import Arguments, recommend_operating_model
from copilot.tools.tool import Tool, has_assessments

TOOL = Tool(
    name="recommend_operating_model",
    label="Weighing the operating models",
    arguments=Arguments,
    run=recommend_operating_model,
    is_available=has_assessments,
    calls=calls,
    methods=(METHOD,),
    is_ordered=True,
    quotes_documents=True,
)
