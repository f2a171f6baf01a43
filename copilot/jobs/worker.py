"""Takes jobs one after the other and has each done by a process of its own, which can be ended at any moment."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from copilot.errors import StateError
from copilot.settings import Settings
from copilot.state.jobs import Job, Jobs

_log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
"""A worker that has said nothing for so long loses its job to the next one. Clocks of machines may differ by less."""
AGAIN_SECONDS = 10.0
"""After what passes by itself: another process writes the index, the store is away, memory was short."""
_TICK_SECONDS = 0.5
# Where nothing waits, and where the store cannot be used.
_IDLE_SECONDS, _AWAY_SECONDS = 1.0, 15.0
_TERMINATE_SECONDS = 5.0


class Worker:
    def __init__(self, jobs: Jobs, settings: Settings, lease_seconds: float = LEASE_SECONDS) -> None:
        self._jobs = jobs
        self._settings = settings
        self._lease_seconds = lease_seconds
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def run(self, stop: threading.Event, *, once: bool = False) -> int:
        """Works until `stop` is set, then gives back what it has; with `once`, until nothing waits. How many it took.

        StateError ends it only with `once`: the store may come back.
        """
        taken = 0
        while not stop.is_set():
            try:
                job = self._jobs.take(self._owner, self._lease_seconds)
                if job is not None:
                    taken += 1
                    self._work(job, stop)
                elif once:
                    break
                else:
                    stop.wait(_IDLE_SECONDS)
            except StateError as error:
                if once:
                    raise
                _log.warning("jobs cannot be read", extra={"reason": str(error)})
                stop.wait(_AWAY_SECONDS)
        return taken

    def _work(self, job: Job, stop: threading.Event) -> None:
        began = time.monotonic()
        _log.info("job begun", extra={"job": job.id, "kind": job.kind, "attempt": job.attempts})
        with self._process(job) as process:
            self._watch(job, process, stop)
            code = process.poll()
        if code is None and stop.is_set():
            self._jobs.give_back(job.id, self._owner)
        elif code is not None and self._jobs.held(job.id, self._owner):
            words = f"Its process ended before it did (exit code {code}); the log of the worker may say why."
            self._jobs.try_again(job.id, self._owner, words, AGAIN_SECONDS)
        seconds = round(time.monotonic() - began, 3)
        _log.info("job left", extra={"job": job.id, "kind": job.kind, "seconds": seconds})

    def _watch(self, job: Job, process: subprocess.Popen[bytes], stop: threading.Event) -> None:
        """Until the process ends, is to end, or has another do its job."""
        renewed = time.monotonic()
        while process.poll() is None and not stop.wait(_TICK_SECONDS):
            try:
                if self._jobs.held(job.id, self._owner) is None:
                    return
                if time.monotonic() - renewed > self._lease_seconds / 4:
                    self._jobs.renew(job.id, self._owner, self._lease_seconds)
                    renewed = time.monotonic()
            except StateError:
                # Nobody else can take it while the store is away; once that is back, somebody may have.
                if time.monotonic() - renewed > self._lease_seconds:
                    return

    @contextmanager
    def _process(self, job: Job) -> Iterator[subprocess.Popen[bytes]]:
        """The process of a job, which has ended when the block is left."""
        command = [sys.executable, "-m", "copilot.jobs.child", job.id, self._owner, str(self._settings.workspace)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_TERMINATE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdin is not None
            process.stdin.close()


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """A worker in a process of its own for as long as the block runs; it ends with this process, however that does.

    None where `settings.worker` says that others do the work.
    """
    if not settings.worker:
        yield
        return
    process = attached(settings, subprocess.PIPE)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def attached(settings: Settings, stdin: int) -> subprocess.Popen[bytes]:
    """`bearing worker` that ends when `stdin` does."""
    command = [sys.executable, "-m", "copilot", "worker", "--attached", "--workspace", str(settings.workspace)]
    return subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL)
