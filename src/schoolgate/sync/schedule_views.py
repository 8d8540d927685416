"""The page on which a source's schedule is read and changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.registrations import scheduling
from schoolgate.registrations.intake.upload import takes_uploads
from schoolgate.registrations.models import Registration
from schoolgate.registrations.queries import registrations_of
from schoolgate.registrations.scheduling import CannotSchedule, Times
from schoolgate.sync.advice import Advice, advise
from schoolgate.sync.past_syncs import evidence_of
from schoolgate.sync.schedule_forms import PaceForm, ReasonForm, TimesForm, initial_of
from schoolgate.web.htmx import render

# In the address: fill the form with what is advised.
ADVISED = "advised"


@require_safe
@for_district(Right.SEE_SYNCS)
def schedule(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """When a source is synced; for support also what is advised, and a form that it can fill."""
    registration = _registration(opened, slug)
    return _page(request, opened, registration, fill=ADVISED in request.GET)


@require_POST
@for_district(Right.SET_PACE)
def set_pace(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Support: change how often, and when."""
    form = PaceForm(request.POST, auto_id="pace_%s")
    return _change(
        request,
        opened,
        slug,
        Change(
            "pace",
            form,
            lambda registration, at: scheduling.set_pace(
                registration,
                form.pace,
                why=form.cleaned_data["why"],
                by=opened.person.id,
                at=at,
            ),
        ),
    )


@require_POST
@for_district(Right.SET_UP)
def choose_times(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """The district: change when syncs may begin and, before the first one, when that is."""
    over = _first_is_over(_registration(opened, slug))
    form = TimesForm(request.POST, first_is_over=over, auto_id="times_%s")
    return _change(
        request,
        opened,
        slug,
        Change(
            "times",
            form,
            lambda registration, at: scheduling.choose_times(
                registration,
                Times(form.window, form.starts_at_or(registration.starts_at)),
                by=opened.person.id,
                at=at,
            ),
        ),
    )


@require_POST
@for_district(Right.SET_PACE)
def pause(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Support: let nothing run by itself."""
    return _pause_or_resume(request, opened, slug, scheduling.pause)


@require_POST
@for_district(Right.SET_PACE)
def resume(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Support: sync by itself again."""
    return _pause_or_resume(request, opened, slug, scheduling.resume)


@dataclass(frozen=True)
class Change:
    """One of the page's forms, and what it does when it is valid."""

    name: str
    form: forms.Form
    carry_out: Callable[[Registration, datetime], None]


def _pause_or_resume(
    request: HttpRequest, opened: Opened, slug: str, act: Callable[..., None]
) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="rest_%s")
    return _change(
        request,
        opened,
        slug,
        Change(
            "rest",
            form,
            lambda registration, at: act(
                registration, why=form.cleaned_data["why"], by=opened.person.id, at=at
            ),
        ),
    )


def _change(request: HttpRequest, opened: Opened, slug: str, change: Change) -> HttpResponse:
    registration = _registration(opened, slug)
    if change.form.is_valid():
        try:
            change.carry_out(registration, timezone.now())
        except (CannotSchedule, EnterpriseOnly) as error:
            change.form.add_error(None, str(error))
        else:
            messages.success(request, "The schedule is saved.")
            return redirect("sync:schedule", opened.district.slug, slug)
    return _page(request, opened, registration, refused=change)


def _registration(opened: Opened, slug: str) -> Registration:
    return get_object_or_404(registrations_of(opened.district), slug=slug)


def _first_is_over(registration: Registration) -> bool:
    return scheduling.last_whole_at(registration) is not None


def _page(
    request: HttpRequest,
    opened: Opened,
    registration: Registration,
    *,
    refused: Change | None = None,
    fill: bool = False,
) -> HttpResponse:
    advice = advise(evidence_of(registration)) if opened.may_set_pace else None
    shown = _forms(registration, advice if fill else None)
    if refused is not None:
        shown[refused.name] = refused.form
    return render(
        request,
        "sync/schedule.html",
        {
            "opened": opened,
            "registration": registration,
            "advice": advice,
            "advised": fill,
            "takes_uploads": takes_uploads(registration),
            "has_something": scheduling.has_something_to_sync(registration),
            "last_whole_at": scheduling.last_whole_at(registration),
            "now": timezone.now(),
            **shown,
        },
        status=422 if refused else 200,
    )


def _forms(registration: Registration, advice: Advice | None) -> dict[str, Any]:
    initial = initial_of(registration)
    advised = {} if advice is None else _advised(advice)
    return {
        "pace": PaceForm(initial={**initial, **advised}, auto_id="pace_%s"),
        "times": TimesForm(
            initial=initial, first_is_over=_first_is_over(registration), auto_id="times_%s"
        ),
        "rest": ReasonForm(auto_id="rest_%s"),
    }


def _advised(advice: Advice) -> dict[str, Any]:
    if advice.hours is None:
        return {}
    filled: dict[str, Any] = {
        "every_hours": advice.hours,
        "why": f"As advised: {advice.reasons[0]}"[: scheduling.WHY_AT_MOST],
    }
    if advice.window is not None:
        filled |= {"window_from": advice.window.opens, "window_until": advice.window.closes}
    return filled
