"""What was approved is written by the workflow engine, or at once where none works."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from schoolgate.jobs import engine
from schoolgate.sync import review
from schoolgate.sync.models import Decision, Hold, SyncRun
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.sync.stages.apply import Superseded

# Whoever has the lock has looked anew, or is writing it.
OVERTAKEN = (AlreadyRunning, Superseded)
# An approval not in by then has lost its job, and is nobody's any more.
GIVEN_UP_AFTER = timedelta(minutes=5)


def write_soon(run: SyncRun) -> None:
    """Let what was approved be written by the engine. Where none works, write it now."""
    first = review.approved_of(run).order_by("id").first()
    if first is None:
        return
    try:
        # A hold is approved once: its number makes every approval a job of its own.
        engine.submit("approval", first.id, partition=f"registration-{run.registration_id}")
    except engine.NotRunning:
        with suppress(*OVERTAKEN):
            review.write_approved(run, clock=timezone.now)


@engine.job("approval")
def write_approval(hold_id: int) -> None:
    """Write what was approved of the run of this hold. What is in already is left alone."""
    hold = Hold.objects.select_related("run__registration__district").get(pk=hold_id)
    with suppress(*OVERTAKEN):
        review.write_approved(hold.run, clock=timezone.now)


@engine.every_tick
def take_up_the_lost(now: datetime) -> None:
    """Write one run's approvals that somebody began to write and did not end."""
    lost = Hold.objects.filter(
        decision=Decision.APPROVED,
        applied_at=None,
        decided_at__range=(now - review.EXPIRES_AFTER, now - GIVEN_UP_AFTER),
    )
    hold = lost.select_related("run__registration__district").order_by("id").first()
    if hold is not None:
        with suppress(*OVERTAKEN):
            review.write_approved(hold.run, clock=timezone.now)
