"""The chip in the header: how old the school's list is, in words and in a tone."""

from dataclasses import dataclass
from datetime import datetime

from schoolgate.frontdesk.cases import Policy
from schoolgate.sync.freshness import Freshness
from schoolgate.web.moments import age_in_words, clock


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
    since = f"synced {age_in_words(age)} ({clock(freshness.as_of, now=now)})"
    if age > policy.hard_limit:
        return AgeChip(tone="deny", icon="alert-triangle", words=f"Lists too old: {since}")
    if age > policy.warn_after:
        return AgeChip(tone="verify", icon="alert-triangle", words=f"Lists old: {since}")
    if freshness.last_failed:
        return AgeChip(tone="verify", icon="alert-triangle", words=f"Last sync failed: {since}")
    if until := freshness.no_removals_until(now=now):
        words = f"Nobody is removed until {until:%b} {until.day}: {since}"
        return AgeChip(tone="verify", icon="lock", words=words)
    return AgeChip(tone="", icon="check", words=f"Lists fresh: {since}")


def synced_at(freshness: Freshness, *, now: datetime) -> str:
    """Say when the list was synced, for a sentence: "synced 6:10 AM"."""
    if freshness.as_of is None:
        return "never synced"
    return f"synced {clock(freshness.as_of, now=now)}"
