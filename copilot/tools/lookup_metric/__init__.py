from copilot.tools.lookup_metric.calls import calls, evidence
from copilot.tools.lookup_metric.continuing import continued
from copilot.tools.lookup_metric.deciding import decides
from copilot.tools.lookup_metric.tool import Arguments, lookup_metric
from copilot.tools.tool import Tool, has_metrics

TOOL = Tool(
    name="lookup_metric",
    label="Looking up the metric",
    arguments=Arguments,
    run=lookup_metric,
    is_available=has_metrics,
    calls=calls,
    continues=continued,
    evidence=evidence,
    decides=decides,
    needs_figure=True,
)
