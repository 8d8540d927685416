"""Temporary authorisations: a form, one call, one answer. No name ever stands in an address."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.frontdesk.access import desk_page, file_of
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.authorisations import authorise as verbs
from schoolgate.frontdesk.authorisations.forms import NameForm, WordForm
from schoolgate.frontdesk.authorisations.screens import ask_screen, list_screen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import Errand
from schoolgate.frontdesk.givers import givers
from schoolgate.frontdesk.person_checks import Presented, weigh
from schoolgate.web.htmx import render

ASK = "frontdesk/authorise.html"
LIST = "frontdesk/authorisations.html"
UNPROCESSABLE = 422
CONFLICT = 409

at_desk = desk_page(timezone.now)


@require_POST
@at_desk
def ask(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    """The name comes from the desk's form; the answer is the page that asks whom was called."""
    file = file_of(desk, errand, student_id)
    named = NameForm(request.POST)
    name = str(named.cleaned_data["name"]) if named.is_valid() else ""
    called = givers(weigh(file, Presented(name=name))) if name else ()
    form = WordForm(callable_now=called, today=desk.today)
    return render(request, ASK, ask_screen(desk, file, name, form))


@require_POST
@at_desk
def record(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    file = file_of(desk, errand, student_id)
    named = NameForm(request.POST)
    name = str(named.cleaned_data["name"]) if named.is_valid() else ""
    called = givers(weigh(file, Presented(name=name))) if name else ()
    form = WordForm(request.POST, callable_now=called, today=desk.today)
    if not form.is_valid():
        drawn = ask_screen(desk, file, name, form)
        return render(request, ASK, drawn, status=UNPROCESSABLE)
    try:
        verbs.authorise(desk, errand, student_id, form.word(name))
    except verbs.CannotAuthorise as why_not:
        drawn = ask_screen(desk, file, name, form, why_not=str(why_not))
        return render(request, ASK, drawn, status=CONFLICT)
    place = [desk.school.district.slug, desk.school.code, student_id]
    return HttpResponseRedirect(reverse(errand.child, args=place))


@require_GET
@at_desk
def authorisations(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, LIST, list_screen(desk))


@require_POST
@at_desk
def withdraw(request: HttpRequest, desk: Desk, authorisation_id: int) -> HttpResponse:  # noqa: ARG001
    verbs.withdraw(desk, authorisation_id)
    return HttpResponseRedirect(address(desk, "authorisations"))
