"""When changes wait: within bounds, with a reason, on record; and until when nobody is removed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schoolgate.audit.models import AuditEntry
from schoolgate.registrations.limits import (
    Limits,
    LimitsRefused,
    additions_only,
    change_limits,
)
from schoolgate.registrations.models import Registration

WHY = "Oak is small, and half a class leaves every month."
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("America/Chicago"))
TODAY = NOW.date()


def limits(**other: object) -> Limits:
    return Limits(**{"percent": 20, "relationship_percent": 8, "records": 50, **other})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_limits_are_changed_and_who_why_before_and_after_are_on_record(
    registration: Registration,
) -> None:
    change_limits(
        registration, limits(additions_only_until=date(2026, 12, 1)), by=7, why=WHY, now=NOW
    )

    saved = Registration.objects.get()
    assert (saved.hold_percent, saved.hold_relationship_percent, saved.hold_records) == (20, 8, 50)
    assert saved.additions_only_until == date(2026, 12, 1)
    entry = AuditEntry.objects.get(action="registration.limits_changed")
    assert entry.actor_id == 7
    assert entry.detail == {
        "before": [10, 5, 25, None],
        "after": [20, 8, 50, "2026-12-01"],
        "why": WHY,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 0},
        {"percent": 51},
        {"relationship_percent": 0},
        {"relationship_percent": 51},
        {"records": 0},
        {"records": 501},
        {"additions_only_until": TODAY - timedelta(days=1)},
        {"additions_only_until": TODAY + timedelta(days=121)},
    ],
)
def test_what_is_out_of_bounds_is_refused_and_nothing_is_saved(
    registration: Registration, wrong: dict[str, object]
) -> None:
    with pytest.raises(LimitsRefused):
        change_limits(registration, limits(**wrong), by=None, why=WHY, now=NOW)

    assert Registration.objects.get().hold_percent == 10
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_without_a_reason_nothing_is_changed(registration: Registration) -> None:
    with pytest.raises(LimitsRefused, match="at least 10"):
        change_limits(registration, limits(), by=None, why="because", now=NOW)


@pytest.mark.parametrize(
    "edge",
    [
        {"percent": 1, "relationship_percent": 50, "records": 500},
        {"percent": 50, "relationship_percent": 1, "records": 1},
        {"additions_only_until": TODAY},
        {"additions_only_until": TODAY + timedelta(days=120)},
    ],
)
def test_the_bounds_themselves_are_allowed(edge: dict[str, object]) -> None:
    assert limits(**edge).refusals(today=TODAY) == {}


@pytest.mark.parametrize(
    ("until", "only"),
    [
        (None, False),
        (TODAY - timedelta(days=1), False),
        (TODAY, True),
        (TODAY + timedelta(days=1), True),
    ],
)
def test_until_the_day_named_and_on_it_nobody_is_removed(until: date | None, only: bool) -> None:
    assert additions_only(Registration(additions_only_until=until), today=TODAY) is only
