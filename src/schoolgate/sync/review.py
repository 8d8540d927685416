"""A person decides on what a sync holds: exactly what she read, with a reason, for two hours.

Two steps, so that nobody's browser waits for a district: a decision is noted (`approve`,
`discard`), then what was approved is written school by school (`write_approved`). The second may be
repeated: what died in the middle goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from schoolgate.audit import log
from schoolgate.registrations.limits import WHY_AT_LEAST, WHY_AT_MOST
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync import review_plan
from schoolgate.sync import run as path
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import (
    AppliedSchool,
    ChangeState,
    Decision,
    Hold,
    PlannedChange,
    RunState,
    SyncRun,
)
from schoolgate.sync.queries import not_in_of, overtaken_by, waiting_of
from schoolgate.sync.records import NEVER_LET_THROUGH
from schoolgate.sync.single_flight import only_sync_of
from schoolgate.sync.stages.apply import apply_leavers, apply_school

EXPIRES_AFTER = timedelta(hours=2)


class CannotDecide(Exception):
    """It is not to be decided, or not any more; the sentence says why and what to do."""


@dataclass(frozen=True)
class Read:
    """A hold, and the checksum of what stood on the page when a person read it."""

    hold: Hold
    checksum: str


def expires_at(run: SyncRun) -> datetime | None:
    """Until when what a run holds can be approved. None: it has not ended."""
    return None if run.ended_at is None else run.ended_at + EXPIRES_AFTER


def approve(read: Sequence[Read], *, by: int | None, why: str, now: datetime) -> None:
    """Note that what these holds of one run keep back may go. All of them, or none.

    Raises:
        CannotDecide: when anything is not as it was read, too late, or never to be approved.
        AlreadyRunning: when the registration is being synced at this moment.
    """
    run = _run_of(read)
    with only_sync_of(run.registration_id), transaction.atomic():
        registration = Registration.objects.select_for_update().get(pk=run.registration_id)
        _check_run(run)
        _check_age(run, now=now)
        for one in read:
            _check_may_be_approved(one.hold)
            _check_unchanged(one)
        # A newer run that could not read the source has planned nothing: this one speaks again.
        registration.current_run_id = run.id
        registration.save(update_fields=["current_run_id"])
        _note(read, Decision.APPROVED, by=by, why=why, now=now)


def discard(read: Sequence[Read], *, by: int | None, why: str, now: datetime) -> None:
    """Note that the list stays as it is. The next sync looks again, and holds again.

    Raises:
        CannotDecide: when it is decided already, or a newer sync has looked.
    """
    run = _run_of(read)
    with transaction.atomic():
        _check_run(run)
        _note(read, Decision.DISCARDED, by=by, why=why, now=now)
        _forget_what_is_decided(run)


def write_approved(run: SyncRun, *, clock: Callable[[], datetime]) -> None:
    """Write what was approved and is not in yet, one short transaction a school.

    Does nothing for what a newer sync has looked at meanwhile: that one's plan counts.

    Raises:
        AlreadyRunning: when the registration is being synced, or written, at this moment.
        Superseded: when another run has taken over in the middle.
    """
    with only_sync_of(run.registration_id):
        approved = list(approved_of(run).order_by("id"))
        if not approved or overtaken_by(run) is not None:
            return
        for hold in approved:
            for school_id in _schools_of(hold):
                _write_school(hold, school_id, now=clock())
        _finish(run, approved, now=clock())


def approved_of(run: SyncRun) -> QuerySet[Hold]:
    """What was approved and is not in the roster yet."""
    return not_in_of(run).filter(decision=Decision.APPROVED).select_related("run")


# --- what may be decided ------------------------------------------------------------------------


def _run_of(read: Sequence[Read]) -> SyncRun:
    runs = {one.hold.run_id: one.hold.run for one in read}
    if len(runs) != 1:
        raise CannotDecide("Choose what to decide on, all of it from one sync.")
    return next(iter(runs.values()))


def _check_run(run: SyncRun) -> None:
    if run.state != RunState.HELD or not run.complete:
        raise CannotDecide("The sync that found it did not end well: sync once more, then decide.")
    if overtaken_by(run) is not None:
        raise CannotDecide(
            "A newer sync has looked at it again, or is about to: decide on that one."
        )


def _check_age(run: SyncRun, *, now: datetime) -> None:
    until = expires_at(run)
    if until is None or now > until:
        raise CannotDecide(
            "This was found more than 2 hours ago, and the SIS may have changed since. Sync again, "
            "then decide."
        )


def _check_may_be_approved(hold: Hold) -> None:
    if hold.reason in NEVER_LET_THROUGH:
        raise CannotDecide(
            "The ids of the students, or of the school itself, have changed at the source: "
            "approved, children would be listed twice or not at all."
        )


def _check_unchanged(one: Read) -> None:
    found = review_plan.checksum(one.hold)
    if found in (review_plan.NOTHING, "") or found != one.checksum:
        raise CannotDecide(
            "What waits is not what you have read: it changed meanwhile. Read it again, then "
            "decide."
        )


def _note(
    read: Sequence[Read], decision: Decision, *, by: int | None, why: str, now: datetime
) -> None:
    reason = why.strip()
    if len(reason) < WHY_AT_LEAST:
        raise CannotDecide(f"Say why, in at least {WHY_AT_LEAST} characters.")
    for one in read:
        noted = Hold.objects.filter(pk=one.hold.pk, decision="").update(
            decision=decision,
            decided_at=now,
            decided_by_id=by,
            why=reason[:WHY_AT_MOST],
            checksum=one.checksum,
        )
        if not noted:
            raise CannotDecide(
                "That has been decided already. To decide anew, sync again: what is still so then, "
                "waits again."
            )
        # The reason is free text and may name a child: it stays with the hold.
        log.record(
            f"hold.{decision.value}",
            at=now,
            district_id=one.hold.district_id,
            actor_id=by,
            subject=one.hold.run.registration.reference,
            run=one.hold.run_id,
            hold=one.hold.id,
            school=one.hold.school_id,
            kind=one.hold.kind,
            count=one.hold.count,
            checksum=one.checksum,
        )


# --- writing ------------------------------------------------------------------------------------


def _schools_of(hold: Hold) -> list[int]:
    ids = review_plan.kept_back(hold).filter(school__isnull=False).order_by("school_id")
    return [
        school_id for school_id in ids.values_list("school_id", flat=True).distinct() if school_id
    ]


def _write_school(hold: Hold, school_id: int, *, now: datetime) -> None:
    """Let one school's part go, and write it, so that nobody sees the one without the other."""
    with transaction.atomic():
        # Two writers take turns: the second finds nothing left.
        Registration.objects.select_for_update().get(pk=hold.run.registration_id)
        _let_go(hold, school_id)
        AppliedSchool.objects.filter(run=hold.run, school_id=school_id).delete()
        apply_school(hold.run, school_id, now=now)


def _let_go(hold: Hold, school_id: int | None) -> None:
    going = review_plan.kept_back(hold)
    of_school = (
        going.filter(school__isnull=True)
        if school_id is None
        else going.filter(school_id=school_id)
    )
    PlannedChange.objects.filter(run=hold.run, id__in=of_school.values("id")).update(
        state=ChangeState.PLANNED
    )


def _finish(run: SyncRun, approved: Sequence[Hold], *, now: datetime) -> None:
    """What no single school could do; and the run says how it stands now."""
    with transaction.atomic():
        for hold in approved:
            _let_go(hold, None)
        apply_leavers(run, now=now)
        Hold.objects.filter(id__in=[hold.id for hold in approved]).update(applied_at=now)
        _date_the_lists(run, approved)
        run.changes = path.count_applied(run)
        if not not_in_of(run).exists():
            run.state = RunState.APPLIED
        run.save(update_fields=["changes", "state"])
        _forget_what_is_decided(run)
        review_plan.seal(run)


def _date_the_lists(run: SyncRun, approved: Sequence[Hold]) -> None:
    """The list of a school whose last hold is in is as of the run that found it.

    No list is newer for an undo: it read no source.
    """
    if run.kind not in SYNCS:
        return
    SourceSchool.objects.filter(
        registration_id=run.registration_id,
        enabled=True,
        school__in=[hold.school_id for hold in approved],
    ).exclude(school__in=not_in_of(run).values("school")).update(list_as_of=run.started_at)


def _forget_what_is_decided(run: SyncRun) -> None:
    """Staged rows are kept as long as something may still be written from them."""
    if not waiting_of(run).exists() and not approved_of(run).exists():
        path.forget_staging(run)
