"""A run as a log of inspect-ai, for its viewer. The format is written by hand, since inspect-ai cannot be installed
beside Bearing: it asks for other versions of what both need."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from copilot.errors import SettingsError
from copilot.types import Answer
from evals.runs import Judged, Run, mean, write
from evals.samples import Sample
from evals.scorers import METRICS
from evals.scores import Output

LOG_VERSION = 2
Json = dict[str, Any]


def write_log(run: Run, out: Path) -> int:
    """Writes the run to a `.json` file; gives the number of answers in it."""
    if out.suffix != ".json":
        raise SettingsError(f"{out.name!r} must end in .json, by which inspect-ai knows the format.")
    scores = {(j.sample, j.epoch): j for j in run.scores()}
    samples = [
        _sample(run.samples[o.sample], o, scores[o.sample, o.epoch])
        for o in run.outputs()
        if (o.sample, o.epoch) in scores
    ]
    write(out, json.dumps(_log(run, samples), ensure_ascii=False))
    return len(samples)


def _log(run: Run, samples: list[Json]) -> Json:
    manifest = run.manifest
    model = str(manifest.settings.get("model", "grounded"))
    usage = _usage(manifest.usage.input_tokens, manifest.usage.output_tokens)
    return {
        "version": LOG_VERSION,
        "status": "success" if manifest.finished else "cancelled",
        "eval": {
            "eval_id": _id(manifest.id, "eval"),
            "run_id": _id(manifest.id, "run"),
            "task_id": _id(manifest.dataset, "task"),
            "created": manifest.began,
            "task": manifest.dataset,
            "dataset": {
                "name": manifest.dataset,
                "samples": len(run.dataset.samples),
                "sample_ids": list(run.samples),
                "shuffled": False,
            },
            "model": f"bearing/{model.replace(':', '/')}",
            "config": {"epochs": manifest.epochs},
            "packages": manifest.versions,
            "metadata": {
                "dataset_hash": manifest.dataset_hash,
                "workspace": manifest.workspace,
                "workspace_hash": manifest.workspace_hash,
                "commit": manifest.commit,
                "scorers": manifest.scorers,
                "run": manifest.id,
            },
        },
        "plan": {"name": "bearing", "steps": [{"solver": "copilot", "params": {}}]},
        "results": _results(run, len(samples)),
        "stats": {
            "started_at": manifest.began,
            "completed_at": manifest.finished,
            "model_usage": {f"bearing/{model.replace(':', '/')}": usage},
        },
        "samples": samples,
    }


def _results(run: Run, completed: int) -> Json:
    by_metric = run.by_metric()
    return {
        "total_samples": len(run.dataset.samples) * run.manifest.epochs,
        "completed_samples": completed,
        "scores": [
            {
                "name": m.name,
                "scorer": m.name,
                "scored_samples": len(by_metric[m.name]),
                "unscored_samples": len(run.dataset.samples) - len(by_metric[m.name]),
                "params": {},
                "metrics": {"mean": {"name": "mean", "value": mean(by_metric[m.name].values()), "params": {}}},
            }
            for m in METRICS
            if m.name in by_metric
        ],
    }


def _sample(sample: Sample, output: Output, judged: Judged) -> Json:
    answer = output.answer
    entry: Json = {
        "id": sample.id,
        # There they count from one.
        "epoch": output.epoch + 1,
        "input": [{"role": "user", "content": text} for text in (*sample.history, sample.question)],
        "target": [nugget.text for nugget in sample.nuggets] or [""],
        "metadata": {
            "type": sample.type, "persona": sample.persona, "viewer": sample.viewer, "expect": sample.expect,
            "hard": sample.is_hard, "tags": list(sample.tags),
        },
        "messages": [{"role": "user", "content": sample.question}, *(_messages(answer) if answer else ())],
        "scores": {
            name: {"value": score.value, "explanation": score.explanation, "answer": answer.text if answer else ""}
            for name, score in judged.scores.items()
            if score.value is not None
        },
        "store": {"evidence": [e.model_dump(mode="json") for e in output.evidence]},
    }  # fmt: skip
    if answer:
        entry |= {
            "output": {
                "model": answer.model,
                "choices": [{"message": {"role": "assistant", "content": answer.text}, "stop_reason": "stop"}],
                "usage": _usage(answer.usage.input_tokens, answer.usage.output_tokens),
                "time": answer.seconds.total,
            },
            "total_time": answer.seconds.total,
        }
        entry["metadata"] |= {
            "status": answer.status,
            "citations": [c.model_dump(mode="json") for c in answer.citations],
        }
    else:
        entry["error"] = {"message": output.error, "traceback": "", "traceback_ansi": ""}
    return entry


def _messages(answer: Answer) -> list[Json]:
    """The tool calls as the assistant's, then the answer."""
    calls = [
        {"id": f"{answer.id}-{at}", "function": call.name, "arguments": call.arguments, "type": "function"}
        for at, call in enumerate(answer.tool_calls)
    ]
    asked = [{"role": "assistant", "content": "", "tool_calls": calls}] if calls else []
    # What a tool gave is kept as evidence of the turn and not call by call.
    replies = [
        {"role": "tool", "content": f"{call.seconds:.3f} s", "tool_call_id": made["id"], "function": call.name}
        for call, made in zip(answer.tool_calls, calls, strict=True)
    ]
    return [*asked, *replies, {"role": "assistant", "content": answer.text}]


def _usage(input_tokens: int, output_tokens: int) -> Json:
    return {
        "input_tokens": input_tokens, "output_tokens": output_tokens, "total_tokens": input_tokens + output_tokens,
    }  # fmt: skip


def _id(*parts: str) -> str:
    """The same for the same run, so that exporting again changes nothing."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:22]
