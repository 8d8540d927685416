"""The three steps of a run, each of which may be done again: after a crash a run goes on.

fetch and decide mark the run when they are done; apply marks each school (stages/apply.py). What a
process writes after another has taken the run over from it is refused or taken back.

Each raises Cancelled or TakenOver (progress.py), and what the source and the main path raise.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from schoolgate.oneroster.collection import Source
from schoolgate.oneroster.errors import FilterIgnored, Rejected
from schoolgate.registrations import proving
from schoolgate.registrations.sources import open_source
from schoolgate.sync import run as path
from schoolgate.sync.fetch_changes import fetch_changes
from schoolgate.sync.models import RunKind, RunState, SyncRun
from schoolgate.sync.progress import Reporter, TakenOver, check_not_cancelled, fenced

Clock = Callable[[], datetime]
Step = Callable[[SyncRun, Clock, Reporter], None]

# How a run stands is not for the main path to write: `save` leaves out what was not loaded.
STANDING = (
    "state",
    "stage",
    "attempts",
    "submitted_at",
    "started_at",
    "ended_at",
    "cancel_asked_at",
    "cancel_asked_by",
    "fetched_at",
    "planned_at",
    "failure",
    "failure_detail",
    "retry_helps",
)


def fetch(run: SyncRun, clock: Clock, report: Reporter) -> None:
    """Read the source and stage what is new, changed or gone."""
    if run.fetched_at is not None:
        return
    check_not_cancelled(run.pk)
    work = _work_on(run)
    with fenced(run):
        if path.scope_of(work.registration).schools:
            source = open_source(work.registration, on_page=report.page)
            try:
                _read(work, source, clock, report)
            finally:
                source.close()
        else:
            path.let_everybody_go(work)
    if not _mine(run).update(fetched_at=clock(), timings=work.timings):
        raise TakenOver


def _read(work: SyncRun, source: Source, clock: Clock, report: Reporter) -> None:
    """Read everything, or what changed. A source that mistakes the one for the other is noted."""
    if work.kind != RunKind.CHANGES:
        path.fetch(work, source, tell=report)
        proving.prove_again_if_due(work.registration, source, at=clock())
        return
    try:
        fetch_changes(work, source, tell=report)
    except (FilterIgnored, Rejected):
        proving.stop_relying(work.registration, at=clock())
        raise


def decide(run: SyncRun, clock: Clock, report: Reporter) -> None:
    """Plan what must change. Until the plan is judged, a run can be stopped."""
    if run.planned_at is not None:
        return
    report("plan", 0)
    work = _work_on(run)
    with fenced(run):
        path.decide(work, tell=report)
    mine = _mine(run).filter(cancel_asked_at=None)
    if not mine.update(planned_at=clock(), timings=work.timings):
        check_not_cancelled(run.pk)
        raise TakenOver


def apply(run: SyncRun, clock: Clock, report: Reporter) -> None:
    """Write the plan, school by school. A school that is in already is left alone."""
    if not _mine(run).exists():
        raise TakenOver
    work = _work_on(run)
    path.apply(work, clock=clock, tell=report)
    _mine(run).update(timings=work.timings)
    run.changes = work.changes


def _mine(run: SyncRun) -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(pk=run.pk, attempts=run.attempts, state=RunState.RUNNING)


def _work_on(run: SyncRun) -> SyncRun:
    """The run as the main path sees it."""
    return SyncRun.objects.select_related("registration__district").defer(*STANDING).get(pk=run.pk)
