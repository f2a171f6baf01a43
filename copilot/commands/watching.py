"""`bearing index --watch` and `--every`: the index follows the folder for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from time import sleep

from copilot.build import index
from copilot.errors import KnowledgeError, SettingsError
from copilot.retrieval.types import SyncReport
from copilot.settings import Settings

# An editor that saves, or a copy of many files, is one change: wait until this long nothing more has come.
_QUIET_MILLISECONDS = 1_000
_LONGEST_WAIT_MILLISECONDS = 10_000
# What another writer kept from being indexed is tried again this often, changed or not.
_AGAIN_MILLISECONDS = 5_000


def watch(
    settings: Settings,
    stop: Event | None = None,
    report: Callable[[SyncReport], None] = lambda _: None,
    refused: Callable[[str], None] = lambda _: None,
) -> None:
    """Sync now and after every change, until `stop` is set or Ctrl-C is pressed.

    `report` is told of each run that changed something, `refused` why one could not be done; it is tried again.
    """
    with suppress(KeyboardInterrupt):
        _synced(settings, report, refused)
        # Once more after the first pause, for what changed before the watching began.
        pending = True
        for changed in _changes(settings, stop):
            if changed or pending:
                pending = not _synced(settings, report, refused)


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_of(span: str) -> float:
    """Of `30m`, `6h`, `1d`; SettingsError for what is none."""
    number, unit = span[:-1], span[-1:]
    if unit not in _UNITS or not number.isascii() or not number.isdecimal() or not int(number):
        raise SettingsError(f"{span!r} is no span of time; write a number and its unit, such as 30m, 6h or 1d.")
    return float(int(number) * _UNITS[unit])


def repeat(
    settings: Settings,
    seconds: float,
    before: Callable[[Settings], object],
    report: Callable[[SyncReport], None],
    refused: Callable[[str], None],
) -> None:
    """After so many seconds, again and again, `before` and a sync, until Ctrl-C is pressed."""
    with suppress(KeyboardInterrupt):
        while True:
            sleep(seconds)
            try:
                before(settings)
            except KnowledgeError as error:
                # Somebody is writing workspace.yaml; the next time it can be read.
                refused(str(error))
                continue
            _synced(settings, report, refused)


def _changes(settings: Settings, stop: Event | None) -> Iterator[bool]:
    """True when files have changed and then been quiet, False now and then in between."""
    from watchfiles import watch as watch_files

    batches = watch_files(
        settings.workspace,
        step=_QUIET_MILLISECONDS,
        debounce=_LONGEST_WAIT_MILLISECONDS,
        rust_timeout=_AGAIN_MILLISECONDS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    )
    for batch in batches:
        yield bool(batch)


def _synced(settings: Settings, report: Callable[[SyncReport], None], refused: Callable[[str], None]) -> bool:
    try:
        done, _ = index(settings)
    except KnowledgeError as error:
        refused(str(error))
        return False
    if done.health is not None:
        report(done)
    return True
