"""Figures of all syncs for monitoring, read from our tables when they are asked for.

A fixed number of queries, each over an index or over as many rows as there are sources. A label is
a word of the code, never a district, a school or a person.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, FloatField, Max, Min, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from prometheus_client.core import GaugeMetricFamily, Metric

from schoolgate.jobs import workers
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import ENDED, RunKind, SyncRun
from schoolgate.sync.run_words import STEPS
from schoolgate.sync.watch.condition import WORST_FIRST, Source, condition_of
from schoolgate.sync.watch.queries import UNFINISHED, active_runs, sources_of

DAY = timedelta(days=1)


def figures(*, now: datetime) -> Iterator[Metric]:
    """Every figure about syncs."""
    sources = sources_of()
    day = SyncRun.objects.filter(ended_at__gte=now - DAY, state__in=ENDED)
    yield _conditions(sources, now)
    yield _waiting(sources)
    yield from _ages(sources, now)
    yield from _queue(now)
    yield _runs(day)
    yield from _seconds(day)
    yield from _rows(day)
    yield _gauge("workers", "Workers that were heard of lately.", workers.at_work().count())


def _conditions(sources: list[Source], now: datetime) -> Metric:
    metric = GaugeMetricFamily(
        "schoolgate_sources", "Sources by how they stand, each by its worst.", labels=["condition"]
    )
    found = Counter(condition_of(source, now=now) for source in sources)
    for condition in WORST_FIRST:
        metric.add_metric([condition.value], found[condition])
    return metric


def _waiting(sources: list[Source]) -> Metric:
    return _gauge(
        "holds_waiting",
        "Decisions that wait for a person.",
        sum(source.holds for source in sources),
    )


def _ages(sources: list[Source], now: datetime) -> Iterator[Metric]:
    lists = [
        source.oldest_list_at
        for source in sources
        if source.in_edition and source.oldest_list_at is not None
    ]
    yield _gauge(
        "oldest_list_seconds",
        "Age of the oldest list of any school of an Enterprise district.",
        _since(min(lists, default=None), now),
    )
    due = Registration.objects.filter(next_sync_at__lte=now).aggregate(at=Min("next_sync_at"))
    yield _gauge(
        "oldest_due_seconds",
        "For how long the sync that is longest overdue has been due.",
        _since(due["at"], now),
    )


def _queue(now: datetime) -> Iterator[Metric]:
    metric = GaugeMetricFamily(
        "schoolgate_runs_active", "Syncs that wait for a worker or run.", labels=["state"]
    )
    rows = active_runs().values_list("state")
    found = {
        state: (count, at)
        for state, count, at in rows.annotate(count=Count("id"), at=Min("asked_at")).order_by()
    }
    for state in UNFINISHED:
        metric.add_metric([state.value], found.get(state.value, (0, None))[0])
    yield metric
    yield _gauge(
        "oldest_queued_seconds",
        "For how long the sync that waits longest for a worker has waited.",
        _since(found.get("queued", (0, None))[1], now),
    )


def _runs(day: QuerySet[SyncRun]) -> Metric:
    metric = GaugeMetricFamily(
        "schoolgate_runs_ended_last_day",
        "Syncs that ended in the last 24 hours.",
        labels=["state", "kind"],
    )
    rows = day.values_list("state", "kind").annotate(count=Count("id")).order_by()
    found = {(state, kind): count for state, kind, count in rows}
    for state in ENDED:
        for kind in RunKind:
            metric.add_metric([state.value, kind.value], found.get((state, kind), 0))
    return metric


def _seconds(day: QuerySet[SyncRun]) -> Iterator[Metric]:
    asked = {
        f"{step}_{name}": aggregate(Cast(KT(f"timings__{step}"), FloatField()))
        for step in STEPS
        for name, aggregate in (("sum", Sum), ("max", Max))
    }
    found = day.aggregate(**asked)
    for name, what in (("sum", "All seconds"), ("max", "Most seconds of one sync")):
        metric = GaugeMetricFamily(
            f"schoolgate_step_seconds_{name}_last_day",
            f"{what} of syncs that ended in the last 24 hours, by step.",
            labels=["step"],
        )
        for step in STEPS:
            metric.add_metric([step], found[f"{step}_{name}"] or 0.0)
        yield metric


def _rows(day: QuerySet[SyncRun]) -> Iterator[Metric]:
    found = day.aggregate(read=Sum("rows_read"), unchanged=Sum("rows_unchanged"))
    read, unchanged = found["read"] or 0, found["unchanged"] or 0
    yield _gauge("rows_read_last_day", "Records read by syncs of the last 24 hours.", read)
    yield _gauge(
        "rows_changed_last_day", "Of those, records that were not as before.", read - unchanged
    )


def _gauge(name: str, what: str, value: float | None) -> Metric:
    """One figure; none at all where there is nothing to tell."""
    return GaugeMetricFamily(f"schoolgate_{name}", what, value=value)


def _since(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds(), 0.0)
