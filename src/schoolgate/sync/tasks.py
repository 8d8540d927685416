"""Syncs done by the workflow engine: asked for by a button, later by the clock."""

from contextlib import suppress
from datetime import datetime

from django.utils import timezone

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.jobs import engine
from schoolgate.registrations.models import Registration
from schoolgate.sync import runs
from schoolgate.sync.models import RunState, SyncRun
from schoolgate.sync.single_flight import AlreadyRunning


def request_sync(registration: Registration, *, by: User, at: datetime) -> SyncRun:
    """Queue a sync, or give the one that already waits or runs: an impatient click is one sync.

    Raises:
        EnterpriseOnly, NothingToSync: as `runs.ask_for_run`.
        NotRunning: when no engine works in this process.
    """
    unfinished = (
        SyncRun.objects.filter(
            registration=registration, state__in=(RunState.QUEUED, RunState.RUNNING)
        )
        .order_by("id")
        .last()
    )
    run = unfinished or runs.ask_for_run(registration, by=by, at=at)
    try:
        engine.submit("sync", run.id, partition=f"registration-{registration.id}")
    except engine.NotRunning:
        if unfinished is None:
            # Nobody would ever take it up: a run that waits for nothing must not be shown.
            run.delete()
        raise
    log.record(
        "sync.asked_for",
        at=at,
        district_id=registration.district_id,
        actor_id=by.id,
        subject=registration.reference,
        run=run.id,
    )
    return run


@engine.job("sync")
def carry_out_sync(run_id: int) -> None:
    """Do one queued sync. One that has ended is left alone: a job may come twice."""
    run = SyncRun.objects.select_related("registration__district").get(pk=run_id)
    if not runs.has_ended(run):
        # A sync from the command line has the lock: this run has ended and says so.
        with suppress(AlreadyRunning):
            runs.carry_out(run, clock=timezone.now, tell=lambda stage, _count: _note(run, stage))


def _note(run: SyncRun, stage: str) -> None:
    if run.stage != stage:
        run.stage = stage
        SyncRun.objects.filter(pk=run.pk).update(stage=stage)
