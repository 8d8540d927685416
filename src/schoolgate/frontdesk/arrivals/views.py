"""Late arrivals, returns, and the bell schedule: a form, one call, one answer."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address, with_chosen
from schoolgate.frontdesk.arrivals import bell_schedules, late_arrival, return_to_school
from schoolgate.frontdesk.arrivals.bell_schedule import BadSchedule
from schoolgate.frontdesk.arrivals.forms import ArrivalForm, BellScheduleForm
from schoolgate.frontdesk.arrivals.screens import (
    bell_schedule_screen,
    late_screen,
    returns_screen,
)
from schoolgate.frontdesk.choosing import ChosenForm, search_one_more
from schoolgate.frontdesk.desk import Desk
from schoolgate.web.htmx import render

LATE = "frontdesk/late_arrival.html"
RETURNS = "frontdesk/returns.html"
BELLS = "frontdesk/bell_schedule.html"
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
    return search_one_more(
        request, desk, "late", LATE, lambda chosen: late_screen(desk, list(chosen))
    )


@require_POST
@at_desk
def record_late(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen = ChosenForm(request.POST).ids()
    form = ArrivalForm(request.POST)
    if not form.is_valid():
        drawn = late_screen(desk, chosen, form=form)
        return render(request, LATE, drawn, status=UNPROCESSABLE)
    answer = late_arrival.record_arrivals(desk, chosen, form.said(chosen))
    if not answer.events:
        drawn = late_screen(desk, chosen, form=form, answer=answer)
        return render(request, LATE, drawn, status=CONFLICT)
    done = [event.pk for event in answer.events]
    return HttpResponseRedirect(with_chosen(desk, "late", [], done))


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
    return HttpResponseRedirect(with_chosen(desk, "returns", [], [event.pk]))


@require_http_methods(["GET", "POST"])
@at_desk
def bell_schedule(request: HttpRequest, desk: Desk) -> HttpResponse:
    administrators_only(desk)
    if request.method == "GET":
        return render(request, BELLS, bell_schedule_screen(desk))
    form = BellScheduleForm(request.POST)
    if form.is_valid():
        try:
            bell_schedules.set_schedule(desk, form.cleaned_data["lines"])
        except BadSchedule as why_not:
            form.add_error("lines", str(why_not))
        else:
            return HttpResponseRedirect(address(desk, "bell_schedule"))
    return render(request, BELLS, bell_schedule_screen(desk, form=form), status=UNPROCESSABLE)
