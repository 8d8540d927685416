"""Those who watch are answered first: before anything asks for a host name or a session.

A load balancer asks by a bare address and over plain http; it gets an answer, not a redirect.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


def probes_first(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: hand the probes to their views at once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            response: HttpResponse = resolve(request.path_info).func(request)
            return response
        return get_response(request)

    return middleware
