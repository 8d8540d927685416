"""A sync run from its first moment to its last: asked for, begun, ended well or not.

A run is begun again after a crash, a few times, and each time has a number (`attempts`): who holds
an older one has been taken over from, and can neither end the run nor write for it any more.
"""

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from schoolgate.accounts.models import User
from schoolgate.licensing.editions import require_enterprise
from schoolgate.oneroster.errors import OneRosterError
from schoolgate.registrations.credentials import CannotUnseal
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster import bulk
from schoolgate.roster.models import Listing
from schoolgate.sync import events, review_plan, steps
from schoolgate.sync import run as path
from schoolgate.sync.database_trouble import TROUBLES, DatabaseAway, NoRoom, in_words
from schoolgate.sync.models import ENDED, Origin, PlannedChange, RunKind, RunState, SyncRun
from schoolgate.sync.progress import PAST_STOPPING, Cancelled, Reporter, TakenOver
from schoolgate.sync.queries import not_in_of
from schoolgate.sync.run import Progress
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of
from schoolgate.sync.stages.apply import Superseded
from schoolgate.sync.steps import Clock, Step

ACTIVE = (RunState.QUEUED, RunState.RUNNING)
# A process that dies of this very run must not take every worker with it, one after the other.
BEGIN_AT_MOST = 5

INTERRUPTED = (
    "The process ended in the middle. Every school's list is whole, and the next sync does the "
    "rest."
)


class NothingToSync(Exception):
    """No school of the registration is mapped and enabled yet."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            f"No school of {registration.name} is enabled yet. Map and enable the schools first: "
            f"schoolgate schools map --registration {registration.reference} --all"
        )


class Interrupted(Exception):
    """Whoever did the run is gone, and nobody goes on with it."""

    retry_helps = True

    def __init__(self) -> None:
        super().__init__(INTERRUPTED)


class BegunTooOften(Exception):
    """The run was begun so often that something of it must end its processes."""

    def __init__(self) -> None:
        super().__init__(
            f"This sync was begun {BEGIN_AT_MOST} times, and each time its process ended in the "
            "middle. Every school's list is whole. The server's log says why processes end; a lack "
            "of memory is the usual reason."
        )


# Ends that are foreseen: their text is for the screen, and holds no row.
KNOWN = (
    OneRosterError,
    CannotUnseal,
    Superseded,
    AlreadyRunning,
    Interrupted,
    BegunTooOften,
    DatabaseAway,
    NoRoom,
)


def ask_for_run(
    registration: Registration,
    *,
    by: User | None,
    at: datetime,
    origin: Origin | None = None,
    kind: RunKind = RunKind.FULL,
) -> SyncRun:
    """Note that a sync is wanted. Without an origin a person or a command wants it.

    Raises:
        EnterpriseOnly: for a Standard district.
        NothingToSync: when no school is enabled.
        AlreadyRunning: when one waits or runs.
    """
    require_enterprise(registration.district)
    enabled = SourceSchool.objects.filter(registration=registration, enabled=True)
    # With no school left there is still something to do as long as somebody is on a list.
    listed = Listing.objects.filter(student__registration_id=registration.id)
    if not enabled.exists() and not listed.exists():
        raise NothingToSync(registration)
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
                district_id=registration.district_id,
                registration=registration,
                kind=kind,
                origin=origin or (Origin.COMMAND if by is None else Origin.PERSON),
                asked_by=by,
                asked_at=at,
            )
    except IntegrityError:
        raise AlreadyRunning from None


def active_run_of(registration: Registration) -> SyncRun | None:
    """The run that waits or runs. There is one at most."""
    return SyncRun.objects.filter(registration=registration, state__in=ACTIVE).first()


def begin(run: SyncRun, *, at: datetime) -> bool:
    """Make this the registration's current run, and this process the one that does it.

    False when there is nothing to do: it has ended, was stopped, or was begun too often.
    """
    with transaction.atomic():
        begun = SyncRun.objects.filter(
            pk=run.pk, state__in=ACTIVE, attempts__lt=BEGIN_AT_MOST, cancel_asked_at=None
        ) | SyncRun.objects.filter(
            pk=run.pk, state__in=ACTIVE, attempts__lt=BEGIN_AT_MOST, planned_at__isnull=False
        )
        changed = begun.update(
            state=RunState.RUNNING,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", at),
            rows_expected=Coalesce("rows_expected", _rows_expected(run)),
            failure_detail="",
        )
        if changed:
            Registration.objects.filter(pk=run.registration_id).update(current_run_id=run.pk)
        # Within the transaction: outside, it could be the number of somebody else already.
        run.refresh_from_db()
    if changed:
        events.run_started(run)
    if changed or has_ended(run):
        return bool(changed)
    if run.cancel_asked_at is not None:
        stop(run, at=at)
    else:
        fail(run, BegunTooOften(), at=at)
    return False


def carry_out(run: SyncRun, *, clock: Clock, tell: Progress) -> SyncRun:
    """Do the whole sync in this process. A source that fails ends the run, not the caller.

    Raises:
        AlreadyRunning: when this registration is being synced elsewhere.
        DatabaseAway, NoRoom: the run has ended, or is ended by the next one.
    """
    try:
        with only_sync_of(run.registration_id):
            if begin(run, at=clock()):
                _all_steps(run, clock=clock, report=Reporter(run, also=tell))
    except AlreadyRunning as error:
        fail(run, error, at=clock())
        raise
    run.refresh_from_db()
    return run


def _all_steps(run: SyncRun, *, clock: Clock, report: Reporter) -> None:
    try:
        if all(do(step, run, clock, report) for step in (steps.fetch, steps.decide, steps.apply)):
            finish(run, at=clock())
    except TROUBLES as error:
        trouble = in_words(error)
        # A connection that broke is of no more use. That the run has ended may not be writable.
        connection.close()
        with suppress(*TROUBLES):
            fail(run, trouble, at=clock())
        raise trouble from None
    except Exception as error:
        # A fault of ours: the run ends all the same; the fault is not hidden.
        fail(run, error, at=clock())
        raise


def do(step: Step, run: SyncRun, clock: Clock, report: Reporter) -> bool:
    """Do one step, and end the run where it cannot go on. False: there is nothing more to do."""
    try:
        step(run, clock, report)
    except TakenOver:
        return False
    except Cancelled:
        stop(run, at=clock())
        return False
    except KNOWN as error:
        fail(run, error, at=clock())
        return False
    return True


def finish(run: SyncRun, *, at: datetime) -> None:
    """The run is in: say how it ended."""
    if not_in_of(run).exists():
        with transaction.atomic():
            # Staging is kept until a person has decided: what she approves is accepted row by row.
            review_plan.seal(run)
            _end(run, RunState.HELD, at=at)
    elif _end(run, RunState.APPLIED if run.changes else RunState.UNCHANGED, at=at):
        path.forget_what_is_in(run)


def fail(run: SyncRun, error: Exception, *, at: datetime) -> None:
    """The run ended without applying (everything): say why, and whether a retry helps."""
    known = isinstance(error, KNOWN)
    run.failure = _word(error) if known else "unexpected"
    # The text of an unforeseen error may hold a row: only its kind is kept.
    run.failure_detail = str(error)[:500] if known else f"Unexpected {type(error).__name__}."
    run.retry_helps = bool(getattr(error, "retry_helps", False))
    if _end(run, RunState.FAILED, at=at):
        path.forget_staging(run)


def stop(run: SyncRun, *, at: datetime) -> None:
    """A person has stopped the run, before anything of it was written to a list."""
    if _end(run, RunState.CANCELLED, at=at):
        path.forget_staging(run)
        # Half a plan is none: what an earlier run holds is still what waits for a person.
        bulk.delete(PlannedChange, "run_id", run.id, also="state = 'planned'")


def interrupt(run: SyncRun, *, at: datetime) -> None:
    """End a run that nobody goes on with."""
    fail(run, Interrupted(), at=at)


def has_ended(run: SyncRun) -> bool:
    return run.state in ENDED


def may_be_stopped(run: SyncRun) -> bool:
    """Until the plan is judged. Then the lists are written, and a half is worse than all."""
    too_late = has_ended(run) or run.planned_at is not None or run.stage in PAST_STOPPING
    return not too_late and run.cancel_asked_at is None


def _end(run: SyncRun, state: RunState, *, at: datetime) -> bool:
    """End the run, unless it has ended, or another process has begun it anew."""
    run.state, run.ended_at = state, at
    said = ("state", "ended_at", "failure", "failure_detail", "retry_helps")
    mine = SyncRun.objects.filter(pk=run.pk, attempts=run.attempts, state__in=ACTIVE)
    ended = bool(mine.update(**{field: getattr(run, field) for field in said}))
    if ended:
        events.run_ended(run.pk, held=not_in_of(run).count() if state == RunState.HELD else 0)
    return ended


def _rows_expected(run: SyncRun) -> int | None:
    """As many as the last whole pull of the source had."""
    whole = SyncRun.objects.filter(
        registration_id=run.registration_id, kind=RunKind.FULL, complete=True, rows_read__gt=0
    )
    expected: int | None = (
        whole.exclude(pk=run.pk).order_by("-id").values_list("rows_read", flat=True).first()
    )
    return expected


def _word(error: Exception) -> str:
    """`NotSignedIn` as scripts know it: `not_signed_in`."""
    name = type(error).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
