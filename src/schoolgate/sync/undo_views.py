"""The page on which a district looks at an undo, and asks for it."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.districts.models import School
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.sync import undo_page
from schoolgate.sync.models import RunState, SyncRun
from schoolgate.sync.queries import find_run
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.sync.undo import preview
from schoolgate.sync.undo import undo as take_back
from schoolgate.sync.undo_checks import CannotUndo
from schoolgate.sync.undo_forms import UndoForm
from schoolgate.web.htmx import render

UNPROCESSABLE = 422
CONFLICT = 409

ask_or_say = require_http_methods(["GET", "HEAD", "POST"])


@ask_or_say
@for_district(Right.SET_UP)
def undo(request: HttpRequest, opened: Opened, run_id: int, school: str) -> HttpResponse:
    """Show what an undo of one sync at one school would do; with a reason, do it."""
    run = find_run(opened.district, run_id)
    if run is None:
        raise Http404
    place = get_object_or_404(School, district=opened.district, code=school)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _take_back(opened, run, place, form)
        except (CannotUndo, AlreadyRunning, EnterpriseOnly) as error:
            form.add_error(None, str(error))
        else:
            _say(request, done, place)
            return redirect("sync:run", opened.district.slug, done.id)
    return _page(request, opened, run, place, form)


def _take_back(opened: Opened, run: SyncRun, school: School, form: UndoForm) -> SyncRun:
    looked_at = replace(preview(run, school), checksum=form.cleaned_data["looked_at"])
    return take_back(looked_at, by=opened.person, why=form.cleaned_data["why"], clock=timezone.now)


def _say(request: HttpRequest, done: SyncRun, school: School) -> None:
    if done.state == RunState.HELD:
        messages.warning(
            request,
            f"Sync {done.undoes_id} is undone at {school.name}, except for what waits for a "
            "decision below.",
        )
    else:
        messages.success(request, f"Sync {done.undoes_id} is undone at {school.name}.")


def _page(
    request: HttpRequest, opened: Opened, run: SyncRun, school: School, form: UndoForm
) -> HttpResponse:
    drawn = {
        "opened": opened,
        "run": run,
        "school": school,
        "form": form,
        "now": timezone.now(),
    }
    try:
        looked_at = preview(run, school)
    except (CannotUndo, AlreadyRunning) as why_not:
        drawn |= {"why_not": why_not, "first": getattr(why_not, "first", None)}
        return render(request, "sync/undo.html", drawn, status=_status(request, CONFLICT))
    drawn |= {
        "looked_at": looked_at,
        "groups": undo_page.groups(looked_at),
        "waiting": undo_page.waiting(looked_at),
        "other_schools": undo_page.other_schools(looked_at),
        "dated_back_to": undo_page.dated_back_to(looked_at),
    }
    return render(request, "sync/undo.html", drawn, status=_status(request, UNPROCESSABLE))


def _status(request: HttpRequest, refused: int) -> int:
    return refused if request.method == "POST" else 200
