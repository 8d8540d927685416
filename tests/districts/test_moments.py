from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from schoolgate.districts.templatetags.moments import ago, lasted

# 13:10 in Chicago.
NOW = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=30), "just now (1:09 PM)"),
        (timedelta(minutes=5), "5 min ago (1:05 PM)"),
        (timedelta(hours=7), "7 h ago (6:10 AM)"),
        (timedelta(hours=14), "14 h ago (Sun, Nov 22, 11:10 PM)"),
        (timedelta(days=3), "3 days ago (Fri, Nov 20, 1:10 PM)"),
        (timedelta(days=365), "365 days ago (Sun, Nov 23 2025, 1:10 PM)"),
        (timedelta(seconds=-5), "just now (1:10 PM)"),
    ],
)
def test_a_moment_is_told_in_the_time_zone_of_the_district(age: timedelta, words: str) -> None:
    with timezone.override(ZoneInfo("America/Chicago")):
        assert ago(NOW - age, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (12.3, "12 s"), (185.0, "3 min 5 s")]
)
def test_a_time_is_told_as_a_person_would(seconds: float, words: str) -> None:
    assert lasted(seconds) == words
