"""Help: one key asks for it, one button answers, one ends it. Works from every page of the desk."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.help import calls, responders
from schoolgate.frontdesk.help.forms import AskForm, ResponderForm
from schoolgate.frontdesk.help.screens import bar, help_screen
from schoolgate.web.htmx import render, wants_part

PAGE = "frontdesk/help.html"
BAR = "frontdesk/parts/help.html"
UNPROCESSABLE = 422
NO_CONTENT = 204

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def help_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, PAGE, help_screen(desk))


@require_GET
@at_desk
def now(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The bar, asked for every few seconds: nothing (204) while it says what is on the screen."""
    drawn = bar(desk)
    if request.GET.get("as", "none") == drawn["as_seen"]:
        return HttpResponse(status=NO_CONTENT)
    return render(request, BAR, drawn)


@require_POST
@at_desk
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    calls.ask(desk, student_id=AskForm(request.POST).student_id())
    return _bar_or_page(request, desk)


@require_POST
@at_desk
def answer(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    try:
        calls.answer(desk, call_id)
    except calls.NotYours:
        raise Http404 from None
    return _bar_or_page(request, desk)


@require_POST
@at_desk
def end(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    try:
        calls.end(desk, call_id)
    except calls.NotYours:
        raise Http404 from None
    return _bar_or_page(request, desk)


@require_POST
@at_desk
def add_responder(request: HttpRequest, desk: Desk) -> HttpResponse:
    administrators_only(desk)
    form = ResponderForm(request.POST, school=desk.school)
    if not form.is_valid():
        return render(request, PAGE, help_screen(desk, form), status=UNPROCESSABLE)
    responders.add_responder(desk, form.cleaned_data["user"], form.cleaned_data["phone"])
    return HttpResponseRedirect(address(desk, "help"))


@require_POST
@at_desk
def first_responder(request: HttpRequest, desk: Desk, responder_id: int) -> HttpResponse:  # noqa: ARG001
    administrators_only(desk)
    responders.move_first(desk, responder_id)
    return HttpResponseRedirect(address(desk, "help"))


@require_POST
@at_desk
def remove_responder(request: HttpRequest, desk: Desk, responder_id: int) -> HttpResponse:  # noqa: ARG001
    administrators_only(desk)
    responders.remove_responder(desk, responder_id)
    return HttpResponseRedirect(address(desk, "help"))


def _bar_or_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """In place, so that the verdict stays on the screen; without JavaScript the help page."""
    if wants_part(request):
        return render(request, BAR, bar(desk))
    return HttpResponseRedirect(address(desk, "help"))
