"""The pages on which a district sets up its sources."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from schoolgate.districts.access import Opened, Right, for_district
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.oneroster.errors import OneRosterError
from schoolgate.oneroster.rest.retry import Patience
from schoolgate.registrations import school_choice
from schoolgate.registrations.credentials import CannotUnseal
from schoolgate.registrations.forms import (
    BundleForm,
    CsvForm,
    NameForm,
    RestForm,
    SourceSchoolForm,
    school_rows,
)
from schoolgate.registrations.intake.upload import add_by_upload, replace_upload, takes_uploads
from schoolgate.registrations.models import DataChoice, Registration, Transport
from schoolgate.registrations.planned_words import next_in_words
from schoolgate.registrations.queries import (
    mapped_schools,
    registrations_of,
    schools_in,
    source_schools_of,
)
from schoolgate.registrations.registering import add_registration, change_registration
from schoolgate.web.htmx import render

SCHOOLS_A_PAGE = 50
# Somebody waits for the answer in her browser.
IMPATIENT = Patience(tries=2, few_tries=1, seconds=20, longest_wait=5)

show_or_save = require_http_methods(["GET", "HEAD", "POST"])


@show_or_save
@for_district(Right.SET_UP)
def add(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Add a REST source."""
    form = RestForm(request.POST or None)
    if form.is_valid():
        try:
            registration = add_registration(
                opened.district,
                name=form.cleaned_data["name"],
                where=form.where,
                data_choice=form.choice,
                preset=form.cleaned_data["preset"],
                by=opened.person.id,
                at=timezone.now(),
            )
        except EnterpriseOnly as error:
            form.add_error(None, str(error))
        else:
            return _added(request, registration)
    return _add_page(request, opened, form)


@show_or_save
@for_district(Right.SET_UP)
def add_csv(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Add a source that is a CSV zip from this browser."""
    form = CsvForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            registration = add_by_upload(
                opened.district,
                name=form.cleaned_data["name"],
                chunks=form.cleaned_data["bundle"].chunks(),
                data_choice=form.choice,
                preset=form.cleaned_data["preset"],
                by=opened.person.id,
                at=timezone.now(),
            )
        except EnterpriseOnly as error:
            form.add_error(None, str(error))
        except OneRosterError as error:
            form.add_error("bundle", str(error))
        else:
            return _added(request, registration)
    return _add_page(request, opened, form)


@show_or_save
@for_district(Right.SET_UP)
def change(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Change a source's settings, or replace its secret."""
    registration = _registration(opened, slug)
    form = _settings_form(registration, request.POST or None)
    if form.is_valid():
        try:
            change_registration(
                registration,
                name=form.cleaned_data["name"],
                data_choice=form.choice,
                preset=form.cleaned_data["preset"],
                where=form.where if isinstance(form, RestForm) else None,
                by=opened.person.id,
                at=timezone.now(),
            )
        except EnterpriseOnly as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The settings are saved. The next sync uses them.")
            return redirect("sync:registration", opened.district.slug, slug)
    return _settings(request, opened, registration, form=form)


@require_POST
@for_district(Right.SET_UP)
def upload(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Replace the zip of a source."""
    registration = _registration(opened, slug)
    if not takes_uploads(registration):
        messages.error(request, "This source does not take uploads. Nothing was changed.")
        return redirect("sync:registration", opened.district.slug, slug)
    form = BundleForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            replace_upload(
                registration,
                form.cleaned_data["bundle"].chunks(),
                by=opened.person.id,
                at=timezone.now(),
            )
        except (EnterpriseOnly, OneRosterError) as error:
            form.add_error("bundle", str(error))
        else:
            messages.success(request, "The new zip is in place. The next sync reads it.")
            return redirect("sync:registration", opened.district.slug, slug)
    settings = _settings_form(registration, None)
    return _settings(request, opened, registration, form=settings, bundle=form)


@show_or_save
@for_district(Right.SET_UP)
def schools(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Choose which schools of a source are taken, as which of ours, and with what."""
    registration = _registration(opened, slug)
    page = Paginator(source_schools_of(registration), SCHOOLS_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = school_rows(
        page.object_list,
        ours=schools_in(opened.district),
        mapped=mapped_schools(registration),
        filled=request.POST or None,
    )
    valid = [row.is_valid() for row in rows]
    if valid and all(valid):
        changed = school_choice.choose_schools(
            registration,
            [_choice(row) for row in rows],
            by=opened.person.id,
            at=timezone.now(),
        )
        messages.success(request, _saved(registration, len(changed)))
        return redirect(request.get_full_path())
    return render(
        request,
        "registrations/schools.html",
        {
            "opened": opened,
            "registration": registration,
            "page": page,
            "rows": rows,
            "refused": request.method == "POST",
        },
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@for_district(Right.SET_UP)
def take_all(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Take every school that the source lists."""
    registration = _registration(opened, slug)
    taken = school_choice.map_all(registration, by=opened.person.id, at=timezone.now())
    messages.success(
        request,
        f"All {len(taken)} schools are taken. The next sync reads them{_when(registration)}.",
    )
    return redirect("registrations:schools", opened.district.slug, slug)


@require_POST
@for_district(Right.SET_UP)
def look(request: HttpRequest, opened: Opened, slug: str) -> HttpResponse:
    """Ask the source which schools it has."""
    registration = _registration(opened, slug)
    try:
        found = school_choice.look_again(
            registration, patience=IMPATIENT, by=opened.person.id, at=timezone.now()
        )
    except (EnterpriseOnly, OneRosterError, CannotUnseal, school_choice.OrgsIncomplete) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The source lists {len(found)} schools.")
    return redirect("registrations:schools", opened.district.slug, slug)


def _registration(opened: Opened, slug: str) -> Registration:
    return get_object_or_404(registrations_of(opened.district), slug=slug)


def _added(request: HttpRequest, registration: Registration) -> HttpResponse:
    messages.success(request, f"{registration.name} is added. Now choose its schools.")
    return redirect("registrations:schools", registration.district.slug, registration.slug)


def _add_page(request: HttpRequest, opened: Opened, form: RestForm | CsvForm) -> HttpResponse:
    return render(
        request,
        "registrations/add.html",
        {"opened": opened, "form": form, "here": "add", "is_csv": isinstance(form, CsvForm)},
        status=422 if form.errors else 200,
    )


def _settings_form(registration: Registration, filled: QueryDict | None) -> NameForm:
    fields = ("name", "preset", "data_choice", "base_url", "auth", "token_url", "scope")
    initial = {field: getattr(registration, field) for field in fields}
    if registration.transport == Transport.CSV:
        return NameForm(filled, initial=initial)
    if hasattr(registration, "credential"):
        initial["key"] = registration.credential.key
    return RestForm(filled, initial=initial, registration=registration)


def _settings(
    request: HttpRequest,
    opened: Opened,
    registration: Registration,
    *,
    form: NameForm,
    bundle: BundleForm | None = None,
) -> HttpResponse:
    refused = bool(form.errors or (bundle and bundle.errors))
    return render(
        request,
        "registrations/settings.html",
        {
            "opened": opened,
            "registration": registration,
            "form": form,
            "bundle": (bundle or BundleForm()) if takes_uploads(registration) else None,
        },
        status=422 if refused else 200,
    )


def _choice(row: SourceSchoolForm) -> school_choice.Choice:
    return school_choice.Choice(
        source_school=row.source_school,
        school=row.chosen_school,
        enabled=row.cleaned_data["enabled"],
        data_choice=DataChoice(row.cleaned_data["data_choice"]),
    )


def _saved(registration: Registration, changed: int) -> str:
    if not changed:
        return "Nothing was changed."
    schools = "1 school is" if changed == 1 else f"{changed} schools are"
    return f"{schools} changed. The next sync follows the choice{_when(registration)}."


def _when(registration: Registration) -> str:
    if registration.next_sync_at is None:
        return ""
    return f", {next_in_words(registration, now=timezone.localtime())}"
