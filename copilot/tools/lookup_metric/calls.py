"""How a metric may be asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from copilot.language.formatting import join_and
from copilot.language.vocabulary import FEWER, MORE, ROW_STEMS, WHOLE_STEMS
from copilot.language.words import stems, words
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.durations import says_grain
from copilot.reading.question import CLARIFY, LinkKind, Role, Shape, Span
from copilot.reading.restricting import figure_of
from copilot.reading.sharing import says_share
from copilot.records.catalogue import Metric
from copilot.records.metric_values import RATES
from copilot.tools.lookup_metric.certainty import certainty, nearest, signals, whole

# A span is taken for a metric that it does not name from this cosine on: of three hands' questions about tables and
# documents one in twenty comes as near to some metric, of those about metrics four in five.
_NEAR = 0.47
# The same where the reader wants some metric anyway.
_WANTED = 0.3
# The same where it surely does and no other comes near: "listen least to the machine" is about advice that is followed.
_LED, _LEAD = 0.2, 0.08
# From here on next to none of the others does.
_SURE = 0.55
_SURELY_WANTED, _HARDLY_WANTED = 0.8, 0.2
_OF_ROWS = frozenset({"avg", "median", "min", "max"})
_ALL = frozenset(stems("whole entire"))
_BY = "by "
_GROUPING: tuple[LinkKind, ...] = ("column", "table", "value")
# Shapes of what a single figure does not answer.
_OF_GROUPS: tuple[Shape, ...] = ("name", "ranking", "list")
# What the reader takes for one another: neither knows what a workspace keeps as a metric.
_OF_FIGURES = ("lookup_metric", "find_projects", "project_record")


def calls(asked: Asked) -> Iterator[Call]:
    """The metrics that are named, else the one that the measure comes nearest to."""
    # One column as a share of another is no metric of either.
    is_ratio = any(rows.measure == "share" and rows.beside for rows in asked.restrictions[:1])
    if asked.sources.metrics is None or is_ratio:
        return
    known = asked.sources.metrics.metrics
    named = list(dict.fromkeys(_named(asked))) or list(_nearest(asked))
    # Of a metric that is wanted a condition that it lacks is told as left out.
    is_wanted = asked.reading.tools.get("lookup_metric", 0.0) >= _SURELY_WANTED or (
        asked.is_hardly_read and evidence(asked) >= _SURELY_WANTED
    )
    own = 1.5 if is_wanted else 0.5
    for name in named[:2]:
        metric = known[name]
        if says_share(asked.text, asked.reading) and metric.unit not in RATES:
            # An amount is no answer to what share of it there is.
            continue
        filters = _described_values(asked, metric) | _filters(asked, metric)
        by = _dimension(asked, metric)
        by = None if by in filters else by
        groups = _values(asked, metric, metric.dimensions[by]) if by else []
        times = _times(asked, metric)
        arguments = {"metric": name} | ({"filters": filters} if filters else {}) | _split(asked, by, groups) | times
        left = [*_left_out(asked, metric, {*filters.values(), *groups})]
        # A metric is what its definition computes, over all or by a dimension: no average of rows, no part of it, none
        # that is first.
        is_part = bool(asked.reading.of("share"))
        missed = len(left) + (not by and _splits(asked)) + (asked.reading.measure in _OF_ROWS) + is_part
        # The figure of all is no answer for a place or a part that is not found.
        is_elsewhere = any(s.text in left for s in asked.reading.of("scope"))
        resolved = 0.0 if is_elsewhere else 1 - missed / (missed + len(filters) + own)
        phrase = _phrase(metric, filters, by, groups, times)
        sure = certainty(signals(asked, metric))
        yield Call("lookup_metric", arguments, phrase, resolved, tuple(left), sure)


def _split(asked: Asked, by: str | None, groups: Sequence[str]) -> dict[str, object]:
    """The arguments that tell a metric by a dimension, of some groups or of the first or last."""
    if by is None:
        return {}
    arguments: dict[str, object] = {"by": by} | ({"groups": [*groups]} if len(groups) > 1 else {})
    if asked.limit:
        arguments["bottom" if asked.reading.direction == "ascending" else "top"] = asked.limit
    return arguments


def _times(asked: Asked, metric: Metric) -> dict[str, object]:
    """The arguments that say of which time, and beside which other."""
    arguments: dict[str, object] = {}
    period = asked.text[slice(*asked.period.span)] if asked.period is not None else ""
    if asked.is_beside_a_year_ago:
        arguments["compare"] = "previous_year"
        period = "" if period.endswith("ago") else period
    elif against := asked.compared_with:
        arguments["against"] = against
    elif two := asked.two_times:
        arguments["against"], period = two
    if metric.unit in RATES and period[: len(_BY)].lower() == _BY:
        # "Lowest going by March" is of that month, not of all months until then.
        period = period[len(_BY) :]
    return arguments | ({"period": period} if period else {})


def _phrase(
    metric: Metric, filters: Mapping[str, str], by: str | None, groups: Sequence[str], times: Mapping[str, object]
) -> str:
    of = "".join(f" of {value}" for value in filters.values())
    of += f" of {join_and(groups)}" if len(groups) > 1 else ""
    during = f", {times.get('period', 'now')}" if times.keys() & {"period", "compare"} else ""
    during += " and a year before" if "compare" in times else ""
    during += f", beside {times['against']}" if "against" in times else ""
    return f"{metric.title}{of}{f' by {by}' if by else ''}{during}"


def _left_out(asked: Asked, metric: Metric, held: Collection[str]) -> Iterator[str]:
    """What a question says of which rows that a call of these values does not."""
    spans = [s for s in asked.reading.of("filter", "scope", "not", "bound") if not _describes(asked, s)]
    if not set(held).intersection(_described_values(asked, metric).values()):
        yield from (s.text for s in spans if not _is_expressed(asked, s, held, metric))
    yield from _sizes(asked, spans)
    if asked.earlier is not None and asked.earlier.tool not in _OF_FIGURES:
        # "What did those two cost?" after what named none of them.
        yield from (s.text for s in asked.reading.of("back"))


def _sizes(asked: Asked, spans: Collection[Span]) -> Iterator[str]:
    """What a question says of rows by the name of a column and a figure, "severity 1", outside the parts that say
    which: a metric counts over all of them."""
    for column in asked.links.of("column"):
        figure = figure_of(asked.links, column)
        if figure and not any(s.start < figure.end and column.start < s.end for s in spans):
            yield asked.text[column.start : figure.end]


def _named(asked: Asked) -> Iterator[str]:
    """The metrics that are named; where what is measured names one, none that says of which rows."""
    links = asked.links.of("metric")

    def within(*roles: Role) -> list[str]:
        return [x.key for s in asked.reading.of(*roles) for x in links if s.start <= x.start and x.end <= s.end]

    of_rows = within("filter", "not", "bound") if within("measure", "topic") else []
    yield from (x.key for x in links if x.key not in of_rows)


def _asks_a_part(asked: Asked) -> bool:
    """Whether a follow-up asks for a part of the metric before it: "which part is worse?" """
    return asked.is_continued and not asked.links.of("column") and asked.reading.tools.get("lookup_metric", 0.0) >= 0.5


def _splits(asked: Asked) -> bool:
    """Whether something other than a metric is to be told apart: by group, by value, or for the first of many."""
    metrics = [(x.start, x.end) for x in asked.links.of("metric")]
    groups = [s for s in asked.reading.of("group") if not any(a < s.end and s.start < b for a, b in metrics)]
    sides = [s for s in asked.reading.of("compare") if asked.links.within(s.start, s.end, "value", "person", "record")]
    return bool(groups or sides or (asked.reading.of("order") and asked.reading.shape == "name"))


def _describes(asked: Asked, span: Span) -> bool:
    """Whether a part of a question that measures nothing else, and names nothing, says which metric is meant."""
    is_plain = not asked.reading.of("measure", "topic") and not asked.links.of("metric")
    return is_plain and not asked.links.within(span.start, span.end)


def _is_expressed(asked: Asked, span: Span, values: Collection[str], metric: Metric) -> bool:
    """Whether a part of the question is in the call, or names the metric itself, its rows or all that there is."""
    links = [x for x in asked.links.links if x.start < span.end and span.start < x.end]
    held = {*values, metric.name}
    said = words(span.text)
    # "More or less?" asks which way it went.
    plain = all(w.is_stop or w.stem in WHOLE_STEMS or w.text.lower() in MORE | FEWER for w in said)
    # "The whole co-op" is all, whatever it is called.
    plain = plain or (not links and any(w.stem in _ALL for w in said))
    rows = (metric.table, asked.columns.main)
    return plain or any(x.key in held or x.kind == "period" or (x.kind == "table" and x.table in rows) for x in links)


def evidence(asked: Asked) -> float:
    """1 where a metric is named or clearly described; how near the description comes where it may be one.

    Less where the reader wants something else of the matter: a ranking of what to fund is no metric of funding.
    """
    tables = {(x.start, x.end) for x in asked.links.of("table")}
    # "Incidents" are rows before they are a metric of them.
    if any(x.start < x.end and (x.start, x.end) not in tables for x in asked.links.of("metric")):
        worth = 1.0
    else:
        best = max((score for _, score, _ in _described(asked)), default=0.0)
        worth = 1.0 if best >= _SURE else best + 0.25 if best >= _NEAR else 0.0
        worth = 0.0 if _are_rows(asked) else worth
    worth = 0.0 if _is_first_of_rows(asked) else worth
    # A metric that is named leaves nothing to ask back.
    read = asked.reading.tools
    figures = max(read.get(name, 0.0) for name in _OF_FIGURES)
    others = max((p for name, p in read.items() if name not in (*_OF_FIGURES, CLARIFY)), default=0.0)
    return worth * figures / (figures + others) if others else worth


def _wants_rows(asked: Asked) -> bool:
    read = asked.reading.tools
    return read.get("find_projects", 0.0) >= _SURELY_WANTED and read.get("lookup_metric", 0.0) < _HARDLY_WANTED


def _is_first_of_rows(asked: Asked) -> bool:
    """Whether the reader wants the first or last rows by what may also be a metric: "which project has the lowest
    expected benefit?"."""
    orders = bool(asked.reading.of("order", "limit")) and not asked.reading.of("group", "compare")
    tables = {link.table for link in asked.links.of("table")}
    names_rows = any(rows.table in tables and rows.order for rows in asked.readings[:1])
    return _wants_rows(asked) and orders and names_rows and asked.period is None


def _are_rows(asked: Asked) -> bool:
    """Whether the reader wants rows and no metric, and what it asks of them is read without doubt."""
    if not _wants_rows(asked) or asked.is_hardly_read or not asked.readings or asked.sources.metrics is None:
        return False
    # Of the rows that metrics are made of, the metric is what is asked.
    made_of = {metric.table for metric in asked.sources.metrics.metrics.values() if metric.where}
    return asked.readings[0].table not in made_of


def _nearest(asked: Asked) -> Iterator[str]:
    """The metric that is described first, and another that is clearly described too."""
    wanted = asked.reading.tools.get("lookup_metric", 0.0)
    # The reader knows no table: what none holds is a metric where it may be one.
    is_wanted = wanted >= 0.5 or (wanted >= _HARDLY_WANTED and asked.is_hardly_read)
    least = _WANTED if is_wanted else _NEAR
    described = list(_described(asked, is_wanted))
    found = [(name, score) for name, score, _ in described if score >= least]
    if not found and wanted >= _SURELY_WANTED:
        described += _nearest_to(asked, [whole(asked)])
        found = [(name, score) for name, score, lead in described if score >= _LED and lead >= _LEAD]
    yield from (name for n, (name, score) in enumerate(found) if not n or score >= _SURE)


def _described(asked: Asked, is_wanted: bool = False) -> Iterator[tuple[str, float, float]]:
    """The metric nearest to each span that may be one, with its cosine and by how much that is more than of any other;
    where one is wanted or rows are hardly read, and no span may, the one nearest to the question."""
    spans = asked.reading.of("measure", "topic")[:2]
    yield from _nearest_to(asked, spans or ([whole(asked)] if is_wanted or asked.is_hardly_read else []))


def _nearest_to(asked: Asked, spans: Iterable[Span]) -> Iterator[tuple[str, float, float]]:
    for span in spans:
        if found := nearest(asked, span):
            (name, best), *others = found
            yield name, best, best - max((score for _, score in others), default=0.0)


def _described_values(asked: Asked, metric: Metric) -> dict[str, str]:
    """Dimension to the value that a part of the question means without naming it: "down south" is Southern Plants."""
    spans = [s for s in asked.reading.of("filter", "scope") if not asked.links.within(s.start, s.end)]
    if not spans or not asked.view.has(metric.table):
        return {}
    conditions = [c for c in asked.of_table(metric.table).conditions if c.op == "=" and isinstance(c.value, str)]
    meant = {name: c.value for c in conditions for name, column in metric.dimensions.items() if c.column == column}
    return {name: str(value) for name, value in meant.items()} if len(meant) == len(spans) == 1 else {}


def _filters(asked: Asked, metric: Metric) -> dict[str, str]:
    """Dimension to the value that is named for it."""
    held = {name: _values(asked, metric, column) for name, column in metric.dimensions.items()}
    return {name: values[0] for name, values in held.items() if len(values) == 1}


def _values(asked: Asked, metric: Metric, column: str) -> list[str]:
    """The values of a column that are named as such, in whatever table they were found."""
    if column == "project_id":
        return [x.key for x in asked.records("projects")]
    # What is measured or ordered by is no condition: "who owns it" is not platform = own. What stands beside the name
    # of the metric is one: "hours saved at Lyon".
    metrics = asked.links.of("metric")
    other = [
        s
        for s in asked.reading.of("measure", "order", "limit", "topic", "share")
        if s.role != "measure" or not any(s.start <= m.start and m.end <= s.end for m in metrics)
    ]
    linked = [
        x
        for x in asked.links.of("value", "person")
        if not any(s.start <= x.start < s.end for s in other)
        and not any(m.start < x.end and x.start < m.end for m in metrics)
    ]
    profile = asked.columns.get(metric.table, column)
    own = set(profile.values) if profile is not None else set()
    return list(dict.fromkeys(x.key for x in linked if x.column == column or x.key in own))


def _dimension(asked: Asked, metric: Metric) -> str | None:
    """The dimension that a span of grouping names, or of which one is asked for; that of several values that are
    compared."""
    dimensions = metric.dimensions
    links = [
        x for s in asked.reading.of("group", "order", "compare") for x in asked.links.within(s.start, s.end, *_GROUPING)
    ]
    if asked.reading.shape in _OF_GROUPS:
        # "Which house is dragging it down?"
        links += asked.links.of("column")
    for link in links:
        for name, column in dimensions.items():
            if link.key in (name, column, f"{name}s") or link.column == column:
                return name
    if any(not says_grain(s) for s in asked.reading.of("group")):
        # What groups rows in other words than its name.
        groups = {column for rows in asked.restrictions for column in rows.groups}
        if found := next((name for name, column in dimensions.items() if column in groups), None):
            return found
    several = next((name for name, column in dimensions.items() if len(_values(asked, metric, column)) > 1), None)
    # Where a figure is lowest or highest is told by the dimension that its catalogue names first.
    is_first_asked = asked.reading.shape in _OF_GROUPS and (asked.reading.direction != "none" or _asks_a_part(asked))
    first = _of_projects(asked, dimensions) or next(iter(dimensions), None)
    return several or (first if is_first_asked and not asked.links.of("record") else None)


def _of_projects(asked: Asked, dimensions: Mapping[str, str]) -> str | None:
    """The dimension of the projects, where "which tool" asks for one of them."""
    said = words(asked.text)
    asking = [n for n, w in enumerate(said) if w.text.lower() in ("which", "what")]
    asks_one = any(w.stem in ROW_STEMS for n in asking for w in said[n + 1 : n + 3])
    return next((name for name, column in dimensions.items() if column == "project_id"), None) if asks_one else None
