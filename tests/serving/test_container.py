"""The container and compose files, as far as they can be checked without a container engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import environment
from indexes import CORPUS, Indexes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from copilot import Settings
from copilot.commands.cli import app
from copilot.settings import PREFIX

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))

# Starts the server where there is no network but its own loopback, and asks it whether it is ready.
PROGRAM = """
import fcntl, socket, struct, subprocess, sys, time, urllib.error, urllib.request

with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 1 | 64))
server = subprocess.Popen([sys.executable, "-B", "-m", "copilot", "serve", "--port", "8700"])
try:
    while server.poll() is None:
        try:
            print(urllib.request.urlopen("http://127.0.0.1:8700/ready", timeout=5).read().decode())
            break
        except urllib.error.URLError:
            time.sleep(0.1)
finally:
    server.terminate()
    server.wait()
"""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.+)$", CONTAINERFILE, re.MULTILINE)


def test_the_image_runs_as_a_user_without_rights_and_starts_the_server() -> None:
    assert instructions("USER") == ["10001"]
    parts = [*json.loads(instructions("ENTRYPOINT")[0]), *json.loads(instructions("CMD")[-1])]
    assert parts[0] == "bearing"
    assert_is_a_command(parts[1:])


def test_the_image_is_made_of_what_is_here() -> None:
    for copied in instructions("COPY"):
        *sources, _ = copied.split()
        if not copied.startswith("--from"):
            assert all((ROOT / source).exists() for source in sources if source != LOCK), copied


LOCK = "requirements-serve.txt"
"""Made by `make lock`."""


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_can_write_only_its_own_volumes(name: str) -> None:
    service: dict[str, Any] = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    named = {volume.split(":")[0] for volume in service["volumes"] if not volume.endswith(":ro")}
    assert named <= set(COMPOSE["volumes"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


@pytest.mark.parametrize("name", ["api", "ui", "worker"])
def test_our_services_are_commands_with_settings_that_exist(name: str) -> None:
    service = COMPOSE["services"][name]
    assert_is_a_command(service["command"])
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    assert {setting for setting in service["environment"] if setting.startswith(PREFIX)} <= known


def test_every_setting_can_be_given_to_our_services_but_those_that_the_image_decides() -> None:
    decided = {f"{PREFIX}{name}" for name in ("STATE_DIR", "LOG_LEVEL", "LOG_FORMAT")}
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    for name in ("api", "ui", "worker"):
        assert known - decided == {s for s in COMPOSE["services"][name]["environment"] if s.startswith(PREFIX)}
    assert all(f"{name}=" in CONTAINERFILE for name in decided)


def test_the_image_has_every_extra_that_a_setting_or_a_sign_in_needs() -> None:
    """All but those for development, and a cluster, whose workers need an environment of their own."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / LOCK).read_text(encoding="utf-8"), re.MULTILINE))
    for name in extras.keys() - {"dev", "bench", "cluster"}:
        for needed in map(Requirement, extras[name]):
            assert needed.name == "bearing" or canonicalize_name(needed.name) in locked, (name, needed)


def assert_is_a_command(parts: list[str]) -> None:
    command = get_command(app).commands[parts[0]]  # type: ignore[attr-defined]
    command.make_context(parts[0], parts[1:])


def test_it_serves_with_a_read_only_root_and_no_network(tmp_path: Path, indexes: Indexes) -> None:
    alone = ("unshare", "--map-root-user", "--net", "--mount")
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare cannot make namespaces here")
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    script = f'mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro / && cd {tmp_path} && exec "$@"'
    done = subprocess.run(
        [*alone, "sh", "-c", script, "sh", sys.executable, "-c", PROGRAM],
        env=environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["status"] == "ready", done.stderr
