"""Parent-Student Relationships: a form, one call, one answer. For administrators."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from schoolgate.frontdesk.access import administrators_only, desk_page
from schoolgate.frontdesk.addresses import address
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.policies import decide_policy, decided_for
from schoolgate.frontdesk.relationships.forms import SCHOOL, PolicyForm
from schoolgate.frontdesk.relationships.preview import preview
from schoolgate.frontdesk.relationships.screens import relationships_screen
from schoolgate.web.htmx import render

PAGE = "frontdesk/relationships.html"
UNPROCESSABLE = 422

at_desk = desk_page(timezone.now)


@require_http_methods(["GET", "POST"])
@at_desk
def relationships(request: HttpRequest, desk: Desk) -> HttpResponse:
    administrators_only(desk)
    if request.method == "GET":
        return render(request, PAGE, relationships_screen(desk))
    form = _checked(request, desk)
    if form.errors:
        drawn = relationships_screen(desk, form)
        return render(request, PAGE, drawn, status=UNPROCESSABLE)
    decide_policy(form.row(desk.school), by_id=desk.by.pk, at=desk.now)
    return HttpResponseRedirect(address(desk, "relationships"))


@require_POST
@at_desk
def try_it(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what the form's policy would have answered lately; nothing is decided by it."""
    administrators_only(desk)
    form = _checked(request, desk)
    if form.errors:
        drawn = relationships_screen(desk, form)
        return render(request, PAGE, drawn, status=UNPROCESSABLE)
    drawn = relationships_screen(desk, form, preview(desk, form.row(desk.school)))
    return render(request, PAGE, drawn)


def _checked(request: HttpRequest, desk: Desk) -> PolicyForm:
    form = PolicyForm(request.POST)
    is_own = form.is_valid() and form.cleaned_data["scope"] == SCHOOL
    if is_own and decided_for(desk.school).locked:
        form.add_error("scope", "The district has locked this: change it for every school.")
    return form
