"""Syncs done by the workflow engine: asked for by a button or by the clock, done in three steps.

The run is written down first and handed to the engine after: what gets lost between the two is
handed over by the next tick. A job may come twice, and a step may be done twice; the run knows
what is done (runs.py, steps.py).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.jobs import engine
from schoolgate.registrations.models import Registration
from schoolgate.sync import leftovers, runs, steps
from schoolgate.sync.database_trouble import TROUBLES, NoRoom, has_no_room
from schoolgate.sync.models import Origin, RunState, SyncRun
from schoolgate.sync.progress import PAST_STOPPING, Reporter, TakenOver
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of
from schoolgate.sync.steps import Clock, Step

JOB = "sync"
# Each wait after a source's bad moment is so many times as long as the one before.
BACKOFF = 3
# The lock of a registration is free between two steps; somebody may be writing what was approved.
LOCK_SECONDS = 10 * 60


def request_sync(registration: Registration, *, by: User, at: datetime) -> SyncRun:
    """Queue a sync, or give the one that already waits or runs: an impatient click is one sync.

    Raises:
        EnterpriseOnly, NothingToSync, AlreadyRunning: as `runs.ask_for_run`.
        NotRunning: when no worker of this installation was heard of lately.
    """
    unfinished = runs.active_run_of(registration)
    if unfinished is not None and unfinished.origin == Origin.COMMAND:
        # A command does it itself; one that was killed does nothing any more.
        unfinished = None if leftovers.end_if_dead(unfinished, at=at) else unfinished
    run = unfinished or runs.ask_for_run(registration, by=by, at=at)
    if run.origin != Origin.COMMAND:
        try:
            hand_over(run, at=at)
        except engine.NotRunning:
            if unfinished is None:
                # Nobody would take it up: a run that waits for nothing must not be shown.
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


def hand_over(run: SyncRun, *, at: datetime) -> None:
    """Let the engine do a run. What it cannot take at the moment, the next tick hands over.

    Raises:
        NotRunning: when no worker of this installation was heard of lately.
    """
    try:
        engine.submit(JOB, run.pk, partition=f"registration-{run.registration_id}")
    except engine.EngineAway:
        return
    run.submitted_at = at
    SyncRun.objects.filter(pk=run.pk).update(submitted_at=run.submitted_at)


@engine.job(JOB)
def carry_out_sync(run_id: int) -> None:
    """Do one queued sync. One that has ended is left alone."""
    attempt = engine.patiently(_begin, run_id)
    for name, step in STEPS.items():
        if not attempt:
            return
        done = engine.step(name, _do, step, run_id, attempt)
        # A step that was done before the crash says the number that it had then.
        attempt = done and max(attempt, done)


def _begin(run_id: int) -> int:
    """The number under which this process does the run; 0 when there is nothing to do."""
    run = SyncRun.objects.get(pk=run_id)
    return run.attempts if runs.begin(run, at=timezone.now()) else 0


def _do(step: Step, run_id: int, attempt: int) -> int:
    """Do one step, when nobody on this machine works on the registration.

    Gives the number under which to go on; 0 when that was all.
    """
    run = SyncRun.objects.get(pk=run_id)
    # The number is ours and not what stands there now: that may be somebody else's.
    run.attempts = attempt
    report = Reporter(run)
    try:
        with _lock_of(run, report):
            return run.attempts if runs.do(step, run, timezone.now, report) else 0
    except AlreadyRunning as error:
        runs.fail(run, error, at=timezone.now())
    except TakenOver:
        """Somebody else does it now."""
    except TROUBLES as error:
        if not has_no_room(error):
            # The engine waits for the database, and does the step again.
            raise
        # Nobody makes room within minutes. Where not even this can be written, it waits after all.
        runs.fail(run, NoRoom(), at=timezone.now())
    except Exception as error:
        runs.fail(run, error, at=timezone.now())
        raise
    return 0


def _fetch(run: SyncRun, clock: Clock, report: Reporter) -> None:
    """Read the source; again, a few times and ever later, while it has a bad moment."""
    while True:
        try:
            return steps.fetch(run, clock, report)
        except runs.KNOWN as error:
            if not getattr(error, "retry_helps", False) or run.attempts >= runs.BEGIN_AT_MOST:
                raise
            SyncRun.objects.filter(pk=run.pk, attempts=run.attempts).update(
                failure_detail=str(error)[:500]
            )
        _wait(settings.RETRY_SECONDS * BACKOFF ** (run.attempts - 1), report)
        if not runs.begin(run, at=clock()):
            raise TakenOver
        report = Reporter(run)


def _apply(run: SyncRun, clock: Clock, report: Reporter) -> None:
    steps.apply(run, clock, report)
    runs.finish(run, at=clock())


STEPS: dict[str, Step] = {"fetch": _fetch, "decide": steps.decide, "apply": _apply}


def _wait(seconds: float, report: Reporter) -> None:
    """Wait, and hear at once when a person stops the run."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        report("wait", 0)
        threading.Event().wait(min(left, 1.0))


@contextmanager
def _lock_of(run: SyncRun, report: Reporter) -> Iterator[None]:
    until = time.monotonic() + LOCK_SECONDS
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(only_sync_of(run.registration_id))
                break
            except AlreadyRunning:
                if time.monotonic() > until:
                    raise
            _wait(1.0, report)
        yield


def ask_to_stop(run: SyncRun, *, by: User, at: datetime) -> bool:
    """Stop a run that waits or reads: nothing of it is written to any list. False: too late."""
    in_time = SyncRun.objects.filter(
        pk=run.pk, state__in=runs.ACTIVE, planned_at=None, cancel_asked_at=None
    ).exclude(stage__in=PAST_STOPPING)
    asked = in_time.update(cancel_asked_at=at, cancel_asked_by=by)
    if not asked:
        return False
    run.refresh_from_db()
    if run.state == RunState.QUEUED:
        # Nobody has begun it: it ends here. Who begins it at this very moment hears of it soon.
        runs.stop(run, at=at)
        with suppress(engine.EngineAway):
            engine.withdraw(JOB, run.pk)
    log.record(
        "sync.stopped",
        at=at,
        district_id=run.district_id,
        actor_id=by.id,
        subject=run.registration.reference,
        run=run.id,
    )
    return True


@engine.every_tick
def hand_over_what_waits(now: datetime) -> None:
    """The engine does not know these yet: a process ended between the writing and the handing."""
    for run in leftovers.waiting():
        hand_over(run, at=now)


@engine.every_tick
def end_what_nobody_does(now: datetime) -> None:
    """No run waits for ever for somebody who is gone: it would keep the next one from starting."""
    leftovers.end_the_dead(now)
    for batch in leftovers.handed_over(now):
        standing = engine.standing(JOB, [run.pk for run in batch])
        for run in batch:
            if run.pk not in standing:
                # The engine's tables were lost, or put back from an older copy.
                hand_over(run, at=now)
            elif standing[run.pk] not in engine.UNDER_WAY:
                runs.interrupt(run, at=now)
