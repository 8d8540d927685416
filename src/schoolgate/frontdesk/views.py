"""The early departure page: a form, one call, one answer."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from schoolgate.frontdesk import early_departure as departures
from schoolgate.frontdesk import screen, type_ahead
from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.early_departure import Answer, Shown
from schoolgate.frontdesk.event_page import event_page
from schoolgate.frontdesk.forms import AdultForm, SearchForm, UndoForm, read_shown
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.frontdesk.on_file import OnFile, look_up
from schoolgate.frontdesk.queries import enrolled_at, event_of
from schoolgate.frontdesk.undo import CannotUndo
from schoolgate.frontdesk.undo import undo as undo_event
from schoolgate.web.htmx import render, wants_part

PAGE = "frontdesk/early_departure.html"
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
def early_departure(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, PAGE, screen.empty_screen(desk))


@require_POST
@at_desk
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    typed = _typed(request)
    results = type_ahead.find_students(desk.school, typed)
    if not wants_part(request) and results.the_one is not None:
        return HttpResponseRedirect(address(desk, "child", student_id=results.the_one.pk))
    options = [(one, address(desk, "child", student_id=one.student.pk)) for one in results.found]
    found = {"typed": typed, "results": results, "options": options, "in_place": True}
    if wants_part(request) and results.found:
        return render(request, FOUND, {**found, "desk": desk, "part": True})
    return render(request, PAGE, {**screen.empty_screen(desk), **found, "part": True}, part=FOUND)


@require_POST
@at_desk
def elsewhere(request: HttpRequest, desk: Desk) -> HttpResponse:
    typed = _typed(request)
    found = {
        "typed": typed,
        "results": type_ahead.find_students(desk.school, typed),
        "elsewhere": type_ahead.find_elsewhere(desk.school, typed),
        "looked_elsewhere": True,
        "part": True,
    }
    return render(request, PAGE, {**screen.empty_screen(desk), **found}, part=FOUND)


@require_GET
@at_desk
def child(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    file = _file(desk, student_id)
    shown = Shown(opened_at=desk.now)
    drawn = screen.child_screen(desk, file, shown=shown)
    return render(request, PAGE, drawn, part=CHILD_AND_ADULT)


@require_POST
@at_desk
def verdict(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    file = _file(desk, student_id)
    shown = read_shown(request.POST.get("shown", ""), student_id, desk=desk)
    form = AdultForm(_named(request.POST, file))
    if not form.is_valid():
        drawn = screen.child_screen(desk, file, shown=shown, form=form)
        return render(request, PAGE, drawn, part=CHILD_AND_ADULT, status=UNPROCESSABLE)
    weighed = departures.weigh(file, form.presented(shown))
    drawn = screen.verdict_screen(desk, weighed, shown=shown, form=form)
    drawn["focus_stays"] = HtmxDetails(request).trigger_name in STAYING
    return render(request, PAGE, drawn, part=CHILD_AND_ADULT)


@require_POST
@at_desk
def release(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    shown = read_shown(request.POST.get("shown", ""), student_id, desk=desk)
    form = AdultForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, desk, student_id, form, shown)
    try:
        answer = departures.release_student(
            desk, student_id, form.presented(shown), shown, form.words()
        )
    except departures.StudentNotListed:
        raise Http404 from None
    return _answered(request, desk, answer, form, shown)


@require_POST
@at_desk
def refuse(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    shown = read_shown(request.POST.get("shown", ""), student_id, desk=desk)
    form = AdultForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, desk, student_id, form, shown)
    try:
        answer = departures.record_refusal(
            desk, student_id, form.presented(shown), shown, form.words_of_refusal()
        )
    except departures.StudentNotListed:
        raise Http404 from None
    return _answered(request, desk, answer, form, shown)


@require_GET
@at_desk
def event(request: HttpRequest, desk: Desk, event_id: int) -> HttpResponse:
    return render(request, EVENT, event_page(desk, _event(desk, event_id), form=UndoForm()))


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


def _file(desk: Desk, student_id: int) -> OnFile:
    student = enrolled_at(desk.school).filter(id=student_id).first()
    if student is None:
        raise Http404
    return look_up(student, desk.school, now=desk.now)


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
    request: HttpRequest, desk: Desk, student_id: int, form: AdultForm, shown: Shown
) -> HttpResponse:
    file = _file(desk, student_id)
    drawn = screen.child_screen(desk, file, shown=shown, form=form)
    return render(request, PAGE, drawn, status=UNPROCESSABLE)
