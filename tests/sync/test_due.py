"""What the clock asks for: syncs that are due."""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from cast import (
    a_district,
    a_registration,
    a_run,
    a_school,
    an_enabled_school,
)
from csv_bundles import a_zip
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition, School
from schoolgate.jobs import registry
from schoolgate.registrations.intake.upload import add_by_upload
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.sync import due, due_tasks
from schoolgate.sync.due import plan_due_runs
from schoolgate.sync.models import Origin, RunState, SyncRun

pytestmark = pytest.mark.django_db

# 1:40 in Chicago.
DUE = datetime(2026, 11, 23, 7, 40, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def main_sis(registration: Registration) -> Registration:
    """Due every night at 1:40."""
    registration.next_sync_at = DUE
    registration.save()
    return registration


def _next_of(registration: Registration) -> datetime | None:
    registration.refresh_from_db()
    return registration.next_sync_at


def test_a_source_that_is_due_gets_a_run_and_its_next_moment(main_sis: Registration) -> None:
    planned = plan_due_runs(DUE + timedelta(seconds=9))

    run = SyncRun.objects.get()
    assert planned == [run]
    assert (run.state, run.origin, run.asked_by) == (RunState.QUEUED, Origin.SCHEDULE, None)
    assert _next_of(main_sis) == DUE + DAY


def test_a_source_is_left_alone_before_its_moment(main_sis: Registration) -> None:
    planned = plan_due_runs(DUE - timedelta(seconds=1))

    assert planned == []
    assert _next_of(main_sis) == DUE


def test_a_second_tick_finds_nothing_more_to_do(main_sis: Registration) -> None:
    plan_due_runs(DUE)

    again = plan_due_runs(DUE + timedelta(seconds=15))

    assert again == []
    assert SyncRun.objects.count() == 1


def test_a_tick_that_read_the_same_row_a_moment_too_late_does_nothing(
    main_sis: Registration,
) -> None:
    read_before = Registration.objects.select_related("district").get(pk=main_sis.pk)
    plan_due_runs(DUE)
    SyncRun.objects.update(state=RunState.APPLIED)

    late = due._take_up(read_before, DUE)

    assert late is None
    assert SyncRun.objects.count() == 1


def test_after_four_days_without_a_server_a_source_runs_once(main_sis: Registration) -> None:
    first = plan_due_runs(DUE + timedelta(days=4, hours=7))
    SyncRun.objects.update(state=RunState.APPLIED)
    second = plan_due_runs(DUE + timedelta(days=4, hours=7, seconds=15))

    assert (len(first), second) == (1, [])
    assert _next_of(main_sis) == DUE + 5 * DAY


def test_what_is_overdue_waits_for_its_window(main_sis: Registration) -> None:
    main_sis.window_from, main_sis.window_until = time(1), time(5)
    main_sis.save()

    at_noon = plan_due_runs(DUE + timedelta(hours=34))
    next_night = _next_of(main_sis)

    assert at_noon == []
    assert next_night == DUE + 2 * DAY


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_a_source_that_is_being_synced_is_not_synced_once_more(
    main_sis: Registration, state: str
) -> None:
    a_run(main_sis, state=state, ended_at=None)

    planned = plan_due_runs(DUE)

    assert planned == []
    assert _next_of(main_sis) == DUE + DAY


def test_an_upload_that_is_in_is_not_read_again_to_make_its_lists_look_young(
    main_sis: Registration, tmp_path: Path
) -> None:
    bundle = a_zip(tmp_path).read_bytes()
    add_by_upload(
        main_sis.district,
        name="Upload",
        chunks=[bundle],
        data_choice=DataChoice.STUDENTS,
        by=None,
        at=DUE,
    )
    upload = Registration.objects.get(name="Upload")
    an_enabled_school(upload, "oak", School.objects.get(code="oak"))
    SourceSchool.objects.filter(registration=upload).update(list_as_of=DUE - DAY)
    os.utime(upload.csv_path, ns=(0, 0))
    Registration.objects.filter(pk=upload.pk).update(next_sync_at=DUE)
    Registration.objects.filter(pk=main_sis.pk).update(next_sync_at=None, paused_at=DUE)

    old = plan_due_runs(DUE)
    later = _next_of(upload) or DUE
    received = (DUE + timedelta(hours=3)).timestamp()
    os.utime(upload.csv_path, (received, received))
    new = plan_due_runs(later)

    assert old == []
    assert later == DUE + DAY
    assert [run.registration_id for run in new] == [upload.id]


def test_a_standard_district_is_never_run_and_the_record_says_why(main_sis: Registration) -> None:
    District.objects.update(edition=Edition.STANDARD)

    planned = plan_due_runs(DUE)

    assert planned == []
    assert _next_of(main_sis) is None
    assert AuditEntry.objects.get(action="schedule.cleared").detail == {"why": "standard_edition"}


def test_a_district_that_becomes_enterprise_is_planned_by_itself(
    registration: Registration,
) -> None:
    District.objects.update(edition=Edition.STANDARD)
    plan_due_runs(DUE)
    before = _next_of(registration)
    District.objects.update(edition=Edition.ENTERPRISE)

    plan_due_runs(DUE)

    assert before is None
    # Nobody was on its lists yet: the coming night, between one and two.
    night = datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert night <= (_next_of(registration) or DUE) < night + timedelta(hours=1)


def test_a_paused_source_stays_so(registration: Registration) -> None:
    registration.paused_at = DUE
    registration.save()

    planned = plan_due_runs(DUE + DAY)

    assert planned == []
    assert _next_of(registration) is None


def test_a_source_without_a_school_is_not_planned(main_sis: Registration) -> None:
    SourceSchool.objects.update(enabled=False)

    planned = plan_due_runs(DUE)

    assert planned == []
    assert _next_of(main_sis) is None


def test_a_tick_takes_up_a_bounded_number_and_the_oldest_first(
    oak: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MOST_AT_ONCE", 2)
    sources = [
        a_registration(
            oak.district, slug=f"sis-{number}", next_sync_at=DUE - timedelta(minutes=number)
        )
        for number in range(3)
    ]
    for source in sources:
        an_enabled_school(source, "oak", oak)

    first = plan_due_runs(DUE)
    second = plan_due_runs(DUE)

    assert [run.registration_id for run in first] == [sources[2].id, sources[1].id]
    assert [run.registration_id for run in second] == [sources[0].id]


def test_a_source_that_cannot_be_planned_keeps_nobody_waiting(
    main_sis: Registration, caplog: pytest.LogCaptureFixture
) -> None:
    mars = a_district("Mars")
    District.objects.filter(pk=mars.pk).update(timezone="Mars/Olympus")
    broken = a_registration(mars, next_sync_at=DUE - DAY)
    an_enabled_school(broken, "one", a_school(mars, "one", "One"))

    planned = plan_due_runs(DUE)

    assert [run.registration_id for run in planned] == [main_sis.id]
    assert f"Registration {broken.id} could not be taken up" in caplog.text


def test_every_tick_of_the_engine_queues_what_is_due(main_sis: Registration) -> None:
    assert due_tasks.queue_what_is_due in registry.ticks

    due_tasks.queue_what_is_due(DUE)

    assert SyncRun.objects.get().origin == Origin.SCHEDULE
