"""A real PostgreSQL of one test run, on a free port of this machine, with its data in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its connection URL, while it runs."""
    # PostgreSQL refuses to run as root; Debian's package makes a user for it.
    owner = "postgres" if os.geteuid() == 0 else None
    data = Path(tempfile.mkdtemp(prefix="bearing-postgres-"))
    if owner:
        shutil.chown(data, owner)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def call(name: str, *arguments: str) -> None:
        command = [str(folder / name), *arguments]
        done = subprocess.run(command, user=owner, cwd=data, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.decode(errors='replace')}")

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    try:
        call("initdb", "-D", str(data / "db"), "-U", "bearing", "-A", "trust", "-E", "UTF8", "--locale=C")
        call("pg_ctl", "-D", str(data / "db"), "-w", "-t", "60", "-l", str(data / "log"), "-o", options, "start")
        yield f"postgresql://bearing@127.0.0.1:{port}/postgres"
    finally:
        if (data / "db" / "postmaster.pid").exists():
            call("pg_ctl", "-D", str(data / "db"), "-m", "immediate", "stop")
        shutil.rmtree(data, ignore_errors=True)
