"""Reads of sync runs for screens and commands."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import ENDED, Hold, RowProblem, RunState, SyncRun


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
    return Hold.objects.filter(run=run).select_related("school").order_by("school__name", "kind")


def last_runs(registrations: Iterable[Registration]) -> dict[int, SyncRun]:
    """The newest run of each registration, by the registration."""
    newest = SyncRun.objects.filter(registration=OuterRef("pk")).order_by("-id").values("id")[:1]
    ids = Registration.objects.filter(
        id__in=[registration.id for registration in registrations]
    ).annotate(last=Subquery(newest))
    runs = SyncRun.objects.filter(id__in=ids.values("last"))
    return {run.registration_id: run for run in runs}


def waiting_holds(registration: Registration) -> list[Hold]:
    """What still waits for a person: the holds of the last run that came to a plan."""
    planned = runs_of(registration).filter(state__in=ENDED).exclude(state=RunState.FAILED).first()
    return [] if planned is None else list(holds_of(planned))


def find_hold(district: District, hold_id: int) -> Hold | None:
    return (
        Hold.objects.filter(district=district, id=hold_id)
        .select_related("run__registration__district", "school")
        .first()
    )


def row_problems_of(run: SyncRun) -> QuerySet[RowProblem]:
    return RowProblem.objects.filter(run=run).order_by("kind", "id")


def run_report(run: SyncRun) -> dict[str, Any]:
    """A run as scripts read it: a stable interface. `changes` counts only what was applied."""
    report: dict[str, Any] = {
        "run": run.id,
        "registration": run.registration.reference,
        "state": run.state,
        "complete": bool(run.complete),
        "changes": run.changes,
        "held": [
            {
                "school": hold.school.code,
                "kind": hold.kind,
                "reason": hold.reason,
                "count": hold.count,
                "of": hold.of,
                "limit": hold.limit,
            }
            for hold in holds_of(run)
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
    elif not run.complete:
        report["reason"] = run.incomplete_reason
        report["detail"] = run.incomplete_detail
    return report
