"""The queue of jobs, in files and in PostgreSQL: who has which job, and who sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import raw_state

from copilot import Settings
from copilot.errors import LimitExceeded, PermissionDenied, SettingsError
from copilot.state.jobs import FILE, MOST_ATTEMPTS, MOST_WAITING, Jobs
from copilot.state.places import place
from copilot.types import Viewer

ANA = Viewer(name="ana", labels=frozenset({"board"}), role="leader")
BEN = Viewer(name="ben", role="leader")
ROOT = Viewer(name="root", role="admin")
LONG, OVER = 60.0, 0.0
"""Seconds that a worker holds a job."""


@pytest.fixture
def jobs(kept: Settings) -> Iterator[Jobs]:
    with closing(Jobs(place(kept, FILE))) as opened:
        yield opened


def test_a_job_keeps_what_was_asked_by_whom(jobs: Jobs) -> None:
    job = jobs.add("memo", {"top": 3, "title": "Was tun?"}, ANA)
    found = jobs.read(job.id, ANA)
    assert found == job
    assert (found.kind, found.arguments, found.state) == ("memo", {"top": 3, "title": "Was tun?"}, "waiting")
    assert (found.viewer, found.labels, found.role) == ("ana", frozenset({"board"}), "leader")


def test_jobs_are_taken_in_their_order_each_by_one_worker(jobs: Jobs, kept: Settings) -> None:
    asked = [jobs.add("memo", {}, ANA).id, jobs.add("index", {}, BEN).id]
    with closing(Jobs(place(kept, FILE))) as other:
        taken = [jobs.take("one", LONG), other.take("two", LONG), jobs.take("one", LONG)]
    assert [job.id if job else None for job in taken] == [*asked, None]


def test_a_job_whose_worker_has_gone_silent_is_taken_over_and_its_first_worker_can_end_it_no_more(jobs: Jobs) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.take("one", OVER)
    second = jobs.take("two", LONG)
    assert second is not None
    assert (second.id, second.attempts) == (id, 2)
    jobs.renew(id, "one", LONG)
    assert jobs.finish(id, "one", "M-1") is False
    assert jobs.finish(id, "two", "M-1") is True
    ended = jobs.read(id, ANA)
    assert (ended.state, ended.result, ended.failure) == ("done", "M-1", "")
    assert ended.ended is not None


def test_a_job_that_is_renewed_stays_with_its_worker(jobs: Jobs) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.take("one", OVER)
    jobs.renew(id, "one", LONG)
    assert jobs.take("two", LONG) is None
    assert jobs.held(id, "one") is not None


def test_a_hold_of_a_clock_that_was_set_back_since_does_not_last(jobs: Jobs, kept: Settings) -> None:
    jobs.add("memo", {}, ANA)
    jobs.take("one", LONG)
    raw_state.execute(place(kept, FILE), "UPDATE jobs SET until = until + 1000000")
    assert jobs.take("two", LONG) is not None


def test_a_job_given_back_has_lost_no_attempt(jobs: Jobs) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.take("one", LONG)
    jobs.give_back(id, "one")
    assert (jobs.read(id, ANA).state, jobs.read(id, ANA).attempts) == ("waiting", 0)
    assert jobs.take("two", LONG) is not None


def test_a_job_is_tried_a_few_times_after_a_pause_and_then_it_has_failed(jobs: Jobs) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.take("one", LONG)
    jobs.try_again(id, "one", "Busy.", LONG)
    assert jobs.take("two", LONG) is None
    assert (jobs.read(id, ANA).state, jobs.read(id, ANA).failure) == ("waiting", "Busy.")


def test_attempts_are_bounded_whether_workers_fail_or_die(jobs: Jobs) -> None:
    failing, deadly = (jobs.add("memo", {}, ANA).id for _ in range(2))
    for _ in range(MOST_ATTEMPTS):
        assert jobs.take("one", LONG) is not None
        jobs.try_again(failing, "one", "Busy.", OVER)
    assert (jobs.read(failing, ANA).state, jobs.read(failing, ANA).failure) == ("failed", "Busy.")
    for _ in range(MOST_ATTEMPTS):
        taken = jobs.take("one", OVER)
        assert taken is not None
        assert taken.id == deadly
    assert jobs.take("one", LONG) is None
    assert jobs.read(deadly, ANA).state == "failed"
    assert "tried 3 times" in jobs.read(deadly, ANA).failure


def test_a_cancelled_job_is_done_by_nobody(jobs: Jobs) -> None:
    waiting, running = (jobs.add("memo", {}, ANA).id for _ in range(2))
    assert jobs.cancel(waiting, ANA).state == "cancelled"
    jobs.take("one", LONG)
    jobs.cancel(running, ANA)
    assert jobs.held(running, "one") is None
    assert jobs.finish(running, "one", "M-1") is False
    assert jobs.take("two", LONG) is None
    assert {job.state for job in jobs.list(ANA)} == {"cancelled"}


def test_what_is_done_cannot_be_cancelled(jobs: Jobs) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.take("one", LONG)
    jobs.finish(id, "one", "M-1")
    with pytest.raises(SettingsError, match="is done already"):
        jobs.cancel(id, ANA)


def test_nobody_sees_or_cancels_the_job_of_another_but_who_administers(jobs: Jobs) -> None:
    own, other = jobs.add("memo", {}, ANA), jobs.add("index", {}, BEN)
    assert jobs.list(ANA) == (own,)
    for act in (jobs.read, jobs.cancel):
        with pytest.raises(SettingsError, match="no job"):
            act(other.id, ANA)
    with pytest.raises(PermissionDenied):
        jobs.list_all(ANA)
    assert jobs.list_all(ROOT) == (other, own)
    assert jobs.cancel(own.id, ROOT).state == "cancelled"


def test_a_viewer_cannot_fill_the_queue(jobs: Jobs) -> None:
    for _ in range(MOST_WAITING):
        jobs.add("memo", {}, ANA)
    with pytest.raises(LimitExceeded):
        jobs.add("memo", {}, ANA)
    jobs.add("memo", {}, BEN)


def test_jobs_that_ended_long_ago_are_forgotten(jobs: Jobs, kept: Settings) -> None:
    id = jobs.add("memo", {}, ANA).id
    jobs.cancel(id, ANA)
    raw_state.execute(place(kept, FILE), "UPDATE jobs SET ended = '2020-01-01T00:00:00+00:00'")
    later = jobs.add("memo", {}, ANA)
    assert jobs.list(ANA) == (later,)
