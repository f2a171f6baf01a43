"""A real PostgreSQL of one test run, on a free port of this machine, with its data in a temporary folder."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


# PostgreSQL refuses to run as root; Debian's package makes a user for it.
OWNER = "postgres" if os.geteuid() == 0 else None


@dataclass(frozen=True)
class Server:
    programs: Path
    data: Path
    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """Of a database that tests may share, each in a schema of its own."""
        return f"postgresql://bearing@127.0.0.1:{self.port}/postgres"

    def database(self) -> str:
        """Connection URL of a database of its own, in which there is nothing yet."""
        import psycopg

        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url.removesuffix("postgres") + name

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = str(self.data / "log")
        self.call("pg_ctl", "-D", str(self.data / "db"), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self.call("pg_ctl", "-D", str(self.data / "db"), "-m", mode, "stop")

    def call(self, name: str, *arguments: str) -> None:
        command = [str(self.programs / name), *arguments]
        done = subprocess.run(command, user=OWNER, cwd=self.data, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.decode(errors='replace')}")


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    data = Path(tempfile.mkdtemp(prefix="bearing-postgres-"))
    if OWNER:
        shutil.chown(data, OWNER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(programs, data, probe.getsockname()[1])
    try:
        server.call("initdb", "-D", str(data / "db"), "-U", "bearing", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        # One user who needs a password, so that there is a wrong one.
        rules = "host all guarded all scram-sha-256\nhost all all all trust\n"
        (data / "db" / "pg_hba.conf").write_text(rules, encoding="utf-8")
        server.start()
        yield server
    finally:
        if (data / "db" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(data, ignore_errors=True)
