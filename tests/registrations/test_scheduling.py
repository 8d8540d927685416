"""Planning the next sync of a source, and changing its schedule."""

from datetime import UTC, datetime, time, timedelta

import pytest

from cast import MONDAY, a_district, a_listed_student, a_registration
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition, School
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.registrations import scheduling, school_choice
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.registrations.schedule import Window
from schoolgate.registrations.scheduling import CannotSchedule, Pace, Times

pytestmark = pytest.mark.django_db

# Ten past midnight in Chicago; the coming night begins at one.
ONE_O_CLOCK = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = "The SIS vendor asked for it"


def _next_of(registration: Registration) -> datetime:
    registration.refresh_from_db()
    assert registration.next_sync_at is not None
    return registration.next_sync_at


def test_a_source_is_planned_when_its_first_school_is_taken(maple_valley: District) -> None:
    registration = a_registration(maple_valley)
    SourceSchool.objects.create(
        district=maple_valley,
        registration=registration,
        sourced_id="oak",
        name="Oak",
        type="school",
    )
    before = registration.next_sync_at

    school_choice.map_all(registration, by=None, at=MONDAY)

    assert before is None
    assert ONE_O_CLOCK <= _next_of(registration) < ONE_O_CLOCK + HOUR


def test_taking_another_school_keeps_what_is_planned(
    registration: Registration, oak: School
) -> None:
    Registration.objects.update(next_sync_at=MONDAY + HOUR)

    scheduling.plan_if_unplanned(registration, at=MONDAY)

    assert _next_of(registration) == MONDAY + HOUR


def test_taking_the_last_school_back_lets_its_students_go_by_one_more_sync(
    registration: Registration, oak: School
) -> None:
    a_listed_student(oak, registration_id=registration.id)
    Registration.objects.update(next_sync_at=MONDAY + HOUR)
    SourceSchool.objects.update(enabled=False)

    scheduling.plan_if_unplanned(registration, at=MONDAY)

    assert _next_of(registration) == MONDAY + HOUR


def test_a_source_with_no_school_and_nobody_on_a_list_is_not_planned(
    registration: Registration,
) -> None:
    Registration.objects.update(next_sync_at=MONDAY + HOUR)
    SourceSchool.objects.update(enabled=False)

    scheduling.plan_if_unplanned(registration, at=MONDAY)

    registration.refresh_from_db()
    assert registration.next_sync_at is None


def test_a_standard_district_is_not_planned(registration: Registration) -> None:
    registration.district.edition = Edition.STANDARD

    scheduling.plan_anew(registration, at=MONDAY)

    assert registration.next_sync_at is None


# --- support -------------------------------------------------------------------------------------


def test_support_sets_how_often_with_a_reason_that_is_kept(registration: Registration) -> None:
    SourceSchool.objects.update(list_as_of=MONDAY - HOUR)

    scheduling.set_pace(
        registration, Pace(72, Window(time(1), time(5))), why=f" {WHY} ", by=7, at=MONDAY
    )

    registration.refresh_from_db()
    assert registration.sync_every_hours == 72
    assert (registration.window_from, registration.window_until) == (time(1), time(5))
    # Two days and 23 hours after the last: the opening before that.
    assert timedelta(days=2) < _next_of(registration) - MONDAY <= timedelta(days=3)
    entry = AuditEntry.objects.get(action="schedule.changed")
    assert entry.actor_id == 7
    assert entry.detail == {
        "before": {
            "every_hours": 24,
            "changes_every_hours": None,
            "window": [None, None],
            "starts_at": None,
        },
        "after": {
            "every_hours": 72,
            "changes_every_hours": None,
            "window": ["01:00", "05:00"],
            "starts_at": None,
        },
        "why": WHY,
    }


@pytest.mark.parametrize("hours", [0, 337])
def test_an_interval_is_an_hour_to_fourteen_days(registration: Registration, hours: int) -> None:
    with pytest.raises(CannotSchedule, match="every 1 to 336 hours"):
        scheduling.set_pace(registration, Pace(hours, None), why=WHY, by=7, at=MONDAY)


def test_a_reason_is_more_than_a_word(registration: Registration) -> None:
    with pytest.raises(CannotSchedule, match="at least 10 characters"):
        scheduling.set_pace(registration, Pace(48, None), why="because  ", by=7, at=MONDAY)


def test_a_pause_lets_nothing_be_due_until_it_is_resumed(registration: Registration) -> None:
    scheduling.plan_anew(registration, at=MONDAY)

    scheduling.pause(registration, why="The SIS moves to a new server", by=7, at=MONDAY)
    scheduling.plan_if_unplanned(registration, at=MONDAY)
    registration.refresh_from_db()
    paused = (registration.paused_at, registration.paused_why, registration.next_sync_at)
    scheduling.resume(registration, why="The move is done", by=7, at=MONDAY)

    assert paused == (MONDAY, "The SIS moves to a new server", None)
    assert registration.paused_at is None
    assert ONE_O_CLOCK <= _next_of(registration) < ONE_O_CLOCK + HOUR
    assert list(AuditEntry.objects.values_list("action", flat=True).order_by("id")) == [
        "schedule.paused",
        "schedule.resumed",
    ]


# --- the district --------------------------------------------------------------------------------


def test_the_district_chooses_when_the_first_sync_is(registration: Registration) -> None:
    saturday = datetime(2026, 11, 28, 14, tzinfo=UTC)

    scheduling.choose_times(registration, Times(None, saturday), by=3, at=MONDAY)

    assert _next_of(registration) == saturday


def test_a_first_time_that_is_over_is_refused(registration: Registration) -> None:
    with pytest.raises(CannotSchedule, match="This time is over"):
        scheduling.choose_times(registration, Times(None, MONDAY - HOUR), by=3, at=MONDAY)


def test_a_first_time_outside_the_window_is_refused(registration: Registration) -> None:
    noon = datetime(2026, 11, 28, 18, tzinfo=UTC)

    with pytest.raises(CannotSchedule, match="outside the window"):
        scheduling.choose_times(
            registration, Times(Window(time(1), time(5)), noon), by=3, at=MONDAY
        )

    registration.refresh_from_db()
    assert registration.window_from is None


def test_after_the_first_sync_its_time_is_chosen_no_more(registration: Registration) -> None:
    SourceSchool.objects.update(list_as_of=MONDAY - HOUR)

    with pytest.raises(CannotSchedule, match="ask Schoolgate support for a pause"):
        scheduling.choose_times(registration, Times(None, MONDAY + HOUR), by=3, at=MONDAY)


def test_a_window_may_be_changed_after_the_first_sync(registration: Registration) -> None:
    # Ten past eleven in the evening in Chicago.
    SourceSchool.objects.update(list_as_of=MONDAY - HOUR)

    scheduling.choose_times(registration, Times(Window(time(22), time(4)), None), by=3, at=MONDAY)

    assert _next_of(registration) == MONDAY + 23 * HOUR


def test_a_standard_district_changes_nothing(db: None) -> None:
    registration = a_registration(a_district("Elm Town", Edition.STANDARD))

    with pytest.raises(EnterpriseOnly):
        scheduling.choose_times(registration, Times(None, None), by=3, at=MONDAY)
    with pytest.raises(EnterpriseOnly):
        scheduling.set_pace(registration, Pace(48, None), why=WHY, by=7, at=MONDAY)
