"""What a caller may ask of a table."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.tools.filters import Condition

Aggregate = Literal["count", "count distinct", "sum", "mean", "median", "min", "max", "share"]
Grain = Literal["month", "quarter", "year"]


class MeasureArgument(BaseModel):
    """What to compute over the rows."""

    model_config = ConfigDict(extra="forbid")

    aggregate: Aggregate = Field(
        description="count, count distinct, sum, mean, median, min, max, or share: of the rows of `among` those that "
        "meet the filters."
    )
    column: str | None = Field(
        default=None,
        description="Column to compute over, such as budget; none for a count or share of rows.",
    )


class Arguments(BaseModel):
    """Count, list, group, sum, average or compare the rows of any record table: projects, models, incidents, staff.

    Call this for "how many", "which", "list", "total", "average", "what share", "largest", "A or B" and "by unit": it
    computes over every row the asker may see, never a sample. To compare two or three, filter by `in` and group by
    the same column. For everything about one project call project_record; for a ranking by several criteria call
    prioritize_projects; for a metric over time call lookup_metric.
    """

    model_config = ConfigDict(extra="forbid")

    table: str = Field(
        default="projects",
        description="Record table: projects, models, incidents, decisions, assessments, roles …",
    )
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    among: list[Condition] = Field(
        default=[], description="Conditions of the whole of which the filtered rows are a part; all rows when empty."
    )
    measures: list[MeasureArgument] = Field(
        default=[], max_length=4, description="What to compute over the rows, or over those of each group."
    )
    group_by: list[str] = Field(
        default=[], max_length=2, description="Up to two columns to group by, such as unit and stage."
    )
    grain: Grain | None = Field(default=None, description="Of dates that are grouped by: month, quarter or year.")
    order_by: str | None = Field(
        default=None,
        description="Column that orders the rows, or of groups their column, `count`, or a measured column; a leading "
        "minus: highest first.",
    )
    limit: int | None = Field(
        default=None, ge=1, le=500, description="Rows or groups to name at the most; figures take all rows."
    )
    columns: list[str] = Field(default=[], description="Columns to show of the listed rows.")
