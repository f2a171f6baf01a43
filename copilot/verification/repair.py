"""A draft is repaired: what did not stand the check is said to the model, and what it gives is put in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.prompts import render
from copilot.verification.claims import Failure, Fault

# More sentences than this are not repaired one by one: the answer is not fit to be shown.
MOST_REPAIRED = 20
_LINE = re.compile(r"^\s*(\d{1,2})[.):]\s+(.+?)\s*$", re.MULTILINE)
_WHY = {
    "figure": "{text} is not what the evidence says here",
    "question": "{text} stands in the question alone",
    "id": "there is no {text}",
    "name": "{text} is named nowhere",
    "word": "“{text}” is not what the evidence says",
    "claim": "nothing that was read says this",
    "uncited": "it cites nothing that was read",
}


def request(question: str, failures: Sequence[Failure]) -> str:
    """What the model is asked: each sentence with its faults, and what was read that comes nearest."""
    return render("repair", question=question, sentences="\n\n".join(_told(n, f) for n, f in enumerate(failures, 1)))


def _told(number: int, failure: Failure) -> str:
    lines = [f"{number}. {' '.join(failure.sentence.split())}"]
    for fault in failure.faults:
        lines.append(f"   - {_why(fault)}")
    where = dict.fromkeys(f"   - [#{line.evidence}] {line.text[:400]}" for f in failure.faults for line in f.where)
    return "\n".join([*lines, *where])


def _why(fault: Fault) -> str:
    return _WHY[fault.kind].format(text=fault.text.strip())


def repaired(draft: str, failures: Sequence[Failure], reply: str) -> str:
    """The draft with the sentences that the model rewrote; one that it gave up is left out."""
    rewritten = {int(number): text for number, text in _LINE.findall(reply)}
    for number, failure in enumerate(failures, 1):
        text = rewritten.get(number, failure.sentence)
        if text == "-":
            draft = re.sub(rf"(?m)^{re.escape(failure.sentence)}[ \t]*\n", "", draft, count=1)
            text = ""
        draft = draft.replace(failure.sentence, text, 1)
    return draft
