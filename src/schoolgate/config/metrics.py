"""All figures in the form that monitoring reads: of our tables, and of this process."""

from collections.abc import Iterator
from datetime import datetime

from django.db import Error
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from schoolgate.frontdesk import figures as of_desks
from schoolgate.sync.watch import figures as of_syncs
from schoolgate.web import requests

CONTENT_TYPE = CONTENT_TYPE_LATEST

PROCESS = CollectorRegistry()
ProcessCollector(registry=PROCESS)
PlatformCollector(registry=PROCESS)
GCCollector(registry=PROCESS)


class _Tables(Collector):
    """What the tables say at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        try:
            yield from of_syncs.figures(now=self._now)
            yield from of_desks.figures(now=self._now)
        except Error:
            answered = 0
        else:
            answered = 1
        yield GaugeMetricFamily(
            "schoolgate_database_up", "Whether the database answered.", value=answered
        )


def exposition(*, now: datetime) -> bytes:
    """Everything, as text."""
    tables = CollectorRegistry(auto_describe=False)
    # Not registered by its names: that would ask the tables twice.
    tables.register(_Tables(now))
    return b"".join(generate_latest(each) for each in (tables, requests.COUNTED, PROCESS))
