"""The whole page, or only the part of it that a swap asked for."""

from collections.abc import Mapping
from typing import Any

from django import shortcuts
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with `template`; with `part`, the template it includes, where htmx swaps.

    The address is the same for both, so the answer varies by the headers that tell them apart.
    """
    chosen = part if part and wants_part(request) else template
    response = shortcuts.render(request, chosen, dict(context), status=status)
    if part:
        patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx will swap a part. A boosted link and the back button want the whole page."""
    details = HtmxDetails(request)
    return bool(details) and not details.boosted and not details.history_restore_request
