"""Known vulnerabilities of the lock files, asked of a database that the test runs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from command_line import ROOT

LOCK = """\
first-package==1.0 \\
    --hash=sha256:00
second_package[some]==2.1 ; python_version < "3.12" \\
    --hash=sha256:00
"""


class Database(BaseHTTPRequestHandler):
    """Knows of one version of one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        bad = {"package": {"name": "second_package", "ecosystem": "PyPI"}, "version": "2.1"}
        body = json.dumps({"results": [{"vulns": [{"id": "V-1"}]} if query == bad else {} for query in asked]})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def database() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def audited(database: str, lock: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts/audit_locks.py"), "--database", database, str(lock)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_locked_version_with_a_known_vulnerability_is_named(database: str, tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    done = audited(database, lock)
    assert done.returncode == 1
    assert done.stdout == "second_package 2.1: V-1\n2 locked packages, 1 with known vulnerabilities.\n"
    lock.write_text(LOCK.replace("2.1", "2.2"), encoding="utf-8")
    assert audited(database, lock).returncode == 0


def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    done = audited("http://127.0.0.1:1/", lock)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Not audited for known vulnerabilities")
    assert done.stdout.count("\n") == 1
