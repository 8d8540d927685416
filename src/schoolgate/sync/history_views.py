"""The pages of what our lists said: every change of a person, and the list at any moment."""

from collections.abc import Sequence

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.roster.history import (
    find_people,
    history_of_guardian,
    history_of_student,
    list_as_of,
    other_records,
)
from schoolgate.roster.models import Guardian, Relationship
from schoolgate.sync import history_page
from schoolgate.sync.history_access import Looking, for_history
from schoolgate.sync.history_forms import FindForm, MomentForm
from schoolgate.web.htmx import render

CHANGES_A_PAGE = 50
FOUND_AT_MOST = 50
OTHERS_AT_MOST = 5
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@for_district(Right.SEE_SYNCS)
def students(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Find a student, listed or gone. What is typed comes by POST: no name in an address."""
    form = FindForm(request.POST or None)
    found: Sequence[object] = []
    if form.is_valid():
        found = list(find_people(opened.district, form.cleaned_data["q"])[: FOUND_AT_MOST + 1])
    return render(
        request,
        "sync/students.html",
        {
            "opened": opened,
            "here": "students",
            "form": form,
            "looked": form.is_valid(),
            "found": found[:FOUND_AT_MOST],
            "more": len(found) > FOUND_AT_MOST,
        },
        status=UNPROCESSABLE if form.errors else 200,
    )


@require_safe
@for_history
def student_history(request: HttpRequest, looking: Looking) -> HttpResponse:
    """Show every change of one student, newest first."""
    now = timezone.localtime()
    changes = [one for one in history_of_student(looking.student) if looking.may_see(one)]
    page = Paginator(changes, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "sync/student_history.html",
        {
            "opened": looking.opened,
            "looking": looking,
            "student": looking.student,
            "page": page,
            "rows": history_page.rows(
                looking.opened.district, page, with_numbers=looking.sees_numbers
            ),
            "others": other_records(looking.student)[:OTHERS_AT_MOST] if looking.sees_all else (),
            "form": MomentForm(now=now),
            "now": now,
        },
    )


@require_safe
@for_history
def student_then(request: HttpRequest, looking: Looking) -> HttpResponse:
    """Say what our list said about one student on one date and time."""
    now = timezone.localtime()
    form = MomentForm(request.GET or None, now=now)
    drawn = {
        "opened": looking.opened,
        "looking": looking,
        "student": looking.student,
        "form": form,
        "now": now,
    }
    if not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "sync/student_then.html", drawn, status=status)
    then = list_as_of(looking.student, form.cleaned_data["at"])
    if not looking.may_see_then(then):
        drawn |= {"not_here": True, "at": then.at}
        return render(request, "sync/student_then.html", drawn)
    numbers = looking.sees_numbers
    drawn |= {
        "at": then.at,
        "then": then,
        "sentence": history_page.standing_then(then),
        "lists": history_page.lists_then(looking.student, then),
        "contacts": history_page.contact_rows(then.current_contacts, with_numbers=numbers),
        "former": history_page.contact_rows(then.former_contacts, with_numbers=numbers),
    }
    return render(request, "sync/student_then.html", drawn)


@require_safe
@for_district(Right.SEE_SYNCS)
def guardian_history(request: HttpRequest, opened: Opened, guardian_id: int) -> HttpResponse:
    """Show every change of one contact and of her relationships, newest first."""
    guardian = get_object_or_404(Guardian, district=opened.district, id=guardian_id)
    changes = history_of_guardian(guardian)
    page = Paginator(changes, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    children = Relationship.objects.filter(district=opened.district, guardian=guardian)
    if not changes and not children.exists():
        raise Http404
    return render(
        request,
        "sync/guardian_history.html",
        {
            "opened": opened,
            "guardian": guardian,
            "children": children.select_related("student").order_by(
                "state", "student__folded", "id"
            ),
            "page": page,
            "rows": history_page.rows(opened.district, page, with_numbers=opened.may_set_up),
            "now": timezone.localtime(),
        },
    )
