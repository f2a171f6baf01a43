"""How often each caller may call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# So many callers are remembered; those who have not called for a minute have a full bucket again and are forgotten.
_REMEMBERED = 10_000
_MINUTE = 60.0


class Rates:
    """A bucket of calls for each caller, which refills evenly. It is of one process: two let twice as many through."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}
        """Calls left, and when that was so."""

    def wait_seconds(self, caller: str) -> float:
        """Takes one call of the caller's; 0 when it may go on, else how long until it may."""
        with self._lock:
            now = self._clock()
            if len(self._left) >= _REMEMBERED:
                self._left = {who: held for who, held in self._left.items() if now - held[1] < _MINUTE}
            left, since = self._left.get(caller, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - since) * self._per_minute / _MINUTE)
            if left < 1:
                self._left[caller] = (left, now)
                return (1 - left) * _MINUTE / self._per_minute
            self._left[caller] = (left - 1, now)
            return 0.0
