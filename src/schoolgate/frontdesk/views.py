"""The pages of an errand, and of an event: a form, one call, one answer."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from schoolgate.accounts.second_person import TooManyTries, second_person
from schoolgate.frontdesk import person_checks, screen, type_ahead
from schoolgate.frontdesk.access import desk_page, file_of
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.driver_licence import NotALicence
from schoolgate.frontdesk.errands import Errand
from schoolgate.frontdesk.event_page import event_page
from schoolgate.frontdesk.forms import AdultForm, SearchForm, UndoForm, read_shown
from schoolgate.frontdesk.help.calls import RESTRICTED, alert_silently
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.person_checks import Answer, Asked, Shown
from schoolgate.frontdesk.queries import event_of
from schoolgate.frontdesk.scanning import scanned
from schoolgate.frontdesk.undo import CannotUndo
from schoolgate.frontdesk.undo import undo as undo_event
from schoolgate.web.htmx import render, wants_part

PAGE = "frontdesk/errand.html"
FOUND = "frontdesk/parts/found.html"
CHILD_AND_ADULT = "frontdesk/parts/child_and_adult.html"
EVENT = "frontdesk/event.html"
UNPROCESSABLE = 422
CONFLICT = 409
# Controls that ask for the verdict again while the clerk's hand is on them: the focus stays there.
STAYING = frozenset({"evidence", "same_person", "child_objects"})
at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def home(request: HttpRequest, desk: Desk, errand: Errand) -> HttpResponse:
    return render(request, PAGE, screen.errand_screen(desk, errand))


@require_POST
@at_desk
def search(request: HttpRequest, desk: Desk, errand: Errand) -> HttpResponse:
    typed = _typed(request)
    results = type_ahead.find_students(desk.school, typed)
    if not wants_part(request) and results.the_one is not None:
        return HttpResponseRedirect(_child(desk, errand, results.the_one.pk))
    options = [(one, _child(desk, errand, one.student.pk)) for one in results.found]
    found = {"typed": typed, "results": results, "options": options, "in_place": True}
    if wants_part(request) and results.found:
        return render(request, FOUND, {**found, "desk": desk, "part": True})
    drawn = {**screen.errand_screen(desk, errand), **found, "part": True}
    return render(request, PAGE, drawn, part=FOUND)


@require_POST
@at_desk
def elsewhere(request: HttpRequest, desk: Desk, errand: Errand) -> HttpResponse:
    typed = _typed(request)
    found = {
        "typed": typed,
        "results": type_ahead.find_students(desk.school, typed),
        "elsewhere": type_ahead.find_elsewhere(desk.school, typed),
        "looked_elsewhere": True,
        "part": True,
    }
    return render(request, PAGE, {**screen.errand_screen(desk, errand), **found}, part=FOUND)


@require_GET
@at_desk
def child(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    file = file_of(desk, errand, student_id)
    shown = Shown(opened_at=desk.now)
    drawn = screen.child_screen(desk, file, shown=shown)
    return render(request, PAGE, drawn, part=CHILD_AND_ADULT)


@require_POST
@at_desk
@sensitive_post_parameters("scan")
def verdict(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    file = file_of(desk, errand, student_id)
    shown = _shown(request, desk, errand, student_id)
    try:
        posted, scan = scanned(request.POST)
    except NotALicence as why_not:
        form = AdultForm(request.POST)
        form.add_error("name", str(why_not))
    else:
        form = AdultForm(_named(posted, file))
    if not form.is_valid():
        drawn = screen.child_screen(desk, file, shown=shown, form=form)
        return render(request, PAGE, drawn, part=CHILD_AND_ADULT, status=UNPROCESSABLE)
    weighed = person_checks.weigh(file, form.presented(shown, scan))
    if RESTRICTED in weighed.verdict.rule_ids:
        alert_silently(desk, student_id=student_id)
    drawn = screen.verdict_screen(desk, weighed, shown=shown, form=form)
    drawn["focus_stays"] = HtmxDetails(request).trigger_name in STAYING
    return render(request, PAGE, drawn, part=CHILD_AND_ADULT)


@require_POST
@at_desk
@sensitive_post_parameters("second_password")
def finish(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    shown = _shown(request, desk, errand, student_id)
    form = AdultForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, desk, file_of(desk, errand, student_id), form, shown)
    given = form.cleaned_data
    try:
        second = second_person(request, given["second_username"], given["second_password"])
        asked = Asked(presented=form.presented(shown), shown=shown, words=form.words(second))
        answer = person_checks.finish(desk, errand, student_id, asked)
    except person_checks.StudentNotListed:
        raise Http404 from None
    except TooManyTries as too_often:
        form.add_error("second_password", str(too_often))
        return _ask_again(request, desk, file_of(desk, errand, student_id), form, shown)
    return _answered(request, desk, answer, form, shown)


@require_POST
@at_desk
def refuse(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> HttpResponse:
    shown = _shown(request, desk, errand, student_id)
    form = AdultForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, desk, file_of(desk, errand, student_id), form, shown)
    try:
        words = form.words_of_refusal()
        asked = Asked(presented=form.presented(shown), shown=shown, words=words)
        answer = person_checks.record_refusal(desk, errand, student_id, asked)
    except person_checks.StudentNotListed:
        raise Http404 from None
    return _answered(request, desk, answer, form, shown)


@require_GET
@at_desk
def event(request: HttpRequest, desk: Desk, event_id: int) -> HttpResponse:
    drawn = event_page(desk, _event(desk, event_id), form=UndoForm())
    # Which of its labels stands beside it, and is printed.
    drawn["label"] = request.GET.get("label", "")
    return render(request, EVENT, drawn)


@require_POST
@at_desk
def undo(request: HttpRequest, desk: Desk, event_id: int) -> HttpResponse:
    form = UndoForm(request.POST)
    undone = _event(desk, event_id)
    if form.is_valid():
        try:
            undo_event(undone, desk, reason=form.cleaned_data["reason"])
        except CannotUndo as why_not:
            form.add_error("reason", str(why_not))
        else:
            return HttpResponseRedirect(address(desk, "event", event_id=event_id))
    return render(request, EVENT, event_page(desk, undone, form=form), status=UNPROCESSABLE)


def _typed(request: HttpRequest) -> str:
    form = SearchForm(request.POST)
    return str(form.cleaned_data["q"]) if form.is_valid() else ""


def _child(desk: Desk, errand: Errand, student_id: int) -> str:
    return reverse(errand.child, args=[desk.school.district.slug, desk.school.code, student_id])


def _shown(request: HttpRequest, desk: Desk, errand: Errand, student_id: int) -> Shown:
    return read_shown(request.POST.get("shown", ""), student_id, desk=desk, errand=errand)


def _event(desk: Desk, event_id: int) -> DeskEvent:
    found = event_of(desk.school, event_id)
    if found is None:
        raise Http404
    return found


def _named(posted: QueryDict, file: OnFile) -> QueryDict:
    """Take the listed name where a contact was pressed and no name of the clerk's own is there."""
    pressed = file.guardians.get(posted.get("chosen", ""))
    listed = {guardian.name for guardian in file.guardians.values()}
    if pressed is None or posted.get("name", "").strip() not in {"", *listed}:
        return posted
    named = posted.copy()
    named["name"] = pressed.name
    return named


def _answered(
    request: HttpRequest, desk: Desk, answer: Answer, form: AdultForm, shown: Shown
) -> HttpResponse:
    if answer.event is not None:
        return HttpResponseRedirect(address(desk, "event", event_id=answer.event.pk))
    drawn = screen.obstacle_screen(desk, answer, shown=shown, form=form)
    return render(request, PAGE, drawn, status=CONFLICT)


def _ask_again(
    request: HttpRequest, desk: Desk, file: OnFile, form: AdultForm, shown: Shown
) -> HttpResponse:
    drawn = screen.child_screen(desk, file, shown=shown, form=form)
    return render(request, PAGE, drawn, status=UNPROCESSABLE)
