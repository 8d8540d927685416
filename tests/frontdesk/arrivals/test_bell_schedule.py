"""Periods as a person types them, and how late an arrival is."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.frontdesk.arrivals.bell_schedule import (
    BadSchedule,
    Lateness,
    Period,
    lateness,
    read_schedule,
    write_schedule,
)

OAK = read_schedule("1 08:00-08:50\n2 08:55-09:45\n3 09:50-10:40")


@pytest.mark.parametrize(
    ("at", "period", "minutes"),
    [
        (time(7, 55), "1", 0),
        (time(8, 0), "1", 0),
        (time(8, 12, 59), "1", 12),
        (time(8, 50), "2", 50),
        (time(8, 52), "2", 52),
        (time(10, 39), "3", 159),
        (time(10, 40), "", 160),
    ],
)
def test_an_arrival_is_late_for_the_period_that_runs_or_comes_next(
    at: time, period: str, minutes: int
) -> None:
    assert lateness(OAK, at) == Lateness(period=period, minutes=minutes)


def test_without_periods_nothing_is_known() -> None:
    assert lateness((), time(9, 0)) == Lateness(period="", minutes=0)


@pytest.mark.parametrize(
    "line",
    [
        "Homeroom 8:00-8:15",
        "Homeroom 8:00 AM - 8:15 AM",
        "Homeroom: 08:00 to 08:15",
        "Homeroom, 8:00, 8:15",
        "Homeroom 8:00\u20138:15",
        "Homeroom\t8:00\t8:15",
    ],
)
def test_a_line_is_read_as_people_write_it(line: str) -> None:
    assert read_schedule(line) == (Period(name="Homeroom", starts=time(8), ends=time(8, 15)),)


def test_an_afternoon_is_read_with_its_half_of_the_day() -> None:
    lunch, last = read_schedule("Lunch 12:00 PM-12:40 PM\nLast 1:00 pm-2:30 pm")

    assert (lunch.starts, lunch.ends) == (time(12), time(12, 40))
    assert (last.starts, last.ends) == (time(13), time(14, 30))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "Type a line for each period"),
        ("1 eight to nine", 'Line 1: "1 eight to nine" is no period'),
        ("08:00-08:50", "Line 1"),
        ("1 08:00-08:50\n\n2 25:00-26:00", 'Line 3: "25:00" is no time of day'),
        ("1 13:00 PM-14:00", 'Line 1: "13:00 PM" is no time of day'),
        ("1 09:00-08:50", "Line 1: 1 ends before it begins"),
        ("1 08:00-08:50\n2 08:40-09:30", "Line 2: 2 begins before 1 ends"),
        ("1 08:00-08:50\n1 09:00-09:30", "Line 2: there are two periods with the name 1"),
        (f"{'x' * 21} 08:00-08:50", "Line 1: a name has at most 20 characters"),
    ],
)
def test_what_is_no_schedule_is_refused_with_its_line(lines: str, why: str) -> None:
    with pytest.raises(BadSchedule, match=why.replace("(", r"\(")):
        read_schedule(lines)


@given(st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0)), unique=True))
def test_what_is_written_is_read_again(bells: list[time]) -> None:
    ordered = sorted(bells)
    periods = tuple(
        Period(name=f"P{number}", starts=starts, ends=ends)
        for number, (starts, ends) in enumerate(zip(ordered[::2], ordered[1::2], strict=False))
    )
    if periods:
        assert read_schedule(write_schedule(periods)) == periods
