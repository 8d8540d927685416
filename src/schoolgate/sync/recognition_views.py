"""The pages on which a district says who is who: on a school's own list, and after new ids."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.districts.models import School
from schoolgate.registrations.models import Registration
from schoolgate.registrations.queries import registrations_of
from schoolgate.registrations.school_rekey import same_schools, take_under_new_ids
from schoolgate.roster.models import ListChoice
from schoolgate.sync import rekey as rekeying
from schoolgate.sync.adoption import CannotAdopt, Wanted, decide_list, open_run, recognise
from schoolgate.sync.comparing import Comparison, Ours, compare, match_adults
from schoolgate.sync.models import SyncRun
from schoolgate.sync.open_lists import own_lists_in
from schoolgate.sync.recognition_forms import ListForm
from schoolgate.sync.recognition_page import Show, counts_of, lines_of
from schoolgate.sync.rekey import CannotRekey, rekey_all, rekey_school, run_to_rekey
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.web.htmx import render

SCHOOLS_A_PAGE = 50
NAMES_A_PAGE = 50
LONGEST_SEARCH = 100
# Somebody waits in her browser: what is left is done when she asks again.
PATIENCE = timedelta(seconds=20)

show_or_search = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Way:
    """What differs between the two: who is compared, which run, which pages."""

    ours: Ours
    overview: str
    school: str
    template: str


ADOPT = Way(Ours.OWN_LIST, "sync:adopt", "sync:adopt_school", "sync/adopt_school.html")
REKEY = Way(Ours.SHOWN_NO_MORE, "sync:rekey", "sync:rekey_school", "sync/rekey_school.html")


# --- a school's own list --------------------------------------------------------------------------


@require_safe
@for_district(Right.SET_UP)
def adopt(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """The schools of a source that had a list before, and what was decided."""
    source = _source(opened, slug)
    run = open_run(source.id, district_id=opened.district.id)
    return render(
        request,
        "sync/adopt.html",
        {"opened": opened, "registration": source, "run": run, "lists": own_lists_in(run)},
    )


@require_POST
@for_district(Right.SET_UP)
def decide_own_list(request: HttpRequest, opened: Opened, slug: str, school: str) -> HttpResponse:
    """Note what becomes of one school's own list, as it was read."""
    comparison = _compared(opened, slug, school, ADOPT)
    if comparison is None:
        return _looked_again(request, opened, slug, ADOPT)
    form = ListForm(request.POST)
    if not form.is_valid():
        return _school_page(request, opened, comparison, ADOPT, form=form)
    wanted = form.choice
    try:
        _check_read(request, comparison)
        adopted = decide_list(comparison, wanted, by=opened.person.id, at=timezone.now())
    except (CannotAdopt, AlreadyRunning) as error:
        messages.error(request, str(error))
        return redirect(ADOPT.school, opened.district.slug, slug, school)
    messages.success(request, _decided(comparison.school, wanted, adopted))
    return redirect("sync:adopt", opened.district.slug, slug)


# --- new ids --------------------------------------------------------------------------------------


@require_safe
@for_district(Right.SET_UP)
def rekey(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """The schools of a source whose students are gone while as many come."""
    source = _source(opened, slug)
    run = run_to_rekey(source.id)
    schools = rekeying.turnovers(run) if run else []
    missing = run.schools_missing if run else []
    return render(
        request,
        "sync/rekey.html",
        {
            "opened": opened,
            "registration": source,
            "run": run,
            "page": Paginator(schools, SCHOOLS_A_PAGE).get_page(request.GET.get("page")),
            "leaving": sum(one.leaving for one in schools),
            "coming": sum(one.coming for one in schools),
            "missing": School.objects.filter(district=opened.district, id__in=missing),
            "same": same_schools(source, missing),
        },
    )


@require_POST
@for_district(Right.SET_UP)
def take_schools(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Take the schools that have new ids themselves."""
    source = _source(opened, slug)
    run = run_to_rekey(source.id)
    if run is None:
        return _looked_again(request, opened, slug, REKEY)
    taken = take_under_new_ids(source, run.schools_missing, by=opened.person.id, at=timezone.now())
    schools = "1 school is" if len(taken) == 1 else f"{len(taken)} schools are"
    messages.success(
        request, f"{schools} taken under new ids. Sync now; then their students are compared here."
    )
    return redirect("sync:rekey", opened.district.slug, slug)


@require_POST
@for_district(Right.SET_UP)
def confirm_rekey(request: HttpRequest, opened: Opened, slug: str, school: str) -> HttpResponse:
    """Give those who are paired at one school their new ids."""
    comparison = _compared(opened, slug, school, REKEY)
    if comparison is None:
        return _looked_again(request, opened, slug, REKEY)
    try:
        _check_read(request, comparison)
        count = rekey_school(
            comparison,
            why=request.POST.get("why", ""),
            by=opened.person.id,
            at=timezone.now(),
        )
    except (CannotAdopt, CannotRekey, AlreadyRunning) as error:
        messages.error(request, str(error))
        return redirect(REKEY.school, opened.district.slug, slug, school)
    messages.success(request, f"{_students(count)} of {comparison.school.name} go on.")
    return redirect("sync:rekey", opened.district.slug, slug)


@require_POST
@for_district(Right.SET_UP)
def confirm_rekey_of_all(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Give the new ids in every school in which nobody is in doubt."""
    run = run_to_rekey(_source(opened, slug).id)
    if run is None or str(run.pk) != request.POST.get("run"):
        return _looked_again(request, opened, slug, REKEY)
    try:
        done = rekey_all(
            run,
            why=request.POST.get("why", ""),
            by=opened.person.id,
            clock=timezone.now,
            within=PATIENCE,
        )
    except (CannotAdopt, CannotRekey, AlreadyRunning) as error:
        messages.error(request, str(error))
        return redirect("sync:rekey", opened.district.slug, slug)
    schools = "1 school" if done.schools == 1 else f"{done.schools} schools"
    messages.success(request, f"{_students(done.people)} in {schools} go on.")
    if done.left:
        messages.warning(request, f"Schools left: {done.left}. Confirm again to go on.")
    if done.in_doubt:
        names = ", ".join(school.name for school in done.in_doubt)
        messages.warning(request, f"Somebody is in doubt, and nothing was done, at: {names}.")
    return redirect("sync:rekey", opened.district.slug, slug)


# --- what both have -------------------------------------------------------------------------------


@show_or_search
@for_district(Right.SET_UP)
def of_school(
    request: HttpRequest, opened: Opened, slug: str, school: str, way: Way
) -> HttpResponse:
    """Who is who at one school, a page of names at a time. What is searched for is posted."""
    comparison = _compared(opened, slug, school, way)
    if comparison is None:
        return _looked_again(request, opened, slug, way)
    return _school_page(request, opened, comparison, way)


@require_POST
@for_district(Right.SET_UP)
def recognise_one(
    request: HttpRequest, opened: Opened, slug: str, school: str, way: Way
) -> HttpResponse:
    """Note who one of theirs is, or that she is nobody of ours."""
    comparison = _compared(opened, slug, school, way)
    if comparison is None:
        return _looked_again(request, opened, slug, way)
    who = request.POST.get("who", "")
    try:
        if who != "nobody" and not who.isdecimal():
            raise CannotAdopt("Choose one of them, or that it is none of them.")  # noqa: TRY301
        recognise(
            comparison,
            request.POST.get("theirs", ""),
            None if who == "nobody" else int(who),
            by=opened.person.id,
            at=timezone.now(),
        )
    except CannotAdopt as error:
        messages.error(request, str(error))
    return redirect(way.school, opened.district.slug, slug, school)


def _source(opened: Opened, slug: str) -> Registration:
    return get_object_or_404(registrations_of(opened.district), slug=slug)


def _compared(opened: Opened, slug: str, code: str, way: Way) -> Comparison | None:
    """None: no run waits to be compared any more."""
    source = _source(opened, slug)
    school = School.objects.filter(district=opened.district, code=code).first()
    if school is None:
        raise Http404
    run: SyncRun | None = (
        open_run(source.id, district_id=opened.district.id)
        if way is ADOPT
        else run_to_rekey(source.id)
    )
    return None if run is None else compare(run, school, way.ours)


def _looked_again(request: HttpRequest, opened: Opened, slug: str, way: Way) -> HttpResponse:
    messages.error(
        request,
        "Nothing waits to be compared here any more: it was decided, or a newer sync has looked. "
        "Nothing was done.",
    )
    return redirect(way.overview, opened.district.slug, slug)


def _check_read(request: HttpRequest, comparison: Comparison) -> None:
    if request.POST.get("checksum") != comparison.checksum:
        raise CannotAdopt(
            "A list has changed since you looked at it. Nothing was done: look again, then decide."
        )


def _school_page(
    request: HttpRequest,
    opened: Opened,
    comparison: Comparison,
    way: Way,
    *,
    form: ListForm | None = None,
) -> HttpResponse:
    words = request.POST if form is None else {}
    typed = words.get("q", "").strip()[:LONGEST_SEARCH]
    counts = counts_of(comparison)
    show = _shown(words.get("show") or request.GET.get("show", ""), counts)
    lines = Paginator(lines_of(comparison, show, typed), NAMES_A_PAGE)
    adults = match_adults(comparison)
    context: dict[str, Any] = {
        "opened": opened,
        "registration": comparison.run.registration,
        "school": comparison.school,
        "comparison": comparison,
        "counts": {kind.value: count for kind, count in counts.items()},
        "adults": len(adults.pairs),
        "show": show.value,
        "typed": typed,
        "page": lines.get_page(words.get("page")),
        "form": form or ListForm(),
        "way_school": way.school,
        "way_recognise": f"{way.overview}_recognise",
    }
    return render(
        request,
        way.template,
        context,
        part="sync/parts/recognition_names.html",
        status=422 if form is not None else 200,
    )


def _shown(wanted: str, counts: dict[Show, int]) -> Show:
    """What was asked for; else the first of which there is anybody."""
    if wanted in set(Show):
        return Show(wanted)
    return next((show for show, count in counts.items() if count), Show.PAIRS)


def _decided(school: School, wanted: Wanted, adopted: int) -> str:
    if wanted.choice == ListChoice.CLEAR:
        return f"The own list of {school.name} leaves when the next sync brings the source's."
    return f"{_students(adopted)} of {school.name} recognised. The next sync brings the others."


def _students(count: int) -> str:
    return "1 student" if count == 1 else f"{count:,} students"
