"""A kiosk's own pages, and the desk's pages about kiosks: a form, one call, one answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address, with_chosen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.kiosk import arriving, devices
from schoolgate.frontdesk.kiosk.forms import FindForm, KioskForm, SayForm, WaitingForm
from schoolgate.frontdesk.kiosk.tries import may_ask
from schoolgate.frontdesk.kiosk.words import REASONS, WORDS, language_of
from schoolgate.frontdesk.models import Kiosk
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.web.htmx import render
from schoolgate.web.moments import hour_of

PAGE = "frontdesk/kiosk.html"
KIOSKS = "frontdesk/kiosks.html"
UNPROCESSABLE = 422

at_desk = desk_page(timezone.now)


# --- at the kiosk --------------------------------------------------------------------------------


def at_kiosk(view: Callable[[HttpRequest, Desk, Kiosk], HttpResponse]) -> Callable[..., Any]:
    """Open a page to a device that is a kiosk, with the desk of its school; to others it is off."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        kiosk = devices.kiosk_of(request)
        if kiosk is None:
            return render(request, PAGE, _screen(request, step="off"), status=404)
        zone = ZoneInfo(kiosk.school.district.timezone)
        desk = devices.desk_of(kiosk, timezone.now().astimezone(zone))
        return view(request, desk, kiosk)

    return never_cache(page)


@require_GET
@at_kiosk
def start(request: HttpRequest, desk: Desk, kiosk: Kiosk) -> HttpResponse:  # noqa: ARG001
    return render(request, PAGE, _begin(request, desk))


@require_POST
@at_kiosk
def find(request: HttpRequest, desk: Desk, kiosk: Kiosk) -> HttpResponse:
    form = FindForm(request.POST)
    if not form.is_valid():
        return _desk(request, desk, "short")
    if not may_ask(kiosk.pk):
        return _desk(request, desk, "busy")
    given = form.cleaned_data
    try:
        choices = arriving.find(desk, given["q"], given["grade"])
    except arriving.SeeTheDesk as see:
        if see.why == "short":
            drawn = {**_begin(request, desk), "wrong": True, "typed": given["q"]}
            return render(request, PAGE, drawn, status=UNPROCESSABLE)
        return _desk(request, desk, see.why)
    return render(request, PAGE, _screen(request, desk, step="who", choices=choices))


@require_POST
@at_kiosk
def say(request: HttpRequest, desk: Desk, kiosk: Kiosk) -> HttpResponse:
    """Ask why, once it is known who; write it down, once it is known why."""
    form = SayForm(request.POST)
    if not form.is_valid():
        return _desk(request, desk, "already")
    who, reason = form.cleaned_data["who"], form.cleaned_data["reason"]
    try:
        if not reason:
            student = arriving.chosen(desk, who)
            drawn = _screen(request, desk, step="why", who=who, given=student.given_name)
            return render(request, PAGE, drawn)
        arrival = arriving.say_late(desk, kiosk, who, reason)
    except arriving.SeeTheDesk as see:
        return _desk(request, desk, see.why)
    at = hour_of(desk.here(arrival.arrived_at))
    grade = arriving.grade_of(arrival.student)
    done = {"step": "done", "arrival": arrival, "at": at, "grade": grade}
    return render(request, PAGE, _screen(request, desk, **done))


def _begin(request: HttpRequest, desk: Desk) -> Screen:
    return _screen(request, desk, step="start", grades=arriving.grades_of(desk))


def _desk(request: HttpRequest, desk: Desk, why: str) -> HttpResponse:
    return render(request, PAGE, _screen(request, desk, step="desk", why=why))


def _screen(request: HttpRequest, desk: Desk | None = None, **more: Any) -> Screen:
    language = language_of(request.POST.get("lang", "") or request.GET.get("lang", ""))
    words = WORDS[language]
    return {
        "language": language,
        "other_language": next(one for one in WORDS if one != language),
        "w": words,
        "school": desk.school if desk else None,
        "today": f"{desk.now.day} {desk.now:%b %Y}" if desk else "",
        "reasons": REASONS[language].items(),
        **more,
        "why_words": words.get(str(more.get("why", "")), ""),
    }


# --- at the desk ---------------------------------------------------------------------------------


@require_GET
@at_desk
def kiosks(request: HttpRequest, desk: Desk) -> HttpResponse:
    administrators_only(desk)
    return render(request, KIOSKS, _kiosks_screen(desk, KioskForm()))


@require_POST
@at_desk
def add_kiosk(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make the device that asks a kiosk, and sign its administrator out: anybody stands there."""
    administrators_only(desk)
    form = KioskForm(request.POST)
    if not form.is_valid():
        return render(request, KIOSKS, _kiosks_screen(desk, form), status=UNPROCESSABLE)
    kiosk, secret = devices.add_kiosk(desk, form.cleaned_data["name"])
    logout(request)
    answer = HttpResponseRedirect(reverse("frontdesk:kiosk"))
    devices.make_kiosk(answer, kiosk, secret, secure=request.is_secure())
    return answer


@require_POST
@at_desk
def end_kiosk(request: HttpRequest, desk: Desk, kiosk_id: int) -> HttpResponse:  # noqa: ARG001
    administrators_only(desk)
    devices.end_kiosk(desk, kiosk_id)
    return HttpResponseRedirect(address(desk, "kiosks"))


@require_POST
@at_desk
def settle(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Confirm what students said at a kiosk, or say that it is not so."""
    ids = WaitingForm(request.POST).ids()
    if "not_so" in request.POST:
        arriving.dismiss(desk, ids)
        return HttpResponseRedirect(address(desk, "late"))
    done = [event.pk for event in arriving.confirm(desk, ids)]
    return HttpResponseRedirect(with_chosen(desk, "late", [], done))


def _kiosks_screen(desk: Desk, form: KioskForm) -> Screen:
    rows = Kiosk.objects.filter(
        district_id=desk.school.district_id, school=desk.school, ended_at=None
    )
    standing = rows.select_related("added_by").order_by("id")
    return {**empty_screen(desk), "action": "late", "form": form, "standing": standing}
