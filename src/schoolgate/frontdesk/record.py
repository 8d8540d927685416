"""The desk's record: events are added here and nowhere else, each chained to the one before it.

An event's hash is over all that it says and over the hash of the event before it, at this school
on this day: one that was changed, taken out or slipped in later breaks the chain and is found.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from schoolgate.audit import log
from schoolgate.districts.models import District, School
from schoolgate.frontdesk.models import DeskEvent

# What the hash is not over: itself, and what the database alone knows.
APART = frozenset({"id", "hash"})


def add_event(school: School, *, now: datetime, **said: Any) -> DeskEvent:
    """Add one event to the school's record of the day of `now`, which is in its time zone.

    Call it in a transaction: it keeps every other desk of the school waiting until that ends.
    """
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    on = now.date()
    last = chain_of(school, on).last()
    event = DeskEvent(
        district_id=school.district_id,
        school=school,
        decided_at=now,
        chained_on=on,
        previous_hash=last.hash if last else "",
        **said,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    return event


def log_event(action: str, event: DeskEvent, **detail: object) -> None:
    """Note in the audit log who wrote what down about whom: numbers, and no names."""
    log.record(
        action,
        at=event.decided_at,
        district_id=event.district_id,
        actor_id=event.actor_id,
        subject=f"event:{event.pk}",
        student=event.student_id,
        school=event.school_id,
        **detail,
    )


def chain_of(school: School, on: date) -> Any:
    """The events of one day in the order in which they were added."""
    return DeskEvent.objects.filter(
        district_id=school.district_id, school=school, chained_on=on
    ).order_by("id")


def broken_links(school: School, on: date) -> Iterator[DeskEvent]:
    """Find the events of a day that are not as they were added, or do not follow the one before."""
    previous = ""
    for event in chain_of(school, on):
        if event.previous_hash != previous or event.hash != hash_of(event):
            yield event
        previous = event.hash


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How much was looked at, and what is not as it was added."""

    days: int
    events: int
    broken: tuple[DeskEvent, ...]


def check(district: District) -> Checked:
    """Look through the chains of every school and day of a district."""
    chained = DeskEvent.objects.filter(district=district, chained_on__isnull=False)
    days = chained.order_by("chained_on", "school_id").values_list("school_id", "chained_on")
    schools = School.objects.in_bulk([school for school, _ in days.distinct()])
    found = [(schools[school], on) for school, on in days.distinct() if on]
    broken = tuple(event for school, on in found for event in broken_links(school, on))
    return Checked(days=len(found), events=chained.count(), broken=broken)


def hash_of(event: DeskEvent) -> str:
    """SHA-256 over everything that the event says, in hexadecimal.

    What is empty says nothing: a field that is added later changes no hash of before.
    """
    said = {
        field.attname: value
        for field in DeskEvent._meta.concrete_fields  # noqa: SLF001  # public by Django's documentation
        if field.name not in APART and (value := getattr(event, field.attname)) not in (None, "")
    }
    text = json.dumps(said, sort_keys=True, cls=_Moments, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class _Moments(DjangoJSONEncoder):
    """Django's own cuts microseconds, and spells a moment by its time zone."""

    def default(self, o: Any) -> Any:
        return o.timestamp() if isinstance(o, datetime) else super().default(o)
