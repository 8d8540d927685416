"""The pages on which a district and a school keep a list of their own."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schoolgate.districts.access import Opened, Right, for_district, person
from schoolgate.districts.models import School
from schoolgate.roster.list_file import CannotRead
from schoolgate.roster.list_import import draft_of, keep_draft, load, preview
from schoolgate.roster.lists.access import for_school
from schoolgate.roster.lists.forms import FileForm, forms_for
from schoolgate.roster.lists.queries import find_own, own_contacts, own_list, own_lists
from schoolgate.roster.models import ListDraft, Student
from schoolgate.roster.preloaded import (
    Cause,
    NewStudent,
    NotOurs,
    add_students,
    change_student,
    remove_student,
)
from schoolgate.web.htmx import render

SCHOOLS_A_PAGE = 50
NAMES_A_PAGE = 50
LONGEST_SEARCH = 100
UNPROCESSABLE = 422

show_or_save = require_http_methods(["GET", "HEAD", "POST"])


# --- the district ---------------------------------------------------------------------------------


@require_safe
@for_district(Right.SET_UP)
def overview(request: HttpRequest, opened: Opened) -> HttpResponse:
    """How many each school has on a list of its own."""
    page = Paginator(own_lists(opened.district), SCHOOLS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "roster/own_lists.html",
        {
            "opened": opened,
            "here": "own_lists",
            "page": page,
            "draft": draft_of(opened.district, opened.person),
        },
    )


@show_or_save
@for_district(Right.SET_UP)
def load_file(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take a file, and go to its preview."""
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            keep_draft(
                opened.district,
                file_name=file.name or "",
                content=file.read(),
                by=opened.person,
                at=timezone.now(),
            )
        except CannotRead as error:
            form.add_error("file", str(error))
        else:
            return redirect("lists:preview", opened.district.slug)
    return render(
        request,
        "roster/load_list.html",
        {"opened": opened, "here": "own_lists", "form": form},
        status=UNPROCESSABLE if form.errors else 200,
    )


@show_or_save
@for_district(Right.SET_UP)
def show_preview(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Show what loading the file would do; a page of its names at a time."""
    draft = draft_of(opened.district, opened.person)
    if draft is None:
        messages.error(request, "There is no file to look at. Choose one.")
        return redirect("lists:load", opened.district.slug)
    return _preview_page(request, opened, draft)


@require_POST
@for_district(Right.SET_UP)
def confirm(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Add what the preview has shown."""
    draft = draft_of(opened.district, opened.person)
    if draft is None:
        messages.error(request, "That file has been loaded already, or put away.")
        return redirect("lists:overview", opened.district.slug)
    try:
        added = load(
            draft, expected=_number(request, "expected"), by=opened.person, at=timezone.now()
        )
    except CannotRead as error:
        messages.error(request, str(error))
        return redirect("lists:preview", opened.district.slug)
    students = "1 student is" if added == 1 else f"{added:,} students are"
    messages.success(request, f"{students} on the lists now.")
    return redirect("lists:overview", opened.district.slug)


@require_POST
@for_district(Right.SET_UP)
def put_away(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Forget the file; nothing of it was added."""
    ListDraft.objects.filter(district=opened.district, by=opened.person).delete()
    messages.success(request, "The file is put away. Nothing was added.")
    return redirect("lists:overview", opened.district.slug)


# --- a school -------------------------------------------------------------------------------------


@show_or_save
@for_school
def of_school(request: HttpRequest, school: School) -> HttpResponse:
    """A school's own list. What is searched for is posted: no name stands in an address."""
    typed = request.POST.get("q", "").strip()[:LONGEST_SEARCH]
    page = Paginator(own_list(school, typed), NAMES_A_PAGE).get_page(request.POST.get("page"))
    return render(
        request,
        "roster/own_list.html",
        {"school": school, "page": page, "typed": typed},
        part="roster/parts/own_names.html",
    )


@show_or_save
@for_school
def add(request: HttpRequest, school: School) -> HttpResponse:
    """Add one student with her contacts."""
    form, contacts = forms_for(request.POST or None, None, [])
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        wanted = form.student(each.contact({}) for each in contacts if each.is_wanted)
        add_students([(school, wanted)], cause=_cause(request, school))
        messages.success(request, f"{_name(wanted)} is on the list of {school.name}.")
        return redirect("lists:school", school.district.slug, school.code)
    return _form_page(request, school, form=form, contacts=contacts)


@show_or_save
@for_school
def change(request: HttpRequest, school: School, student_id: int) -> HttpResponse:
    """Change one student of the school's own list."""
    student = _student(school, student_id)
    known = {adult.pk: adult for adult in own_contacts(student)}
    form, contacts = forms_for(request.POST or None, student, known.values())
    if request.method == "POST" and form.is_valid() and contacts.is_valid():
        wanted = form.student(each.contact(known) for each in contacts if each.is_wanted)
        try:
            change_student(student, wanted, school=school, cause=_cause(request, school))
        except NotOurs as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"What you changed about {_name(wanted)} is saved.")
        return redirect("lists:school", school.district.slug, school.code)
    return _form_page(request, school, form=form, contacts=contacts, student=student)


@require_POST
@for_school
def remove(request: HttpRequest, school: School, student_id: int) -> HttpResponse:
    """Take one student off the school's own list."""
    student = _student(school, student_id)
    try:
        remove_student(student, school=school, cause=_cause(request, school))
    except NotOurs as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"{student.name} is off the list. Her history stays, and so does what restricts her.",
        )
    return redirect("lists:school", school.district.slug, school.code)


def _preview_page(request: HttpRequest, opened: Opened, draft: ListDraft) -> HttpResponse:
    found = preview(draft)
    return render(
        request,
        "roster/preview_list.html",
        {
            "opened": opened,
            "here": "own_lists",
            "draft": draft,
            "found": found,
            "names": Paginator(found.new, NAMES_A_PAGE).get_page(request.GET.get("page")),
            "bad": found.bad[:NAMES_A_PAGE],
            "more_bad": max(len(found.bad) - NAMES_A_PAGE, 0),
        },
    )


def _form_page(
    request: HttpRequest,
    school: School,
    *,
    form: object,
    contacts: object,
    student: Student | None = None,
) -> HttpResponse:
    return render(
        request,
        "roster/own_student.html",
        {"school": school, "form": form, "contacts": contacts, "student": student},
        status=UNPROCESSABLE if request.method == "POST" else 200,
    )


def _student(school: School, student_id: int) -> Student:
    student = find_own(school, student_id)
    if student is None:
        raise Http404
    return student


def _cause(request: HttpRequest, school: School) -> Cause:
    return Cause(school.district, timezone.now(), by=person(request).pk)


def _name(student: NewStudent) -> str:
    return f"{student.given_name} {student.family_name}"


def _number(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() else -1
