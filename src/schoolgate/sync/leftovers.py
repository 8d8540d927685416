"""Runs that nobody works on any more: what is dead is ended, what got lost is handed over again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schoolgate.jobs import workers
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


def heart_of(run: SyncRun) -> str:
    """By which a command that does a run itself is known to be alive."""
    return f"run-{run.pk}"


def end_if_dead(run: SyncRun, *, at: datetime) -> bool:
    """End a run that nobody does and nobody will do."""
    if run.origin == Origin.COMMAND:
        # A lock dies with its process; a command on another machine is heard.
        dead = is_free(run.registration_id) and not workers.command_beats_elsewhere(heart_of(run))
    else:
        dead = not workers.at_work().exists()
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


def end_the_dead(now: datetime) -> None:
    """End the runs whose process died, where no engine goes on with them."""
    active = SyncRun.objects.filter(state__in=runs.ACTIVE)
    for run in active.filter(origin=Origin.COMMAND, asked_at__lt=now - GRACE):
        end_if_dead(run, at=now)
    at_once = active.exclude(origin=Origin.COMMAND).exclude(kind__in=DONE_BY_THE_ENGINE)
    for run in at_once.filter(asked_at__lt=now - AT_ONCE):
        runs.interrupt(run, at=now)


def handed_over(now: datetime) -> Iterator[list[SyncRun]]:
    """Runs that the engine was given some time ago and that have not ended, in batches."""
    active = SyncRun.objects.filter(state__in=runs.ACTIVE, submitted_at__lt=now - GRACE)
    return batched(active.order_by("id").iterator(chunk_size=BATCH), BATCH)
