"""Work in threads: bounded, ended when nobody reads, and never in the way of the server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator

import pytest
from loops import in_own_loop

from copilot.errors import KnowledgeError
from copilot.serving.rates import Rates
from copilot.serving.work import Busy, Workers


def test_what_a_thread_raises_reaches_who_waits() -> None:
    def fail() -> None:
        raise KnowledgeError("gone")

    def events() -> Generator[int, None, None]:
        yield 1
        raise KnowledgeError("gone")

    async def main() -> int:
        workers = Workers(1, 0)
        with pytest.raises(KnowledgeError):
            await workers.run(fail)
        stream = workers.stream(events)
        first = await anext(stream)
        with pytest.raises(KnowledgeError):
            await anext(stream)
        return first

    assert in_own_loop(main()) == 1


def test_work_beyond_the_places_is_refused_until_one_is_free() -> None:
    async def main() -> int:
        workers, go_on = Workers(1, 1), threading.Event()
        running = [asyncio.ensure_future(workers.run(go_on.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await workers.run(lambda: 0)
        with pytest.raises(Busy):
            workers.stream(lambda: (n for n in range(3)))
        go_on.set()
        await asyncio.gather(*running)
        return await workers.run(lambda: 3)

    assert in_own_loop(main()) == 3


def test_a_generator_that_nobody_reads_any_more_is_closed() -> None:
    closed, began = threading.Event(), threading.Event()

    def endless() -> Generator[int, None, None]:
        try:
            while True:
                began.set()
                yield 1
        finally:
            closed.set()

    async def main() -> bool:
        workers = Workers(1, 0)
        events = workers.stream(endless)
        await anext(events)
        await events.aclose()
        return await asyncio.to_thread(closed.wait, 10)

    assert in_own_loop(main())
    assert began.is_set()


def test_a_bucket_of_calls_refills_evenly_and_is_the_callers_own() -> None:
    now = 0.0
    rates = Rates(60, clock=lambda: now)
    assert [rates.wait_seconds("a") for _ in range(60)] == [0.0] * 60
    assert rates.wait_seconds("a") == 1.0
    assert rates.wait_seconds("b") == 0.0
    now = 2.5
    assert [rates.wait_seconds("a") for _ in range(3)] == [0.0, 0.0, 0.5]
    now = 1000.0
    assert [rates.wait_seconds("a") for _ in range(61)][-2:] == [0.0, 1.0]
