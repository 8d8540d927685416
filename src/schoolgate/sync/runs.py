"""A sync run from its first moment to its last: asked for, started, ended well or not."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from schoolgate.accounts.models import User
from schoolgate.licensing.editions import require_enterprise
from schoolgate.oneroster.errors import OneRosterError
from schoolgate.registrations.credentials import CannotUnseal
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.registrations.sources import open_source
from schoolgate.roster.models import Listing
from schoolgate.sync import review_plan
from schoolgate.sync import run as path
from schoolgate.sync.models import ENDED, RunState, SyncRun
from schoolgate.sync.queries import not_in_of
from schoolgate.sync.run import Progress
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of
from schoolgate.sync.stages.apply import Superseded

Clock = Callable[[], datetime]

# Ends that are foreseen: their text is for the screen, and holds no row.
KNOWN = (OneRosterError, CannotUnseal, Superseded, AlreadyRunning)


class NothingToSync(Exception):
    """No school of the registration is mapped and enabled yet."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            f"No school of {registration.name} is enabled yet. Map and enable the schools first: "
            f"schoolgate schools map --registration {registration.reference} --all"
        )


def ask_for_run(registration: Registration, *, by: User | None, at: datetime) -> SyncRun:
    """Note that a sync is wanted.

    Raises:
        EnterpriseOnly: for a Standard district.
        NothingToSync: when no school is enabled.
    """
    require_enterprise(registration.district)
    enabled = SourceSchool.objects.filter(registration=registration, enabled=True)
    # With no school left there is still something to do as long as somebody is on a list.
    listed = Listing.objects.filter(student__registration_id=registration.id)
    if not enabled.exists() and not listed.exists():
        raise NothingToSync(registration)
    return SyncRun.objects.create(
        district_id=registration.district_id,
        registration=registration,
        asked_by=by,
        asked_at=at,
    )


def carry_out(run: SyncRun, *, clock: Clock, tell: Progress) -> SyncRun:
    """Do the whole sync in this process. A source that fails ends the run, not the caller.

    Raises:
        AlreadyRunning: when this registration is being synced elsewhere.
    """
    try:
        with only_sync_of(run.registration_id):
            return _carry_out(run, clock=clock, tell=tell)
    except AlreadyRunning as error:
        fail(run, error, at=clock())
        raise


def _carry_out(run: SyncRun, *, clock: Clock, tell: Progress) -> SyncRun:
    begin(run, at=clock())
    try:
        fetch(run, tell=tell)
        path.decide(run, tell=tell)
        path.apply(run, clock=clock, tell=tell)
    except KNOWN as error:
        fail(run, error, at=clock())
    except Exception as error:
        # A fault of ours, or a full disk: the run ends all the same; the fault is not hidden.
        fail(run, error, at=clock())
        raise
    else:
        finish(run, at=clock())
    return run


def begin(run: SyncRun, *, at: datetime) -> None:
    """Make this the registration's current run. Whatever ran before has died or is fenced off."""
    with transaction.atomic():
        others = SyncRun.objects.filter(registration_id=run.registration_id).exclude(pk=run.pk)
        others.filter(state=RunState.RUNNING).update(
            state=RunState.FAILED,
            ended_at=at,
            failure="interrupted",
            failure_detail="The process ended in the middle. Every school's list is whole, and the "
            "next sync does the rest.",
            retry_helps=True,
        )
        Registration.objects.filter(pk=run.registration_id).update(current_run_id=run.id)
        run.state = RunState.RUNNING
        run.started_at = run.started_at or at
        run.save()


def fetch(run: SyncRun, *, tell: Progress) -> None:
    if not path.scope_of(run.registration).schools:
        path.let_everybody_go(run)
        return
    source = open_source(run.registration)
    try:
        path.fetch(run, source, tell=tell)
    finally:
        source.close()


def finish(run: SyncRun, *, at: datetime) -> None:
    """The run is in: say how it ended."""
    if not_in_of(run).exists():
        # Staging is kept until a person has decided: what she approves is accepted row by row.
        review_plan.seal(run)
        run.state = RunState.HELD
    else:
        path.forget_staging(run)
        run.state = RunState.APPLIED if run.changes else RunState.UNCHANGED
    run.ended_at = at
    run.save()


def fail(run: SyncRun, error: Exception, *, at: datetime) -> None:
    """The run ended without applying (everything): say why, and whether a retry helps."""
    path.forget_staging(run)
    run.state = RunState.FAILED
    known = isinstance(error, KNOWN)
    run.failure = _word(error) if known else "unexpected"
    # The text of an unforeseen error may hold a row: only its kind is kept.
    run.failure_detail = str(error)[:500] if known else f"Unexpected {type(error).__name__}."
    run.retry_helps = bool(getattr(error, "retry_helps", False))
    run.ended_at = at
    run.save()


def has_ended(run: SyncRun) -> bool:
    return run.state in ENDED


def _word(error: Exception) -> str:
    """`NotSignedIn` as scripts know it: `not_signed_in`."""
    name = type(error).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
