"""What advice on the interval is given from: the last syncs of a source, read from the database."""

from collections.abc import Mapping

from schoolgate.registrations.models import Registration
from schoolgate.registrations.presets import preset_of
from schoolgate.registrations.scheduling import window_of
from schoolgate.sync.advice_figures import Evidence, PastSync
from schoolgate.sync.models import RunKind, RunState, SyncRun

# A month of nights.
MOST_RUNS = 30

# Failures that are the source's load, by the word that a run keeps.
BUSY = frozenset({"busy", "server_fault", "unreachable"})
# Ends that say nothing about the source.
OURS = ("already_running", "interrupted", "superseded", "unexpected")


def evidence_of(registration: Registration) -> Evidence:
    ended = (
        SyncRun.objects.filter(
            registration=registration,
            kind=RunKind.FULL,
            started_at__isnull=False,
            ended_at__isnull=False,
        )
        .exclude(state=RunState.CANCELLED)
        .exclude(failure__in=OURS)
        .order_by("-id")[:MOST_RUNS]
    )
    return Evidence(
        runs=tuple(_past(run) for run in ended),
        every_hours=registration.sync_every_hours,
        window=window_of(registration),
        preset=preset_of(registration.preset),
    )


def _past(run: SyncRun) -> PastSync:
    failed = run.state == RunState.FAILED
    return PastSync(
        began_at=run.started_at or run.asked_at,
        seconds=_seconds(run, run.timings),
        rows=run.rows_read,
        unchanged_rows=run.rows_unchanged,
        changed_anything=run.state != RunState.UNCHANGED,
        whole=run.complete is True,
        held=run.state == RunState.HELD,
        failed=failed,
        busy=failed and run.failure in BUSY,
    )


def _seconds(run: SyncRun, timings: Mapping[str, float]) -> float:
    """What it worked: a run that a crash interrupted has rested in between."""
    if timings:
        return float(sum(timings.values()))
    return ((run.ended_at or run.asked_at) - (run.started_at or run.asked_at)).total_seconds()
