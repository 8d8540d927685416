"""Why is this parent missing? A name by POST, an answer; nothing is changed."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.missing.answers import why_missing
from schoolgate.frontdesk.missing.facts import known_about
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.screen import empty_screen
from schoolgate.frontdesk.type_ahead import described
from schoolgate.web.htmx import render

PAGE = "frontdesk/missing.html"
UNPROCESSABLE = 422


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=200,
        label="Who should be on the list?",
        help_text="First and family name, as the family says it.",
        error_messages={"required": "Type a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


at_desk = desk_page(timezone.now)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def missing(request: HttpRequest, desk: Desk, student_id: int) -> HttpResponse:
    student = enrolled_at(desk.school).filter(id=student_id).first()
    if student is None:
        raise Http404
    form = NameForm(request.POST or None)
    (described_student,) = described(desk.school, [student])
    drawn = {**empty_screen(desk), "student": described_student, "form": form}
    if form.is_valid():
        typed = " ".join(form.cleaned_data["name"].split())
        drawn |= {"typed": typed, "answers": why_missing(typed, known_about(student, desk, typed))}
    return render(request, PAGE, drawn, status=UNPROCESSABLE if form.errors else 200)
