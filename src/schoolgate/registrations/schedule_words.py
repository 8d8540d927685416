"""A schedule as a person would say it. Pure: `now` and its time zone come from the caller."""

from datetime import datetime, time

from schoolgate.registrations.schedule import Window
from schoolgate.web.moments import hour_of

HOURS_A_DAY = 24
DAYBREAK = 6
NIGHTFALL = 18


def capitalized(words: str) -> str:
    """With a capital first letter; the others stay as they are."""
    return words[:1].upper() + words[1:]


def every_in_words(hours: int) -> str:
    """`every hour`, `every 6 hours`, `every 24 hours`, `every 3 days`."""
    if hours == 1:
        return "every hour"
    days, rest = divmod(hours, HOURS_A_DAY)
    return f"every {days} days" if not rest and days > 1 else f"every {hours} hours"


def window_in_words(window: Window | None) -> str:
    """`between 1:00 AM and 5:00 AM`."""
    if window is None:
        return "at any time"
    return f"between {wall_in_words(window.opens)} and {wall_in_words(window.closes)}"


def wall_in_words(wall: time) -> str:
    """What the clock on the wall shows: `1:40 AM`."""
    return f"{wall:%I:%M %p}".lstrip("0")


def ahead_in_words(at: datetime, *, now: datetime) -> str:
    """`tonight at 1:40 AM`, `on Sat, Nov 28 at 6:15 AM`, as the place of `now` reads it."""
    if at <= now:
        return "any moment now"
    there = at.astimezone(now.tzinfo)
    return f"{_day(there, now)} at {hour_of(there)}"


def _day(there: datetime, now: datetime) -> str:
    days = (there.date() - now.date()).days
    if days == 0:
        by_day = DAYBREAK <= there.hour < NIGHTFALL
        return "today" if by_day else "tonight"
    if days == 1:
        # At two in the morning, one o'clock of the next day is not tonight any more.
        same_night = there.hour < DAYBREAK <= now.hour
        return "tonight" if same_night else "tomorrow"
    year = f" {there.year}" if there.year != now.year else ""
    return f"on {there:%a, %b} {there.day}{year}"
