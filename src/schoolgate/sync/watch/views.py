"""The pages for those who watch: every source for support, and an administrator's e-mail."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schoolgate.districts.access import Opened, Right, for_district, for_support
from schoolgate.districts.mail_choice import choose_mail, membership_of
from schoolgate.sync.watch import board
from schoolgate.sync.watch.forms import MailForm, SourcesForm
from schoolgate.sync.watch.queries import sources_of
from schoolgate.web.htmx import render

SOURCES_A_PAGE = 50


@require_safe
@for_support
def sources(request: HttpRequest) -> HttpResponse:
    """Every source of every district, worst first."""
    now = timezone.now()
    form = SourcesForm(request.GET)
    form.is_valid()
    condition, text = (form.cleaned_data.get(field, "") for field in ("condition", "text"))
    every = board.board(sources_of(), now=now)
    rows = board.chosen(every, condition=condition, text=text)
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "sync/sources.html",
        {
            "form": form,
            "counts": board.counts(every),
            "chosen": condition,
            "is_chosen": bool(condition or text),
            "page": Paginator(rows, SOURCES_A_PAGE).get_page(request.GET.get("page")),
            "query": query.urlencode(),
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_district(Right.SET_UP)
def mail(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Whether, and where, this administrator gets e-mail about the district."""
    membership = membership_of(opened.person, opened.district)
    wants = membership is not None and membership.wants_mail
    form = MailForm(request.POST or None, initial={"wants": wants, "address": opened.person.email})
    if request.method == "POST" and form.is_valid():
        choose_mail(
            opened.person,
            opened.district,
            wants=form.cleaned_data["wants"],
            address=form.cleaned_data["address"],
            at=timezone.now(),
        )
        messages.success(request, "Noted.")
        return redirect("watch:mail", opened.district.slug)
    return render(
        request,
        "sync/mail.html",
        {"opened": opened, "here": "mail", "form": form, "sends_mail": settings.SENDS_MAIL},
        status=422 if form.errors else 200,
    )
