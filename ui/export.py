"""Answers and tables as files and as text for the clipboard."""

from __future__ import annotations

import csv
import io
import re

from copilot import Answer
from copilot.types import Cell, Table


def answer_markdown(answer: Answer) -> str:
    """The answer with its tables and its numbered sources."""
    parts = [answer.text, *(f"**{table.title}**\n\n{table_markdown(table)}" for table in answer.tables)]
    if answer.citations:
        parts.append("\n".join(["Sources", "", *(_source_line(answer, at) for at in range(len(answer.citations)))]))
    return "\n\n".join(parts) + "\n"


def _source_line(answer: Answer, at: int) -> str:
    citation = answer.citations[at]
    return f"- [{citation.marker}] {citation.title} ({citation.source}, {citation.locator}): {citation.quote}"


def table_markdown(table: Table) -> str:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join("| " + " | ".join(map(_markdown_cell, row)) + " |" for row in rows)


def table_csv(table: Table) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(table.columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def file_name(title: str, ending: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]
    return f"{stem or 'table'}.{ending}"


def _markdown_cell(cell: Cell) -> str:
    return "" if cell is None else str(cell).replace("|", r"\|").replace("\n", " ")


def _csv_cell(cell: Cell) -> Cell:
    # A spreadsheet would run a text that begins like a formula.
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
