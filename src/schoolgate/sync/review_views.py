"""The pages on which a district reads what waits, decides on it, and sets when it waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.registrations.limits import additions_only, change_limits
from schoolgate.registrations.queries import registrations_of
from schoolgate.sync import review, run_words
from schoolgate.sync.limits_preview import preview
from schoolgate.sync.models import Decision, Hold, RunKind, SyncRun
from schoolgate.sync.queries import find_hold, find_run, holds_of, overtaken_by
from schoolgate.sync.review import CannotDecide, Read
from schoolgate.sync.review_causes import LikelyCause, Seen, likely_causes
from schoolgate.sync.review_forms import DecisionForm, LimitsForm, filled_with
from schoolgate.sync.review_queries import (
    checksum_of,
    effects_of,
    find_holds,
    held_changes,
    in_already,
    schools_left,
    seen_in,
)
from schoolgate.sync.review_tasks import write_soon
from schoolgate.sync.review_words import HoldWords, hold_in_words
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.web.htmx import render, wants_part

HOLDS_A_PAGE = 20
NAMES_A_PAGE = 50
# From so many on, the causes are folded away, and all can be ticked at once.
MANY = 3
LONGEST_SEARCH = 100

# htmx stops asking when it sees this one.
STOP_POLLING = 286

ask_or_say = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Card:
    """One hold on a page."""

    words: HoldWords
    causes: list[LikelyCause]
    in_already: list[str]
    value: str

    @property
    def hold(self) -> Hold:
        return self.words.hold


@require_safe
@for_district(Right.SEE_SYNCS)
def review_run(request: HttpRequest, opened: Opened, run_id: int) -> HttpResponse:
    """Everything that one sync holds: why, how likely, until when. No names."""
    run = _run(opened, run_id)
    if wants_part(request):
        return _progress(request, opened, run)
    return _review_page(request, opened, run, form=DecisionForm())


@require_POST
@for_district(Right.SET_UP)
def decide(request: HttpRequest, opened: Opened, run_id: int) -> HttpResponse:
    """Note what a person decided, and let it be written."""
    run = _run(opened, run_id)
    form = DecisionForm(request.POST, ticked=request.POST.getlist("hold"))
    if not form.is_valid():
        hold = find_hold(opened.district, _number(request.POST.get("page_of", "")))
        if hold is not None and hold.run_id == run.id:
            return _hold_page(request, opened, hold, form=form)
        return _review_page(request, opened, run, form=form)
    try:
        _carry_out(opened, run, form)
    except (CannotDecide, AlreadyRunning) as error:
        messages.error(request, f"{error} Nothing was changed.")
    else:
        messages.success(request, _said(form))
    return redirect("sync:review", opened.district.slug, run.id)


@ask_or_say
@for_district(Right.SET_UP)
def hold(request: HttpRequest, opened: Opened, hold_id: int) -> HttpResponse:
    """One hold by name. What is searched for comes by POST: no name stands in an address."""
    found = find_hold(opened.district, hold_id)
    if found is None:
        raise Http404
    return _hold_page(request, opened, found, form=DecisionForm())


@ask_or_say
@for_district(Right.SET_UP)
def limits(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Set when changes of a source wait; look first what would have waited."""
    source = get_object_or_404(registrations_of(opened.district), slug=slug)
    now = timezone.localtime()
    form = LimitsForm(
        request.POST or None, today=now.date(), initial=filled_with(source, today=now.date())
    )
    looks = "look" in request.POST
    if looks:
        # Whoever only looks need not say why yet.
        form.fields["why"].required = False
    seen = None
    if form.is_valid():
        if not looks:
            change_limits(
                source, form.limits, by=opened.person.id, why=form.cleaned_data["why"], now=now
            )
            messages.success(request, "The limits are saved. The next sync uses them.")
            return redirect("sync:registration", opened.district.slug, slug)
        seen = preview(source, form.limits)
    form.fields["why"].required = True
    return render(
        request,
        "sync/limits.html",
        {
            "opened": opened,
            "registration": source,
            "form": form,
            "preview": seen,
            "additions_only": additions_only(source, today=now.date()),
            "now": now,
        },
        status=422 if form.errors else 200,
    )


def _carry_out(opened: Opened, run: SyncRun, form: DecisionForm) -> None:
    holds = find_holds(opened.district, run.id, form.read)
    if holds.keys() != form.read.keys():
        raise CannotDecide("What was ticked is not part of this sync any more. Read it again.")
    read = [Read(holds[number], checksum) for number, checksum in form.read.items()]
    verb = review.approve if form.decided is Decision.APPROVED else review.discard
    verb(read, by=opened.person.id, why=form.cleaned_data["why"], now=timezone.now())
    if form.decided is Decision.APPROVED:
        write_soon(run)


def _said(form: DecisionForm) -> str:
    schools = (
        "1 decision is noted" if len(form.read) == 1 else f"{len(form.read)} decisions are noted"
    )
    if form.decided is Decision.APPROVED:
        return f"{schools}: approved. What was held goes, school by school."
    return (
        f"{schools}: everybody stays. The next sync looks again; what is still so then waits again."
    )


# --- the page of a run --------------------------------------------------------------------------


def _run(opened: Opened, run_id: int) -> SyncRun:
    found = find_run(opened.district, run_id)
    if found is None:
        raise Http404
    return found


def _review_page(
    request: HttpRequest, opened: Opened, run: SyncRun, *, form: DecisionForm
) -> HttpResponse:
    now = timezone.localtime()
    page = Paginator(holds_of(run), HOLDS_A_PAGE).get_page(request.GET.get("page"))
    overtaken = overtaken_by(run)
    cards = _cards(run, page, now=now, overtaken=overtaken is not None)
    return render(
        request,
        "sync/review.html",
        {
            "opened": opened,
            "run": run,
            "page": page,
            "cards": cards,
            "overtaken": overtaken,
            "form": form,
            "few": len(cards) < MANY,
            "ticked": form.ticked or _ticked_by_link(request, cards),
            "can_sync_again": opened.is_enterprise and any(card.words.is_open for card in cards),
            "may_decide": opened.may_set_up and any(card.words.is_open for card in cards),
            "may_approve": opened.may_set_up and any(card.words.may_approve for card in cards),
            "rekey": _address_of_rekey(run),
            "now": now,
            **_being_written(run, overtaken=overtaken is not None),
        },
        status=422 if form.errors else 200,
    )


def _ticked_by_link(request: HttpRequest, cards: list[Card]) -> list[str]:
    if request.GET.get("tick") != "all":
        return []
    return [card.value for card in cards if card.words.may_approve]


def _progress(request: HttpRequest, opened: Opened, run: SyncRun) -> HttpResponse:
    """How far an approval is. When it is in, the page is loaded anew."""
    writing = _being_written(run, overtaken=overtaken_by(run) is not None)
    response = render(
        request,
        "sync/parts/review_progress.html",
        {"opened": opened, "run": run, **writing},
        status=200 if writing["writing"] else STOP_POLLING,
    )
    if not writing["writing"]:
        response["HX-Refresh"] = "true"
    return response


def _being_written(run: SyncRun, *, overtaken: bool) -> dict[str, Any]:
    approved = [] if overtaken else list(review.approved_of(run))
    if not approved:
        return {"writing": False}
    schools = len({hold.school_id for hold in approved})
    return {
        "writing": True,
        "schools_in": schools - schools_left(run, approved),
        "schools_approved": schools,
    }


def _cards(run: SyncRun, holds: Iterable[Hold], *, now: datetime, overtaken: bool) -> list[Card]:
    listed = list(holds)
    seen = seen_in(run, listed, today=_day_of(run, now))
    went_on = in_already(run, [hold.school_id for hold in listed])
    return [
        Card(
            hold_in_words(hold, now=now, overtaken=overtaken),
            _causes(hold, seen[hold.id]),
            run_words.changes_in_words(went_on.get(hold.school_id, {})),
            f"{hold.id}:{checksum_of(hold)}" if hold.decision == "" and not overtaken else "",
        )
        for hold in listed
    ]


def _causes(hold: Hold, seen: Seen) -> list[LikelyCause]:
    """Only while they help to decide."""
    from_source = hold.run.kind != RunKind.UNDO
    return likely_causes(seen) if hold.decision == "" and from_source else []


def _day_of(run: SyncRun, now: datetime) -> date:
    return timezone.localdate(run.ended_at) if run.ended_at else now.date()


def _address_of_rekey(run: SyncRun) -> str:
    try:
        return reverse("sync:rekey", args=[run.district.slug, run.registration.slug])
    except NoReverseMatch:
        return ""


# --- the page of one hold -----------------------------------------------------------------------


def _hold_page(
    request: HttpRequest, opened: Opened, found: Hold, *, form: DecisionForm
) -> HttpResponse:
    now = timezone.localtime()
    asked = request.POST if not form.is_bound else request.GET
    search = asked.get("q", "").strip()[:LONGEST_SEARCH]
    changes = Paginator(held_changes(found, search=search), NAMES_A_PAGE)
    page = changes.get_page(asked.get("page") or request.GET.get("page"))
    overtaken = overtaken_by(found.run) is not None
    (card,) = _cards(found.run, [found], now=now, overtaken=overtaken)
    return render(
        request,
        "sync/hold.html",
        {
            "opened": opened,
            "hold": found,
            "run": found.run,
            "card": card,
            "form": form,
            "search": search,
            "page": page,
            "effects": effects_of(found, list(page)),
            "rekey": _address_of_rekey(found.run),
            "part": wants_part(request),
            "now": now,
        },
        part="sync/parts/hold_names.html",
        status=422 if form.errors else 200,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
