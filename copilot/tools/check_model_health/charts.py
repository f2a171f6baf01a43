"""The health of models as tables and charts."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drawing.charts import INK, lines
from copilot.language.formatting import format_quantity, humanize
from copilot.tools.check_model_health.phrasing import FOUND
from copilot.tools.findings import share
from copilot.tools.model_health import Health
from copilot.types import Chart, Table

# Lines in one chart.
_DRAWN = 4


def table(shown: Sequence[Health]) -> Table:
    return Table(
        title="Model health, worst first",
        columns=(
            "Id", "Model", "Validated", "Latest", "Change (points)", "Declining since", "Found",
            "Confidence", "Inputs shifted", "Retraining overdue (days)", "Feedback loop",
        ),
        rows=tuple(
            (
                h.id,
                h.name,
                _percent(h.validated) if h.validated is not None else None,
                _percent(h.quality.latest) if h.quality else None,
                h.points,
                h.onset.isoformat() if h.onset else None,
                FOUND[h.decline.detector] if h.decline else None,
                h.decline.confidence if h.decline else None,
                len(h.shifted) if h.inputs else None,
                h.overdue_days if h.retraining_due else None,
                "suspected" if h.may_feed_itself else None,
            )
            for h in shown
        ),
    )  # fmt: skip


def inputs_table(health: Health) -> Table:
    return Table(
        title=f"Inputs of {health.title}, training against lately",
        columns=(
            "Input",
            "Change of its spread",
            "Level",
            "Widest gap in shares",
            "Share that changed most",
        ),
        rows=tuple(
            (
                humanize(i.name),
                round(i.shift.psi, 2),
                i.shift.level,
                round(i.shift.distance, 2),
                f"{i.bins[i.shift.moved_bin]}: {' to '.join(map(_percent, i.shift.moved_share))}",
            )
            for i in health.inputs
        ),
    )


def charts(healths: Sequence[Health], single: bool) -> tuple[Chart, ...]:
    drawn = [h for h in healths if h.quality and len(h.quality.values) > 1][:_DRAWN]
    if not drawn:
        return ()
    rows = [
        (h.name, h.quality.week(n).isoformat(), round(float(value), 4))
        for h in drawn
        if h.quality
        for n, value in enumerate(h.quality.values)
    ]
    first = drawn[0]
    if not single:
        return (lines("Quality of the declining models by week", "Quality", rows, None, ".0%"),)
    level = (f"Validated {_percent(first.validated)}", first.validated) if first.validated is not None else None
    metric = humanize(str(first.row.get("quality_metric") or "quality")).capitalize()
    chart = lines(f"{metric} of {first.name} by week", metric, rows, level, ".0%")
    return (_with_onset(chart, first),)


def _with_onset(chart: Chart, health: Health) -> Chart:
    if health.onset is None:
        return chart
    data = {"values": [{"date": health.onset.isoformat(), "name": f"Decline from {health.onset.isoformat()}"}]}
    x = {"field": "date", "type": "temporal"}
    marks = [
        {"data": data, "mark": {"type": "rule", "strokeDash": [2, 3], "color": INK}, "encoding": {"x": x}},
        {
            "data": data,
            "mark": {"type": "text", "align": "right", "dx": -4, "color": INK},
            # Above the frame, where no series runs.
            "encoding": {"x": x, "y": {"value": -7}, "text": {"field": "name"}},
        },
    ]
    return chart.model_copy(update={"spec": {**chart.spec, "layer": [*chart.spec["layer"], *marks]}})


def _percent(value: float) -> str:
    return format_quantity(share(value, 1))
