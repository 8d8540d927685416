"""Figures of all desks for monitoring: what was decided lately, by verdict."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max
from prometheus_client.core import GaugeMetricFamily, Metric

from schoolgate.frontdesk.models import DeskEvent

HOUR = timedelta(hours=1)
# Bounded by number, which is the primary key: there is no index over the moments of all desks.
EVENTS_AT_MOST = 20_000


def figures(*, now: datetime) -> Iterator[Metric]:
    """Events of the last hour (of the newest 20,000), over all desks together."""
    metric = GaugeMetricFamily(
        "schoolgate_desk_events_last_hour",
        "What desks recorded in the last hour, by kind and verdict.",
        labels=["kind", "verdict"],
    )
    newest = DeskEvent.objects.aggregate(id=Max("id"))["id"] or 0
    recent = DeskEvent.objects.filter(id__gt=newest - EVENTS_AT_MOST, decided_at__gte=now - HOUR)
    rows = recent.values_list("kind", "verdict").annotate(count=Count("id"))
    for kind, verdict, count in rows.order_by("kind", "verdict"):
        metric.add_metric([kind, verdict], count)
    yield metric
