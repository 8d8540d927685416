"""What we ask of the engine's tables, on real ones: no engine runs here."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from schoolgate.jobs import durable

DAY = timedelta(days=1)
TODAY = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


@pytest.fixture
def engine_file(tmp_path: Path, settings: Any) -> Iterator[Path]:
    file = tmp_path / "engine.sqlite3"
    settings.ENGINE_URL = f"sqlite:///{file}"
    durable._client.cache_clear()
    durable.migrate()
    yield file
    durable._client().destroy()
    durable._client.cache_clear()


def statement(file: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(sql, values).fetchall()
        connection.commit()
        return rows


def begun_by(file: Path, worker: str) -> None:
    """As if a worker had taken everything that waits off the queue."""
    statement(
        file,
        "UPDATE workflow_status SET status = 'PENDING', executor_id = ? WHERE status = 'ENQUEUED'",
        worker,
    )


def test_a_job_is_queued_once_with_its_partition_and_the_pinned_version(engine_file: Path) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    durable.enqueue("sync", 12, partition="registration-7")

    assert statement(
        engine_file,
        "SELECT workflow_uuid, status, name, queue_name, queue_partition_key,"
        " application_version FROM workflow_status",
    ) == [("sync-12", "ENQUEUED", "job", "sync", "registration-7", "schoolgate-1")]


def test_nothing_but_the_name_and_the_id_lies_in_the_engines_tables_as_json(
    engine_file: Path,
) -> None:
    durable.enqueue("sync", 12, partition="registration-7")

    assert statement(engine_file, "SELECT inputs FROM workflow_input") == [
        ('{"namedArgs":{},"positionalArgs":["sync",12]}',)
    ]


def test_what_a_dead_worker_had_begun_waits_in_the_same_queue_and_partition_again(
    engine_file: Path,
) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    begun_by(engine_file, "oak:1")
    durable.enqueue("sync", 13, partition="registration-8")

    taken = durable.take_over("oak:1")

    assert taken == 1
    assert statement(
        engine_file,
        "SELECT workflow_uuid, status, queue_name, queue_partition_key FROM workflow_status"
        " ORDER BY workflow_uuid",
    ) == [
        ("sync-12", "ENQUEUED", "sync", "registration-7"),
        ("sync-13", "ENQUEUED", "sync", "registration-8"),
    ]


def test_what_another_worker_does_is_left_to_it(engine_file: Path) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    begun_by(engine_file, "fir:1")

    assert durable.take_over("oak:1") == 0
    assert durable.standing("sync", [12]) == {12: "PENDING"}


def test_a_job_that_was_withdrawn_is_not_revived(engine_file: Path) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    begun_by(engine_file, "oak:1")
    durable.withdraw("sync", 12)

    assert durable.take_over("oak:1") == 0
    assert durable.standing("sync", [12, 13]) == {12: "CANCELLED"}


def test_a_tick_of_a_dead_worker_is_let_go(engine_file: Path) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    statement(engine_file, "UPDATE workflow_status SET name = 'tick'")
    begun_by(engine_file, "oak:1")

    assert durable.take_over("oak:1") == 0
    assert statement(engine_file, "SELECT status FROM workflow_status") == [("CANCELLED",)]


def test_who_has_begun_something_is_known(engine_file: Path) -> None:
    durable.enqueue("sync", 12, partition="registration-7")
    begun_by(engine_file, "oak:1")
    durable.enqueue("sync", 13, partition="registration-8")

    assert durable.busy_workers() == {"oak:1"}


def test_jobs_are_forgotten_after_a_month_and_ticks_after_a_day(engine_file: Path) -> None:
    ended = {"old": 31 * DAY, "young": 29 * DAY, "tick-old": 2 * DAY, "tick-young": DAY / 2}
    for number, (name, ago) in enumerate(ended.items()):
        durable.enqueue(name, number, partition="registration-7")
        statement(
            engine_file,
            "UPDATE workflow_status SET status = 'SUCCESS', completed_at = ?, name = ?"
            " WHERE workflow_uuid = ?",
            int((TODAY - ago).timestamp() * 1000),
            "tick" if name.startswith("tick") else "job",
            f"{name}-{number}",
        )
    durable.enqueue("waiting", 9, partition="registration-7")

    durable.prune(TODAY)

    left = statement(engine_file, "SELECT workflow_uuid FROM workflow_status ORDER BY 1")
    assert left == [("tick-young-3",), ("waiting-9",), ("young-1",)]
    assert statement(engine_file, "SELECT workflow_uuid FROM workflow_input ORDER BY 1") == left


def test_tables_that_are_not_there_are_an_engine_that_is_away(
    tmp_path: Path, settings: Any
) -> None:
    settings.ENGINE_URL = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    durable._client.cache_clear()

    with pytest.raises(durable.EngineAway):
        durable.enqueue("sync", 12, partition="registration-7")

    durable._client().destroy()
    durable._client.cache_clear()


def test_a_failed_job_says_its_kind_and_place_and_never_its_text() -> None:
    with pytest.raises(durable.JobFailed) as raised, durable._careful("sync 12"):
        raise ValueError("Ana Alvarez")

    assert str(raised.value).startswith("ValueError at ")
    assert "Ana" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(durable.time, "sleep", waits.append)
    answers = iter([OperationalError(), OperationalError(), None])

    def ask() -> str:
        if (trouble := next(answers)) is not None:
            raise trouble
        return "here"

    assert durable.patiently(ask) == "here"
    assert waits == [1, 2]
