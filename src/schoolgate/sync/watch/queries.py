"""Read how all sources stand: as many queries for a thousand sources as for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from schoolgate.districts.models import District, Edition
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync.models import Hold, RunState, SyncRun
from schoolgate.sync.watch.condition import LastRun, Source

UNFINISHED = (RunState.QUEUED, RunState.RUNNING)
# Runs that ended well; with a whole pull they say what waits (as `queries.last_whole_run`).
WHOLE = Q(state__in=(RunState.APPLIED, RunState.UNCHANGED, RunState.HELD), complete=True)

COLUMNS = (
    "id",
    "slug",
    "name",
    "district_id",
    "district__slug",
    "district__name",
    "district__timezone",
    "district__edition",
    "sync_every_hours",
    "next_sync_at",
    "paused_at",
)


@dataclass(frozen=True)
class Lists:
    """The schools that one source fills."""

    taken: int = 0
    listed: int = 0
    oldest_at: datetime | None = None


def sources_of(*districts: District) -> list[Source]:
    """The sources of these districts, or of all. Five queries."""
    registrations = Registration.objects.order_by("id")
    if districts:
        registrations = registrations.filter(district__in=districts)
    rows = list(
        registrations.annotate(
            last_run=Subquery(_newest(SyncRun.objects.filter(ended_at__isnull=False))),
            planned_run=Subquery(_newest(SyncRun.objects.filter(WHOLE))),
        ).values(*COLUMNS, "last_run", "planned_run")
    )
    ids = [row["id"] for row in rows]
    last = _runs(row["last_run"] for row in rows)
    holds = _holds(row["planned_run"] for row in rows)
    lists = _lists(ids)
    active = dict(active_runs().values_list("registration_id", "id"))
    return [
        Source(
            id=row["id"],
            slug=row["slug"],
            name=row["name"],
            district_id=row["district_id"],
            district_slug=row["district__slug"],
            district_name=row["district__name"],
            timezone=row["district__timezone"],
            in_edition=row["district__edition"] == Edition.ENTERPRISE,
            every_hours=row["sync_every_hours"],
            next_sync_at=row["next_sync_at"],
            paused_at=row["paused_at"],
            taken=found.taken,
            listed=found.listed,
            oldest_list_at=found.oldest_at,
            last=last.get(row["last_run"]),
            active_run_id=active.get(row["id"]),
            held_run_id=row["planned_run"] if row["planned_run"] in holds else None,
            holds=holds.get(row["planned_run"], 0),
        )
        for row in rows
        for found in [lists.get(row["id"], Lists())]
    ]


def last_whole_runs(registration_ids: Iterable[int]) -> dict[int, int]:
    """The last run of each source that ended well and saw everything."""
    whole = Subquery(_newest(SyncRun.objects.filter(WHOLE)))
    rows = Registration.objects.filter(id__in=registration_ids).annotate(whole=whole)
    return dict(rows.exclude(whole=None).values_list("id", "whole"))


def active_runs() -> QuerySet[SyncRun]:
    """The runs that wait or work. That they have no end is said for the index over ends."""
    return SyncRun.objects.filter(ended_at=None, state__in=UNFINISHED)


def holds_of_runs(run_ids: Iterable[int]) -> list[Hold]:
    """What waits in these runs, by school."""
    return list(
        Hold.objects.filter(run_id__in=list(run_ids), decision="")
        .select_related("school")
        .order_by("school__name", "school_id", "kind")
    )


def _newest(runs: QuerySet[SyncRun]) -> QuerySet[SyncRun, Any]:
    # A command that found another sync at work says nothing of the source.
    return (
        runs.filter(registration=OuterRef("pk"))
        .exclude(failure="already_running")
        .order_by("-id")
        .values("id")[:1]
    )


def _runs(ids: Iterable[int | None]) -> dict[int, LastRun]:
    columns = list(LastRun.__dataclass_fields__)
    rows = SyncRun.objects.filter(id__in=[run for run in ids if run]).values(*columns)
    return {row["id"]: LastRun(**row) for row in rows}


def _holds(run_ids: Iterable[int | None]) -> dict[int, int]:
    waiting = Hold.objects.filter(run_id__in=[run for run in run_ids if run], decision="")
    return dict(waiting.values_list("run_id").annotate(count=Count("id")).order_by())


def _lists(registration_ids: list[int]) -> dict[int, Lists]:
    enabled = SourceSchool.objects.filter(registration_id__in=registration_ids, enabled=True)
    rows = enabled.values_list("registration_id").annotate(
        taken=Count("id"), listed=Count("list_as_of"), oldest_at=Min("list_as_of")
    )
    return {registration_id: Lists(*found) for registration_id, *found in rows.order_by()}
