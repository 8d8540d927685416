"""`{{ moment|ago:now }}` and `{{ seconds|lasted }}`: times as a person would say them."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

register = template.Library()

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago, and when: `7 h ago (6:10 AM)`, in the time zone that the page works in."""
    return f"{_age(now - moment)} ({_clock(moment, now)})"


@register.filter
def lasted(seconds: float) -> str:
    """Say how long something took: `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:  # noqa: PLR2004  # under ten seconds a tenth is worth saying
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _age(age: timedelta) -> str:
    seconds = max(age.total_seconds(), 0)
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min ago"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR:.0f} h ago"
    return f"{seconds // DAY:.0f} days ago"


def _clock(moment: datetime, now: datetime) -> str:
    """The hour; with the day when it was another, with the year when it was another."""
    there, here = timezone.localtime(moment), timezone.localtime(now)
    hour = f"{there:%I:%M %p}".lstrip("0")
    if there.date() == here.date():
        return hour
    day = f"{there:%a, %b} {there.day}"
    return f"{day}, {hour}" if there.year == here.year else f"{day} {there.year}, {hour}"
