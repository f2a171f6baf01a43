"""The process that reads one file: `python -m copilot.retrieval.loaders.child FORMAT DEPTH`, the file on its stdin.

It sets its own limits before it looks at the file, and imports only what the format needs. What it found goes to
stdout as JSON. Where a parser fails in a way of its own the process dies with it, and whoever started it says so.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.formats import READERS
from copilot.retrieval.loaders.limits import CPU_SECONDS, MEMORY_BYTES

_FILE_BYTES = 100 << 20
"""Of what it writes to disk: an attachment on its way to its own reader."""


def limit_this_process(parent: int, wall_seconds: int) -> None:
    """Memory, time and core files, by the operating system; macOS does not enforce the limit of memory."""
    import resource

    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, _FILE_BYTES, _FILE_BYTES),
        # At the soft limit a signal says why it ends, at the hard one none does.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 2),
        (resource.RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (OSError, ValueError):
            # macOS refuses a limit of address space below what the process has mapped already.
            continue
    # Ends the process even when its parent has gone and a parser holds the interpreter.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(wall_seconds)
    _die_with(parent)


def _die_with(parent: int) -> None:
    """On Linux the kernel kills this process when the one that started it ends, however it ends."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def read(format: str, data: bytes, depth: int) -> Content:
    """The content of a file in a format that needs a process of its own."""
    notes: tuple[str, ...] = ()
    if format in ("docx", "pptx", "sheet") and data.startswith(b"PK"):
        from copilot.retrieval.loaders.archive import check_archive
        from copilot.retrieval.loaders.strict import transitional

        notes = check_archive(data)
        data = transitional(data)
    content = _read(format, data, depth)
    return Content(content.sections, content.title, content.dated, (*notes, *content.notes)).shortened()


def _read(format: str, data: bytes, depth: int) -> Content:
    reader = import_module(f"copilot.retrieval.loaders.{READERS[format]}")
    found: Content = reader.read(data, depth) if format == "email" else reader.read(data)
    return found


def main() -> None:
    format, depth, parent, wall_seconds = sys.argv[1], *map(int, sys.argv[2:5])
    limit_this_process(parent, wall_seconds)
    out = os.dup(1)
    # A parser that prints must not end up in the result.
    os.dup2(2, 1)
    try:
        result = read(format, sys.stdin.buffer.read(), depth).to_json()
    except KnowledgeError as error:
        result = json.dumps({"reason": str(error)})
    except RecursionError:
        result = json.dumps({"reason": "its parts are nested too deeply to be read; export it again, or as PDF"})
    with os.fdopen(out, "wb") as pipe:
        pipe.write(result.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()
