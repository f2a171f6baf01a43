"""A question while it is answered, and the answer that comes of it."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from copilot.citations import Verifier
from copilot.language.spoken import language
from copilot.models.draft import Draft
from copilot.models.remote.calculating import CALCULATION
from copilot.telemetry import Watched
from copilot.types import Answer, Finding, Seconds, Status, TextDelta, ToolCall, ToolResult, Usage, Viewer
from copilot.verification.prose import ProseVerifier


@dataclass
class OpenTurn:
    """What one question has gathered so far."""

    question: str
    viewer: Viewer
    verifier: Verifier
    watched: Watched
    conversation: str | None = None
    """None where it stands alone, or cannot be stored."""
    model: str = "grounded"
    prices: tuple[float, float] | None = None
    began: float = field(default_factory=time.perf_counter)
    results: list[tuple[str, ToolResult]] = field(default_factory=list)
    """Each with the id of its call, which some services use again in the next round of calls."""
    pending: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Ids of the calls made, in order; a service may use one again in a later round."""
    calls: list[tuple[int, ToolCall]] = field(default_factory=list)
    """With the place of each among those made."""
    text: str = ""
    draft: Draft | None = None
    """What the built-in model says of its answer."""
    input_tokens: int = 0
    output_tokens: int = 0
    first_token: float = 0.0
    warnings: list[str] = field(default_factory=list)

    def say(self, text: str) -> TextDelta:
        if not self.first_token:
            self.first_token = time.perf_counter() - self.began
        self.text += text
        return TextDelta(text=text)

    def count(self, usage: UsageMetadata | None) -> None:
        """Adds what a call of the model used."""
        if usage:
            self.input_tokens += usage["input_tokens"]
            self.output_tokens += usage["output_tokens"]

    def place(self, id: str) -> int:
        """Where a call stands among those made, the latest of its id."""
        return len(self.asked) - 1 - self.asked[::-1].index(id) if id in self.asked else len(self.asked)

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def findings(self) -> dict[str, tuple[Finding, ...]]:
        """What each tool found that was called once; two calls of one tool are not told apart."""
        names = {place: call.name for place, call in self.calls if call.ok}
        found = [(names.get(self.place(id), ""), result.findings) for id, result in self.results]
        told = Counter(name for name, _ in found)
        return {name: findings for name, findings in found if name and told[name] == 1}

    def forget_text(self) -> None:
        """Drops the text so far; what was read stays readable."""
        self.text, self.draft = "", None
        self.verifier = self.verifier.again()

    def start_over(self, warning: str) -> None:
        """Hands the question to the grounded model, with a word on why."""
        self.model, self.verifier, self.text, self.draft = "grounded", Verifier(self.question), "", None
        self.results, self.pending, self.asked, self.calls = [], {}, [], []
        self.warnings.append(warning)


def answer_of(turn: OpenTurn) -> Answer:
    """The answer, once its chat model has said all."""
    verifier = turn.verifier
    cited = {item.id for item in verifier.cited}
    draft = turn.draft or Draft()
    lead = _lead(turn)
    calls = [
        call.model_copy(update={"is_lead": True, "certainty": draft.certainty}) if place == lead else call
        for place, call in sorted(turn.calls, key=lambda placed: placed[0])
    ]
    results = [
        result
        for id, result in sorted(turn.results, key=lambda found: turn.place(found[0]))
        if (id in draft.shown if turn.draft else any(e.id in cited for e in result.evidence))
    ]
    warnings = [*turn.warnings, *verifier.warnings, *draft.warnings]
    status = _status(turn, bool(cited))
    # Those of the tools are in English.
    follow_ups = draft.follow_ups or [q for r in results for q in r.follow_ups if language(turn.question) == "en"]
    return Answer(
        id=f"a-{uuid.uuid4().hex[:12]}",
        question=turn.question,
        status=status,
        text=turn.text.strip(),
        citations=verifier.citations,
        also_read=verifier.also_read,
        figures=verifier.figures({f.text: f for r in results for f in r.figures}),
        tables=tuple(t for r in results for t in r.tables),
        charts=tuple(c for r in results for c in r.charts),
        tool_calls=tuple(calls),
        follow_ups=tuple(dict.fromkeys(follow_ups))[:4],
        warnings=tuple(dict.fromkeys(warnings)),
        model=turn.model,
        usage=_usage(turn),
        seconds=Seconds(
            total=round(time.perf_counter() - turn.began, 4),
            first_token=round(turn.first_token, 4),
            retrieval=round(sum(c.seconds for c in calls if c.name == "search_knowledge"), 4),
            tools=round(sum(c.seconds for c in calls), 4),
        ),
    )


def _usage(turn: OpenTurn) -> Usage:
    spent = (turn.input_tokens, turn.output_tokens)
    cost = sum(p * tokens / 1e6 for p, tokens in zip(turn.prices, spent, strict=True)) if turn.prices else None
    return Usage(input_tokens=spent[0], output_tokens=spent[1], cost=cost)


def _lead(turn: OpenTurn) -> int | None:
    """The place of the call that the answer leads with: the model says so, or its first citation does."""
    if turn.draft is not None:
        return turn.place(turn.draft.shown[0]) if turn.draft.shown else None
    read_by = {e.id: id for id, result in reversed(turn.results) for e in result.evidence}
    computed = {e.id for _, result in turn.results for e in result.evidence if e.title == CALCULATION}
    first = next((item.id for item in turn.verifier.cited if item.id not in computed), None)
    return turn.place(read_by[first]) if first in read_by else None


def _status(turn: OpenTurn, is_cited: bool) -> Status:
    """What the model said of its answer; without a citation nothing counts as answered."""
    if turn.draft is not None and (turn.draft.status != "answered" or is_cited):
        return turn.draft.status
    if turn.text.rstrip().endswith("?") and (not is_cited or "\n" not in turn.text.strip()):
        return "needs_clarification"
    if is_cited and not (isinstance(turn.verifier, ProseVerifier) and turn.verifier.refuses):
        return "answered"
    return "insufficient_evidence"
