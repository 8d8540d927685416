"""Late arrivals, returns, and the bell schedule: a form, one call, one answer."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from schoolgate.frontdesk import type_ahead
from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.arrivals import bell_schedules, late_arrival, return_to_school
from schoolgate.frontdesk.arrivals.bell_schedule import BadSchedule
from schoolgate.frontdesk.arrivals.forms import ArrivalForm, BellScheduleForm, ChosenForm
from schoolgate.frontdesk.arrivals.screens import (
    bell_schedule_screen,
    late_screen,
    returns_screen,
)
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import SearchForm
from schoolgate.frontdesk.verdicts import Finisher
from schoolgate.web.htmx import render, wants_part

LATE = "frontdesk/late_arrival.html"
RETURNS = "frontdesk/returns.html"
BELLS = "frontdesk/bell_schedule.html"
FOUND = "frontdesk/parts/found.html"
UNPROCESSABLE = 422
CONFLICT = 409

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def late(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen = ChosenForm(request.GET).ids()
    done = [int(one) for one in request.GET.getlist("done") if one.isdecimal()]
    return render(request, LATE, late_screen(desk, chosen, done=done))


@require_POST
@at_desk
def late_search(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen = ChosenForm(request.POST).ids()
    form = SearchForm(request.POST)
    typed = str(form.cleaned_data["q"]) if form.is_valid() else ""
    results = type_ahead.find_students(desk.school, typed)
    if not wants_part(request) and results.the_one is not None:
        return HttpResponseRedirect(_late(desk, [*chosen, results.the_one.pk]))
    options = [(one, _late(desk, [*chosen, one.student.pk])) for one in results.found]
    found = {"typed": typed, "results": results, "options": options, "part": True}
    return render(request, LATE, {**late_screen(desk, chosen), **found}, part=FOUND)


@require_POST
@at_desk
def record_late(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen = ChosenForm(request.POST).ids()
    form = ArrivalForm(request.POST)
    if not form.is_valid():
        drawn = late_screen(desk, chosen, form=form)
        return render(request, LATE, drawn, status=UNPROCESSABLE)
    answer = late_arrival.record_arrivals(desk, chosen, form.said(chosen), opened_at=desk.now)
    if not answer.events:
        drawn = late_screen(desk, chosen, form=form, answer=answer)
        return render(request, LATE, drawn, status=CONFLICT)
    return HttpResponseRedirect(_late(desk, [], done=[event.pk for event in answer.events]))


@require_GET
@at_desk
def returns(request: HttpRequest, desk: Desk) -> HttpResponse:
    done = request.GET.get("done", "")
    return render(request, RETURNS, returns_screen(desk, int(done) if done.isdecimal() else None))


@require_POST
@at_desk
def record_back(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    try:
        event = return_to_school.record_return(desk, student_id)
    except return_to_school.NotAway:
        return render(request, RETURNS, {**returns_screen(desk), "not_away": True}, status=CONFLICT)
    address = _address(desk, "returns")
    return HttpResponseRedirect(f"{address}?{urlencode({'done': event.pk})}")


@require_http_methods(["GET", "POST"])
@at_desk
def bell_schedule(request: HttpRequest, desk: Desk) -> HttpResponse:
    if desk.finisher is not Finisher.SCHOOL_ADMIN:
        raise Http404
    if request.method == "GET":
        return render(request, BELLS, bell_schedule_screen(desk))
    form = BellScheduleForm(request.POST)
    if form.is_valid():
        try:
            bell_schedules.set_schedule(desk, form.cleaned_data["lines"])
        except BadSchedule as why_not:
            form.add_error("lines", str(why_not))
        else:
            return HttpResponseRedirect(_address(desk, "bell_schedule"))
    return render(request, BELLS, bell_schedule_screen(desk, form=form), status=UNPROCESSABLE)


def _late(desk: Desk, chosen: list[int], *, done: list[int] | None = None) -> str:
    ids = [("s", one) for one in dict.fromkeys(chosen)] + [("done", one) for one in done or []]
    return f"{_address(desk, 'late')}?{urlencode(ids)}"


def _address(desk: Desk, page: str, **ids: Any) -> str:
    place = {"district": desk.school.district.slug, "school": desk.school.code}
    return reverse(f"frontdesk:{page}", kwargs={**place, **ids})
