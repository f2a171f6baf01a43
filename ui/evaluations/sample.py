"""One question of a run: what was answered, how it was judged and why, what was read, and how long it took."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from copilot import Copilot
from copilot.types import Answer
from evals.browse import RunRow, SampleRow
from evals.runs import Run
from evals.samples import Sample
from evals.scorers import METRICS
from evals.scores import Output, Score
from ui import markdown


def draw(copilot: Copilot, viewer: str, row: RunRow, chosen: SampleRow) -> None:
    with st.container(border=True, key="drill"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.header(markdown.label(chosen.question), anchor=False)
            if chosen.passed is not None:
                passed = chosen.passed == 1
                st.badge(
                    "Passed" if passed else "Not passed",
                    color="green" if passed else "red",
                    icon=":material/check:" if passed else ":material/close:",
                )
        if not chosen.visible:
            st.info(
                "It was asked by someone who sees more than you do, so its answer is not shown.", icon=":material/lock:"
            )
            return
        run = Run(row.folder)
        sample = run.samples[chosen.id]
        outputs, judged = run.answers_to(chosen.id), {j.epoch: j.scores for j in run.scores_of(chosen.id)}
        if not outputs:
            st.caption("This question has not been asked yet.")
            return
        output = outputs[_epoch(len(outputs), chosen.id)]
        _asked(sample)
        left, right = st.columns(2, gap="medium")
        with left:
            _answer(output)
        with right:
            _expected(sample, judged.get(output.epoch, {}))
        _behind(output, judged.get(output.epoch, {}))


def _epoch(count: int, id: str) -> int:
    if count == 1:
        return 0
    return int(st.segmented_control("Epoch", range(count), default=0, required=True, key=f"epoch-{id}"))


def _asked(sample: Sample) -> None:
    asked_as = sample.viewer or "the default viewer"
    who = f" for {markdown.label(sample.persona)}" if sample.persona else ""
    st.caption(f"{markdown.label(sample.id)} · {sample.type} · asked as {markdown.label(asked_as)}{who}")
    for earlier in sample.history:
        st.caption(f"Asked before: {markdown.label(earlier)}")


def _answer(output: Output) -> None:
    st.markdown("**Answer given**")
    if output.answer is None:
        st.error(markdown.literal(output.error), icon=":material/error:")
        return
    if output.answer.status != "answered":
        st.badge(output.answer.status.replace("_", " "), color="gray")
    with st.container(height=360, border=False):
        st.markdown(markdown.safe(output.answer.text), anchors=False)
    for at, table in enumerate(output.answer.tables):
        with st.expander(markdown.label(table.title), icon=":material/table_rows:"):
            frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
            st.dataframe(frame, hide_index=True, key=f"answer-table-{output.sample}-{at}")


def _expected(sample: Sample, scores: dict[str, Score]) -> None:
    """What a right answer holds, and the scores with their reasons, the worst first."""
    st.markdown("**What a right answer holds**")
    lines = [f"- {markdown.label(n.text)}{'' if n.vital else ' :gray[(welcome)]'}" for n in sample.nuggets]
    lines += [f"- {markdown.label(e.written or f'{e.value:,.6g} {e.unit}'.strip())}" for e in sample.numbers]
    lines += [f"- Calls {markdown.label(tool.name)}" for tool in sample.tools]
    lines += [f"- Reads {markdown.label(p.document)}" for p in sample.passages]
    lines += [f"- Never says {markdown.label(text)}" for text in sample.must_not_say]
    if sample.expect != "answer":
        lines.insert(0, f"- Expected: {sample.expect}")
    st.markdown("\n".join(lines) or ":gray[Nothing is written down.]")
    st.markdown("**Scores and their reasons**")
    found = [(m, scores[m.name]) for m in METRICS if m.name in scores and scores[m.name].value is not None]
    found = [(m, s) for m, s in found if m.kind != "measure"]
    # Gaps first; of equals the order of the metrics stays.
    found.sort(key=lambda item: (item[1].value or 0.0) if item[0].better == "up" else 1 - (item[1].value or 0.0))
    st.dataframe(
        pd.DataFrame(
            {
                "Metric": [m.title for m, _ in found],
                "Score": [s.value for _, s in found],
                "Reason": [s.explanation for _, s in found],
            }
        ),  # fmt: skip
        hide_index=True,
        height=260,
        key=f"scores-{sample.id}",
        alt="Scores of this answer with their reasons",
        column_config={
            "Metric": st.column_config.TextColumn(width=170),
            "Score": st.column_config.NumberColumn(format="%.2f", width=56),
            "Reason": st.column_config.TextColumn(width=330),
        },
    )


def _behind(output: Output, scores: dict[str, Score]) -> None:
    cited = output.cited
    with st.expander(f"Cited evidence ({len(cited)})", icon=":material/format_quote:"):
        for marker, item in sorted(cited.items()):
            st.markdown(f"**{marker}** {markdown.label(item.title)} :gray[{markdown.label(item.source)}, "
                        f"{markdown.label(item.locator)}]")  # fmt: skip
            st.caption(markdown.literal(item.text[:600] + ("…" if len(item.text) > 600 else "")))
        if not cited:
            st.caption("Nothing is cited.")
    with st.expander(f"All that was read ({len(output.evidence)})", icon=":material/search:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Place": range(1, len(output.evidence) + 1),
                    "Kind": [e.kind for e in output.evidence],
                    "Source": [e.source for e in output.evidence],
                    "Where": [e.locator for e in output.evidence],
                    "Title": [e.title for e in output.evidence],
                    "Similarity": [e.relevance for e in output.evidence],
                }
            ),  # fmt: skip
            hide_index=True,
            key=f"read-{output.sample}",
            column_config={"Similarity": st.column_config.NumberColumn(format="%.2f")},
        )
    if output.answer:
        with st.expander(f"Tool calls and timing ({len(output.answer.tool_calls)})", icon=":material/build:"):
            _calls(output.answer)


def _calls(answer: Answer) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "Tool": [c.name for c in answer.tool_calls],
                "Arguments": [", ".join(f"{k}: {v}" for k, v in c.arguments.items()) for c in answer.tool_calls],
                "ms": [c.seconds * 1000 for c in answer.tool_calls],
                "Worked": [c.ok for c in answer.tool_calls],
            }
        ),  # fmt: skip
        hide_index=True,
        key=f"calls-{answer.id}",
        column_config={"ms": st.column_config.NumberColumn(format="%.0f", width=60)},
    )
    spent = answer.seconds
    tokens = answer.usage.input_tokens + answer.usage.output_tokens
    st.caption(
        f"{spent.total:.2f} s in all, {spent.first_token:.2f} s to the first word, {spent.tools:.2f} s in tools. "
        f"{tokens:,} tokens. Written by {markdown.label(answer.model)}."
    )
