"""The screens in a process of their own, for programs that drive them through a browser."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ui.launch import command

START_SECONDS = 120
END_SECONDS = 60


def free_port() -> int:
    """A port of this machine that nobody listened on a moment ago."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def served(port: int, folder: Path, environment: Mapping[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the server until the block is left; it works in `folder`, and what it prints is in `server.log` there.

    Raises ChildProcessError with that text when it ends or does not answer in START_SECONDS.
    """
    log = folder / "server.log"
    argv = [*command(port), "--server.headless=true", *options]
    with log.open("w") as output:
        server = subprocess.Popen(argv, env=dict(environment), cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_healthy(f"http://localhost:{port}/_stcore/health"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise ChildProcessError(log.read_text())
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            # Busy with answers that nobody waits for any more.
            server.kill()
            server.wait()


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.read() == b"ok")
    except OSError:
        return False
