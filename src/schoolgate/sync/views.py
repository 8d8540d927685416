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
from schoolgate.registrations.models import Registration
from schoolgate.registrations.queries import (
    Schools,
    count_schools,
    registrations_of,
    source_schools_of,
)
from schoolgate.sync import run_words, trouble_words
from schoolgate.sync.models import SyncRun
from schoolgate.sync.next_step import SourceRow, source_row
from schoolgate.sync.queries import (
    find_run,
    holds_of,
    last_runs,
    row_problems_of,
    runs_of,
    waiting_holds,
)
from schoolgate.sync.runs import NothingToSync, has_ended
from schoolgate.sync.school_lists import school_lists
from schoolgate.sync.tasks import request_sync
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
            "holds": [trouble_words.hold_in_words(hold) for hold in waiting_holds(source)],
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
    # What a listener has heard is not said again every two seconds.
    if wants_part(request) and request.GET.get("heard") == _mark(found):
        return HttpResponse(status=NOTHING_NEW)
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
            "now": timezone.now(),
            **(_outcome(found) if ended else {}),
        },
        part="sync/parts/progress.html",
        status=STOP_POLLING if ended and wants_part(request) else 200,
    )


def _sources(registrations: Iterable[Registration]) -> list[SourceRow]:
    sources = list(registrations)
    schools, runs = count_schools(sources), last_runs(sources)
    return [
        source_row(source, schools.get(source.id, Schools()), runs.get(source.id))
        for source in sources
    ]


def _mark(run: SyncRun) -> str:
    return f"{run.state}-{run.stage}"


def _outcome(run: SyncRun) -> dict[str, object]:
    return {
        "changes": run_words.changes_in_words(run.changes),
        "turn": run_words.turn_after(run),
        "retry": run_words.retry_after(run),
        "reading": run_words.reading_in_words(run),
        "timings": run_words.timings_in_words(run.timings),
        "holds": [trouble_words.hold_in_words(hold) for hold in holds_of(run)],
        "problems": trouble_words.problems_in_words(run.problems, list(row_problems_of(run))),
    }
