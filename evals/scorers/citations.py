"""Citation recall and precision by ALCE's definition, support judged by words."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.types import Evidence
from evals.samples import Sample
from evals.scorers.refusal import declines
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.support import Source, support
from evals.wording import Claim, Weights, claims


def recalls(claim: Claim, sources: Mapping[int, Source], weights: Weights, question: str) -> bool:
    """Whether the sources that a claim cites carry it together. One marker that leads nowhere fails it."""
    if not claim.markers or any(m not in sources for m in claim.markers):
        return False
    return support(claim.text, [sources[m] for m in claim.markers], weights, question).is_supported


def precise(claim: Claim, sources: Mapping[int, Source], weights: Weights, question: str) -> int:
    """How many of a carried claim's citations carry it alone, or are missed by the others."""
    needed = 0
    for marker in claim.markers:
        others = [sources[m] for m in claim.markers if m != marker]
        alone = support(claim.text, [sources[marker]], weights, question).is_supported
        needed += alone or not (others and support(claim.text, others, weights, question).is_supported)
    return needed


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    names = ("citation_recall", "citation_precision")
    if sample.expect != "answer":
        return dict.fromkeys(names, NOT_APPLICABLE)
    made = claims(output.answer.text) if output.answer and not declines(output.answer) else []
    if not made:
        return dict.fromkeys(names, Score(value=0.0, explanation="nothing is claimed"))
    sources = {marker: whole(item) for marker, item in output.cited.items()}
    question = f"{' '.join(sample.history)} {sample.question}"
    carried = [recalls(claim, sources, weights, question) for claim in made]
    cited = sum(len(claim.markers) for claim in made)
    exact = sum(precise(c, sources, weights, question) for c, ok in zip(made, carried, strict=True) if ok)
    loose = [c.text for c, ok in zip(made, carried, strict=True) if not ok]
    return {
        "citation_recall": Score(
            value=sum(carried) / len(made),
            explanation=f"not carried by its citations: {' / '.join(loose[:3]) or 'none'}",
        ),
        "citation_precision": Score(
            value=exact / cited if cited else 0.0,
            explanation=f"{exact} of {cited} citations carry their sentence",
        ),
    }


def whole(item: Evidence) -> Source:
    """All of a source that a sentence may lean on. A computation holds values by name, as a record holds cells."""
    how = f"\n{item.calculation.method}. {item.calculation.formula}" if item.calculation else ""
    return Source(item.text + how, item.kind in ("record", "computation"), f"{item.title}. {item.locator}.")
