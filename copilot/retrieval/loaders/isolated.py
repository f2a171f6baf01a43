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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.limits import CPU_SECONDS, MEMORY_BYTES, WALL_SECONDS

# JSON may write a character of text in six bytes.
_MOST_OUTPUT = 150_000_000
_MOST_ERRORS = 20_000
_PAGE_SECONDS = 10
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


def read_isolated(format: str, file: BinaryIO, *, depth: int = 0, wall_seconds: int = WALL_SECONDS) -> Content:
    """What the file holds; KnowledgeError when it cannot be read within the limits.

    The child is dead when this returns or raises. `depth` counts the messages around an attachment.
    """
    out = _run("child", [format, str(depth)], file, wall_seconds, is_outermost=depth == 0)
    data = json.loads(out)
    if "reason" in data:
        raise KnowledgeError(data["reason"])
    return Content.from_json(data)


def page_isolated(file: BinaryIO, first: int, last: int, quote: str) -> bytes:
    """PNG of the first of these pages of a PDF, counted from 1, that holds something of the quote, which is marked.

    Empty where none does; KnowledgeError when it cannot be drawn within the limits.
    """
    return _run("pdf_page", [str(first), str(last)], file, _PAGE_SECONDS, QUOTE=json.dumps(quote))


def read_bytes_isolated(format: str, data: bytes, *, depth: int, wall_seconds: int) -> Content:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return read_isolated(format, file, depth=depth, wall_seconds=wall_seconds)


def _short(message: str) -> str:
    bare = " ".join(message.split())
    return bare if len(bare) <= 120 else f"{bare[:117]}..."


def _run(
    module: str, arguments: Sequence[str], file: BinaryIO, wall_seconds: int, *, is_outermost: bool = True, **told: str
) -> bytes:
    """What the process writes; KnowledgeError where it does not end well."""
    command = [sys.executable, "-P", "-m", f"copilot.retrieval.loaders.{module}"]
    process = subprocess.Popen(
        [*command, *arguments, str(os.getpid()), str(wall_seconds)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # No key or password of this process: a file that takes over its parser finds none.
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "PYTHONUTF8": "1", **told},
        # An attachment stays in the group of its message, and is killed with it.
        start_new_session=is_outermost,
    )
    try:
        out, errors = _collect(process, time.monotonic() + wall_seconds)
        code = process.wait(timeout=1)
    except (TimeoutError, subprocess.TimeoutExpired):
        raise KnowledgeError(_TOO_LONG) from None
    finally:
        _kill(process, whole_group=is_outermost)
    if code:
        raise KnowledgeError(_why(code, errors))
    return out


def _why(code: int, errors: str) -> str:
    """Why the process ended as it did, for a person."""
    if code < 0:
        return _KILLED.get(-code, f"its parser crashed ({signal.strsignal(-code)}); export it again")
    if "MemoryError" in errors or "Cannot allocate memory" in errors:
        return _TOO_LARGE
    last = errors.strip().splitlines()[-1:] or ["no message"]
    return f"it is damaged or not what its name says ({_short(last[0])}); export it again"


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
