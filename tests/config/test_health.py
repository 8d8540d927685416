"""What a load balancer and a monitor ask."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from schoolgate.config import health
from schoolgate.jobs import workers
from schoolgate.jobs.models import Worker


@pytest.fixture
def silent_worker(db: None) -> Worker:
    long_ago = timezone.now() - timedelta(minutes=10)  # noqa: TID251  # beats are of the real clock
    return Worker.objects.create(executor_id="one:up", started_at=long_ago, beat_at=long_ago)


def no_database(*_args: Any) -> Any:
    raise OperationalError("connection to 10.0.0.7 failed: password of schoolgate")


def test_a_process_that_answers_is_alive_and_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"alive": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_an_installation_without_workers_is_ready_with_its_tables(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": {"ok": True}, "tables": {"ok": True}, "worker": {"ok": True}},
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_worker_that_beats_is_ready(client: Client) -> None:
    workers.sign_in("one:up")

    assert client.get("/readyz").status_code == 200


def test_where_the_last_worker_fell_silent_the_answer_names_it(
    client: Client, silent_worker: Worker
) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"]["worker"] == {
        "ok": False,
        "advice": "No worker was heard of lately: start schoolgate worker, or up.",
    }


def test_a_load_balancer_leaves_the_workers_out(client: Client, silent_worker: Worker) -> None:
    answer = client.get("/readyz?exclude=worker")

    assert answer.status_code == 200
    assert set(answer.json()["checks"]) == {"database", "tables"}


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_told_without_a_word_of_its_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "cursor", no_database)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {
        "ok": False,
        "advice": "The database did not answer.",
    }
    assert b"10.0.0.7" not in answer.content
    assert b"password" not in answer.content


@pytest.mark.django_db
def test_tables_that_are_behind_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_tables_are_there", False)
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan",
        lambda *_args: ["one to do"],
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "schoolgate migrate" in answer.json()["checks"]["tables"]["advice"]


@pytest.mark.django_db
def test_ready_costs_few_queries_once_the_tables_were_seen(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    client.get("/readyz")

    with django_assert_max_num_queries(3):
        client.get("/readyz")


def test_who_asks_by_a_bare_address_over_plain_http_gets_an_answer(
    client: Client, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/healthz", headers={"host": "10.0.0.5:8000"})

    assert answer.status_code == 200


def test_nothing_is_changed_by_asking(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.get("/healthz").cookies == {}
