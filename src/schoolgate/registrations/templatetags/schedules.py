"""`{{ registration|next_sync:now }}`: when a source is next synced, in the page's time zone."""

from datetime import datetime

from django import template
from django.utils import timezone

from schoolgate.registrations import planned_words, proving
from schoolgate.registrations.models import Registration
from schoolgate.registrations.presets import Preset, preset_of

register = template.Library()


@register.filter
def next_sync(registration: Registration, now: datetime) -> str:
    """`tonight at 1:40 AM`, or why there is none."""
    return planned_words.next_in_words(registration, now=timezone.localtime(now))


@register.filter
def how_often(registration: Registration) -> str:
    """`Every 24 hours, between 1:00 AM and 5:00 AM`."""
    return planned_words.how_often(registration)


@register.filter
def what_is_known(registration: Registration) -> Preset | None:
    """What is known of its kind of SIS."""
    return preset_of(registration.preset)


@register.filter
def changes_proved(registration: Registration, now: datetime) -> str:
    """One sentence: whether the source can be asked for what changed."""
    return proving.in_words(registration, now=now)
