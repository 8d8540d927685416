"""When a source's changes wait for a person, and until when nobody is removed at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from schoolgate.audit import log
from schoolgate.registrations.models import Registration

BOUNDS = {"percent": (1, 50), "relationship_percent": (1, 50), "records": (1, 500)}
# A summer, and some weeks on either side.
ADDITIONS_ONLY_DAYS_AT_MOST = 120
WHY_AT_LEAST = 10
WHY_AT_MOST = 500


class LimitsRefused(Exception):
    """The limits, or the reason given for them, cannot be; the sentence says which and why."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Removals above max(percent, records) of one school wait for a person."""

    percent: int
    relationship_percent: int
    records: int
    additions_only_until: date | None = None

    @classmethod
    def of(cls, registration: Registration) -> "Limits":
        return cls(
            percent=registration.hold_percent,
            relationship_percent=registration.hold_relationship_percent,
            records=registration.hold_records,
            additions_only_until=registration.additions_only_until,
        )

    def refusals(self, *, today: date) -> dict[str, str]:
        """What is wrong with them, by field."""
        wrong = {
            name: f"Choose a number from {least} to {most}."
            for name, (least, most) in BOUNDS.items()
            if not least <= getattr(self, name) <= most
        }
        until = self.additions_only_until
        last = today + timedelta(days=ADDITIONS_ONLY_DAYS_AT_MOST)
        if until is not None and not today <= until <= last:
            wrong["additions_only_until"] = (
                f"Choose a day from today to {last:%B} {last.day}, {last.year}, or none."
            )
        return wrong


def additions_only(registration: Registration, *, today: date) -> bool:
    """Whether nobody is removed today. The day named is the last one; `today` is the district's."""
    until = registration.additions_only_until
    return until is not None and today <= until


@transaction.atomic
def change_limits(
    registration: Registration, limits: Limits, *, by: int | None, why: str, now: datetime
) -> None:
    """Set when changes wait, from the next sync on. `now` is in the district's time zone.

    Raises:
        LimitsRefused: a number out of bounds, a day too far ahead, or no reason.
    """
    for words in limits.refusals(today=now.date()).values():
        raise LimitsRefused(words)
    if len(why.strip()) < WHY_AT_LEAST:
        raise LimitsRefused(f"Say why, in at least {WHY_AT_LEAST} characters.")
    before = Limits.of(registration)
    registration.hold_percent = limits.percent
    registration.hold_relationship_percent = limits.relationship_percent
    registration.hold_records = limits.records
    registration.additions_only_until = limits.additions_only_until
    registration.save(
        update_fields=[
            "hold_percent",
            "hold_relationship_percent",
            "hold_records",
            "additions_only_until",
        ]
    )
    log.record(
        "registration.limits_changed",
        at=now,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        before=_written(before),
        after=_written(limits),
        why=why.strip()[:WHY_AT_MOST],
    )


def _written(limits: Limits) -> list[int | str | None]:
    until = limits.additions_only_until
    return [
        limits.percent,
        limits.relationship_percent,
        limits.records,
        None if until is None else until.isoformat(),
    ]
