"""The chip in the header: how old the school's list is, in words and in a tone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schoolgate.frontdesk.cases import Policy
from schoolgate.sync.freshness import Freshness

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class AgeChip:
    """`tone` is a class of the theme, empty when all is well."""

    tone: str
    icon: str
    words: str


def age_chip(freshness: Freshness, *, now: datetime) -> AgeChip:
    """Say how old the list is. `now` is in the district's time zone."""
    if freshness.as_of is None:
        words = (
            "Lists never synced completely"
            if freshness.has_source
            else "Lists not synced: no source"
        )
        return AgeChip(tone="deny", icon="alert-triangle", words=words)
    age, policy = now - freshness.as_of, Policy()
    since = f"synced {ago(age)} ({moment(freshness.as_of, now=now)})"
    if age > policy.hard_limit:
        return AgeChip(tone="deny", icon="alert-triangle", words=f"Lists too old: {since}")
    if age > policy.warn_after:
        return AgeChip(tone="verify", icon="alert-triangle", words=f"Lists old: {since}")
    if freshness.last_failed:
        return AgeChip(tone="verify", icon="alert-triangle", words=f"Last sync failed: {since}")
    return AgeChip(tone="", icon="check", words=f"Lists fresh: {since}")


def synced_at(freshness: Freshness, *, now: datetime) -> str:
    """Say when the list was synced, for a sentence: "synced 6:10 AM"."""
    if freshness.as_of is None:
        return "never synced"
    return f"synced {moment(freshness.as_of, now=now)}"


def ago(age: timedelta) -> str:
    if age < HOUR:
        return f"{max(age // MINUTE, 0)} min ago"
    if age < timedelta(days=2):
        return f"{age // HOUR} h ago"
    return f"{age.days} days ago"


def moment(at: datetime, *, now: datetime) -> str:
    """Write 6:10 AM for a moment of today, with the day before it for an earlier one."""
    local = at.astimezone(now.tzinfo)
    if local.date() == now.date():
        return clock_time(local)
    return f"{local.day} {local:%b}, {clock_time(local)}"


def clock_time(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local:%M} {local:%p}"
