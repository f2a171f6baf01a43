"""`bearing serve` as its callers meet it: a real server over HTTP, in this process or in one of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn

from copilot import Copilot
from copilot.serving.app import create_app
from copilot.serving.callers import Callers, local_caller
from copilot.serving.rates import Rates
from copilot.serving.serving import Serving
from copilot.serving.tokens import Tokens
from copilot.serving.work import Workers
from copilot.state.jobs import Jobs
from copilot.state.keys import Keys
from copilot.types import ViewerRole
from copilot.upkeep.library import Library


@dataclass(frozen=True)
class Served:
    """A running server, and the keys of those who call it."""

    url: str
    keys: Keys
    jobs: Jobs

    def key(self, viewer: str = "everyone", role: ViewerRole = "leader") -> str:
        return self.keys.add("a test", viewer, role)

    def client(self, key: str | None) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=600)

    def caller(self, viewer: str = "everyone", role: ViewerRole = "leader") -> httpx2.Client:
        return self.client(self.key(viewer, role))


@contextmanager
def running(
    copilot: Copilot,
    folder: Path,
    *,
    tokens: Tokens | None = None,
    is_local: bool = False,
    threads: int = 4,
    waiting: int = 16,
    rate: int = 100_000,
) -> Iterator[Served]:
    retriever = copilot.sources.retriever
    assert retriever is not None
    keys, jobs, workers = Keys(folder / "keys.sqlite"), Jobs(folder / "jobs.sqlite"), Workers(threads, waiting)
    local = local_caller(copilot.viewer().name) if is_local else None
    library = Library(copilot.sources.workspace, folder, retriever, copilot.conversations)
    here = Serving(copilot, library, Callers(keys, copilot.sign_in, tokens, local), Rates(rate), workers, jobs)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(here, "0.0.0"), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server has ended"
                time.sleep(0.01)
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", keys, jobs)
        finally:
            server.should_exit = True
            thread.join()
            workers.close()
            keys.close()
            jobs.close()
