"""Tables and charts, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from copilot.boards.record_links import Page, RecordLink, record_links
from copilot.memos.export import Format, missing
from copilot.memos.transcript import Transcript, write_markdown, write_pdf, write_word
from copilot.records.store import RecordView
from copilot.tools.glossary import glossary, terms_in
from copilot.types import Calculation, Cell, Chart, Table
from ui import export, markdown

_LEAST_HEIGHT = 360
"""Pixels of a matrix."""
NOTHING = "–"
"""Stands in a cell that holds nothing."""
_OPEN = "Open"
_ADDRESSES: dict[Page, str] = {"project": "/portfolio?project=", "model": "/models?model="}
_DOCUMENTS: tuple[tuple[str, Format, str, Callable[[Transcript], bytes]], ...] = (
    ("Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", write_word),
    ("PDF", "pdf", "application/pdf", write_pdf),
    ("Markdown", "md", "text/markdown", write_markdown),
)


def table(table: Table, key: str) -> None:
    """A table with its numbers aligned, and the ways to save it."""
    _grid(table, key)
    downloads(table, key)


def downloads(table: Table, key: str) -> None:
    """The ways to save a table."""
    with st.container(horizontal=True, gap="xsmall"):
        for name, ending, mime, write in (
            ("CSV", "csv", "text/csv", export.table_csv),
            ("Markdown", "md", "text/markdown", export.table_markdown),
        ):
            st.download_button(
                name,
                data=partial(write, table),
                file_name=export.file_name(table.title, ending),
                mime=mime,
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"{ending}-{key}",
            )


def take_away(transcript: Transcript, key: str) -> None:
    """The ways to have answers as a document."""
    for name, ending, mime, write in _DOCUMENTS:
        st.download_button(
            name, data=partial(write, transcript), file_name=export.file_name(transcript.title, ending), mime=mime,
            on_click="ignore", type="tertiary", icon=":material/download:", key=f"take-{ending}-{key}",
            disabled=bool(missing(ending)), help=missing(ending) or None,
        )  # fmt: skip


def _grid(table: Table, key: str, links: Mapping[int, RecordLink] | None = None) -> None:
    frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
    config: dict[str, ColumnConfig] = {
        str(name): _column(str(name), frame[name]) for name in frame.select_dtypes("number")
    }
    if links:
        frame.insert(0, _OPEN, [_address(links[n]) if n in links else None for n in range(len(frame))])
        config[_OPEN] = st.column_config.LinkColumn("", display_text=_OPEN, width=60)
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=NOTHING,
        column_config=config,
        alt=f"Table: {table.title}; {len(table.rows)} rows of {', '.join(table.columns)}",
        key=f"table-{key}",
    )


def _column(name: str, values: pd.Series) -> ColumnConfig:
    """How a column of numbers is written: all with the same decimals, thousands apart."""
    if name.strip().casefold() == "score":
        # Of 1, of 10 or of 100, whichever holds them.
        highest = float(values.max())
        full = next((end for end in (1, 10, 100) if highest <= end), highest)
        return st.column_config.ProgressColumn(name, min_value=0, max_value=full, format="%.1f", width=130)
    if pd.api.types.is_integer_dtype(values) or float(values.abs().max()) >= 1000:
        return st.column_config.NumberColumn(name, format="localized", help=_meaning(name))
    decimals = max(len(str(round(float(value), 3)).partition(".")[2]) for value in values.dropna())
    return st.column_config.NumberColumn(name, format=f"%.{decimals}f", help=_meaning(name))


def stays_in_sight() -> bool:
    """Whether the first column of a wide table keeps its place: on a phone it would leave no room to the others."""
    return "Mobi" not in st.context.headers.get("User-Agent", "")


def _meaning(name: str) -> str | None:
    """What the word of method in the name of a column means; None where there is none."""
    return next((glossary()[term.id].says for term in terms_in(name)), None)


def chart(chart: Chart, key: str) -> None:
    # Charts bring colours that read on light and on dark; Streamlit's theme would paint over them.
    st.vega_lite_chart(_on_screen(chart), theme=None, alt=_description(chart), key=f"chart-{key}")


def _on_screen(chart: Chart) -> dict[str, Any]:
    """The spec; a matrix, whose size may be that on paper, is made high enough, its legend and key not counted."""
    height = chart.spec.get("height")
    if "usermeta" not in chart.spec or not isinstance(height, int):
        # Bars are as high as there are many.
        return chart.spec
    return {**chart.spec, "height": max(height, _LEAST_HEIGHT), "autosize": {"type": "fit-x", "contains": "padding"}}


def _description(chart: Chart) -> str:
    given = chart.spec.get("description")
    return f"Chart: {given or chart.title}"


PICKED = "picked"
"""The selection of a chart that can be clicked."""


def pickable(chart: Chart, key: str) -> object:
    """A chart whose points, in the layer that holds their keys, can be selected."""
    pick = {"name": PICKED, "select": {"type": "point", "fields": ["key"]}}
    layers = [
        {**layer, "params": [pick]} if any("key" in row for row in layer.get("data", {}).get("values", [])) else layer
        for layer in chart.spec["layer"]
    ]
    spec = {**_on_screen(chart), "layer": layers}
    return st.vega_lite_chart(spec, theme=None, alt=_description(chart), key=key, on_select="rerun")


def plain_table(
    table: Table, key: str, *, has_header: bool = True, links: Mapping[int, RecordLink] | None = None
) -> None:
    """A short table that is read, not worked with: all of its text is shown and can be selected."""
    rows = [[_plain(cell) for cell in row] for row in table.rows]
    for n, link in (links or {}).items():
        rows[n][link.column] = f"[{rows[n][link.column]}]({_address(link)})"
    frame = pd.DataFrame(rows, columns=[markdown.explained(markdown.label(column)) for column in table.columns])
    with st.container(key=f"plain-{export.file_name(key, 'table').replace('.', '-')}"):
        st.table(frame, border="horizontal", hide_index=True, hide_header=not has_header, alt=f"Table: {table.title}")


def _plain(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return f"{cell:,.10g}"
    try:
        return day(date.fromisoformat(cell)).replace(" ", "\u00a0")
    except ValueError:
        # A short code is not broken at its hyphen.
        return markdown.label(cell) if " " in cell else markdown.label(cell).replace("-", "-\u2060")


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def _address(link: RecordLink) -> str:
    return f"{_ADDRESSES[link.page]}{quote(link.id, safe='')}"


_INPUTS_SHOWN = 12


def calculation(computed: Calculation, key: str, view: RecordView, query_language: str | None = None) -> None:
    """How a figure came about: method, formula, query, and what went in, its rows as links to their records."""
    method = markdown.safe(computed.method[:1].upper() + computed.method[1:])
    st.markdown(markdown.explained(f"{method}."))
    if computed.formula:
        st.code(computed.formula, language=None, wrap_lines=True)
    if computed.query:
        st.caption("Filter and query")
        st.code(computed.query, language=query_language, wrap_lines=True)
    for at, table in enumerate(computed.inputs):
        st.caption(markdown.label(table.title))
        if len(table.rows) <= _INPUTS_SHOWN:
            plain_table(table, f"{key}-{at}-input", links=record_links(view, table))
        else:
            _grid(table, f"{key}-{at}-input", record_links(view, table))
