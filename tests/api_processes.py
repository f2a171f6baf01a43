"""`bearing serve` in processes of its own, and a proxy before them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from command_line import environment
from pydantic import SecretStr

from copilot import Settings

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Api:
    """Where an API answers, and as whom it is called."""

    port: int
    key: str = ""

    def call(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Over a connection of its own, as calls of many clients come."""
        with self.client() as client:
            return client.request(method, path, **given)

    def client(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return httpx2.Client(base_url=f"http://{HERE}:{self.port}", headers=headers, timeout=60)


@dataclass(frozen=True)
class Process(Api):
    running: subprocess.Popen[bytes] = field(kw_only=True)

    def await_ready(self) -> None:
        while True:
            assert self.running.poll() is None, "the server has ended"
            try:
                self.call("GET", "/health")
                return
            except httpx2.ConnectError:
                time.sleep(0.1)


@contextmanager
def serving(settings: Settings) -> Iterator[Process]:
    """One process; it is not ready yet."""
    port = _free_port()
    assert settings.state_dir is not None
    variables = environment(settings.state_dir, settings.workspace, **addresses(settings))
    command = [sys.executable, "-m", "copilot", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL) as process:
        try:
            yield Process(port, running=process)
        finally:
            process.terminate()


def addresses(settings: Settings) -> dict[str, str]:
    """What tells another process which servers there are."""
    given = {name: getattr(settings, f"{name}_url") for name in ("state", "warehouse", "chroma")}
    return {
        f"BEARING_{name.upper()}_URL": url.get_secret_value() if isinstance(url, SecretStr) else url
        for name, url in given.items()
        if url is not None
    }


class Proxy:
    """Hands each connection to the next process in turn, and to another one where that is gone."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.handed: list[int] = []
        """The port of each connection, in the order in which they came."""
        self._ports = deque(ports)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self._ports)):
            port = self._ports[0]
            self._ports.rotate(-1)
            try:
                inner_reader, inner_writer = await asyncio.open_connection(HERE, port)
            except OSError:
                continue
            self.handed.append(port)
            await asyncio.gather(_carry(reader, inner_writer), _carry(inner_reader, writer))
            return
        writer.close()


@contextmanager
def proxied(ports: Sequence[int]) -> Iterator[tuple[Proxy, int]]:
    """A proxy before the processes at these ports, and its own port."""
    proxy, port = Proxy(ports), _free_port()
    is_listening = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        is_over = asyncio.Event()
        running.append((asyncio.get_running_loop(), is_over))
        async with await asyncio.start_server(proxy.take, HERE, port):
            is_listening.set()
            await is_over.wait()

    # The loop begins and ends in a thread of its own: another may run in this one, as of a browser's tests.
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert is_listening.wait(60)
        yield proxy, port
    finally:
        for loop, is_over in running:
            loop.call_soon_threadsafe(is_over.set)
        thread.join()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes from one side to the other, up to its end."""
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HERE, 0))
        return int(free.getsockname()[1])
