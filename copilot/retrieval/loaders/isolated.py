"""One file read in a process of its own, so that no file can take the memory, the time or the life of this one."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.limits import CPU_SECONDS, MEMORY_BYTES, WALL_SECONDS

# JSON may write a character of text in six bytes.
_MOST_OUTPUT = 150_000_000
_MOST_ERRORS = 20_000
_ROOT = Path(__file__).resolve().parents[3]
_TOO_LONG = f"it takes more than {CPU_SECONDS} s of computing or {WALL_SECONDS} s to read; split it, or export it again"
_TOO_LARGE = f"it needs more than {MEMORY_BYTES >> 30} GB of memory to read; split it, or export it again"
_KILLED: Mapping[int, str] = {
    signal.SIGXCPU: _TOO_LONG,
    signal.SIGALRM: _TOO_LONG,
    # pdfium aborts when it is given no more memory.
    signal.SIGABRT: _TOO_LARGE,
    # By the kernel when the machine has no more.
    signal.SIGKILL: _TOO_LARGE,
}


@dataclass(frozen=True)
class _End:
    code: int
    out: bytes
    errors: str


def read_isolated(format: str, file: BinaryIO, *, depth: int = 0, wall_seconds: int = WALL_SECONDS) -> Content:
    """What the file holds; KnowledgeError when it cannot be read within the limits.

    The child is dead when this returns or raises. `depth` counts the messages around an attachment.
    """
    end = _run(format, file, depth, wall_seconds)
    if end.code == 0:
        data = json.loads(end.out)
        if "reason" in data:
            raise KnowledgeError(data["reason"])
        return Content.from_json(data)
    if end.code < 0:
        crashed = f"its parser crashed ({signal.strsignal(-end.code)}); export it again"
        raise KnowledgeError(_KILLED.get(-end.code, crashed))
    if "MemoryError" in end.errors or "Cannot allocate memory" in end.errors:
        raise KnowledgeError(_TOO_LARGE)
    last = end.errors.strip().splitlines()[-1:] or ["no message"]
    raise KnowledgeError(f"it is damaged or not what its name says ({_short(last[0])}); export it again")


def read_bytes_isolated(format: str, data: bytes, *, depth: int, wall_seconds: int) -> Content:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return read_isolated(format, file, depth=depth, wall_seconds=wall_seconds)


def _short(message: str) -> str:
    bare = " ".join(message.split())
    return bare if len(bare) <= 120 else f"{bare[:117]}..."


def _run(format: str, file: BinaryIO, depth: int, wall_seconds: int) -> _End:
    command = [sys.executable, "-P", "-m", "copilot.retrieval.loaders.child"]
    process = subprocess.Popen(
        [*command, format, str(depth), str(os.getpid()), str(wall_seconds)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # No key or password of this process: a file that takes over its parser finds none.
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "PYTHONUTF8": "1"},
        # An attachment stays in the group of its message, and is killed with it.
        start_new_session=depth == 0,
    )
    try:
        out, errors = _collect(process, time.monotonic() + wall_seconds)
        return _End(process.wait(timeout=1), out, errors)
    except (TimeoutError, subprocess.TimeoutExpired):
        raise KnowledgeError(_TOO_LONG) from None
    finally:
        _kill(process, whole_group=depth == 0)


def _kill(process: subprocess.Popen[bytes], *, whole_group: bool) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _collect(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, str]:
    """All that it writes to stdout, and the end of what it writes to stderr."""
    assert process.stdout is not None
    assert process.stderr is not None
    out, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, out)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                block = os.read(key.fd, 1 << 16)
                if not block:
                    selector.unregister(key.fileobj)
                key.data.extend(block)
            if len(out) > _MOST_OUTPUT:
                raise KnowledgeError("it gives more text than any document holds; split it")
            del errors[:-_MOST_ERRORS]
    return bytes(out), errors.decode("utf-8", "replace")
