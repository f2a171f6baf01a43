"""What a caller may ask of a table."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.tools.filters import Condition

Aggregate = Literal["count", "count distinct", "sum", "mean", "median", "min", "max", "share"]
Comparison = Literal["<", "<=", ">", ">=", "="]
Grain = Literal["month", "quarter", "year"]


class MeasureArgument(BaseModel):
    """What to compute over the rows."""

    model_config = ConfigDict(extra="forbid")

    aggregate: Aggregate = Field(
        description="share: of the rows of `among` those that meet the filters, or of the sum of `of` that of `column`."
    )
    column: str | None = Field(
        default=None,
        description="None for a count or share of rows.",
    )
    of: str | None = Field(default=None, description="With share: what `column` is a share of.")


class GroupCondition(BaseModel):
    """Which groups are kept."""

    model_config = ConfigDict(extra="forbid")

    op: Comparison = ">"
    value: float = Field(description="Of the first measure; = 0: values that no row has.")


class Arguments(BaseModel):
    """Count, list, group, sum, average or compare the rows of any record table, over every row the asker may see.

    For "how many", "which", "total", "average", "what share", "largest", "by unit". To compare two or three, filter by
    `in` and group by the same column. Wherever a column of numbers is named, "spend less budget" is what the one is
    more than the other, "time from opened to closed" the days between two dates, and "number of incidents" how many
    rows of a table refer to the row.
    """

    model_config = ConfigDict(extra="forbid")

    table: str = Field(
        default="projects",
        description="Record table, such as projects, models or incidents.",
    )
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    among: list[Condition] = Field(
        default=[], description="Conditions, as there, of the whole that `filters` choose from."
    )
    measures: list[MeasureArgument] = Field(
        default=[], max_length=4, description="What to compute, of all rows or by group."
    )
    group_by: list[str] = Field(default=[], max_length=2, description="Up to two columns to group by.")
    having: GroupCondition | None = Field(
        default=None, description="Only the groups whose first measure, the number of rows by default, compares so."
    )
    grain: Grain | None = Field(default=None, description="Of dates and periods.")
    times: list[str] = Field(
        default=[],
        max_length=4,
        description="Grouped by dates: the times to set side by side, as 2025 or Q1 2026.",
    )
    order_by: str | None = Field(
        default=None,
        description="Column, or of groups `count` or a measure; a leading minus: highest first.",
    )
    per_group: int | None = Field(default=None, ge=1, le=20, description="Rows to name of each group.")
    limit: int | None = Field(default=None, ge=1, le=500, description="Rows or groups to name; figures take all.")
    columns: list[str] = Field(default=[], description="Columns to show of listed rows.")
