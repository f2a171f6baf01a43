"""A comparison as one HTML file that needs no script and no network, and a run as JUnit for CI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from string import Template
from xml.etree import ElementTree as Xml

from evals.compare import Changed, Comparison, Row
from evals.runs import Run
from evals.scores import Output

_PAGE = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
_WORDS = re.compile(r"\s+|[^\s]+")


def html(comparison: Comparison) -> str:
    """The whole report."""
    verdict = "Gate passed" if comparison.passes else "Gate failed"
    return _PAGE.substitute(
        title=escape(f"{comparison.base} → {comparison.candidate}"),
        verdict=verdict,
        verdict_class="good" if comparison.passes else "bad",
        reasons=_list([*comparison.failures, *(f"Perhaps chance: {d}" for d in comparison.doubts)]),
        warnings=_list(comparison.warnings, "warning"),
        metrics=_table(comparison.rows),
        slices="\n".join(
            f"<details><summary>{escape(s.field)}: {escape(s.value)} "
            f"(n = {max((r.change.n for r in s.rows), default=0)})</summary>{_table(s.rows)}</details>"
            for s in comparison.slices
        ),
        worst="\n".join(_changed(c) for c in comparison.worst) or "<p>No sample lost anything.</p>",
    )


def _list(items: Iterable[str], css: str = "") -> str:
    entries = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<ul class="{css}">{entries}</ul>' if entries else ""


def _table(rows: Iterable[Row]) -> str:
    head = "<tr><th>Metric</th><th>n</th><th>Base</th><th>Candidate</th><th>Change</th><th>95% interval</th>"
    lines = [f"<table>{head}<th>p</th><th>Better / worse</th></tr>"]
    for row in rows:
        c = row.change
        p = f"{c.p:.3f}" if row.p_holm is None else f"{row.p_holm:.3f} (Holm)"
        tone = "bad" if row.is_certain_loss else "doubt" if row.loss > row.metric.tolerance else ""
        tone = "" if row.metric.kind == "measure" else tone
        lines.append(
            f'<tr class="{tone}"><td>{escape(row.metric.title)}</td><td>{c.n}</td><td>{c.base:.3f}</td>'
            f"<td>{c.candidate:.3f}</td><td>{c.delta:+.3f}</td><td>{c.low:+.3f} … {c.high:+.3f}</td>"
            f"<td>{p}</td><td>{c.better} / {c.worse}</td></tr>"
        )
    return "".join([*lines, "</table>"])


def _changed(changed: Changed) -> str:
    moves = ", ".join(f"{name} {_shown(a)} → {_shown(b)}" for name, a, b in changed.metrics)
    sample = changed.sample
    return (
        f"<details><summary><b>{escape(sample.id)}</b> ({escape(sample.type)}): {escape(moves)}</summary>"
        f"<p><i>{escape(sample.question)}</i></p>{_list(changed.explanations)}"
        f'<p class="diff">{_both(changed)}</p></details>'
    )


def _both(changed: Changed) -> str:
    """The change of the text; the new text alone where the base's was not kept."""
    if changed.base is None:
        return escape(_text(changed.candidate)).replace("\n", "<br>")
    return word_diff(_text(changed.base), _text(changed.candidate))


def _text(output: Output | None) -> str:
    if output is None:
        return ""
    return output.answer.text if output.answer else output.error


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def word_diff(before: str, after: str) -> str:
    """Both texts in one, what went struck and what came underlined."""
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    parts = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        gone, come = escape("".join(a[i1:i2])), escape("".join(b[j1:j2]))
        if kind == "equal":
            parts.append(gone)
            continue
        parts += [f"<del>{gone}</del>" if gone else "", f"<ins>{come}</ins>" if come else ""]
    return "".join(parts).replace("\n", "<br>")


def junit(run: Run) -> str:
    """Every sample as a test case; one that did not pass is a failure with its reason."""
    passed = run.by_metric().get("passed", {})
    reasons = {j.sample: j.scores["passed"].explanation for j in run.scores() if "passed" in j.scores}
    failures = sum(passed.get(i, 0.0) < 1 for i in run.samples)
    suite = Xml.Element("testsuite", name=run.manifest.dataset, tests=str(len(run.samples)), failures=str(failures))
    for sample in run.samples.values():
        case = Xml.SubElement(suite, "testcase", classname=f"{run.manifest.dataset}.{sample.type}", name=sample.id)
        if passed.get(sample.id, 0.0) < 1:
            Xml.SubElement(case, "failure", message=reasons.get(sample.id, "not asked")).text = sample.question
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True)
