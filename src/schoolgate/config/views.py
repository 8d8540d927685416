"""What belongs to no room: what monitoring asks, and the end of a sign-in."""

import secrets
from ipaddress import ip_address

from allauth.account import views as account
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from schoolgate.config import health
from schoolgate.config import metrics as figures

NOT_READY = 503
UNKNOWN = 404
NOT_SIGNED_IN = 401


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, and let the browser forget what it kept for a day without a network."""
    answer: HttpResponse = account.logout(request)
    if request.method == "POST":
        answer["Clear-Site-Data"] = '"storage"'
    return answer


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process lives and answers. Asks nobody else: a dead database is no reason to kill it."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the installation can do its work. `?exclude=worker` leaves a check out."""
    found = health.checks(without=frozenset(request.GET.getlist("exclude")))
    ready = all(check.well for check in found.values())
    answer = {
        name: {"ok": True} if check.well else {"ok": False, "advice": check.advice}
        for name, check in found.items()
    }
    return JsonResponse({"ready": ready, "checks": answer}, status=200 if ready else NOT_READY)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure, for who has the token; without one, for this very machine alone."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            return HttpResponse(status=NOT_SIGNED_IN, headers={"WWW-Authenticate": "Bearer"})
    elif not _is_private(request):
        return HttpResponse(status=UNKNOWN)
    return HttpResponse(figures.exposition(now=timezone.now()), content_type=figures.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return secrets.compare_digest(given.encode(), wanted.encode())


def _is_private(request: HttpRequest) -> bool:
    """Whether only this machine can be asking: nothing stands before us that asks for others."""
    if settings.HTTPS or not all(_is_loopback(host) for host in settings.ALLOWED_HOSTS):
        return False
    # Raises for a host that is not allowed: a page in a browser here must not read along by
    # giving this machine a name of its own.
    request.get_host()
    return _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
