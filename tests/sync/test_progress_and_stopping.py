"""How far a run is, in figures, and how a person stops one in time."""

from datetime import timedelta

import pytest
from django.test import Client

from cast import MONDAY, a_district_admin, a_run
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync import tasks
from schoolgate.sync.models import SyncRun
from schoolgate.sync.progress_words import figures_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def running(registration: Registration) -> SyncRun:
    return a_run(
        registration,
        state="running",
        stage="collect",
        complete=None,
        ended_at=None,
        rows_read=12_000,
        rows_expected=48_000,
        pages=12,
        attempts=1,
    )


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.engine, "withdraw", lambda _name, _subject: None)


def _text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_quarter_read_in_a_minute_leaves_three() -> None:
    run = SyncRun(state="running", started_at=MONDAY, rows_read=250, rows_expected=1_000)

    figures = figures_of(run, now=MONDAY + timedelta(minutes=1), schools_written=0)

    assert figures is not None
    assert (figures.percent, figures.seconds, figures.seconds_left) == (25, 60.0, 180.0)
    assert figures.schools_written is None


def test_more_rows_than_last_time_are_almost_all_until_all_are_read() -> None:
    run = SyncRun(state="running", started_at=MONDAY, rows_read=1_200, rows_expected=1_000)

    figures = figures_of(run, now=MONDAY + timedelta(minutes=1), schools_written=0)

    assert figures is not None
    assert figures.percent == 99


def test_the_first_sync_of_a_source_has_no_share_and_no_guess() -> None:
    run = SyncRun(state="running", started_at=MONDAY, rows_read=1_200)

    figures = figures_of(run, now=MONDAY + timedelta(minutes=1), schools_written=0)

    assert figures is not None
    assert (figures.percent, figures.seconds_left) == (None, None)


def test_a_run_that_waits_or_has_ended_has_no_figures() -> None:
    waiting = SyncRun(state="queued")
    ended = SyncRun(state="applied", started_at=MONDAY)

    assert figures_of(waiting, now=MONDAY, schools_written=0) is None
    assert figures_of(ended, now=MONDAY, schools_written=0) is None


@pytest.mark.django_db
def test_the_page_of_a_running_sync_tells_its_figures(lee: Client, running: SyncRun) -> None:
    page = _text(lee.get(f"/d/maple-valley/runs/{running.id}/"))

    assert "12,000 of about 48,000 (25 %)" in page
    assert "Stop this sync" in page


@pytest.mark.django_db
def test_polling_brings_the_figures_alone_while_the_stage_is_the_same(
    lee: Client, running: SyncRun
) -> None:
    answer = lee.get(f"/d/maple-valley/runs/{running.id}/?heard=running-collect", headers=HTMX)

    assert answer["HX-Reswap"] == "none"
    assert 'id="run-figures" hx-swap-oob="true"' in _text(answer)


@pytest.mark.django_db
def test_a_sync_that_reads_is_asked_to_stop_and_says_so(lee: Client, running: SyncRun) -> None:
    answer = lee.post(f"/d/maple-valley/runs/{running.id}/cancel/", follow=True)

    running.refresh_from_db()
    assert running.cancel_asked_at is not None
    assert running.state == "running"
    assert "Stopping" in _text(answer)
    assert "Stop this sync" not in _text(answer)
    assert AuditEntry.objects.get(action="sync.stopped").detail == {"run": running.id}


@pytest.mark.django_db
def test_a_sync_that_waits_is_stopped_at_once(lee: Client, registration: Registration) -> None:
    waiting = a_run(registration, state="queued", started_at=None, ended_at=None, complete=None)

    answer = lee.post(f"/d/maple-valley/runs/{waiting.id}/cancel/", follow=True)

    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert "every list is as it was" in _text(answer)


@pytest.mark.django_db
def test_a_sync_that_writes_is_not_stopped_any_more(lee: Client, running: SyncRun) -> None:
    running.planned_at = MONDAY
    running.save()

    answer = lee.post(f"/d/maple-valley/runs/{running.id}/cancel/", follow=True)

    running.refresh_from_db()
    assert running.cancel_asked_at is None
    assert "too late to stop it" in _text(answer)
