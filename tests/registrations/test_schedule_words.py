"""A schedule as a person would say it."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from schoolgate.registrations.schedule import Window
from schoolgate.registrations.schedule_words import (
    ahead_in_words,
    every_in_words,
    window_in_words,
)

CHICAGO = ZoneInfo("America/Chicago")
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (1, "every hour"),
        (6, "every 6 hours"),
        (24, "every 24 hours"),
        (36, "every 36 hours"),
        (72, "every 3 days"),
    ],
)
def test_an_interval_is_said_in_hours_or_in_whole_days(hours: int, words: str) -> None:
    assert every_in_words(hours) == words


def test_a_window_is_said_with_both_its_ends() -> None:
    assert window_in_words(Window(time(22), time(4, 30))) == "between 10:00 PM and 4:30 AM"
    assert window_in_words(None) == "at any time"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 23, 11, 59, tzinfo=CHICAGO), "any moment now"),
        (datetime(2026, 11, 23, 15, 5, tzinfo=CHICAGO), "today at 3:05 PM"),
        (datetime(2026, 11, 23, 22, 0, tzinfo=CHICAGO), "tonight at 10:00 PM"),
        (datetime(2026, 11, 24, 1, 40, tzinfo=CHICAGO), "tonight at 1:40 AM"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=CHICAGO), "tomorrow at 9:00 AM"),
        (datetime(2026, 11, 28, 6, 15, tzinfo=CHICAGO), "on Sat, Nov 28 at 6:15 AM"),
        (datetime(2027, 1, 2, 6, 15, tzinfo=CHICAGO), "on Sat, Jan 2 2027 at 6:15 AM"),
        (datetime(2026, 11, 24, 7, 40, tzinfo=ZoneInfo("UTC")), "tonight at 1:40 AM"),
    ],
)
def test_a_moment_to_come_is_said_as_a_person_would(at: datetime, words: str) -> None:
    assert ahead_in_words(at, now=MONDAY_NOON) == words


def test_in_the_small_hours_tonight_ends_at_daybreak() -> None:
    two = datetime(2026, 11, 23, 2, tzinfo=CHICAGO)

    later = ahead_in_words(datetime(2026, 11, 23, 4, tzinfo=CHICAGO), now=two)
    next_day = ahead_in_words(datetime(2026, 11, 24, 1, 40, tzinfo=CHICAGO), now=two)

    assert (later, next_day) == ("tonight at 4:00 AM", "tomorrow at 1:40 AM")
