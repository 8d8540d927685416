"""Runs that nobody works on any more: what is dead is ended, what got lost is handed over again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from schoolgate.jobs import engine
from schoolgate.registrations.models import Registration
from schoolgate.roster.batches import batched
from schoolgate.sync import runs
from schoolgate.sync.models import Origin, RunKind, RunState, SyncRun
from schoolgate.sync.single_flight import is_free

# Between the end of a run and the engine's note of it, and for a restart of everything.
GRACE = timedelta(minutes=2)
BATCH = 200
# An undo is written by the process that was asked for it, and is a matter of minutes.
AT_ONCE = timedelta(hours=1)
DONE_BY_THE_ENGINE = (RunKind.FULL, RunKind.CHANGES)
# As the engine says it; everything else is an end.
UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")


def heart_of(run: SyncRun) -> str:
    """By which a command that does a run itself is known to be alive."""
    return f"run-{run.pk}"


def end_if_dead(run: SyncRun, *, at: datetime) -> bool:
    """End a run that nobody does and nobody will do."""
    if run.origin == Origin.COMMAND:
        # A lock dies with its process; a command on another machine is heard.
        dead = is_free(run.registration_id) and not engine.beats(heart_of(run))
    else:
        dead = not engine.is_served()
    if dead:
        runs.interrupt(run, at=at)
    return dead


def make_room(registration: Registration, *, at: datetime) -> None:
    """End the run of the registration that somebody began and did not live to end."""
    active = runs.active_run_of(registration)
    if active is not None:
        end_if_dead(active, at=at)


def waiting() -> list[SyncRun]:
    """Runs that wait to be handed over to the engine, the oldest first."""
    waiting = SyncRun.objects.filter(
        state=RunState.QUEUED, submitted_at=None, kind__in=DONE_BY_THE_ENGINE
    )
    return list(waiting.exclude(origin=Origin.COMMAND).order_by("id")[:BATCH])


def end_the_forsaken(now: datetime, *, hand_over: Callable[[SyncRun], None]) -> None:
    """End the runs whose command died, or whose job has ended without them."""
    active = SyncRun.objects.filter(state__in=runs.ACTIVE)
    for run in active.filter(origin=Origin.COMMAND, asked_at__lt=now - GRACE):
        end_if_dead(run, at=now)
    at_once = active.exclude(origin=Origin.COMMAND).exclude(kind__in=DONE_BY_THE_ENGINE)
    for run in at_once.filter(asked_at__lt=now - AT_ONCE):
        runs.interrupt(run, at=now)
    handed_over = active.filter(submitted_at__lt=now - GRACE).order_by("id")
    for batch in batched(handed_over.iterator(chunk_size=BATCH), BATCH):
        standing = engine.standing("sync", [run.pk for run in batch])
        for run in batch:
            if run.pk not in standing:
                # The engine's tables were lost, or put back from an older copy.
                hand_over(run)
            elif standing[run.pk] not in UNDER_WAY:
                runs.interrupt(run, at=now)
