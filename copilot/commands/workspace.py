"""`bearing workspace`: sets a workspace up, and says what is wrong with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from copilot.records.reading import RecordTable

app = typer.Typer(help="Look after a workspace.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The workspace folder.")]

# Of each table so many rows are shown, with so many cells, each so long.
_ROWS, _CELLS, _LONGEST = 5, 12, 40


@app.command("check")
def check(directory: Folder) -> None:
    """Show how the records are read, and say in plain words what is wrong, with file, row and column."""
    from copilot.upkeep.checking import look_over

    checked = look_over(directory)
    for table in checked.tables:
        for line in preview(table):
            typer.echo(line)
        typer.echo()
    for finding in checked.issues:
        typer.echo(str(finding))
    errors = sum(f.severity == "error" for f in checked.issues)
    summary = f"{errors} errors, {len(checked.issues) - errors} remarks in {directory}."
    typer.echo(f"bearing: {summary}" if errors else summary, err=errors > 0)
    raise typer.Exit(2 if errors else 0)


@app.command("init")
def init(directory: Folder) -> None:
    """Propose the settings from what the folder holds, with comments; a file that is there stays as it is."""
    from copilot.upkeep.proposing import propose

    proposal = propose(directory)
    for move in proposal.moves:
        move.there.parent.mkdir(parents=True, exist_ok=True)
        move.here.rename(move.there)
        typer.echo(f"moved    {move.here.relative_to(directory)} to {move.there.relative_to(directory)}")
    for name, text in proposal.files.items():
        path = directory / name
        if path.exists():
            typer.echo(f"kept     {name}, which is there already")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(f"proposed {name}")
    for note in proposal.notes:
        typer.echo(f"  {note}")
    typer.echo(f"Read what is proposed, correct it, then run: bearing workspace check {directory}")


def preview(table: RecordTable) -> Iterator[str]:
    """The first rows of a table as they are read, and how each column fared."""
    columns = table.schema.columns
    yield f"{table.schema.name}: {len(table.rows):,} rows of {len(columns)} columns from {table.source}"
    left_out = [
        *table.left_out,
        *filter(None, [str(table.hidden)]),
        *([f"{len(table.copies):,} rows that repeat others"] if table.copies else []),
    ]
    if left_out:
        yield f"  left out: {'; '.join(left_out)}"
    for place, row in enumerate(table.rows[:_ROWS]):
        cells = [(c.name, table.values[c.name][place]) for c in columns]
        shown = [f"{_cut(name)}={_cut(str(value))}" for name, value in cells if value is not None][:_CELLS]
        yield f"  row {row}: {' | '.join(shown)}"
    odd = Counter(cell.column for cell in table.bad)
    for column in columns:
        values = table.values[column.name]
        read = sum(value is not None for value in values)
        unit = f" ({column.unit})" if column.unit else ""
        missing = len(values) - read - odd[column.name]
        counts = f"{read:>7,} read {missing:>7,} missing {odd[column.name]:>5,} odd"
        yield f"  {_cut(column.name):{_LONGEST}} {column.type + unit:16} {counts}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
