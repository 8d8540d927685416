"""`{{ moment|ago:now }}` and `{{ seconds|lasted }}`: times as a person would say them."""

from datetime import datetime

from django import template
from django.utils import timezone

from schoolgate.web.moments import age_in_words, clock

register = template.Library()

SECONDS_A_MINUTE = 60


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago, and when: `7 h ago (6:10 AM)`, in the time zone that the page works in."""
    return f"{age_in_words(now - moment)} ({clock(moment, now=timezone.localtime(now))})"


@register.filter
def lasted(seconds: float) -> str:
    """Say how long something took: `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:  # noqa: PLR2004  # under ten seconds a tenth is worth saying
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), SECONDS_A_MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
