"""`{{ registration|next_sync:now }}`: when a source is next synced, in the page's time zone."""

from datetime import datetime

from django import template
from django.utils import timezone

from schoolgate.districts.models import Edition
from schoolgate.registrations.models import Registration
from schoolgate.registrations.presets import Preset, preset_of
from schoolgate.registrations.schedule_words import (
    ahead_in_words,
    every_in_words,
    window_in_words,
)
from schoolgate.registrations.scheduling import window_of

register = template.Library()


@register.filter
def next_sync(registration: Registration, now: datetime) -> str:
    """`Tonight at 1:40 AM`, or why there is none."""
    if registration.next_sync_at is not None:
        words = ahead_in_words(registration.next_sync_at, now=timezone.localtime(now))
        return words[0].upper() + words[1:]
    if registration.district.edition != Edition.ENTERPRISE:
        return "Never: Standard Edition"
    if registration.paused_at is not None:
        return "Paused by support"
    return "Not planned yet"


@register.filter
def how_often(registration: Registration) -> str:
    """`Every 24 hours, between 1:00 AM and 5:00 AM`."""
    often = every_in_words(registration.sync_every_hours)
    return f"{often[0].upper()}{often[1:]}, {window_in_words(window_of(registration))}"


@register.filter
def what_is_known(registration: Registration) -> Preset | None:
    """What is known of its kind of SIS."""
    return preset_of(registration.preset)
