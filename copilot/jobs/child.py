"""The process that does one job: `python -m copilot.jobs.child ID OWNER WORKSPACE`.

It ends when its standard input does, so that it never outlives the worker that started it, and writes to the store how
the job ended. Where it dies without that, the worker says so.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

from copilot import logs
from copilot.errors import CopilotError, KnowledgeError, SettingsError, StateError
from copilot.jobs.kinds import EvaluationArguments
from copilot.jobs.worker import AGAIN_SECONDS
from copilot.settings import Settings
from copilot.state.jobs import FILE, Job, Jobs
from copilot.state.places import place
from copilot.types import Viewer
from copilot.workspace import Workspace

_FEEDBACK = "feedback"


def main(arguments: Sequence[str]) -> None:
    id, owner, workspace = arguments
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    # Ctrl-C reaches the whole group; the worker decides what becomes of its job.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = Settings.from_env(workspace=Path(workspace))
    logs.configure(settings)
    with closing(Jobs(place(settings, FILE))) as jobs:
        if job := jobs.held(id, owner):
            _do(jobs, job, owner, settings)


def _do(jobs: Jobs, job: Job, owner: str, settings: Settings) -> None:
    try:
        if job.kind == "memo":
            result = _memo(jobs, job, owner, settings)
        elif job.kind == "index":
            result = _index(settings)
        else:
            result = _evaluation(job, settings)
    except (KnowledgeError, StateError) as error:
        jobs.try_again(job.id, owner, _sentence(error), AGAIN_SECONDS)
    except CopilotError as error:
        jobs.fail(job.id, owner, _sentence(error))
    else:
        jobs.finish(job.id, owner, result)


def _memo(jobs: Jobs, job: Job, owner: str, settings: Settings) -> str:
    """The id of the memo, which is made of its content: drafted twice it is kept once."""
    from copilot.build import open_copilot
    from copilot.tools.draft_memo.tool import Arguments, draft

    with closing(open_copilot(settings)) as copilot:
        memo = draft(copilot.sources, _viewer(job, copilot.sources.workspace), Arguments(**job.arguments))
        if copilot.memos is not None and jobs.held(job.id, owner):
            copilot.memos.keep(memo)
            copilot.conversations.note_or_log(job.viewer, "kept memo", memo.id, {"title": memo.title, "job": job.id})
    return memo.id


def _viewer(job: Job, workspace: Workspace) -> Viewer:
    """Who asked, with what they held then and, where workspace.yaml names them, still hold."""
    labels = job.labels
    if job.viewer == "everyone" or job.viewer in workspace.config.viewers:
        labels &= workspace.viewer(job.viewer).labels
    return Viewer(name=job.viewer, labels=labels, role=job.role)


def _index(settings: Settings) -> str:
    """How much there is; what a run that was killed has done is not done again."""
    from copilot.build import index
    from copilot.upkeep.feeds import pull

    failed = [feed for feed in pull(settings) if feed.error]
    report, _ = index(settings)
    told = f"{report.documents} documents, {report.chunks} chunks"
    if failed:
        raise SettingsError(f"Indexed ({told}), but the feed {failed[0]}")
    return told


def _evaluation(job: Job, settings: Settings) -> str:
    """The name of the run's folder, where one that was stopped goes on."""
    asked = EvaluationArguments(**job.arguments)
    state = settings.workspace_state()
    folder = state / "runs" / f"{asked.dataset}-{job.id}"
    dataset = str(state / f"{_FEEDBACK}.yaml") if asked.dataset == _FEEDBACK else asked.dataset
    filters = [part for text in asked.filters for part in ("--filter", text)]
    # The evaluations stand above this package, which knows them only as a command.
    (command,) = entry_points(group="bearing.commands", name="eval")
    place = ["--workspace", str(settings.workspace), "--out", str(folder)]
    command.load()(["run", dataset, *filters, *place], standalone_mode=False)
    return folder.name


def _sentence(error: CopilotError) -> str:
    return " ".join(str(error).split())


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
