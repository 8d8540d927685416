"""Take back what one sync did at one school: looked at first, then done with a reason.

An undo is a run of its own (kind UNDO): its plan goes through the same safety and is written by the
same apply stage as any, and its history is kept. It is written whole or not at all. Restrictions
and everything else that only the school knows are not touched: no run touches them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.districts.models import School
from schoolgate.licensing.editions import require_enterprise
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Listing, Relationship, RelationshipState
from schoolgate.sync import decide, reversal, runs
from schoolgate.sync import run as path
from schoolgate.sync.list_dates import SYNCS, whole_runs
from schoolgate.sync.models import (
    AppliedSchool,
    Origin,
    PlannedChange,
    RunKind,
    SyncRun,
)
from schoolgate.sync.records import HoldReason, Kind
from schoolgate.sync.seen import forget_what_was_seen, watch_over
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of
from schoolgate.sync.stages import safety
from schoolgate.sync.undo_checks import (
    CannotUndo,
    NothingToUndo,
    check_not_changed_again,
    check_run,
    waits,
)

WHY_AT_LEAST = 10
WHY_AT_MOST = 500
CHECKSUM_BYTES = 16
LINKED_AT_MOST = 1_000

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Preview:
    """What an undo would do. `checksum` names exactly this; `waits` is what safety would hold."""

    run: SyncRun
    school: School
    changes: list[PlannedChange]
    checksum: str
    waits: list[HoldReason] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(reversal.by_kind(self.changes))


def schools_to_undo(run: SyncRun) -> QuerySet[School]:
    """List the schools at which this run changed something that can be looked at."""
    nothing = School.objects.none()
    if run.kind not in SYNCS or not runs.has_ended(run) or not run.changes:
        return nothing
    written = AppliedSchool.objects.filter(run=run, school__isnull=False).values("school")
    # The adults whom schools share belong to no single one; their children's schools see them.
    shared = reversal.entries_of(run).filter(school=None, action="guardian.updated")
    adults = list(shared.values_list("guardian_id", flat=True)[:LINKED_AT_MOST])
    children = Relationship.objects.filter(
        guardian_id__in=adults, district_id=run.district_id, state=RelationshipState.CURRENT
    )
    seeing = Listing.objects.filter(student__in=children.values("student")).values("school")
    return School.objects.filter(
        Q(id__in=written) | Q(id__in=seeing), district_id=run.district_id
    ).order_by("name", "id")


def preview(run: SyncRun, school: School) -> Preview:
    """Say what an undo would do at this school. Changes nothing.

    Raises:
        CannotUndo: and why.
        AlreadyRunning: when the source is being synced, or is about to be.
    """
    check_run(run)
    if runs.active_run_of(run.registration) is not None:
        raise AlreadyRunning
    work = reversal.look_up(run, school)
    check_not_changed_again(work)
    changes = reversal.reverse(work)
    if not changes:
        raise NothingToUndo(
            f"There is nothing to undo at {school.name}: sync {run.id} changed nobody there, or it "
            "was undone already."
        )
    return Preview(run, school, changes, _checksum(changes), waits(run, changes))


def undo(looked_at: Preview, *, by: User | None, why: str, clock: Clock) -> SyncRun:
    """Take it back: exactly what was looked at. Gives the run that did it.

    What safety holds waits for a person as in any run; the rest is in. The next sync reads every
    row anew, and does again what the source still says.

    Raises:
        EnterpriseOnly: for a Standard district.
        CannotUndo: too short a reason, or not as it was looked at.
        AlreadyRunning: when the source is being synced, or is about to be.
    """
    require_enterprise(looked_at.run.district)
    reason = why.strip()[:WHY_AT_MOST]
    if len(reason) < WHY_AT_LEAST:
        raise CannotUndo(f"Say why, in at least {WHY_AT_LEAST} characters.")
    done = looked_at.run
    with only_sync_of(done.registration_id), transaction.atomic():
        # Two people take turns: the second finds it undone.
        Registration.objects.select_for_update().get(pk=done.registration_id)
        now = preview(done, looked_at.school)
        if now.checksum != looked_at.checksum:
            raise CannotUndo(
                "It is not what you looked at: something changed meanwhile. Look at it again, then "
                "decide. Nothing was changed."
            )
        undoing = _carry_out(now, by=by, why=reason, clock=clock)
        log.record(
            "sync.undone",
            at=clock(),
            district_id=done.district_id,
            actor_id=None if by is None else by.id,
            subject=done.registration.reference,
            run=undoing.id,
            undoes=done.id,
            school=looked_at.school.id,
            # The reason is free text and may name a child: it stays with the run.
            changes=undoing.changes,
        )
    undoing.refresh_from_db()
    return undoing


def _carry_out(looked_at: Preview, *, by: User | None, why: str, clock: Clock) -> SyncRun:
    run = _new_run(looked_at, by=by, why=why, at=clock())
    runs.begin(run, at=clock())
    for change in looked_at.changes:
        change.run = run
    PlannedChange.objects.bulk_create(looked_at.changes, batch_size=2_000)
    counts = list(decide.count_by_school(run))
    decide.hold(run, safety.reasons_to_hold(counts, decide.thresholds_of(run.registration)))
    _look_at_everything_again(run, looked_at.changes)
    dates = _list_dates(run)
    path.apply(run, clock=clock, tell=lambda _stage, _count: None)
    _date_back(looked_at, dates)
    runs.finish(run, at=clock())
    return run


def _new_run(looked_at: Preview, *, by: User | None, why: str, at: datetime) -> SyncRun:
    undone = looked_at.run
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
                district_id=undone.district_id,
                registration=undone.registration,
                kind=RunKind.UNDO,
                origin=Origin.COMMAND if by is None else Origin.PERSON,
                undoes=undone,
                undone_school=looked_at.school,
                undo_why=why,
                asked_by=by,
                asked_at=at,
                # It read no source and did all that it was to do: what it holds may be decided.
                complete=True,
                fetched_at=at,
                planned_at=at,
            )
    except IntegrityError:
        raise AlreadyRunning from None


# --- what comes with it --------------------------------------------------------------------------


def _look_at_everything_again(run: SyncRun, changes: Iterable[PlannedChange]) -> None:
    """Let the next sync look at every row, and miss who is back and is not at the source.

    Otherwise a row that did not change since would never be read: what was undone would neither
    come again nor be noticed.
    """
    forget_what_was_seen(run.registration_id)
    back = [
        (Kind(change.kind), change.student_sourced_id or change.adult_sourced_id)
        for change in changes
        if change.action == "returned"
    ]
    watch_over(run, back)


def _list_dates(run: SyncRun) -> dict[int, datetime | None]:
    taken = SourceSchool.objects.filter(registration_id=run.registration_id)
    return dict(taken.values_list("id", "list_as_of"))


def _date_back(looked_at: Preview, dates: dict[int, datetime | None]) -> None:
    """An undo reads no source: no list is newer for it, and its own is as of the sync before."""
    for row in SourceSchool.objects.filter(id__in=dates):
        if row.list_as_of != dates[row.id]:
            SourceSchool.objects.filter(pk=row.pk).update(list_as_of=dates[row.id])
    earlier = whole_runs(looked_at.run.registration_id, looked_at.school)
    before = earlier.filter(id__lt=looked_at.run.id).order_by("-id").first()
    as_of = before.started_at if before else None
    SourceSchool.objects.filter(
        registration_id=looked_at.run.registration_id, school=looked_at.school
    ).update(list_as_of=as_of)


def _checksum(changes: Iterable[PlannedChange]) -> str:
    rows = sorted(
        msgspec.json.encode(
            (
                change.kind,
                change.action,
                change.school_id,
                change.student_sourced_id,
                change.adult_sourced_id,
                change.before,
                change.after,
            ),
            order="deterministic",
        )
        for change in changes
    )
    digest = blake2b(digest_size=CHECKSUM_BYTES)
    for row in rows:
        digest.update(row)
    return digest.hexdigest()
