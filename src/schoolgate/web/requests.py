"""What a request cost: one line in the log and one count, by the name of its view.

Never its address or its query: they may hold an id or a search by name.
"""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram

log = structlog.stdlib.get_logger("schoolgate.web")

# What this process has counted since it started.
COUNTED = CollectorRegistry()
SECONDS = Histogram(
    "schoolgate_request_seconds",
    "Seconds that requests took, by view and kind of answer.",
    ("view", "answer"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=COUNTED,
)
# An address that is no page of ours: all of them are one view.
NOWHERE = "none"

MILLISECONDS = 1_000
SERVER_FAULT = 500


def measured(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: tell how long each page took."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - started
        view = NOWHERE if request.resolver_match is None else request.resolver_match.view_name
        SECONDS.labels(view, f"{response.status_code // 100}xx").observe(seconds)
        tell = log.error if response.status_code >= SERVER_FAULT else log.info
        tell(
            "web.request",
            view=view,
            method=request.method if request.method in ("GET", "POST", "HEAD") else "other",
            status=response.status_code,
            ms=round(seconds * MILLISECONDS, 1),
        )
        return response

    return middleware
