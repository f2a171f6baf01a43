"""Load on `bearing serve`: many conversations at once over HTTP, with waits, errors and memory.

Run `python bench/serve.py [--conversations 50] [--seconds 90] [--pause 15]`. Each conversation asks, reads the streamed
answer to its end, pauses as a person does, and asks the next question; `--pause 0` asks without end. Figures are of
this machine and this run; compare only within one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx2 as httpx
from ask import questions

from copilot import Settings
from copilot.build import open_sources
from copilot.state.keys import FILE, Keys
from copilot.state.places import place

PORT = 8731


@dataclass
class Waits:
    """What the callers met, in seconds."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def converse(
    client: httpx.AsyncClient, name: str, asked: Sequence[str], pause: float, until: float, waits: Waits
) -> None:
    chance = random.Random(name)
    # Not all at once: people come one after the other.
    await asyncio.sleep(chance.uniform(0, pause))
    while time.perf_counter() < until:
        began = time.perf_counter()
        body = {"question": chance.choice(asked), "conversation": name}
        try:
            async with client.stream("POST", "/api/ask/stream", json=body) as response:
                response.raise_for_status()
                lines = [line async for line in timed(response, began, waits)]
            if not any(line == "event: answer" for line in lines):
                raise httpx.DecodingError("the stream ended without an answer")
            waits.whole.append(time.perf_counter() - began)
        except httpx.HTTPError as error:
            waits.errors.append(repr(error))
        await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)


async def timed(response: httpx.Response, began: float, waits: Waits) -> AsyncIterator[str]:
    is_first = True
    async for line in response.aiter_lines():
        if is_first and line == "event: text":
            waits.first.append(time.perf_counter() - began)
            is_first = False
        yield line


async def watch_health(client: httpx.AsyncClient, until: float, waits: Waits) -> None:
    while time.perf_counter() < until:
        began = time.perf_counter()
        (await client.get("/health")).raise_for_status()
        waits.health.append(time.perf_counter() - began)
        await asyncio.sleep(1)


async def load(key: str, asked: Sequence[str], options: argparse.Namespace) -> Waits:
    waits = Waits()
    until = time.perf_counter() + options.seconds
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=options.conversations + 1)
    url = f"http://127.0.0.1:{PORT}"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as client:
        people = [
            converse(client, f"bench-{n}", asked, options.pause, until, waits) for n in range(options.conversations)
        ]
        await asyncio.gather(watch_health(client, until, waits), *people)
    return waits


def memory(server: subprocess.Popen[bytes]) -> float:
    """Resident memory of the server in MB."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def processor_seconds(server: subprocess.Popen[bytes]) -> float:
    """What the server has used of all cores so far."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def await_ready(server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/ready", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The server has ended.")


def told(name: str, seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"{name:<16}p50 {statistics.median(seconds):.2f} s, p95 {cuts[-1]:.2f} s, max {max(seconds):.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--pause", type=float, default=15)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["BEARING_STATE_DIR"] = state
        settings = Settings.from_env(workspace=options.workspace)
        asked = list(islice(questions(open_sources(settings)), 200))
        keys = Keys(place(settings, FILE))
        key = keys.add("bench", "everyone", "leader")
        command = ["serve", "--port", str(PORT), "--threads", str(options.threads), "--rate", "1000000"]
        command += ["--workspace", str(settings.workspace)]
        with subprocess.Popen([sys.executable, "-m", "copilot", *command]) as server:
            try:
                await_ready(server)
                began, used = memory(server), processor_seconds(server)
                waits = asyncio.run(load(key, asked, options))
                ended, used = memory(server), processor_seconds(server) - used
            finally:
                server.terminate()
    print(
        f"{options.conversations} conversations, {options.seconds:.0f} s, a pause of {options.pause:.0f} s on average"
    )
    print(f"answers         {len(waits.whole)}, {len(waits.whole) / options.seconds:.2f} a second")
    print(f"errors          {len(waits.errors)} {waits.errors[:1] or ''}")
    print(f"processor       {used / len(waits.whole):.2f} s an answer")
    print(told("first text", waits.first))
    print(told("whole answer", waits.whole))
    print(told("health", waits.health))
    print(f"memory          {began:.0f} MB when ready, {ended:.0f} MB at the end")


if __name__ == "__main__":
    main()
