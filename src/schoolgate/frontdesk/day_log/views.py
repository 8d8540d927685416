"""The log of a desk, and its sheet: a form, one read, one answer."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.audit import log as audit
from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.day_log.forms import DaysForm
from schoolgate.frontdesk.day_log.screens import chosen_events, log_screen, sheet_lines
from schoolgate.frontdesk.day_log.sheet import write_sheet
from schoolgate.frontdesk.desk import Desk
from schoolgate.web.htmx import render

PAGE = "frontdesk/log.html"
UNPROCESSABLE = 422

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def log(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DaysForm(request.GET, today=desk.today)
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, PAGE, log_screen(desk, form), status=status)


@require_POST
@at_desk
def sheet(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DaysForm(request.POST, today=desk.today)
    if not form.is_valid():
        return render(request, PAGE, log_screen(desk, form), status=UNPROCESSABLE)
    days = form.cleaned_data
    events = list(chosen_events(desk, form))
    audit.record(
        "desk.exported",
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"school:{desk.school.pk}",
        first=str(days["first"]),
        last=str(days["last"]),
        events=len(events),
    )
    answer = HttpResponse(
        write_sheet(sheet_lines(desk, events)), content_type="text/csv; charset=utf-8"
    )
    name = f"{desk.school.code}-{days['first']}-{days['last']}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
