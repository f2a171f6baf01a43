"""Whether a memo has the sections that were asked for, and whether what it states can be traced."""

from __future__ import annotations

import re

from evals.samples import Sample
from evals.scorers.refusal import declines
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.text import content_stems, find_numbers
from evals.wording import Weights, claims

# A heading, or a line that begins with a name in bold, as memos in a chat are laid out.
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+(?P<heading>.+?)\s*#*|(?:[-*]\s+)?\*\*(?P<label>[^*]+?)\*\*.*)$", re.M)


def sections(text: str) -> dict[str, bool]:
    """The headings of a text, and whether anything stands under each before the next of its kind."""
    found = list(_HEADING.finditer(text))
    ends = [*(m.start() for m in found[1:]), len(text)][: len(found)]
    named: dict[str, bool] = {}
    for at, end in zip(found, ends, strict=True):
        after = text[at.end() : end] + (at.group().partition("**")[2].rpartition("**")[2] if at["label"] else "")
        name = (at["heading"] or at["label"]).strip(" :.")
        named[name] = named.get(name, False) or any(c.isalnum() for c in after)
    return named


def has_section(wanted: str, named: dict[str, bool]) -> bool:
    """Whether a heading holds every word of the wanted one, in any inflection, with text under it."""
    stems = set(content_stems(wanted))
    return any(filled and stems <= set(content_stems(name)) for name, filled in named.items())


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    return {"memo_complete": _complete(sample, output), "memo_traceable": _traceable(sample, output)}


def _complete(sample: Sample, output: Output) -> Score:
    if not sample.sections:
        return NOT_APPLICABLE
    named = sections(output.answer.text) if output.answer and not declines(output.answer) else {}
    missing = [wanted for wanted in sample.sections if not has_section(wanted, named)]
    return Score(
        value=1 - len(missing) / len(sample.sections),
        explanation=f"sections missing or empty: {', '.join(missing) or 'none'}",
    )


def _traceable(sample: Sample, output: Output) -> Score:
    """The share of sentences with a number that cite something read, and of figures that name their source."""
    if sample.type != "memo":
        return NOT_APPLICABLE
    if output.answer is None or declines(output.answer):
        return Score(value=0.0, explanation=output.error or "no memo")
    cited = output.cited
    stated = [claim for claim in claims(output.answer.text) if find_numbers(claim.text)]
    loose = [c.text for c in stated if not c.markers or any(m not in cited for m in c.markers)]
    loose += [figure.text for figure in output.answer.figures if figure.marker not in cited]
    total = len(stated) + len(output.answer.figures)
    if not total:
        return Score(value=0.0, explanation="no figure is stated")
    return Score(value=1 - len(loose) / total, explanation=f"without a source: {' / '.join(loose[:3]) or 'none'}")
