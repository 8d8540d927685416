"""Who may collect one student: a form, one call, one answer. For administrators.

A clerk only confirms another name of a contact whom she has just decided about.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.collecting import words
from schoolgate.frontdesk.collecting.forms import HoldForm, PickupForm
from schoolgate.frontdesk.collecting.queries import contacts_of, names_of, words_on
from schoolgate.frontdesk.collecting.screens import collecting_screen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.event_page import may_remember
from schoolgate.frontdesk.models import HoldKind
from schoolgate.frontdesk.queries import enrolled_at, event_of
from schoolgate.roster.models import Student
from schoolgate.web.htmx import render

PAGE = "frontdesk/collecting.html"
UNPROCESSABLE = 422

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def collecting(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    return render(request, PAGE, collecting_screen(desk, _student(desk, student_id)))


@require_POST
@at_desk
def say_pickup(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    student = _student(desk, student_id)
    # Fields carry the contact's number in their ids: several of these forms stand on the page.
    sent = f"contact-{request.POST.get('guardian', '')[:20]}-%s"
    form = PickupForm(request.POST, auto_id=sent)
    if not form.is_valid():
        drawn = collecting_screen(desk, student, pickup=form)
        return render(request, PAGE, drawn, status=UNPROCESSABLE)
    given = form.cleaned_data
    guardian = contacts_of(student).filter(id=given["guardian"]).first()
    word = words_on(student).get(given["guardian"])
    if guardian is None and word is None:
        raise Http404
    adult = guardian or (word and word.guardian)
    if adult:
        words.say_pickup(desk, student, adult, given["state"], given["why"])
    return _back(desk, student_id)


@require_POST
@at_desk
def hold(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    student = _student(desk, student_id)
    form = HoldForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            words.hold(desk, student, HoldKind(given["kind"]), given["why"])
        except words.CannotSay as why_not:
            form.add_error("kind", str(why_not))
        else:
            return _back(desk, student_id)
    drawn = collecting_screen(desk, student, hold=form)
    return render(request, PAGE, drawn, status=UNPROCESSABLE)


@require_POST
@at_desk
def end_hold(request: HttpRequest, desk: Desk, student_id: int, hold_id: int) -> HttpResponse:  # noqa: ARG001
    words.end_hold(desk, _student(desk, student_id), hold_id)
    return _back(desk, student_id)


@require_POST
@at_desk
def forget_name(
    request: HttpRequest,  # noqa: ARG001
    desk: Desk,
    student_id: int,
    alias_id: int,
) -> HttpResponse:
    student = _student(desk, student_id)
    if alias := names_of(student).filter(id=alias_id).first():
        words.forget_name(desk, student, alias)
    return _back(desk, student_id)


@require_POST
@at_desk
def remember_name(request: HttpRequest, desk: Desk, event_id: int) -> HttpResponse:  # noqa: ARG001
    event = event_of(desk.school, event_id)
    if event is None:
        raise Http404
    if event.guardian is not None and may_remember(event, desk):
        words.remember_name(event.guardian, event.presented_name, by=desk.by, at=desk.now)
    return HttpResponseRedirect(address(desk, "event", event_id=event_id))


def _student(desk: Desk, student_id: int) -> Student:
    administrators_only(desk)
    student = enrolled_at(desk.school).filter(id=student_id).first()
    if student is None:
        raise Http404
    return student


def _back(desk: Desk, student_id: int) -> HttpResponse:
    return HttpResponseRedirect(address(desk, "collecting", student_id=student_id))
