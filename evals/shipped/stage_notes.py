"""What the register says about each move from stage to stage."""

from __future__ import annotations

from collections.abc import Sequence

from evals.shipped.plan import Project
from evals.shipped.rng import Stream

_CAUSES = {
    "owner": "no business owner has been named",
    "budget": "no production budget is approved",
    "data": "the data is not ready",
    "integration": "it is not connected to the systems people work in",
    "gate": "the gate evidence is incomplete",
    "plan": "there is no adoption plan",
    "tech": "almost the whole budget went into technology",
}
_NOTES = {
    "idea": (
        "Proposed by the unit in the yearly planning round.",
        "Proposed in an ideas workshop.",
        "Put forward by the sponsor.",
        "Suggested after a visit to a peer company.",
    ),
    "proof_of_concept": (
        "Idea approved; test on historical data begins.",
        "Gate G1 passed with a small team.",
        "Data extract agreed, proof of concept started.",
        "Sponsor released the first part of the budget.",
    ),
    "pilot": (
        "Proof of concept met its target; pilot with real users begins.",
        "Pilot started in a limited area.",
        "Pilot opened with a first group of users.",
        "Moved to a pilot after the review of test results.",
    ),
    "scaling": (
        "Pilot target met; extension to further sites approved.",
        "Roll-out to further sites begins after gate G3.",
    ),
    "production": (
        "Gate G3 passed; handed over to the business owner.",
        "Pilot result confirmed; now part of daily work.",
        "Approved for production with a yearly budget.",
    ),
    "retired": ("Switched off; users informed.",),
}


def note(project: Project, path: Sequence[str], position: int) -> str:
    stage = path[position]
    causes = [_CAUSES[c] for c in project.causes.split()]
    stream = Stream(project.slug, "note", stage)
    if stage == "production" and position == 0:
        return "Already in production when the register was opened in November 2023."
    if stage == "stopped":
        return f"Stopped. {project.blocker}" if project.blocker else "Stopped after the proof of concept."
    if stage == "retired":
        return project.description.partition(";")[2].strip().capitalize() or stream.pick(_NOTES[stage])
    text = stream.pick(_NOTES[stage])
    if stage == "pilot" and position == len(path) - 1 and causes:
        return f"{text} Still a pilot because {_join(causes[:3])}."
    return text


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
