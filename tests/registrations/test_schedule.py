"""When a source is next synced."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.registrations.schedule import (
    LATE,
    NIGHT,
    SPREAD,
    NoWindow,
    Schedule,
    Window,
    may_begin,
    next_sync,
    plan,
)

CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, fold: int = 0) -> datetime:
    """A moment of 2026, as a clock in Chicago shows it."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO, fold=fold).astimezone(UTC)


def on_the_wall(moment: datetime, zone: ZoneInfo = CHICAGO) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"


def a_schedule(
    hours: int = 24, window: tuple[int, int] | None = None, **fields: datetime | str | ZoneInfo
) -> Schedule:
    return Schedule(
        every=timedelta(hours=hours),
        window=None if window is None else Window(time(window[0]), time(window[1])),
        **{"zone": CHICAGO, "key": "maple-valley.main-sis", **fields},  # type: ignore[arg-type]
    )


# --- windows -----------------------------------------------------------------------------------


def test_a_window_begins_at_its_first_minute_and_ends_before_its_last() -> None:
    window = Window(time(1), time(5))

    allowed = [window.allows(time(0, 59)), window.allows(time(1)), window.allows(time(5))]

    assert allowed == [False, True, False]


def test_a_window_may_go_past_midnight() -> None:
    window = Window(time(22), time(4))

    allowed = [window.allows(time(23)), window.allows(time(3)), window.allows(time(12))]

    assert allowed == [True, True, False]
    assert window.length == timedelta(hours=6)


@pytest.mark.parametrize("closes", [time(1), time(2, 59), time(1, 30)])
def test_a_window_shorter_than_two_hours_is_refused_in_a_sentence(closes: time) -> None:
    with pytest.raises(NoWindow, match="at least 2 hours: in the night when the clocks go forward"):
        Window(time(1), closes)


# --- the first time ----------------------------------------------------------------------------


def test_a_new_source_is_synced_the_coming_night() -> None:
    schedule = a_schedule()

    first = plan(schedule, last=None, now=at(23, 10))

    assert at(24, 1) <= first < at(24, 2)


def test_a_new_source_with_a_window_is_synced_when_it_opens() -> None:
    schedule = a_schedule(window=(20, 23))

    first = plan(schedule, last=None, now=at(23, 10))

    assert at(23, 20) <= first < at(23, 21)


def test_the_moment_that_a_person_chose_is_kept_to_the_second() -> None:
    schedule = a_schedule(starts_at=at(28, 6, 15))

    first = plan(schedule, last=None, now=at(23, 10))

    assert first == at(28, 6, 15)


def test_a_chosen_moment_outside_the_window_waits_for_the_window() -> None:
    schedule = a_schedule(window=(1, 5), starts_at=at(28, 6, 15))

    first = plan(schedule, last=None, now=at(23, 10))

    assert at(29, 1) <= first < at(29, 2)


def test_a_chosen_moment_that_is_over_binds_no_more() -> None:
    schedule = a_schedule(starts_at=at(20, 6))

    first = plan(schedule, last=None, now=at(23, 10))

    assert at(24, 1) <= first < at(24, 2)


# --- after a change ----------------------------------------------------------------------------


def test_a_daily_sync_moves_into_its_new_window_the_same_night() -> None:
    schedule = a_schedule(window=(1, 5))

    moved = plan(schedule, last=at(23, 14), now=at(23, 16))

    assert at(24, 1) <= moved < at(24, 2)


def test_a_longer_interval_counts_from_the_last_sync() -> None:
    schedule = a_schedule(hours=72, window=(1, 5))

    moved = plan(schedule, last=at(23, 1, 40), now=at(23, 16))

    assert moved == at(26, 1, 40)


def test_a_shorter_interval_that_is_over_already_begins_within_the_hour() -> None:
    schedule = a_schedule(hours=6)

    moved = plan(schedule, last=at(23, 1, 40), now=at(23, 16))

    assert at(23, 16) < moved < at(23, 17)


# --- from one to the next ----------------------------------------------------------------------


def test_a_daily_sync_keeps_its_time() -> None:
    schedule = a_schedule(window=(1, 5))

    following = next_sync(schedule, due=at(23, 1, 40), now=at(23, 1, 40))

    assert following == at(24, 1, 40)


def test_three_days_without_a_server_are_one_sync_and_not_three() -> None:
    schedule = a_schedule()

    following = next_sync(schedule, due=at(20, 1, 40), now=at(23, 9))

    assert following == at(24, 1, 40)


def test_an_interval_that_leaves_the_window_waits_for_the_next_opening() -> None:
    schedule = a_schedule(hours=6, window=(1, 5))

    following = next_sync(schedule, due=at(23, 1, 40), now=at(23, 1, 40))

    assert at(24, 1) <= following < at(24, 2)


def test_a_day_and_a_half_comes_every_night_rather_than_every_second() -> None:
    schedule = a_schedule(hours=36, window=(1, 5))

    following = next_sync(schedule, due=at(23, 1, 40), now=at(23, 1, 40))

    assert at(24, 1) <= following < at(24, 2)


def test_after_a_first_sync_on_a_chosen_morning_the_others_are_at_night() -> None:
    saturday = at(28, 8)

    following = next_sync(a_schedule(starts_at=saturday), due=saturday, now=saturday)
    hourly = next_sync(a_schedule(hours=1, starts_at=saturday), due=saturday, now=saturday)

    assert at(29, 1) <= following < at(29, 2)
    assert hourly == at(28, 9)


# --- when the clocks change (Chicago: March 8 and November 1, 2026) ------------------------------


def test_a_daily_sync_stays_at_its_time_on_the_wall_when_the_clocks_change() -> None:
    schedule = a_schedule()

    spring = next_sync(schedule, due=at(7, 4, month=3), now=at(7, 4, month=3))
    autumn = next_sync(schedule, due=at(31, 4, month=10), now=at(31, 4, month=10))

    assert on_the_wall(spring) == "03-08 04:00"
    assert spring - at(7, 4, month=3) == timedelta(hours=23)
    assert on_the_wall(autumn) == "11-01 04:00"
    assert autumn - at(31, 4, month=10) == timedelta(hours=25)


def test_an_hour_that_is_skipped_comes_an_hour_later() -> None:
    schedule = a_schedule()

    following = next_sync(schedule, due=at(7, 2, 30, month=3), now=at(7, 2, 30, month=3))

    assert on_the_wall(following) == "03-08 03:30"


def test_an_hour_that_comes_twice_is_used_once() -> None:
    schedule = a_schedule()

    following = next_sync(schedule, due=at(31, 1, 30, month=10), now=at(31, 1, 30, month=10))
    after = next_sync(schedule, due=following, now=following)

    assert following == at(1, 1, 30)
    assert on_the_wall(after) == "11-02 01:30"


def test_a_window_of_two_hours_with_a_skipped_hour_is_still_used_that_night() -> None:
    schedule = a_schedule(window=(2, 4))

    night = plan(schedule, last=None, now=at(7, 12, month=3))

    assert "03-08 03:00" <= on_the_wall(night) < "03-08 04:00"


# --- what is true of every schedule ------------------------------------------------------------

ZONES = [
    ZoneInfo(name)
    for name in (
        "America/Chicago",
        "America/Phoenix",
        "America/Havana",  # skips midnight
        "Europe/Oslo",
        "Africa/Cairo",  # skips midnight
        "Australia/Lord_Howe",  # by half an hour
        "Pacific/Kiritimati",
    )
]
MINUTES = st.integers(0, 24 * 60 - 1)
WINDOWS = st.builds(
    lambda opens, length: Window(
        time(opens // 60, opens % 60),
        time((opens + length) // 60 % 24, (opens + length) % 60),
    ),
    MINUTES,
    st.integers(120, 23 * 60),
)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
SCHEDULES = st.builds(
    Schedule,
    every=st.integers(1, 14 * 24).map(lambda hours: timedelta(hours=hours)),
    zone=st.sampled_from(ZONES),
    window=st.none() | WINDOWS,
    key=st.text(max_size=5),
)
SINCE = st.timedeltas(timedelta(0), timedelta(days=60))


@given(SCHEDULES, MOMENTS, SINCE)
def test_the_next_is_after_now_allowed_and_not_far(
    schedule: Schedule, now: datetime, since: timedelta
) -> None:
    following = next_sync(schedule, due=now - since, now=now)

    assert following > now
    assert may_begin(schedule, due=following, now=following)
    # The hour: a day of the calendar may have twenty-five.
    assert following <= now + schedule.every + DAY + HOUR


@given(SCHEDULES, MOMENTS, st.none() | SINCE)
def test_what_is_planned_anew_is_after_now_allowed_and_not_far(
    schedule: Schedule, now: datetime, since: timedelta | None
) -> None:
    planned = plan(schedule, last=None if since is None else now - since, now=now)

    assert planned > now
    assert may_begin(schedule, due=planned, now=planned)
    assert planned <= now + schedule.every + DAY + HOUR


@given(SCHEDULES, MOMENTS, SINCE)
def test_without_a_window_the_next_is_at_most_the_interval_away(
    schedule: Schedule, now: datetime, since: timedelta
) -> None:
    free = Schedule(every=schedule.every, zone=schedule.zone, key=schedule.key)

    following = next_sync(free, due=now - since, now=now)

    assert following <= now + schedule.every + HOUR


@given(SCHEDULES, MOMENTS, SINCE)
def test_nothing_begins_before_the_moment_that_was_chosen(
    schedule: Schedule, now: datetime, since: timedelta
) -> None:
    chosen = Schedule(
        every=schedule.every,
        zone=schedule.zone,
        window=schedule.window,
        starts_at=now + since,
        key=schedule.key,
    )

    planned = plan(chosen, last=None, now=now)

    assert planned >= now + since


@given(SCHEDULES)
def test_the_spread_is_bounded_and_the_same_at_every_reckoning(schedule: Schedule) -> None:
    again = Schedule(every=HOUR, zone=CHICAGO, key=schedule.key)

    assert timedelta(0) <= schedule.jitter < SPREAD
    assert again.jitter == schedule.jitter


def test_a_thousand_districts_do_not_begin_in_the_same_minute() -> None:
    firsts = [
        plan(a_schedule(window=(1, 5), key=f"district-{n}.main-sis"), last=None, now=at(23, 10))
        for n in range(1000)
    ]

    most = max(firsts.count(first) for first in firsts)
    minutes = {on_the_wall(first) for first in firsts}

    assert most <= 5
    assert len(minutes) == 60


# --- whether a sync that is due may begin --------------------------------------------------------


def test_without_a_window_what_is_due_may_begin_at_any_time() -> None:
    assert may_begin(a_schedule(), due=at(20, 1, 40), now=at(23, 12))


def test_after_a_long_outage_a_sync_waits_for_its_window() -> None:
    schedule = a_schedule(window=(1, 5))

    assert not may_begin(schedule, due=at(22, 1, 40), now=at(23, 12))
    assert may_begin(schedule, due=at(22, 1, 40), now=at(24, 1, 40))


def test_a_tick_that_comes_just_after_the_window_closed_is_in_time() -> None:
    schedule = a_schedule(window=(1, 5))
    due = at(23, 4, 58)

    assert may_begin(schedule, due=due, now=due + LATE)
    assert not may_begin(schedule, due=due, now=due + LATE + timedelta(seconds=1))


def test_the_night_is_when_desks_are_closed() -> None:
    assert Window(time(1), time(5)) == NIGHT
