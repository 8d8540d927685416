"""Times as a person would say them. Pure: `now` and its time zone come from the caller."""

from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def age_in_words(age: timedelta) -> str:
    """`just now`, `5 min ago`, `7 h ago`, `3 days ago`."""
    if age < MINUTE:
        return "just now"
    if age < HOUR:
        return f"{age // MINUTE} min ago"
    if age < 2 * DAY:
        return f"{age // HOUR} h ago"
    return f"{age.days} days ago"


def clock(at: datetime, *, now: datetime) -> str:
    """The hour, as the place of `now` reads it: `6:10 AM`.

    With the day when it was another, with the year when it was another.
    """
    there = at.astimezone(now.tzinfo)
    hour = hour_of(there)
    if there.date() == now.date():
        return hour
    day = f"{there:%a, %b} {there.day}"
    return f"{day}, {hour}" if there.year == now.year else f"{day} {there.year}, {hour}"


def hour_of(there: datetime) -> str:
    return f"{there:%I:%M %p}".lstrip("0")
