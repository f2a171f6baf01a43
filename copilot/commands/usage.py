"""`bearing usage`: how Bearing is used, for who administers it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.boards.usage import Usage


def usage(
    days: Annotated[int, typer.Option("--days", min=1, help="So many days up to today (UTC).")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="The folder; the shipped one by default.")
    ] = None,
    viewer: Annotated[str | None, typer.Option("--viewer", help="Who looks: a name from workspace.yaml.")] = None,
) -> None:
    """Tell how much is asked, how long answers take and what they cost, what stays unanswered, what people say."""
    from copilot.boards.usage import read_usage
    from copilot.state.conversations import FILE, Conversations
    from copilot.state.places import place
    from copilot.workspace import Workspace

    settings = Settings.from_env(workspace=workspace)
    who = Workspace.open(settings.workspace).viewer(viewer or settings.viewer)
    with closing(Conversations(place(settings, FILE))) as conversations:
        found = read_usage(conversations, who, days)
    if json:
        sys.stdout.buffer.write(found.model_dump_json(indent=2).encode() + b"\n")
    else:
        _print(found)


def _print(found: Usage) -> None:
    typer.echo(f"{found.first} to {found.last}: {found.questions} questions of {found.people} people")
    rows = [(outcome.replace("_", " "), str(count)) for outcome, count in found.outcomes.items()]
    rows += [(f"by {model}", str(count)) for model, count in found.models.items()]
    if found.median_seconds is not None:
        rows.append(("seconds", f"{found.median_seconds:.2f} at the median, 95% within {found.slowest_seconds:.2f}"))
    rows.append(("tokens", f"{found.input_tokens:,} sent, {found.output_tokens:,} received, cost {found.cost:.2f}"))
    rows.append(("feedback", f"{found.thumbs_up} up, {found.thumbs_down} down"))
    rows += [(f"  {reason}", str(count)) for reason, count in found.reasons.items()]
    rows += [(tool.name, f"{tool.calls} calls, {tool.failed} failed") for tool in found.tools]
    for name, value in rows:
        typer.echo(f"  {name:28}{value}")
    if found.unanswered:
        typer.echo("Unanswered, the most asked first:")
    for topic in found.unanswered:
        typer.echo(f"  {topic.asked:4} × {topic.question} (last {topic.last})")
