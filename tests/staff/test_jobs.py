"""Long work ends with one result, whatever happens to its workers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from staff import jobs, tasks
from staff.models import Job, JobStep, Shop, User

KIND = "count_shops"


@pytest.fixture
def alice(db):
    return User.objects.create_user(username="alice")


@pytest.fixture
def woken(monkeypatch):
    """The jobs that a worker was woken for."""
    found: list[int] = []
    monkeypatch.setattr(jobs, "wake", found.append)
    return found


@pytest.fixture
def kind(monkeypatch, woken):
    """A kind of job whose step makes one shop, named by the payload."""

    def make_shop(step: jobs.StepRun) -> None:
        with step.finish():
            Shop.objects.create(name=step.payload["name"])

    monkeypatch.setitem(jobs.HANDLERS, KIND, make_shop)
    return monkeypatch


def started(count: int = 3, *, key: str = "2026-10", by: User | None = None) -> Job:
    return jobs.start(KIND, key=key, steps=[{"name": f"shop {number}"} for number in range(count)], by=by)


def shops() -> list[str]:
    return sorted(Shop.objects.values_list("name", flat=True))


def expire(job: Job) -> None:
    """Let every lease of a job run out."""
    past = timezone.now() - timedelta(seconds=1)
    job.steps.filter(state="running").update(lease_until=past)
    Job.objects.filter(pk=job.pk, closing_until__isnull=False).update(closing_until=past)


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


@pytest.mark.parametrize(
    "times", [pytest.param(1, id="once"), pytest.param(3, id="message delivered thrice")]
)
def test_all_steps_are_done_once(db, kind, times):
    job = started()
    for _ in range(times):
        jobs.work(job.pk)
    assert shops() == ["shop 0", "shop 1", "shop 2"]
    assert (state(job), job.done, job.total) == ("done", 3, 3)
    assert job.finished_at


def test_a_job_without_steps_ends(db, kind):
    job = started(0)
    jobs.work(job.pk)
    assert state(job) == "done"


def test_two_people_who_press_the_button_get_one_job(kind, alice):
    first, second = started(by=alice), started(by=alice)
    assert first == second
    assert Job.objects.count() == 1


def test_another_month_is_another_job(db, kind):
    assert started(key="2026-09") != started(key="2026-10")


def test_the_same_work_can_be_started_again_once_it_has_ended(db, kind):
    first = started(1)
    jobs.work(first.pk)
    second = started(0)
    assert second != first


def test_a_worker_is_woken_on_commit(db, kind, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = started()
        assert woken == []
    assert woken == [job.pk]


def test_a_broker_out_of_reach_loses_nothing(db, monkeypatch, caplog, django_capture_on_commit_callbacks):
    def refuse(*_arguments):
        raise OSError("connection refused")

    monkeypatch.setattr(jobs.current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = started()
    assert "out of reach" in caplog.text
    assert state(job) == "waiting"


def test_a_slice_gives_way_after_a_step(db, kind, woken):
    job = started()
    jobs.work(job.pk, seconds=0)
    assert shops() == ["shop 0"]
    assert woken == [job.pk]
    kind.setattr(tasks, "SLICE_SECONDS", 0)
    for _ in range(3):
        tasks.work(job.pk)
    assert (state(job), len(shops())) == ("done", 3)


def test_result_and_step_are_one_transaction(db, kind):
    def make_and_fall(step):
        with step.finish():
            Shop.objects.create(name="half")
            raise ZeroDivisionError

    kind.setitem(jobs.HANDLERS, KIND, make_and_fall)
    job = started(1)
    jobs.run(jobs.claim(job))
    assert shops() == []
    assert job.steps.get().state == "waiting"
    assert job.steps.get().error.startswith("ZeroDivisionError")


def test_a_fault_is_tried_three_times_and_spares_the_others(db, kind):
    tried = []

    def fall_on_one(step):
        if step.seq == 1:
            tried.append(step.claim)
            raise ValueError("no plan for 2 people")
        with step.finish():
            Shop.objects.create(name=step.payload["name"])

    kind.setitem(jobs.HANDLERS, KIND, fall_on_one)
    job = started()
    jobs.work(job.pk)
    assert tried == [1, 2, 3]
    assert shops() == ["shop 0", "shop 2"]
    assert (state(job), job.done, job.error) == ("failed", 2, "ValueError: no plan for 2 people")


def test_a_fault_after_the_result_does_not_repeat_it(db, kind):
    def make_then_fall(step):
        with step.finish():
            Shop.objects.create(name=step.payload["name"])
        raise ValueError("too late")

    kind.setitem(jobs.HANDLERS, KIND, make_then_fall)
    job = started(1)
    jobs.work(job.pk)
    assert shops() == ["shop 0"]
    assert (state(job), job.done) == ("done", 1)


def test_a_step_that_kills_its_worker_is_given_up_after_three_times(db, kind):
    job = started(2)
    for _ in range(3):
        assert jobs.claim(job).seq == 0
        expire(job)
    jobs.work(job.pk)
    assert shops() == ["shop 1"]
    assert (state(job), job.error) == ("failed", jobs.DIED)


def test_an_unknown_kind_fails_with_its_name(db, woken):
    job = jobs.start("paint_shops", key="1", steps=[{}], by=None)
    jobs.work(job.pk)
    assert (state(job), job.error) == ("failed", "KeyError: 'paint_shops'")


def test_who_was_thought_dead_cannot_finish(db, kind):
    job = started(1)
    late = jobs.claim(job)
    expire(job)
    jobs.work(job.pk)
    with pytest.raises(jobs.LostLease), late.finish():
        Shop.objects.create(name="written too late")
    with pytest.raises(jobs.LostLease):
        late.beat()
    assert shops() == ["shop 0"]
    assert (state(job), job.done) == ("done", 1)


def test_a_held_step_is_not_claimed(db, kind):
    job = started(2)
    assert jobs.claim(job).seq == 0
    assert jobs.claim(job).seq == 1
    assert jobs.claim(job) is None


def test_a_beat_keeps_the_lease(db, kind, settings):
    job = started(1)
    step = jobs.claim(job)
    expire(job)
    step.beat()
    assert jobs.claim(job) is None
    left = job.steps.get().lease_until - timezone.now()
    assert left > timedelta(seconds=settings.JOB_LEASE_SECONDS - 5)


def test_cancel_lets_the_running_step_end(db, kind, woken, django_capture_on_commit_callbacks):
    job = started()
    with django_capture_on_commit_callbacks(execute=True):
        step = jobs.claim(job)
        Job.objects.filter(pk=job.pk).update(state="running")
        assert jobs.cancel(job)
    assert woken[-1] == job.pk
    jobs.work(job.pk)
    assert state(job) == "running", "somebody else still works"
    jobs.run(step)
    jobs.work(job.pk)
    assert shops() == ["shop 0"]
    assert (state(job), job.done) == ("cancelled", 1)
    assert not jobs.cancel(job)


def test_a_long_step_notices_the_cancel_at_its_next_beat(db, kind):
    def long_step(step):
        jobs.cancel(job)
        step.beat()
        raise AssertionError("goes on")

    kind.setitem(jobs.HANDLERS, KIND, long_step)
    job = started()
    jobs.work(job.pk)
    assert state(job) == "cancelled"


def test_a_cancel_after_the_last_step_comes_too_late(db, kind):
    job = started(1)
    Job.objects.filter(pk=job.pk).update(state="running")
    jobs.run(jobs.claim(job))
    jobs.cancel(job)
    jobs.work(job.pk)
    assert state(job) == "done"


def test_nothing_is_written_for_a_job_that_has_ended(db, kind):
    job = started(1)
    step = jobs.claim(job)
    Job.objects.filter(pk=job.pk).update(state="cancelled")
    jobs.run(step)
    assert shops() == []


class TestAfter:
    """What is done once all steps are done."""

    def test_runs_once(self, db, kind):
        ended = []
        kind.setitem(jobs.AFTER, KIND, lambda job: ended.append(job.done))
        job = started()
        for _ in range(2):
            jobs.work(job.pk)
        assert ended == [3]
        assert state(job) == "done"

    def test_is_tried_three_times(self, db, kind):
        tried = []

        def fall(job):
            tried.append(job.closings)
            raise OSError("no space left")

        kind.setitem(jobs.AFTER, KIND, fall)
        job = started(1)
        jobs.work(job.pk)
        assert tried == [1, 2, 3]
        assert (state(job), job.error) == ("failed", "OSError: no space left")

    def test_that_kills_its_worker_is_given_up(self, db, kind):
        job = started(0)
        Job.objects.filter(pk=job.pk).update(state="running")
        for turn in (1, 2, 3):
            assert jobs.claim_closing(job.pk).closings == turn
            assert jobs.claim_closing(job.pk) is None, "somebody is at it"
            assert jobs.sweep() == 0
            expire(job)
            assert jobs.sweep() == 1
        jobs.work(job.pk)
        assert (state(job), job.error) == ("failed", jobs.DIED)

    def test_does_not_run_where_a_step_failed(self, db, kind):
        kind.setitem(jobs.HANDLERS, KIND, lambda step: 1 / 0)
        kind.setitem(jobs.AFTER, KIND, lambda job: Shop.objects.create(name="never"))
        job = started(1)
        jobs.work(job.pk)
        assert (state(job), shops()) == ("failed", [])


class TestSweep:
    """The sweeper wakes what nobody works on."""

    def test_a_lost_message(self, db, kind, woken):
        job = started()
        assert jobs.sweep() == 1
        assert woken == [job.pk]

    def test_leaves_alone_what_somebody_works_on(self, db, kind):
        jobs.claim(started())
        assert jobs.sweep() == 0

    def test_leaves_alone_what_has_ended(self, db, kind):
        jobs.work(started().pk)
        assert jobs.sweep() == 0

    def test_a_lease_that_has_run_out(self, db, kind):
        job = started(1)
        jobs.claim(job)
        expire(job)
        assert jobs.sweep() == 1

    def test_a_job_killed_between_its_last_step_and_its_end(self, db, kind):
        job = started(1)
        Job.objects.filter(pk=job.pk).update(state="running")
        jobs.run(jobs.claim(job))
        assert jobs.sweep() == 1
        jobs.work(job.pk)
        assert state(job) == "done"

    def test_wakes_one_by_one_with_few_queries(self, db, kind, django_assert_max_num_queries):
        for number in range(30):
            started(2, key=str(number))
        with django_assert_max_num_queries(2):
            assert jobs.sweep() == 30

    @pytest.mark.parametrize(
        ("host", "process", "released"),
        [
            pytest.param("here", "dead", 1, id="a killed process of this machine"),
            pytest.param("here", "living", 0, id="a living process"),
            pytest.param("elsewhere", "dead", 0, id="a process of another machine"),
        ],
    )
    def test_need_not_wait_for_the_lease_of_a_killed_process(self, db, kind, host, process, released):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        job = started(1)
        jobs.claim(job)
        pid = ended.pid if process == "dead" else os.getpid()
        name = socket.gethostname() if host == "here" else "another-host"
        JobStep.objects.update(holder=f"{name}:{pid}")
        assert jobs.sweep() == released
        assert (jobs.claim(job) is not None) == bool(released)


def together(count: int, act) -> None:
    """Let threads do something at the same moment, each on a connection of its own."""
    gate = Barrier(count)

    def one(_number: int) -> None:
        gate.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_double_nothing(kind):
    job = started(12)
    ended = []
    kind.setitem(jobs.AFTER, KIND, lambda job: ended.append(job.pk))
    together(4, lambda: jobs.work(job.pk))
    assert shops() == sorted(f"shop {number}" for number in range(12))
    assert (state(job), job.done) == ("done", 12)
    assert ended == [job.pk]
    assert set(job.steps.values_list("claim", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_four_starts_at_once_make_one_job(kind):
    together(4, lambda: started(5))
    assert Job.objects.count() == 1
    assert JobStep.objects.count() == 5
