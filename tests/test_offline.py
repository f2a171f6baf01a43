"""Indexing and answering touch no network, neither by Python's sockets nor by what is compiled."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_workspaces import SMALL, written

# Notes and forbids every attempt, those swallowed by a thread or a library included. Audit hooks see what is below the
# socket module too.
GUARD = """
import socket, sys

attempts = []

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family == socket.AF_UNIX:
            return
    elif event not in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        return
    attempts.append((event, *map(str, arguments)))
    raise OSError("the network is closed")

sys.addaudithook(guard)
"""

ANSWER = """
import pathlib, sys, threading
from copilot import Settings, open_copilot

workspace, state = map(pathlib.Path, sys.argv[1:])
copilot = open_copilot(Settings(workspace=workspace, state_dir=state))
for question in (
    "How many projects are in pilot?",
    "How long is data kept that was copied for training a model?",
    "Which three projects should come first?",
):
    answer = copilot.ask(question, conversation="offline")
    assert answer.status == "answered" and answer.citations, answer
copilot.close()
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join(1)
"""

REPORT = """
print(attempts)
sys.exit(bool(attempts))
"""


def run(program: str, state: Path, *before: str) -> subprocess.CompletedProcess[str]:
    workspace = written(state / "workspace", SMALL)
    command = [*before, sys.executable, "-c", program, str(workspace), str(state / "state")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_guard_sees_an_attempt(tmp_path: Path) -> None:
    attempt = "import socket\ntry: socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError: pass\n"
    done = run(GUARD + attempt + REPORT, tmp_path)
    assert done.returncode == 1
    assert "192.0.2.1" in done.stdout


def test_indexing_and_answering_attempt_no_connection(tmp_path: Path) -> None:
    done = run(GUARD + ANSWER + REPORT, tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_indexing_and_answering_work_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    closed = ("unshare", "--map-root-user", "--net")
    if (
        shutil.which("unshare") is None
        or subprocess.run([*closed, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("unshare cannot make a network namespace here")
    done = run(ANSWER, tmp_path, *closed)
    assert done.returncode == 0, done.stderr
