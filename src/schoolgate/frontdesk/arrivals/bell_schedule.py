"""When the periods of a school day begin and end, and how late an arrival is. Pure.

OneRoster 1.1 names the periods of a class and knows no bell times: they are the school's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

# `1 08:00-08:50`, `Homeroom 8:00 AM - 8:15 AM`: the name, then from when to when.
LINE = re.compile(
    r"(?P<name>.*\S)[\s,;]+(?P<starts>\d{1,2}:\d{2}\s*(?:[ap]m)?)\s*(?:-|\u2013|to|,|;|\s)\s*"
    r"(?P<ends>\d{1,2}:\d{2}\s*(?:[ap]m)?)",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*(?P<half>[ap]m)?", re.IGNORECASE)
LONGEST_NAME = 20
NOON = 12
MINUTES_OF_AN_HOUR = 60


class BadSchedule(ValueError):
    """The lines are no bell schedule; the sentence says which line and why."""


@dataclass(frozen=True, kw_only=True)
class Period:
    name: str
    starts: time
    ends: time


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """The period that runs, or comes next, and the minutes since the first bell of the day."""

    period: str
    minutes: int


def read_schedule(lines: str) -> tuple[Period, ...]:
    """Read a schedule as a person types it: a period a line, in the order of the day.

    Raises:
        BadSchedule: a line that says no times, a period that ends before it begins, two that
            overlap or have one name.
    """
    typed = [(number, line.strip()) for number, line in enumerate(lines.splitlines(), start=1)]
    periods: list[Period] = []
    for number, line in typed:
        if line:
            period = _period(number, line)
            _fits_behind(periods, period, number)
            periods.append(period)
    if not periods:
        raise BadSchedule("Type a line for each period: its name, then from when to when.")
    return tuple(periods)


def write_schedule(periods: Sequence[Period]) -> str:
    """Write a schedule as read_schedule reads it."""
    return "\n".join(f"{one.name} {one.starts:%H:%M}-{one.ends:%H:%M}" for one in periods)


def lateness(periods: Sequence[Period], at: time) -> Lateness:
    """Say how late an arrival is. Between two periods it is late for the next one.

    Before the first bell it is 0 minutes late; after the last one there is no period. With no
    periods at all, nothing is known: no period and 0 minutes.
    """
    if not periods:
        return Lateness(period="", minutes=0)
    minutes = max(0, _minutes(at) - _minutes(periods[0].starts))
    running = next((one.name for one in periods if at < one.ends), "")
    return Lateness(period=running, minutes=minutes)


def _period(number: int, line: str) -> Period:
    found = LINE.fullmatch(line)
    if found is None:
        raise BadSchedule(f'Line {number}: "{line}" is no period. Write it as: 1 08:00-08:50')
    name = found["name"].rstrip(" ,;:-")
    if not name or len(name) > LONGEST_NAME:
        raise BadSchedule(f"Line {number}: a name has at most {LONGEST_NAME} characters.")
    starts, ends = _clock(number, found["starts"]), _clock(number, found["ends"])
    if ends <= starts:
        raise BadSchedule(f"Line {number}: {name} ends before it begins.")
    return Period(name=name, starts=starts, ends=ends)


def _clock(number: int, typed: str) -> time:
    found = CLOCK.fullmatch(typed.strip())
    hour, minute = (int(found["hour"]), int(found["minute"])) if found else (99, 99)
    half = (found["half"] or "").lower() if found else ""
    if half and not 1 <= hour <= NOON:
        raise BadSchedule(f'Line {number}: "{typed.strip()}" is no time of day.')
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise BadSchedule(f'Line {number}: "{typed.strip()}" is no time of day.') from None


def _fits_behind(before: Sequence[Period], period: Period, number: int) -> None:
    if before and period.starts < before[-1].ends:
        raise BadSchedule(f"Line {number}: {period.name} begins before {before[-1].name} ends.")
    if any(one.name.casefold() == period.name.casefold() for one in before):
        raise BadSchedule(f"Line {number}: there are two periods with the name {period.name}.")


def _minutes(at: time) -> int:
    return at.hour * MINUTES_OF_AN_HOUR + at.minute
