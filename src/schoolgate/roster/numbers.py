"""Since when a guardian's phone number stands as it does."""

from collections.abc import Iterable
from datetime import datetime

from schoolgate.roster.models import Guardian, HistoryEntry


def numbers_since(guardians: Iterable[Guardian]) -> dict[int, datetime]:
    """Say for each guardian from when her number is known: the last change of it that we saw."""
    since = {one.pk: one.first_seen_at for one in guardians}
    changes = HistoryEntry.objects.filter(
        guardian__in=list(since), student=None, action="guardian.updated"
    ).order_by("at", "id")
    for entry in changes:
        if entry.guardian_id is not None and _number(entry.before) != _number(entry.after):
            since[entry.guardian_id] = max(since[entry.guardian_id], entry.at)
    return since


def came_with_the_list(guardian: Guardian, *, since: datetime) -> bool:
    """Whether a guardian came on the day on which her source was first read, as everybody did."""
    earliest = Guardian.objects.filter(
        district_id=guardian.district_id, registration_id=guardian.registration_id
    ).order_by("id")
    first = earliest.values_list("first_seen_at", flat=True).first()
    return first is not None and first >= since


def _number(facts: dict[str, str] | None) -> tuple[str | None, str | None]:
    return ((facts or {}).get("phone"), (facts or {}).get("sms"))
