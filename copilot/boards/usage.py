"""How Bearing is used: what is asked, what stays unanswered, how long answers take, what they cost and what people say.

All of it is read from the audit trail and the ratings, so answers outside conversations count, and those of
conversations that were deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from copilot.state.audit import AuditEntry
from copilot.state.conversations import Conversations
from copilot.state.turns import Feedback
from copilot.types import Frozen, Viewer

REFUSED = ("insufficient_evidence", "not_permitted")
# Two questions nearer in meaning than this are of one topic.
_LIKENESS = 0.6
# The newest unanswered questions that are compared with each other; what is compared grows with the square.
_COMPARED = 1000
_TOPICS = 20


class UsageDay(Frozen):
    day: date
    questions: int = 0
    refused: int = 0
    median_seconds: float | None = None
    cost: float = 0.0


class Topic(Frozen):
    """Questions near in meaning that got no answer."""

    question: str
    """The one in the middle of them."""
    asked: int
    last: date


class ToolUse(Frozen):
    name: str
    calls: int
    failed: int


class Usage(Frozen):
    """The questions that ended in a span of days, both included, and what became of them. Days are those of UTC."""

    first: date
    last: date
    days: tuple[UsageDay, ...]
    """Every day of the span, those without a question too."""
    people: int
    outcomes: dict[str, int]
    """Questions by the status of their answer; `interrupted` without one."""
    models: dict[str, int]
    median_seconds: float | None
    slowest_seconds: float | None
    """Nineteen of twenty answers took no longer."""
    input_tokens: int
    output_tokens: int
    cost: float
    tools: tuple[ToolUse, ...]
    """The most called first."""
    unanswered: tuple[Topic, ...]
    """The most asked first."""
    thumbs_up: int
    thumbs_down: int
    reasons: dict[str, int]
    """Why answers were rated down."""

    @property
    def questions(self) -> int:
        return sum(self.outcomes.values())

    @property
    def refused(self) -> int:
        return sum(self.outcomes.get(status, 0) for status in REFUSED)


def read_usage(conversations: Conversations, viewer: Viewer, days: int, today: date | None = None) -> Usage:
    """The usage of the last `days` days up to `today`: for who administers.

    Raises PermissionDenied for others, and StateError when the state folder cannot be read.
    """
    last = today or datetime.now(UTC).date()
    first = last - timedelta(days=days - 1)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ended = [
        entry
        for entry in conversations.audit(viewer, since=begin)
        if entry.action in ("answered", "interrupted") and entry.at.date() <= last
    ]
    rated = [held for held in conversations.feedback(viewer) if first <= held.rated_at.date() <= last]
    answered = [entry for entry in ended if entry.action == "answered"]
    used = [entry.details.get("usage", {}) for entry in answered]
    return Usage(
        first=first,
        last=last,
        days=_days(ended, first, last),
        people=len({entry.viewer for entry in ended}),
        outcomes=_counted(_outcome(entry) for entry in ended),
        models=_counted(str(entry.details["model"]) for entry in answered),
        median_seconds=_quantile(answered, 0.5),
        slowest_seconds=_quantile(answered, 0.95),
        input_tokens=sum(each.get("input_tokens", 0) for each in used),
        output_tokens=sum(each.get("output_tokens", 0) for each in used),
        cost=_cost(answered),
        tools=_tools(answered),
        unanswered=_topics([entry for entry in answered if _outcome(entry) in REFUSED]),
        **_opinions(rated),
    )


def _outcome(entry: AuditEntry) -> str:
    return str(entry.details["status"]) if entry.action == "answered" else entry.action


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _quantile(answered: Sequence[AuditEntry], share: float) -> float | None:
    """Entries of earlier versions do not tell how long the answer took."""
    seconds = [entry.details["seconds"] for entry in answered if "seconds" in entry.details]
    return float(np.quantile(seconds, share)) if seconds else None


def _cost(answered: Iterable[AuditEntry]) -> float:
    return sum(entry.details.get("usage", {}).get("cost") or 0.0 for entry in answered)


def _days(ended: Sequence[AuditEntry], first: date, last: date) -> tuple[UsageDay, ...]:
    of_day: dict[date, list[AuditEntry]] = {}
    for entry in ended:
        of_day.setdefault(entry.at.date(), []).append(entry)
    return tuple(
        _day(day, of_day.get(day, [])) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    )


def _day(day: date, ended: Sequence[AuditEntry]) -> UsageDay:
    answered = [entry for entry in ended if entry.action == "answered"]
    refused = sum(_outcome(entry) in REFUSED for entry in answered)
    median = _quantile(answered, 0.5)
    return UsageDay(day=day, questions=len(ended), refused=refused, median_seconds=median, cost=_cost(answered))


def _tools(answered: Iterable[AuditEntry]) -> tuple[ToolUse, ...]:
    calls = [call for entry in answered for call in entry.details["tool_calls"]]
    failed = Counter(call["name"] for call in calls if not call["ok"])
    return tuple(
        ToolUse(name=name, calls=count, failed=failed[name])
        for name, count in Counter(call["name"] for call in calls).most_common()
    )


def _opinions(rated: Sequence[Feedback]) -> dict[str, Any]:
    down = [held.turn for held in rated if held.turn.rating is False]
    return {
        "thumbs_up": len(rated) - len(down),
        "thumbs_down": len(down),
        "reasons": _counted(reason for turn in down for reason in turn.reasons),
    }


def _topics(refused: Sequence[AuditEntry]) -> tuple[Topic, ...]:
    newest = refused[-_COMPARED:]
    if not newest:
        return ()
    from copilot.retrieval.embedder import encode_each

    questions = [str(entry.details["question"]) for entry in newest]
    vectors = np.asarray(list(encode_each(questions)))
    groups = _groups(vectors)
    topics = [
        Topic(
            question=questions[max(group, key=lambda n: float(vectors[n] @ vectors[group].sum(axis=0)))],
            asked=len(group),
            last=max(newest[n].at.date() for n in group),
        )
        for group in groups
    ]
    return tuple(sorted(topics, key=lambda topic: (-topic.asked, -topic.last.toordinal(), topic.question))[:_TOPICS])


def _groups(vectors: np.ndarray[Any, Any]) -> list[list[int]]:
    """The places of vectors that are near each other on average."""
    if len(vectors) == 1:
        return [[0]]
    from scipy.cluster.hierarchy import fcluster, linkage

    labels = fcluster(linkage(vectors, "average", "cosine"), 1 - _LIKENESS, "distance")
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        found.setdefault(int(label), []).append(place)
    return list(found.values())
