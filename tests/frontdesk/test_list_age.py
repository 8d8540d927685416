"""The chip at the desk says when nobody is removed: a list that only grows is not quite fresh."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schoolgate.districts.models import School
from schoolgate.frontdesk.list_age import age_chip
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync.freshness import Freshness, freshness_of

NOW = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("America/Chicago"))


def a_list(age: timedelta, until: date | None) -> Freshness:
    return Freshness(
        as_of=NOW - age, has_source=True, last_failed=False, additions_only_until=until
    )


def test_until_that_day_the_chip_says_that_nobody_is_removed() -> None:
    chip = age_chip(a_list(timedelta(hours=2), date(2026, 8, 20)), now=NOW)

    assert chip.words == "Nobody is removed until Aug 20: synced 2 h ago (7:30 AM)"
    assert chip.tone == "verify"


def test_after_that_day_the_list_is_fresh_as_ever() -> None:
    chip = age_chip(a_list(timedelta(hours=2), date(2026, 7, 13)), now=NOW)

    assert chip.words == "Lists fresh: synced 2 h ago (7:30 AM)"


def test_that_a_list_is_old_is_said_first() -> None:
    chip = age_chip(a_list(timedelta(hours=30), date(2026, 8, 20)), now=NOW)

    assert chip.words.startswith("Lists old")


@pytest.mark.django_db
def test_the_latest_day_of_a_schools_sources_counts(
    registration: Registration, oak: School
) -> None:
    SourceSchool.objects.update(list_as_of=NOW)
    Registration.objects.update(additions_only_until=date(2026, 8, 20))

    assert freshness_of(oak).additions_only_until == date(2026, 8, 20)
