"""`bearing index --watch` and `--every`: the index follows the folder for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from math import inf
from threading import Event
from time import monotonic, sleep

from copilot.build import index
from copilot.errors import KnowledgeError
from copilot.retrieval.types import SyncReport
from copilot.settings import Settings
from copilot.upkeep.feeds import Pulled
from copilot.workspace import DocumentFeed, Feeds, RecordFeed, Workspace, seconds_of

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


class Schedule:
    """When each feed is due: as often as it says, or every `seconds` by a clock that never goes back.

    A new feed is due at once, one that failed after `seconds` at the latest.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._tried: dict[str, tuple[float, bool]] = {}

    def due(self, feeds: Feeds) -> Feeds:
        return Feeds(
            documents=tuple(feed for feed in feeds.documents if self._seconds_until(feed) <= 0),
            records=tuple(feed for feed in feeds.records if self._seconds_until(feed) <= 0),
        )

    def note(self, feeds: Feeds, pulled: Iterable[Pulled]) -> None:
        """These feeds were tried just now, with these results."""
        for feed, result in zip(feeds.all(), pulled, strict=True):
            self._tried[feed.name] = self._clock(), not result.error

    def wait(self, feeds: Feeds) -> float:
        """The seconds until the first feed is due, `seconds` at most: so often the folder itself is indexed."""
        return max(0.0, min([self._seconds, *map(self._seconds_until, feeds.all())]))

    def _seconds_until(self, feed: DocumentFeed | RecordFeed) -> float:
        tried, succeeded = self._tried.get(feed.name, (-inf, True))
        span = seconds_of(feed.every) if feed.every else self._seconds
        return tried + (span if succeeded else min(span, self._seconds)) - self._clock()


def repeat(
    settings: Settings,
    schedule: Schedule,
    bring: Callable[[Settings, Feeds], list[Pulled]],
    report: Callable[[SyncReport], None],
    refused: Callable[[str], None],
) -> None:
    """Brings what is due and syncs, again and again, until Ctrl-C is pressed."""
    with suppress(KeyboardInterrupt):
        feeds = Workspace.open(settings.workspace).config.feeds
        while True:
            sleep(schedule.wait(feeds))
            try:
                feeds = Workspace.open(settings.workspace).config.feeds
            except KnowledgeError as error:
                # Somebody is writing workspace.yaml; the next time it can be read.
                refused(str(error))
                sleep(_AGAIN_MILLISECONDS / 1000)
                continue
            due = schedule.due(feeds)
            schedule.note(due, bring(settings, due))
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
