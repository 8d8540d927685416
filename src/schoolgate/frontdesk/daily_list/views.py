"""The list for a day without a network: to print in the morning, and kept by the browser."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from schoolgate.audit import log as audit
from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.daily_list.rows import daily_rows
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.screen import empty_screen
from schoolgate.web.htmx import render
from schoolgate.web.moments import hour_of

PAGE = "frontdesk/daily_list.html"
WORKER = "frontdesk/offline.js"

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def daily_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    audit.record(
        "list.taken",
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"school:{desk.school.pk}",
        kept_by_browser="keep" in request.GET,
    )
    drawn = {
        **empty_screen(desk),
        "action": "log",
        "rows": daily_rows(desk),
        "today": f"{desk.now:%A} {desk.now.day} {desk.now:%b %Y}",
        "at": hour_of(desk.now),
    }
    return render(request, PAGE, drawn)


@require_GET
@at_desk
def worker(_request: HttpRequest, desk: Desk) -> HttpResponse:
    """The script that keeps the last list; where it lies says which pages it stands in for."""
    text = render_to_string(WORKER, {"list": address(desk, "daily_list")})
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")
