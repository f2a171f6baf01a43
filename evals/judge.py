"""An optional judge by language model, for what words cannot settle: points in free prose, rubrics, preference.

Quotes come first and are checked against the answer. What cannot be read, or quotes what is not there, is a
`judge_error`: it is counted, and never taken for a verdict.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from copilot.errors import SettingsError
from copilot.prompts import render
from copilot.settings import Settings
from evals.runs import JUDGED, Judged, Run, write
from evals.samples import Sample
from evals.scorers.refusal import declines
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.wording import strip_marks

Preference = Literal["first", "second", "even", "inconsistent", "error"]
Complete = Callable[[str], str]

POINTS_A_CALL = 10
_CREDIT = {"said": 1.0, "half": 0.5, "missing": 0.0}
_RUBRIC = {"yes": 1.0, "no": 0.0}
_JSON = re.compile(r"[\[{].*[\]}]", re.S)
ERROR = "judge_error"


class UnreadableVerdict(Exception):
    """The model's reply is no verdict; for this module alone."""


@dataclass
class Judge:
    """A chat model that judges, with its replies kept by the hash of the prompt."""

    complete: Complete
    model: str
    cache: Path
    calls: int = field(default=0, init=False)
    """Replies that were asked for and not found in the cache."""

    def score(self, sample: Sample, output: Output) -> dict[str, Score]:
        """`judge_points`, `judge_rubrics` and `judge_error` of one answer."""
        wants_points = bool(sample.nuggets) and sample.expect not in ("refusal", "clarification")
        if not (wants_points or sample.rubrics):
            return dict.fromkeys(("judge_points", "judge_rubrics", ERROR), NOT_APPLICABLE)
        if output.answer is None or declines(output.answer) or not output.answer.text.strip():
            lost = Score(value=0.0, explanation="no answer to judge")
            return {
                "judge_points": lost if wants_points else NOT_APPLICABLE,
                "judge_rubrics": lost if sample.rubrics else NOT_APPLICABLE,
                ERROR: Score(value=0.0),
            }
        text = output.answer.text
        points, points_error = self._kept(self._points, sample, text) if wants_points else (NOT_APPLICABLE, "")
        rubrics, rubrics_error = self._kept(self._rubrics, sample, text) if sample.rubrics else (NOT_APPLICABLE, "")
        error = "; ".join(filter(None, (points_error, rubrics_error)))
        return {
            "judge_points": points, "judge_rubrics": rubrics,
            ERROR: Score(value=float(bool(error)), explanation=error),
        }  # fmt: skip

    def prefers(self, question: str, first: str, second: str) -> Preference:
        """Which answer is better, asked in both orders; a verdict that turns with the order is none."""
        try:
            there, back = self._pair(question, first, second), self._pair(question, second, first)
        except UnreadableVerdict:
            return "error"
        turned = {"first": "second", "second": "first", "even": "even"}[back]
        return there if there == turned else "inconsistent"  # type: ignore[return-value]

    def _kept(self, ask: Callable[[Sample, str], Score], sample: Sample, text: str) -> tuple[Score, str]:
        try:
            return ask(sample, text), ""
        except UnreadableVerdict as error:
            return NOT_APPLICABLE, str(error)

    def _points(self, sample: Sample, text: str) -> Score:
        credits: list[float] = []
        for start in range(0, len(sample.nuggets), POINTS_A_CALL):
            part = sample.nuggets[start : start + POINTS_A_CALL]
            listed = "\n".join(f"{at}. {nugget.text}" for at, nugget in enumerate(part, 1))
            reply = self._ask("judge_points", text, question=sample.question, points=listed, count=str(len(part)))
            if not isinstance(reply, list) or len(reply) != len(part):
                raise UnreadableVerdict(f"not a list of {len(part)} verdicts")
            credits += [_credit(entry, text, _CREDIT) for entry in reply]
        pairs = list(zip(sample.nuggets, credits, strict=True))
        vital = [credit for nugget, credit in pairs if nugget.vital] or credits
        missing = "; ".join(nugget.text for nugget, credit in pairs if credit < 1) or "nothing"
        return Score(value=sum(vital) / len(vital), explanation=f"not fully said: {missing}")

    def _rubrics(self, sample: Sample, text: str) -> Score:
        credits = [
            _credit(self._ask("judge_rubric", text, question=sample.question, rubric=rubric), text, _RUBRIC)
            for rubric in sample.rubrics
        ]
        failed = [rubric for rubric, credit in zip(sample.rubrics, credits, strict=True) if not credit]
        return Score(value=sum(credits) / len(credits), explanation=f"no: {'; '.join(failed) or 'none'}")

    def _pair(self, question: str, first: str, second: str) -> str:
        fence = _fence(first + second)
        reply = self._reply(render("judge_pair", question=question, first=first, second=second, fence=fence))
        if not isinstance(reply, dict) or reply.get("label") not in ("first", "second", "even"):
            raise UnreadableVerdict("no label")
        for quote, text in ((reply.get("first_quote"), first), (reply.get("second_quote"), second)):
            if not _is_quote(quote, text):
                raise UnreadableVerdict(f"quotes what is not there: {quote!r}")
        return str(reply["label"])

    def _ask(self, prompt: str, answer: str, **variables: str) -> Any:
        return self._reply(render(prompt, answer=answer, fence=_fence(answer), **variables))

    def _reply(self, prompt: str) -> Any:
        """The JSON in the model's reply, from the cache where the same was asked before."""
        key = hashlib.sha256(f"{self.model}\0{prompt}".encode()).hexdigest()[:24]
        kept = self.cache / f"{key}.json"
        if kept.is_file():
            reply = json.loads(kept.read_text(encoding="utf-8"))["reply"]
        else:
            reply = self.complete(prompt)
            self.calls += 1
            self.cache.mkdir(parents=True, exist_ok=True)
            write(kept, json.dumps({"model": self.model, "prompt": prompt, "reply": reply}, ensure_ascii=False))
        found = _JSON.search(reply)
        try:
            return json.loads(found.group()) if found else None
        except ValueError:
            raise UnreadableVerdict(f"unreadable: {reply[:120]!r}") from None


def open_judge(settings: Settings) -> Judge:
    """The configured chat model as a judge. It should be of another family than the one it judges."""
    if settings.model == "grounded":
        raise SettingsError("A judge needs a language model: set BEARING_MODEL or --model to openai:NAME.")
    from copilot.models.remote.model import remote_model

    model = remote_model(settings)
    return Judge(lambda prompt: str(model.invoke(prompt).text), settings.model, settings.workspace_state() / "judge")


def judge_run(run: Run, judge: Judge, progress: Callable[[int, int, str], None] | None = None) -> None:
    """Judges every stored answer of a run, and keeps the verdicts beside its scores."""
    samples, outputs = run.samples, run.outputs()
    lines = []
    for done, output in enumerate(outputs, 1):
        scores = judge.score(samples[output.sample], output)
        lines.append(Judged(sample=output.sample, epoch=output.epoch, scores=scores).model_dump_json())
        if progress:
            progress(done, len(outputs), output.sample)
    write(run.folder / JUDGED, "".join(f"{line}\n" for line in lines))


def prefer(base: Run, candidate: Run, judge: Judge) -> dict[Preference, int]:
    """How often the judge finds the base (`first`) or the candidate (`second`) better, where answers differ."""
    before, after = base.texts(), candidate.texts()
    counts: dict[Preference, int] = dict.fromkeys(("first", "second", "even", "inconsistent", "error"), 0)
    for id, sample in candidate.samples.items():
        if id in before and id in after and before[id] != after[id]:
            counts[judge.prefers(sample.question, before[id], after[id])] += 1
    return counts


def _credit(entry: Any, text: str, credits: dict[str, float]) -> float:
    if not isinstance(entry, dict) or entry.get("label") not in credits:
        raise UnreadableVerdict(f"no label in {str(entry)[:80]}")
    credit = credits[entry["label"]]
    # A verdict against the answer may have nothing to quote; one for it must show what it stands on.
    quote = entry.get("quote") or ""
    if (credit and not quote) or not _is_quote(quote, text):
        raise UnreadableVerdict(f"quotes what is not there: {quote!r}")
    return credit


def _is_quote(quote: Any, text: str) -> bool:
    return isinstance(quote, str) and _plain(quote) in _plain(text)


def _plain(text: str) -> str:
    lines = (strip_marks(line) for line in text.splitlines())
    return " ".join(" ".join(lines).lower().replace("…", " ").split())


def _fence(text: str) -> str:
    """A mark that the text cannot close, since it depends on the text."""
    return f"answer-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
