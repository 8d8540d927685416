"""Several students, chosen one after the other: the page's address says who is chosen so far."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from schoolgate.frontdesk import type_ahead
from schoolgate.frontdesk.addresses import with_chosen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import SearchForm
from schoolgate.frontdesk.screen import Screen
from schoolgate.web.htmx import render, wants_part

FOUND = "frontdesk/parts/found.html"


class ChosenForm(forms.Form):
    """Numbers of students, each once, in the order of choosing."""

    s = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any number: whether it is one of the school's students is asked of its list.
        sent = self.data.getlist("s") if hasattr(self.data, "getlist") else []
        self.fields["s"].choices = [(one, one) for one in sent if one.isdecimal()]  # type: ignore[attr-defined]

    def ids(self) -> list[int]:
        chosen = self.cleaned_data["s"] if self.is_valid() else []
        return list(dict.fromkeys(chosen))


def search_one_more(
    request: HttpRequest,
    desk: Desk,
    page: str,
    template: str,
    draw: Callable[[Sequence[int]], Screen],
) -> HttpResponse:
    """Answer a search beside those who are chosen: each hit leads to the page with her chosen too.

    Without JavaScript the only hit is chosen at once.
    """
    chosen = ChosenForm(request.POST).ids()
    form = SearchForm(request.POST)
    typed = str(form.cleaned_data["q"]) if form.is_valid() else ""
    results = type_ahead.find_students(desk.school, typed)
    if not wants_part(request) and results.the_one is not None:
        return HttpResponseRedirect(with_chosen(desk, page, [*chosen, results.the_one.pk]))
    options = [(one, with_chosen(desk, page, [*chosen, one.student.pk])) for one in results.found]
    found = {"typed": typed, "results": results, "options": options, "part": True}
    return render(request, template, {**draw(chosen), **found}, part=FOUND)
