"""Reads of sync runs for screens and commands."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import (
    ENDED,
    AppliedSchool,
    Hold,
    PlannedChange,
    RowProblem,
    RunState,
    SyncRun,
)


def runs_of(registration: Registration) -> QuerySet[SyncRun]:
    """Newest first."""
    return SyncRun.objects.filter(registration=registration).order_by("-id")


def find_run(district: District, run_id: int) -> SyncRun | None:
    return (
        SyncRun.objects.filter(district=district, id=run_id)
        .select_related("registration", "district", "asked_by")
        .first()
    )


def holds_of(run: SyncRun) -> QuerySet[Hold]:
    """Decided ones too."""
    return (
        Hold.objects.filter(run=run)
        .select_related("school", "run", "decided_by")
        .order_by("school__name", "kind", "id")
    )


def waiting_of(run: SyncRun) -> QuerySet[Hold]:
    """What nobody has decided yet."""
    return holds_of(run).filter(decision="")


def not_in_of(run: SyncRun) -> QuerySet[Hold]:
    """What is not in the roster: it waits, was kept back by a person, or is still being written."""
    return Hold.objects.filter(run=run, applied_at=None)


def overtaken_by(run: SyncRun) -> SyncRun | None:
    """The newest later sync of the source that has looked at everything again, or is about to."""
    later = SyncRun.objects.filter(registration_id=run.registration_id, id__gt=run.id)
    planned = PlannedChange.objects.filter(run=OuterRef("pk"))
    failed = Q(state__in=(RunState.FAILED, RunState.CANCELLED))
    return later.filter(~failed | Q(planned_at__isnull=False) | Exists(planned)).last()


def last_runs(registrations: Iterable[Registration]) -> dict[int, SyncRun]:
    """The newest run of each registration, by the registration."""
    newest = SyncRun.objects.filter(registration=OuterRef("pk")).order_by("-id").values("id")[:1]
    ids = Registration.objects.filter(
        id__in=[registration.id for registration in registrations]
    ).annotate(last=Subquery(newest))
    runs = SyncRun.objects.filter(id__in=ids.values("last"))
    return {run.registration_id: run for run in runs}


def waiting_holds(registration: Registration) -> list[Hold]:
    """What still waits for a person: what the last run that came to a whole plan holds."""
    planned = last_whole_run(registration)
    return [] if planned is None else list(waiting_of(planned))


def last_whole_run(registration: Registration) -> SyncRun | None:
    """The last run that ended well and saw everything: half a pull decides about nobody."""
    ended_well = set(ENDED) - {RunState.FAILED, RunState.CANCELLED}
    return runs_of(registration).filter(state__in=ended_well, complete=True).first()


def find_hold(district: District, hold_id: int) -> Hold | None:
    return (
        Hold.objects.filter(district=district, id=hold_id)
        .select_related("run__registration__district", "school")
        .first()
    )


def count_schools_written(run: SyncRun) -> int:
    """How many schools' lists are in."""
    return AppliedSchool.objects.filter(run=run, school__isnull=False).count()


def row_problems_of(run: SyncRun) -> QuerySet[RowProblem]:
    return RowProblem.objects.filter(run=run).order_by("kind", "id")


def run_report(run: SyncRun) -> dict[str, Any]:
    """A run as scripts read it: a stable interface. `changes` counts only what was applied.

    A run of kind `changes` is never `complete`: it says nothing of who did not change.
    """
    report: dict[str, Any] = {
        "run": run.id,
        "registration": run.registration.reference,
        "kind": run.kind,
        "state": run.state,
        "complete": bool(run.complete),
        "changes": run.changes,
        "held": [
            {
                "hold": hold.id,
                "school": hold.school.code,
                "kind": hold.kind,
                "reason": hold.reason,
                "count": hold.count,
                "of": hold.of,
                "limit": hold.limit,
            }
            for hold in waiting_of(run)
        ],
        "problems": run.problems,
        "rows": {"read": run.rows_read, "unchanged": run.rows_unchanged},
        "pages": run.pages,
        "timings": run.timings,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
    }
    if run.state == RunState.FAILED:
        report["error"] = {
            "kind": run.failure,
            "message": run.failure_detail,
            "retry_helps": run.retry_helps,
        }
    elif run.complete is False:
        report["reason"] = run.incomplete_reason
        report["detail"] = run.incomplete_detail
    return report
