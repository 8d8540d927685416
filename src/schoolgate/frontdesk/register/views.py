"""The restriction register: a form, one call, one answer. For administrators alone."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.choosing import ChosenForm, search_one_more
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import SearchForm
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.register import loading
from schoolgate.frontdesk.register.forms import (
    SCHOOL,
    STUDENTS,
    FileForm,
    LiftForm,
    RestrictionForm,
)
from schoolgate.frontdesk.register.loading import seal
from schoolgate.frontdesk.register.queries import restriction_of
from schoolgate.frontdesk.register.screens import (
    add_screen,
    load_screen,
    register_screen,
    restriction_screen,
)
from schoolgate.frontdesk.screen import Screen
from schoolgate.frontdesk.verdicts import Finisher
from schoolgate.roster.list_file import CannotRead, decode
from schoolgate.roster.models import Restriction
from schoolgate.roster.restriction_file import read_restrictions
from schoolgate.roster.restrictions import (
    CannotRestrict,
    add_restriction,
    agree_to_lift,
    ask_to_lift,
    keep_restriction,
)
from schoolgate.web.htmx import render

REGISTER = "frontdesk/register.html"
ADD = "frontdesk/add_restriction.html"
ONE = "frontdesk/restriction.html"
LOAD = "frontdesk/load_restrictions.html"
UNPROCESSABLE = 422
CONFLICT = 409

at_desk = desk_page(timezone.now)
P = ParamSpec("P")


def administrators_only(
    view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Restrictions are need-to-know: to a clerk this page is not there. She sees what binds."""

    @wraps(view)
    def page(request: HttpRequest, desk: Desk, /, *args: P.args, **ids: P.kwargs) -> HttpResponse:
        if desk.finisher is not Finisher.SCHOOL_ADMIN:
            raise Http404
        return view(request, desk, *args, **ids)

    return at_desk(page)


@require_http_methods(["GET", "POST"])
@administrators_only
def register(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = SearchForm(request.POST)
    typed = str(form.cleaned_data["q"]) if form.is_valid() else ""
    return render(request, REGISTER, register_screen(desk, typed))


@require_http_methods(["GET", "POST"])
@administrators_only
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method == "GET":
        chosen = ChosenForm(request.GET).ids()
        scope = STUDENTS if chosen else None
        form = RestrictionForm(initial={"from_on": desk.today, "scope": scope})
        return render(request, ADD, add_screen(desk, chosen, form))
    chosen = ChosenForm(request.POST).ids()
    form = RestrictionForm(request.POST)
    if form.is_valid():
        try:
            restriction = _add(desk, form, chosen)
        except CannotRestrict as why_not:
            form.add_error(None, str(why_not))
        else:
            return HttpResponseRedirect(address(desk, "restriction", restriction_id=restriction.pk))
    return render(request, ADD, add_screen(desk, chosen, form), status=UNPROCESSABLE)


def _add(desk: Desk, form: RestrictionForm, chosen: list[int]) -> Restriction:
    given = form.cleaned_data
    students = list(enrolled_at(desk.school).filter(pk__in=chosen))
    if given["scope"] == STUDENTS and (not students or len(students) != len(chosen)):
        raise CannotRestrict("Choose the students whom it protects, from this school's list.")
    return add_restriction(
        desk.school.district,
        **form.names(),
        effects=form.effects_chosen(),
        days=given["days"],
        from_on=given["from_on"],
        until_on=given["until_on"],
        students=students if given["scope"] == STUDENTS else (),
        school=desk.school if given["scope"] == SCHOOL else None,
        instruction=given["instruction"],
        order_reference=given["order_reference"],
        by=desk.by,
        at=desk.now,
    )


@require_POST
@administrators_only
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    def draw(chosen: Sequence[int]) -> Screen:
        form = RestrictionForm(initial={"from_on": desk.today})
        return add_screen(desk, list(chosen), form)

    return search_one_more(request, desk, "add_restriction", ADD, draw)


@require_http_methods(["GET", "POST"])
@administrators_only
def load(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read a file and show what it comes to; nothing is added by it."""
    if request.method == "GET":
        return render(request, LOAD, load_screen(desk, FileForm()))
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            read = read_restrictions(decode(form.cleaned_data["file"].read()).text)
        except CannotRead as why_not:
            form.add_error("file", str(why_not))
        else:
            shown = loading.preview(desk, read)
            return render(request, LOAD, load_screen(desk, FileForm(), shown, seal(desk, read)))
    return render(request, LOAD, load_screen(desk, form), status=UNPROCESSABLE)


@require_POST
@administrators_only
def confirm_load(request: HttpRequest, desk: Desk) -> HttpResponse:
    try:
        read = loading.unseal(desk, request.POST.get("sealed", ""))
    except loading.PreviewTooOld:
        form = FileForm({})
        form.errors["file"] = form.error_class(
            ["The preview is too old, or of another person. Nothing was added: choose it again."]
        )
        return render(request, LOAD, load_screen(desk, form), status=CONFLICT)
    shown = loading.preview(desk, read)
    try:
        added = loading.add_all(desk, shown)
    except CannotRestrict as why_not:
        form = FileForm({})
        form.errors["file"] = form.error_class([str(why_not)])
        return render(request, LOAD, load_screen(desk, form), status=CONFLICT)
    what = "1 restriction" if len(added) == 1 else f"{len(added)} restrictions"
    messages.success(request, f"{what} added. In force at every desk from now on.")
    return HttpResponseRedirect(address(desk, "register"))


@require_GET
@administrators_only
def restriction(request: HttpRequest, desk: Desk, restriction_id: int) -> HttpResponse:
    return render(request, ONE, restriction_screen(desk, _restriction(desk, restriction_id)))


@require_POST
@administrators_only
def lift(request: HttpRequest, desk: Desk, restriction_id: int) -> HttpResponse:
    found = _restriction(desk, restriction_id)
    form = LiftForm(request.POST)
    if form.is_valid():
        try:
            ask_to_lift(found, by=desk.by, reason=form.cleaned_data["reason"], at=desk.now)
        except CannotRestrict as why_not:
            form.add_error("reason", str(why_not))
        else:
            return HttpResponseRedirect(address(desk, "restriction", restriction_id=found.pk))
    drawn = restriction_screen(desk, found, form=form)
    return render(request, ONE, drawn, status=UNPROCESSABLE)


@require_POST
@administrators_only
def agree(request: HttpRequest, desk: Desk, restriction_id: int) -> HttpResponse:
    return _decide(request, desk, restriction_id, agree_to_lift)


@require_POST
@administrators_only
def keep(request: HttpRequest, desk: Desk, restriction_id: int) -> HttpResponse:
    return _decide(request, desk, restriction_id, keep_restriction)


def _decide(
    request: HttpRequest, desk: Desk, restriction_id: int, do: Callable[..., Restriction]
) -> HttpResponse:
    found = _restriction(desk, restriction_id)
    try:
        do(found, by=desk.by, at=desk.now)
    except CannotRestrict as why_not:
        drawn = restriction_screen(desk, found, why_not=str(why_not))
        return render(request, ONE, drawn, status=CONFLICT)
    return HttpResponseRedirect(address(desk, "restriction", restriction_id=found.pk))


def _restriction(desk: Desk, restriction_id: int) -> Restriction:
    found = restriction_of(desk.school.district, restriction_id)
    if found is None:
        raise Http404
    return found
