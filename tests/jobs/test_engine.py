"""The engine as other rooms see it, as long as none runs."""

from pathlib import Path
from typing import Any

import pytest

from schoolgate.jobs import durable, engine, registry, slots, workers
from schoolgate.jobs.models import Worker


@pytest.mark.django_db
def test_nobody_takes_a_job_where_no_worker_was_heard_of() -> None:
    with pytest.raises(engine.NotRunning):
        engine.submit("sync", 1, partition="registration-1")


@pytest.mark.django_db
def test_a_job_is_queued_when_a_worker_was_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[str, int, str]] = []
    monkeypatch.setattr(
        durable,
        "enqueue",
        lambda name, subject, partition: queued.append((name, subject, partition)),
    )
    workers.sign_in("oak:1")

    engine.submit("sync", 1, partition="registration-1")

    assert queued == [("sync", 1, "registration-1")]


@pytest.mark.django_db
def test_from_a_dead_worker_it_is_taken_over_once(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(durable, "take_over", taken.append)
    settings.DEAD_AFTER_SECONDS = 60
    workers.sign_in("fir:1")
    long_ago = workers.now_there().replace(year=2025)
    Worker.objects.create(executor_id="oak:1", started_at=long_ago, beat_at=long_ago)

    engine.take_over_from_the_dead("fir:1")
    engine.take_over_from_the_dead("fir:1")

    assert taken == ["oak:1"]


@pytest.mark.django_db
def test_from_a_worker_that_nobody_knows_it_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(durable, "busy_workers", lambda: {"oak:1", "fir:1"})
    monkeypatch.setattr(durable, "take_over", taken.append)
    workers.sign_in("fir:1")

    engine.take_over_from_the_unknown(workers.now_there())

    assert taken == ["oak:1"]


class FakeHeart:
    executor_id = "oak:1"
    signed_out: bool | None = None

    def stop(self, *, sign_out: bool) -> None:
        self.signed_out = sign_out


@pytest.mark.parametrize(("left", "well"), [(0, True), (2, False)])
def test_a_worker_that_ends_leaves_what_it_had_begun_to_the_others(
    monkeypatch: pytest.MonkeyPatch, left: int, well: bool
) -> None:
    heart = FakeHeart()
    monkeypatch.setattr(engine, "_heart", heart)
    monkeypatch.setattr(durable, "shut_down", lambda: True)
    monkeypatch.setattr(durable, "take_over", lambda _worker: left)

    assert engine.stop() is well
    assert heart.signed_out is True
    assert engine.stop() is True


def test_a_worker_that_cannot_say_what_is_left_keeps_its_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(_worker: str) -> int:
        raise engine.EngineAway

    heart = FakeHeart()
    monkeypatch.setattr(engine, "_heart", heart)
    monkeypatch.setattr(durable, "shut_down", lambda: True)
    monkeypatch.setattr(durable, "take_over", away)

    assert engine.stop() is False
    assert heart.signed_out is False


def test_every_room_registers_in_its_tasks() -> None:
    registry.load()

    assert {"sync", "approval"} <= registry.jobs.keys()
    assert engine.forget_old_jobs in registry.ticks


@pytest.mark.django_db
def test_old_jobs_are_forgotten_at_the_top_of_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    pruned: list[object] = []
    monkeypatch.setattr(durable, "prune", pruned.append)
    workers.sign_in("oak:1")
    now = workers.now_there()

    engine.forget_old_jobs(now.replace(minute=1))
    engine.forget_old_jobs(now.replace(minute=0))

    assert pruned == [now.replace(minute=0)]


def test_a_slot_is_held_by_one_process(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path

    slots.only_one_in("7")
    mine = slots._held.pop("7")
    with pytest.raises(slots.SlotTaken) as refused:
        slots.only_one_in("7")
    mine.close()

    assert "another --slot" in str(refused.value)
