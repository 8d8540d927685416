"""Who works is known by heartbeats, and one that falls silent is taken over from once."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schoolgate.jobs import workers
from schoolgate.jobs.heart import Heart
from schoolgate.jobs.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_minute(settings: Any) -> None:
    settings.DEAD_AFTER_SECONDS = 60


def silent_for(seconds: int, name: str = "oak:1", **fields: Any) -> Worker:
    beat_at = workers_clock() - timedelta(seconds=seconds)
    return Worker.objects.create(executor_id=name, started_at=beat_at, beat_at=beat_at, **fields)


def workers_clock() -> datetime:
    row = workers.sign_in("clock:1")
    now = workers.now_there()
    workers.sign_out(row)
    return now


def test_the_databases_clock_is_told_in_utc() -> None:
    now = workers_clock()

    assert now.tzinfo == UTC


def test_a_worker_that_signed_in_is_at_work_until_it_is_silent() -> None:
    workers.sign_in("oak:1")
    silent_for(61, "fir:1")

    assert [worker.executor_id for worker in workers.at_work()] == ["oak:1"]


def test_a_command_that_beats_takes_no_jobs() -> None:
    workers.sign_in(workers.of_command("run-7"))

    assert not workers.at_work().exists()


def test_a_command_of_another_machine_is_heard_and_one_of_this_machine_has_a_lock() -> None:
    workers.sign_in("command:elsewhere:run-7")
    workers.sign_in(workers.of_command("run-8"))

    assert workers.command_beats_elsewhere("run-7")
    assert not workers.command_beats_elsewhere("run-8")
    assert not workers.command_beats_elsewhere("run-77")


def test_of_two_that_see_a_silent_worker_one_takes_over() -> None:
    silent_for(61)
    [seen_by_fir], [seen_by_elm] = workers.to_be_reaped(), workers.to_be_reaped()

    assert workers.claim(seen_by_fir, by="fir:1")
    assert not workers.claim(seen_by_elm, by="elm:1")
    assert Worker.objects.get().reaped_by == "fir:1"
    assert workers.to_be_reaped() == []


def test_one_that_beats_again_is_not_taken_over_from() -> None:
    silent = silent_for(61)
    [seen] = workers.to_be_reaped()

    assert workers.beat(silent.pk)
    assert not workers.claim(seen, by="fir:1")


def test_a_silent_worker_is_looked_at_again_when_who_took_over_may_have_died() -> None:
    silent_for(600, reaped_at=workers_clock() - timedelta(seconds=61), reaped_by="fir:1")

    [seen] = workers.to_be_reaped()

    assert workers.claim(seen, by="elm:1")


def test_a_frozen_worker_that_thaws_can_be_found_dead_once_more() -> None:
    silent = silent_for(600, reaped_at=workers_clock(), reaped_by="fir:1")

    workers.beat(silent.pk)

    silent.refresh_from_db()
    assert (silent.reaped_at, silent.reaped_by) == (None, "")


def test_who_is_gone_for_a_week_is_forgotten_when_somebody_has_taken_over() -> None:
    week = 7 * 24 * 3600 + 1
    silent_for(week, "oak:1", reaped_at=workers_clock())
    silent_for(week, "fir:1")

    workers.forget_the_gone()

    assert Worker.objects.get().executor_id == "fir:1"


def test_a_second_process_under_a_name_silences_the_first() -> None:
    first, second = Heart("oak:1"), Heart("oak:1")

    first.beat()
    second.beat()

    assert Worker.objects.count() == 1
    assert Worker.objects.get().pk == second._row


def test_after_each_beat_the_others_are_looked_after() -> None:
    looked_after: list[str] = []

    Heart("oak:1", after_each=looked_after.append).beat()

    assert looked_after == ["oak:1"]


def test_a_heart_that_stumbles_beats_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "schoolgate.jobs.heart")

    def stumble(_name: str) -> None:
        raise ValueError("Ana Alvarez")

    Heart("oak:1", after_each=stumble).beat()

    assert "A heartbeat of oak:1 was lost (ValueError)" in caplog.text
    assert "Ana" not in caplog.text
