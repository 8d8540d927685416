"""The sandbox's calendar: a school year, its terms, and the moment a school day is written down."""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2026, 8, 31)
_SCHOOL_DAYS_PER_WEEK = 5
SCHOOL_YEAR = "2027"  # the year in which it ends (OneRoster 1.1)


@dataclass(frozen=True)
class Session:
    id: str
    title: str
    type: str
    starts_on: str
    # Exclusive: the last day is the day before.
    ends_on: str
    parent: str = ""


SESSIONS = (
    Session("session-year", "2026-2027", "schoolYear", "2026-08-31", "2027-06-19"),
    Session("session-year-1", "Fall", "term", "2026-08-31", "2027-01-23", "session-year"),
    Session(
        "session-year-1-1", "Q1", "gradingPeriod", "2026-08-31", "2026-11-07", "session-year-1"
    ),
    Session(
        "session-year-1-2", "Q2", "gradingPeriod", "2026-11-07", "2027-01-23", "session-year-1"
    ),
    Session("session-year-2", "Spring", "term", "2027-01-23", "2027-06-19", "session-year"),
    Session(
        "session-year-2-1", "Q3", "gradingPeriod", "2027-01-23", "2027-04-10", "session-year-2"
    ),
    Session(
        "session-year-2-2", "Q4", "gradingPeriod", "2027-04-10", "2027-06-19", "session-year-2"
    ),
)
FULL_YEAR = "session-year"
TERMS = ("session-year-1", "session-year-2")


def moment_of(day: int) -> str:
    """When the records touched on a school day say they were last modified (UTC)."""
    weeks, weekday = divmod(day, _SCHOOL_DAYS_PER_WEEK)
    return f"{FIRST_DAY + timedelta(weeks=weeks, days=weekday)}T13:00:00.000Z"
