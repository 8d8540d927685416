"""The pages that show syncs and how old the lists are."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from schoolgate.districts.access import Opened, Right, for_district, for_support, person
from schoolgate.districts.queries import districts_of
from schoolgate.jobs.engine import NotRunning
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.registrations.intake.upload import takes_uploads
from schoolgate.registrations.limits import additions_only
from schoolgate.registrations.models import Registration
from schoolgate.registrations.queries import (
    Schools,
    count_schools,
    registrations_of,
    source_schools_of,
)
from schoolgate.sync import run_words, trouble_words
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.next_step import SourceRow, source_row
from schoolgate.sync.progress_words import Figures, figures_of
from schoolgate.sync.queries import (
    count_schools_written,
    find_run,
    holds_of,
    last_runs,
    overtaken_by,
    row_problems_of,
    runs_of,
    waiting_holds,
)
from schoolgate.sync.review_words import HoldWords, hold_in_words
from schoolgate.sync.runs import NothingToSync, has_ended, may_be_stopped
from schoolgate.sync.school_lists import school_lists
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.sync.tasks import ask_to_stop, request_sync
from schoolgate.web.htmx import render, wants_part

RUNS_A_PAGE = 20
SCHOOLS_A_PAGE = 50
DISTRICTS_A_PAGE = 50

# htmx stops asking when it sees this one.
STOP_POLLING = 286
NOTHING_NEW = 204


@require_safe
@for_support
def districts(request: HttpRequest) -> HttpResponse:
    """Every district with how its sources' last syncs ended."""
    page = Paginator(districts_of(person(request)), DISTRICTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    sources = _sources(registrations_of(*page))
    rows = [
        (district, [row for row in sources if row.registration.district_id == district.id])
        for district in page
    ]
    return render(
        request, "sync/districts.html", {"page": page, "rows": rows, "now": timezone.now()}
    )


@require_safe
@for_district(Right.SEE_SYNCS)
def overview(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The district's schools with the age of their lists, and its sources."""
    now = timezone.now()
    sources = _sources(registrations_of(opened.district))
    lists = Paginator(school_lists(opened.district, now=now), SCHOOLS_A_PAGE)
    return render(
        request,
        "sync/overview.html",
        {
            "opened": opened,
            "here": "overview",
            "now": now,
            "page": lists.get_page(request.GET.get("page")),
            "sources": sources,
            "has_taken": any(row.schools.taken for row in sources),
        },
    )


@require_safe
@for_district(Right.SEE_SYNCS)
def registration(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """One source: its settings in words, its schools, its runs, and what waits."""
    source = get_object_or_404(registrations_of(opened.district), slug=slug)
    page = Paginator(runs_of(source), RUNS_A_PAGE).get_page(request.GET.get("page"))
    taken = source_schools_of(source).filter(enabled=True)
    counted = count_schools([source]).get(source.id, Schools())
    return render(
        request,
        "sync/registration.html",
        {
            "opened": opened,
            "registration": source,
            "takes_uploads": takes_uploads(source),
            "schools": taken[:SCHOOLS_A_PAGE],
            "counted": counted,
            "more_schools": max(counted.taken - SCHOOLS_A_PAGE, 0),
            "holds": _in_words(waiting_holds(source)),
            "additions_only": additions_only(source, today=timezone.localdate()),
            "page": page,
            "runs": [
                (run, run_words.standing_of(run), run_words.changes_in_words(run.changes))
                for run in page
            ],
            "now": timezone.now(),
        },
    )


@require_POST
@for_district(Right.SEE_SYNCS)
def sync_now(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Start a sync, and go to its page."""
    source = get_object_or_404(registrations_of(opened.district), slug=slug)
    try:
        run = request_sync(source, by=opened.person, at=timezone.now())
    except EnterpriseOnly as error:
        messages.error(request, str(error))
    except NothingToSync:
        messages.error(
            request, "No school of this source is taken yet. Choose its schools first, then sync."
        )
    except AlreadyRunning as error:
        messages.error(request, str(error))
    except NotRunning:
        messages.error(
            request,
            "The sync was not started: nothing in this installation does syncs at the moment. "
            "Whoever runs Schoolgate starts it with “schoolgate up”. Nothing was changed.",
        )
    else:
        return redirect("sync:run", opened.district.slug, run.id)
    return redirect("sync:registration", opened.district.slug, slug)


@require_safe
@for_district(Right.SEE_SYNCS)
def run(request: HttpRequest, opened: Opened, run_id: int) -> HttpResponse:
    """What one sync did, or how far it is."""
    found = find_run(opened.district, run_id)
    if found is None:
        raise Http404
    now = timezone.now()
    figures = figures_of(found, now=now, schools_written=count_schools_written(found))
    # What a listener has heard is not said again every two seconds: only the figures change.
    if wants_part(request) and request.GET.get("heard") == _mark(found):
        return _only_figures(request, figures)
    ended = has_ended(found)
    return render(
        request,
        "sync/run.html",
        {
            "opened": opened,
            "run": found,
            "ended": ended,
            "mark": _mark(found),
            "standing": run_words.standing_of(found),
            "figures": figures,
            "may_stop": opened.may_set_up and may_be_stopped(found),
            "now": now,
            **(_outcome(found) if ended else {}),
        },
        part="sync/parts/progress.html",
        status=STOP_POLLING if ended and wants_part(request) else 200,
    )


def _only_figures(request: HttpRequest, figures: Figures | None) -> HttpResponse:
    if figures is None:
        return HttpResponse(status=NOTHING_NEW)
    swapped = {"figures": figures, "swapped": True}
    answer = render(request, "sync/parts/figures.html", swapped)
    answer["HX-Reswap"] = "none"
    return answer


@require_POST
@for_district(Right.SET_UP)
def cancel(request: HttpRequest, opened: Opened, run_id: int) -> HttpResponse:
    """Stop a sync that waits or reads, and show how it stands."""
    found = find_run(opened.district, run_id)
    if found is None:
        raise Http404
    if not ask_to_stop(found, by=opened.person, at=timezone.now()):
        messages.error(
            request,
            "It was too late to stop it: it has ended, or the lists are being written. A school's "
            "list is always written completely.",
        )
    return redirect("sync:run", opened.district.slug, run_id)


def _sources(registrations: Iterable[Registration]) -> list[SourceRow]:
    sources = list(registrations)
    schools, runs = count_schools(sources), last_runs(sources)
    return [
        source_row(source, schools.get(source.id, Schools()), runs.get(source.id))
        for source in sources
    ]


def _in_words(holds: list[Hold]) -> list[HoldWords]:
    """All of one run."""
    overtaken = bool(holds) and overtaken_by(holds[0].run) is not None
    now = timezone.localtime()
    return [hold_in_words(hold, now=now, overtaken=overtaken) for hold in holds]


def _mark(run: SyncRun) -> str:
    return f"{run.state}-{run.stage}{'-stop' if run.cancel_asked_at else ''}"


def _outcome(run: SyncRun) -> dict[str, object]:
    return {
        "changes": run_words.changes_in_words(run.changes),
        "turn": run_words.turn_after(run),
        "retry": run_words.retry_after(run),
        "reading": run_words.reading_in_words(run),
        "timings": run_words.timings_in_words(run.timings),
        "holds": _in_words(list(holds_of(run))),
        "problems": trouble_words.problems_in_words(run.problems, list(row_problems_of(run))),
    }
