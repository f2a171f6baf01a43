"""How a metric may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.matching import query

# A span is taken for a metric that it does not name from this cosine on.
_NEAR = 0.5


def calls(asked: Asked) -> Iterator[Call]:
    """The metrics that are named, else the one that the measure comes nearest to."""
    if asked.sources.metrics is None:
        return
    known = asked.sources.metrics.metrics
    named = list(dict.fromkeys(x.key for x in asked.links.of("metric"))) or list(_nearest(asked))
    for name in named[:2]:
        metric = known[name]
        arguments: dict[str, object] = {"metric": name}
        filters = _filters(asked, metric.dimensions)
        if filters:
            arguments["filters"] = filters
        by = _dimension(asked, metric.dimensions)
        if by and by not in filters:
            arguments["by"] = by
            if asked.limit:
                arguments["bottom" if asked.reading.direction == "ascending" else "top"] = asked.limit
        if asked.period is not None:
            arguments["period"] = asked.text[slice(*asked.period.span)]
        of = "".join(f" of {value}" for value in filters.values())
        during = f", {arguments['period']}" if "period" in arguments else ""
        yield Call("lookup_metric", arguments, f"{metric.title}{of}{f' by {by}' if by else ''}{during}")


def _nearest(asked: Asked) -> Iterator[str]:
    known = asked.sources.metrics.metrics if asked.sources.metrics else {}
    choice = asked.columns.metrics({name: (m.label or name, *m.synonyms) for name, m in known.items()})
    for span in asked.reading.of("measure", "topic")[:2]:
        scores = asked.columns.scores(query(asked.text, span.start, span.end, span.role), choice)
        if len(scores) and float(scores.max()) >= _NEAR:
            yield choice.candidates[int(scores.argmax())].column


def _filters(asked: Asked, dimensions: Mapping[str, str]) -> dict[str, str]:
    """Dimension to the value that is named for it."""
    found: dict[str, str] = {}
    for name, column in dimensions.items():
        values = [x.key for x in asked.links.of("value", "person") if x.column == column]
        if column == "project_id":
            values = [x.key for x in asked.records("projects")]
        if len(set(values)) == 1:
            found[name] = values[0]
    return found


def _dimension(asked: Asked, dimensions: Mapping[str, str]) -> str | None:
    """The dimension that a span of grouping names; that of several values that are compared."""
    for span in asked.reading.of("group", "order", "compare"):
        for link in asked.links.within(span.start, span.end, "column", "table", "value"):
            for name, column in dimensions.items():
                if link.key in (name, column, f"{name}s") or link.column == column:
                    return name
    return None
