"""A child goes with an official: the agency form, one answer, an administrator who finishes it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.frontdesk import person_checks, screen
from schoolgate.frontdesk.access import desk_page, file_of
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.agencies.forms import AgencyForm, ReleaseForm
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import EARLY_DEPARTURE
from schoolgate.frontdesk.forms import AGENCY, read_shown
from schoolgate.frontdesk.person_checks import Asked, Shown, Words
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.web.htmx import render

PAGE = "frontdesk/agency.html"
UNPROCESSABLE = 422
CONFLICT = 409

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def agency(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    return _form(request, desk, student_id, AgencyForm())


@require_POST
@at_desk
def check(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    """Put the official to the rules; nothing is recorded by it."""
    shown = read_shown(request.POST.get("shown", ""), student_id, desk=desk, errand=EARLY_DEPARTURE)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _form(request, desk, student_id, form, status=UNPROCESSABLE)
    file = file_of(desk, EARLY_DEPARTURE, student_id)
    weighed = person_checks.weigh(file, form.presented(shown))
    drawn = screen.verdict_screen(desk, weighed, shown=shown, form=form)  # type: ignore[arg-type]  # a form
    return render(request, PAGE, {**drawn, "at_least": REASON_AT_LEAST_CHARACTERS})


@require_POST
@at_desk
def release(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    shown = read_shown(request.POST.get("shown", ""), student_id, desk=desk, errand=EARLY_DEPARTURE)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _form(request, desk, student_id, form, status=UNPROCESSABLE)
    words = Words(reason=AGENCY[0], note=form.cleaned_data["note"])
    asked = Asked(presented=form.presented(shown), shown=shown, words=words)
    try:
        answer = person_checks.finish(desk, EARLY_DEPARTURE, student_id, asked)
    except person_checks.StudentNotListed:
        raise Http404 from None
    if answer.event is None:
        drawn = screen.obstacle_screen(desk, answer, shown=shown, form=form)  # type: ignore[arg-type]  # a form
        drawn["at_least"] = REASON_AT_LEAST_CHARACTERS
        return render(request, PAGE, drawn, status=CONFLICT)
    return HttpResponseRedirect(address(desk, "event", event_id=answer.event.pk))


def _form(
    request: HttpRequest, desk: Desk, student_id: int, form: AgencyForm, *, status: int = 200
) -> HttpResponse:
    file = file_of(desk, EARLY_DEPARTURE, student_id)
    drawn = screen.child_screen(desk, file, shown=Shown(opened_at=desk.now))
    return render(request, PAGE, {**drawn, "form": form}, status=status)
