"""What computes runs in a bounded number of threads, so that the server itself always answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

from copilot.errors import CopilotError

T = TypeVar("T")


class Busy(CopilotError):
    """As much is running and waiting as the server takes; worth another try in a few seconds."""


class Workers:
    def __init__(self, threads: int, waiting: int) -> None:
        """`threads` run at once, `waiting` more are kept until one is free; what comes then is refused."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="bearing-work")
        self._places = threading.Semaphore(threads + waiting)

    def close(self) -> None:
        """Waits for what runs; what waits is given up."""
        self._pool.shutdown(cancel_futures=True)

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._submit(work))

    def stream(self, events: Callable[[], Generator[T, None, None]]) -> AsyncGenerator[T, None]:
        """The events of a generator that runs in one thread; it is closed when nobody reads on.

        Raises Busy at once, and what the generator raises after its last event.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[T] | None] = asyncio.Queue()
        stopped = threading.Event()

        def pump() -> None:
            with closing(events()) as generator:
                for event in generator:
                    if stopped.is_set():
                        return
                    loop.call_soon_threadsafe(queue.put_nowait, (event,))

        future = asyncio.wrap_future(self._submit(pump))
        future.add_done_callback(lambda _: queue.put_nowait(None))

        async def read() -> AsyncGenerator[T, None]:
            try:
                while (item := await queue.get()) is not None:
                    yield item[0]
                await future
            finally:
                stopped.set()
                future.cancel()

        return read()

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        if not self._places.acquire(blocking=False):
            raise Busy("The server has as many questions as it can take; ask again in a few seconds.")
        try:
            future = self._pool.submit(work)
        except RuntimeError:
            self._places.release()
            raise Busy("The server is shutting down.") from None
        future.add_done_callback(lambda _: self._places.release())
        return future
