"""Visitors: a form, one call, one answer."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.driver_licence import NotALicence
from schoolgate.frontdesk.help.calls import RESTRICTED, alert_silently
from schoolgate.frontdesk.scanning import scanned
from schoolgate.frontdesk.visits import expected as expecting
from schoolgate.frontdesk.visits import sign_in as verbs
from schoolgate.frontdesk.visits.forms import DecisionForm, ExpectedForm, VisitorForm
from schoolgate.frontdesk.visits.screens import (
    decision_screen,
    expected_screen,
    here_screen,
    visitors_screen,
)
from schoolgate.web.htmx import render

VISITORS = "frontdesk/errand.html"
DECISION = "frontdesk/visitor.html"
HERE = "frontdesk/here.html"
EXPECTED = "frontdesk/expected.html"
UNPROCESSABLE = 422
CONFLICT = 409

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def visits(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, VISITORS, visitors_screen(desk))


@require_POST
@at_desk
@sensitive_post_parameters("scan")
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look whether anything stands against a visitor; nobody is signed in by it."""
    try:
        posted, _ = scanned(request.POST)
    except NotALicence as why_not:
        return _wrong(request, desk, str(why_not))
    form = DecisionForm(posted)
    if not form.is_valid():
        return _wrong(request, desk)
    verdict = verbs.weigh_visitor(desk, form.visitor())
    if RESTRICTED in verdict.rule_ids:
        alert_silently(desk)
    return render(request, DECISION, decision_screen(desk, form, verbs.Answer(verdict=verdict)))


@require_POST
@at_desk
def sign_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _wrong(request, desk)
    answer = verbs.sign_in(desk, form.visitor())
    if answer.event is None:
        drawn = decision_screen(desk, form, answer)
        return render(request, DECISION, drawn, status=CONFLICT)
    return HttpResponseRedirect(address(desk, "event", event_id=answer.event.pk))


@require_POST
@at_desk
def turn_away(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _wrong(request, desk)
    event = verbs.turn_away(desk, form.visitor())
    return HttpResponseRedirect(address(desk, "event", event_id=event.pk))


@require_POST
@at_desk
def sign_out(request: HttpRequest, desk: Desk, visit_id: int) -> HttpResponse:
    try:
        verbs.sign_out(desk, visit_id)
    except verbs.NotHere:
        drawn = {**visitors_screen(desk), "not_here": True}
        return render(request, VISITORS, drawn, status=CONFLICT)
    return HttpResponseRedirect(address(desk, "visits"))


@require_http_methods(["GET", "POST"])
@at_desk
def expected(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who comes again: seen by the desk, named by administrators."""
    administrators_only(desk)
    if request.method == "GET":
        return render(request, EXPECTED, expected_screen(desk, ExpectedForm(today=desk.today)))
    form = ExpectedForm(request.POST, today=desk.today)
    if not form.is_valid():
        return render(request, EXPECTED, expected_screen(desk, form), status=UNPROCESSABLE)
    expecting.expect(desk, **form.cleaned_data)
    return HttpResponseRedirect(address(desk, "expected"))


@require_POST
@at_desk
def expect_no_more(request: HttpRequest, desk: Desk, expected_id: int) -> HttpResponse:  # noqa: ARG001
    administrators_only(desk)
    expecting.expect_no_more(desk, expected_id)
    return HttpResponseRedirect(address(desk, "expected"))


@require_GET
@at_desk
def here(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, HERE, here_screen(desk))


def _wrong(request: HttpRequest, desk: Desk, why_not: str = "") -> HttpResponse:
    form = VisitorForm(request.POST)
    if why_not:
        form.add_error("name", why_not)
    drawn = visitors_screen(desk, form)
    return render(request, VISITORS, drawn, status=UNPROCESSABLE)
