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


def _number(facts: dict[str, str] | None) -> tuple[str | None, str | None]:
    return ((facts or {}).get("phone"), (facts or {}).get("sms"))
