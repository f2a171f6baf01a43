"""Asks a database of known vulnerabilities about every package of the lock files.

Usage: python scripts/audit_locks.py [--database URL] LOCK…

Exits 1 when one is known, and names it; where the database cannot be reached it says so in one line and exits 0. The
database speaks the protocol of OSV, which is told the names and versions of the packages and nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path

DATABASE = "https://api.osv.dev/v1/querybatch"
_LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)
_AT_ONCE = 500
_TIMEOUT_SECONDS = 20.0

Package = tuple[str, str]
"""Name and version."""


def locked(files: Iterable[Path]) -> list[Package]:
    """Each package that a lock file names, once."""
    texts = [file.read_text(encoding="utf-8") for file in files]
    return sorted({(found["name"], found["version"]) for text in texts for found in _LOCKED.finditer(text)})


def known(packages: Sequence[Package], database: str) -> dict[Package, list[str]]:
    """The ids of what is known to be wrong, by package; OSError or ValueError where the database does not tell."""
    found: dict[Package, list[str]] = {}
    for at in range(0, len(packages), _AT_ONCE):
        asked = packages[at : at + _AT_ONCE]
        queries = [{"package": {"name": n, "ecosystem": "PyPI"}, "version": v} for n, v in asked]
        request = urllib.request.Request(
            database, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:
            told = json.load(reply)
        if not isinstance(told, dict) or len(told.get("results", ())) != len(asked):
            raise ValueError("it does not answer every question")
        for package, result in zip(asked, told["results"], strict=True):
            if ids := [vulnerability["id"] for vulnerability in result.get("vulns", ())]:
                found[package] = ids
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", default=DATABASE)
    parser.add_argument("locks", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    packages = locked(given.locks)
    try:
        found = known(packages, given.database)
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        print(f"Not audited for known vulnerabilities: the database cannot be asked ({reason}).")
        return 0
    for (name, version), ids in found.items():
        print(f"{name} {version}: {', '.join(ids)}")
    print(f"{len(packages)} locked packages, {len(found)} with known vulnerabilities.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
