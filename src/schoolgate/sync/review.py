"""A person lets held removals through: exactly what was held, while no newer sync has looked."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from schoolgate.audit import log
from schoolgate.registrations.models import Registration
from schoolgate.sync import decide, run
from schoolgate.sync.models import (
    AppliedSchool,
    ChangeState,
    Hold,
    PlannedChange,
    RunState,
)
from schoolgate.sync.records import NEVER_LET_THROUGH, Kind
from schoolgate.sync.single_flight import only_sync_of
from schoolgate.sync.stages.apply import apply_leavers, apply_school

WHY_AT_LEAST = 10


class CannotLetThrough(Exception):
    """The hold is not to be let through, or not any more; the sentence says why."""


def let_through(hold: Hold, *, by: int, why: str, clock: Callable[[], datetime]) -> int:
    """Apply what one hold keeps back, and what hangs on it. Gives how many removals it was.

    Raises:
        CannotLetThrough: too short a reason, a newer sync, or ids that turned over.
        AlreadyRunning: when the registration is being synced at this moment.
    """
    if len(why.strip()) < WHY_AT_LEAST:
        raise CannotLetThrough(f"Say why, in at least {WHY_AT_LEAST} characters.")
    if hold.reason in NEVER_LET_THROUGH:
        raise CannotLetThrough(
            "The ids of the students, or of the school itself, have changed at the source: let "
            "through, children would be listed twice or not at all."
        )
    if hold.run.state != RunState.HELD or not hold.run.complete:
        raise CannotLetThrough(
            "The sync that found it did not end well: sync once more, then decide."
        )
    with only_sync_of(hold.run.registration_id), transaction.atomic():
        registration = Registration.objects.select_for_update().get(pk=hold.run.registration_id)
        if _looked_at_since(hold):
            raise CannotLetThrough("A newer sync has looked at it again: decide on that one.")
        # A newer run that could not read the source has planned nothing: this one speaks again.
        registration.current_run_id = hold.run_id
        registration.save(update_fields=["current_run_id"])
        schools = _release(hold)
        for school_id in sorted(schools):
            apply_school(hold.run, school_id, now=clock())
        _finish(hold, now=clock())
        log.record(
            "hold.let_through",
            at=clock(),
            district_id=hold.district_id,
            actor_id=by,
            subject=registration.reference,
            run=hold.run_id,
            school=hold.school_id,
            kind=hold.kind,
            count=hold.count,
            why=why.strip(),
        )
    return hold.count


def _release(hold: Hold) -> set[int]:
    """Plan again what was held, and unmark the schools that it touches. Gives those schools."""
    going = _kept_back(hold)
    schools = {
        school_id
        for school_id in going.values_list("school_id", flat=True)
        if school_id is not None
    }
    PlannedChange.objects.filter(id__in=list(going.values_list("id", flat=True))).update(
        state=ChangeState.PLANNED
    )
    AppliedSchool.objects.filter(run=hold.run, school_id__in=schools).delete()
    return schools


def _looked_at_since(hold: Hold) -> bool:
    return PlannedChange.objects.filter(
        run__registration_id=hold.run.registration_id, run_id__gt=hold.run_id
    ).exists()


def _kept_back(hold: Hold) -> QuerySet[PlannedChange]:
    """The removals of the hold, and what hangs on their students and adults."""
    of_run = PlannedChange.objects.filter(run=hold.run)
    held = decide.removals(hold.run, Kind(hold.kind)).filter(
        school_id=hold.school_id, state=ChangeState.HELD
    )
    hanging = of_run.filter(state=ChangeState.HANGING)
    students = held.filter(kind=Kind.STUDENT.value).values("student_sourced_id")
    of_students = hanging.filter(student_sourced_id__in=students)
    links = of_run.filter(
        Q(id__in=held.values("id")) | Q(id__in=of_students.values("id")),
        kind=Kind.RELATIONSHIP.value,
    )
    guardians = hanging.filter(
        kind=Kind.GUARDIAN.value,
        action="departed",
        adult_sourced_id__in=links.values("adult_sourced_id"),
    )
    return of_run.filter(
        Q(id__in=held.values("id"))
        | Q(id__in=of_students.values("id"))
        | Q(id__in=guardians.values("id"))
    )


def _finish(hold: Hold, *, now: datetime) -> None:
    held_run = hold.run
    hold.delete()
    apply_leavers(held_run, now=now)
    held_run.changes = run.count_applied(held_run)
    if not Hold.objects.filter(run=held_run).exists():
        run.forget_staging(held_run)
        held_run.state = RunState.APPLIED
    held_run.save(update_fields=["changes", "state"])
