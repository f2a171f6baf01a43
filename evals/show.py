"""A run, or one answer of it with its scores and their reasons, as text."""

from __future__ import annotations

from copilot.errors import SettingsError
from evals.runs import Run
from evals.scorers import METRICS
from evals.summary import summarise


def show(run: Run, sample: str | None = None) -> str:
    return summarise(run).render() if sample is None else show_sample(run, sample)


def show_sample(run: Run, id: str) -> str:
    """Question, answers by epoch, tool calls, citations and every score with its reason."""
    if id not in run.samples:
        raise SettingsError(f"The run {run.manifest.id} has no sample {id!r}.")
    sample = run.samples[id]
    lines = [f"{id} ({sample.type}, asked as {sample.viewer or 'the default viewer'})"]
    lines += [f"Before: {earlier}" for earlier in sample.history]
    lines.append(f"Question: {sample.question}")
    scores = {j.epoch: j.scores for j in run.scores() if j.sample == id}
    for output in (o for o in run.outputs() if o.sample == id):
        lines.append("")
        if output.answer is None:
            lines.append(f"Error: {output.error}")
        else:
            answer = output.answer
            lines += [
                f"Answer {output.epoch} ({answer.status}, {answer.seconds.total:.2f} s):",
                answer.text,
                "",
            ]
            lines += [f"[{c.marker}] {c.source}, {c.locator}: {c.title}" for c in answer.citations]
            lines += [f"Called {c.name}({c.arguments}){'' if c.ok else ' in vain'}" for c in answer.tool_calls]
        lines.append("")
        judged = scores.get(output.epoch, {})
        for metric in METRICS:
            score = judged.get(metric.name)
            if score is not None and score.value is not None:
                lines.append(f"{metric.title:<30}{score.value:>8.3f}  {score.explanation}")
    return "\n".join(lines)
