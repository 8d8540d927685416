"""How often a source is synced and when next, in words. The clock and its zone are the caller's."""

from datetime import datetime

from schoolgate.districts.models import Edition
from schoolgate.registrations.models import Registration
from schoolgate.registrations.schedule_words import (
    ahead_in_words,
    capitalized,
    every_in_words,
    window_in_words,
)
from schoolgate.registrations.scheduling import window_of


def next_in_words(registration: Registration, *, now: datetime) -> str:
    """When a source is next synced, or why there is nothing planned."""
    if registration.next_sync_at is not None:
        return ahead_in_words(registration.next_sync_at, now=now)
    if registration.district.edition != Edition.ENTERPRISE:
        return "never: Standard Edition"
    if registration.paused_at is not None:
        return "paused by support"
    return "not planned yet"


def how_often(registration: Registration) -> str:
    """`Every 24 hours, and what changed every 2 hours, between 1:00 AM and 5:00 AM`."""
    often = every_in_words(registration.sync_every_hours)
    if registration.changes_every_hours is not None:
        often += f", and what changed {every_in_words(registration.changes_every_hours)}"
    return capitalized(f"{often}, {window_in_words(window_of(registration))}")
