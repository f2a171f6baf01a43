"""Waiting for a service no longer than a person would."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import TypeVar

from copilot.stopping import go_on

T = TypeVar("T")

# A stream that never falls silent ends after so many times the patience.
_LONGEST = 5
# So often it is asked whether the answer is still wanted.
_TICK_SECONDS = 0.2


def within(first: float, seconds: float, start: Callable[[], Iterator[T]]) -> Iterator[T]:
    """What an iterator gives, made and read in a thread of its own.

    A TimeoutError when the first item takes longer than `first` seconds, one after it longer than `seconds`, or all of
    them five times as long. A client's own time-outs bound neither the look-up of a host, nor a service that keeps the
    line busy and says nothing. Raises Stopped soon after the answer is no longer wanted.
    """
    items: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    is_wanted = threading.Event()
    is_wanted.set()

    def read() -> None:
        try:
            for item in start():
                items.put((item,))
                if not is_wanted.is_set():
                    return
            items.put(None)
        # Raised again where it is waited for.
        except BaseException as error:
            items.put(error)

    threading.Thread(target=read, daemon=True).start()
    ends, left = time.monotonic() + _LONGEST * seconds, first
    try:
        while (item := _next(items, min(left, ends - time.monotonic()))) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
            left = seconds
    finally:
        is_wanted.clear()


def _next(items: SimpleQueue[tuple[T] | BaseException | None], seconds: float) -> tuple[T] | BaseException | None:
    ends = time.monotonic() + seconds
    while True:
        go_on()
        left = ends - time.monotonic()
        try:
            return items.get(timeout=max(0.0, min(left, _TICK_SECONDS)))
        except Empty:
            if left <= _TICK_SECONDS:
                raise TimeoutError(f"silent for {seconds:.1f} seconds") from None


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a service asks to wait, by any of the headers that say so; None when it does not."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return float(headers[name]) * scale
        except (KeyError, ValueError):
            pass
    try:
        return (parsedate_to_datetime(headers["retry-after"]) - datetime.now(UTC)).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None
