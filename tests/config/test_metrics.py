"""Figures for monitoring: right, few queries, and not for everybody."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from cast import (
    MONDAY,
    a_clerk,
    a_district,
    a_listed_student,
    a_registration,
    a_run,
    an_enabled_school,
)
from schoolgate.districts.models import District, School
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.jobs import workers
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.watch import figures

TOKEN = "a-token-of-the-monitor"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
HOUR = timedelta(hours=1)


@pytest.fixture
def monitor(settings: Any, client: Client) -> Client:
    settings.METRICS_TOKEN = TOKEN
    return client


def read(monitor: Client) -> dict[str, float]:
    """Each series with its value."""
    answer = monitor.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


# --- who may read them --------------------------------------------------------------------------


def test_without_the_token_nothing_is_told(monitor: Client) -> None:
    answers = [
        monitor.get("/metrics"),
        monitor.get("/metrics", headers={"Authorization": "Bearer another"}),
        monitor.get("/metrics", headers={"Authorization": f"Basic {TOKEN}"}),
        monitor.get(f"/metrics?token={TOKEN}"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]
    assert {answer.content for answer in answers} == {b""}
    assert answers[0]["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_a_machine_without_other_names_answers_itself(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

    answer = client.get("/metrics", headers={"host": "localhost:8000"})

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("hosts", "https", "asks"),
    [
        (["localhost", "desk.example.org"], False, "127.0.0.1"),
        (["localhost"], True, "127.0.0.1"),
        (["localhost"], False, "10.0.0.9"),
        (["*"], False, "127.0.0.1"),
    ],
)
def test_where_others_could_be_asking_there_are_no_figures_without_a_token(
    client: Client, settings: Any, hosts: list[str], https: bool, asks: str
) -> None:
    settings.METRICS_TOKEN = ""
    settings.ALLOWED_HOSTS = hosts
    settings.HTTPS = https

    answer = client.get("/metrics", headers={"host": "localhost"}, REMOTE_ADDR=asks)

    assert answer.status_code == 404


def test_a_page_in_a_browser_here_does_not_read_along(client: Client, settings: Any) -> None:
    """It gives this machine a name of its own, and asks by it."""
    settings.METRICS_TOKEN = ""
    settings.ALLOWED_HOSTS = ["localhost"]

    answer = client.get("/metrics", headers={"host": "attacker.example.org"})

    assert answer.status_code == 400


# --- what they say ------------------------------------------------------------------------------


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_syncs_are_counted_by_how_they_stand_and_ended(
    monitor: Client, registration: Registration, oak: School
) -> None:
    SourceSchool.objects.filter(school=oak).update(list_as_of=MONDAY - 7 * HOUR)
    a_run(registration, timings={"fetch": 81.2, "decide": 2.0, "apply": 0.4}, rows_read=100)
    a_run(
        registration,
        timings={"fetch": 10.0},
        rows_read=50,
        rows_unchanged=45,
        state="held",
        kind="changes",
    )
    a_run(registration, state="failed", ended_at=MONDAY - 25 * HOUR)
    Hold.objects.create(
        district=registration.district,
        run=SyncRun.objects.get(state="held"),
        school=oak,
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    failed = a_registration(a_district("Ash"), next_sync_at=MONDAY - HOUR)
    a_run(failed, state="failed", failure="busy", ended_at=MONDAY - HOUR)

    told = read(monitor)

    assert told['schoolgate_runs_ended_last_day{kind="full",state="applied"}'] == 1
    assert told['schoolgate_runs_ended_last_day{kind="changes",state="held"}'] == 1
    assert told['schoolgate_runs_ended_last_day{kind="full",state="failed"}'] == 1
    assert told['schoolgate_step_seconds_sum_last_day{step="fetch"}'] == pytest.approx(91.2)
    assert told['schoolgate_step_seconds_max_last_day{step="fetch"}'] == pytest.approx(81.2)
    assert told["schoolgate_rows_read_last_day"] == 150
    assert told["schoolgate_rows_changed_last_day"] == 105
    assert told["schoolgate_oldest_list_seconds"] == 7 * 3600
    assert told["schoolgate_oldest_due_seconds"] == 3600
    assert told['schoolgate_sources{condition="failed"}'] == 2
    assert told["schoolgate_holds_waiting"] == 1
    assert told["schoolgate_database_up"] == 1


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_the_queue_and_the_workers_are_counted(monitor: Client, registration: Registration) -> None:
    waiting = {"started_at": None, "ended_at": None, "complete": None}
    a_run(registration, state="queued", asked_at=MONDAY - timedelta(minutes=3), **waiting)
    other = a_registration(registration.district, slug="other")
    a_run(other, state="running", **waiting)
    workers.sign_in("one:up")

    told = read(monitor)

    assert told['schoolgate_runs_active{state="queued"}'] == 1
    assert told['schoolgate_runs_active{state="running"}'] == 1
    assert told["schoolgate_oldest_queued_seconds"] == 180
    assert told["schoolgate_workers"] == 1


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_decisions_of_the_last_hour_are_counted_by_verdict(
    monitor: Client, oak: School, desk_event: Any
) -> None:
    desk_event(verdict="allow", at=MONDAY - timedelta(minutes=59))
    desk_event(verdict="allow", at=MONDAY - timedelta(minutes=1))
    desk_event(verdict="deny", at=MONDAY - timedelta(minutes=61))

    told = read(monitor)

    name = 'schoolgate_desk_events_last_hour{kind="early_departure",verdict="%s"}'
    assert told[name % "allow"] == 2
    assert name % "deny" not in told


@pytest.fixture
def desk_event(maple_valley: District, oak: School) -> Any:
    dana, student = a_clerk(maple_valley, oak), a_listed_student(oak)

    def add(*, verdict: str, at: Any) -> None:
        DeskEvent.objects.create(
            district=maple_valley,
            school=oak,
            kind="early_departure",
            opened_at=at,
            decided_at=at,
            actor=dana,
            student=student,
            verdict=verdict,
            rules_version="1",
            snapshot={},
        )

    return add


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_view(monitor: Client) -> None:
    monitor.get("/sign-in/")
    monitor.get("/nowhere/at/all/")

    told = read(monitor)

    assert told['schoolgate_request_seconds_count{answer="2xx",view="account_login"}'] >= 1
    assert told['schoolgate_request_seconds_count{answer="4xx",view="none"}'] >= 1
    assert "process_resident_memory_bytes" in told


@pytest.mark.django_db
def test_no_label_names_a_district_a_school_or_an_address(
    monitor: Client, registration: Registration, oak: School
) -> None:
    an_enabled_school(registration, "elm", oak)
    monitor.get("/d/maple-valley/")

    text = monitor.get("/metrics", headers=SHOWN).content.decode().lower()

    assert "maple" not in text
    assert "oak" not in text
    assert "/d/" not in text


@pytest.mark.django_db
def test_a_thousand_sources_cost_no_more_queries_than_one(
    monitor: Client, django_assert_max_num_queries: Any
) -> None:
    district = a_district("Ash")
    registrations = Registration.objects.bulk_create(
        Registration(
            district=district, slug=f"sis-{number}", name=f"SIS {number}", transport="csv",
            added_at=MONDAY,
        )
        for number in range(1_000)
    )  # fmt: skip
    now = timezone.now()  # noqa: TID251  # the view asks the real clock
    SyncRun.objects.bulk_create(
        SyncRun(
            district=district, registration=registration, state="applied", asked_at=now,
            started_at=now, ended_at=now, complete=True, timings={"fetch": 1.5},
        )
        for registration in registrations
    )  # fmt: skip

    with django_assert_max_num_queries(13):
        told = read(monitor)

    assert told['schoolgate_sources{condition="never"}'] == 1_000
    assert told['schoolgate_step_seconds_sum_last_day{step="fetch"}'] == 1_500


def test_a_database_that_is_away_is_a_figure_too(
    monitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(figures, "sources_of", away)

    told = read(monitor)

    assert told["schoolgate_database_up"] == 0
    assert "process_resident_memory_bytes" in told
