from django import forms
from django.template.loader import render_to_string
from django.test.html import parse_html

from schoolgate.web.templatetags.fields import widget


class VisitorForm(forms.Form):
    name = forms.CharField(help_text="As on the ID")
    note = forms.CharField(required=False)
    place = forms.ChoiceField(choices=[("gym", "Gym"), ("office", "Office")])
    seen = forms.BooleanField(label="Photo ID seen")
    reason = forms.ChoiceField(choices=[("meeting", "Meeting")], widget=forms.RadioSelect)


def field(form: forms.Form, name: str) -> str:
    return render_to_string("web/parts/field.html", {"field": form[name]})


def test_each_kind_of_control_gets_its_class() -> None:
    form = VisitorForm()

    assert 'class="form-control"' in widget(form["name"])
    assert 'class="form-select"' in widget(form["place"])
    assert 'class="form-check-input"' in widget(form["seen"])
    assert 'class="sg-ticks"' in widget(form["reason"])


def test_help_and_error_are_tied_to_their_control() -> None:
    html = field(VisitorForm({}), "name")

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html


def test_an_optional_field_says_so() -> None:
    assert "optional" in field(VisitorForm(), "note")
    assert "optional" not in field(VisitorForm(), "name")


def test_several_controls_share_a_legend() -> None:
    html = field(VisitorForm(), "reason")

    assert "<legend>Reason</legend>" in html


def test_the_summary_of_errors_links_to_the_fields() -> None:
    html = render_to_string("web/parts/error_summary.html", {"form": VisitorForm({"name": "Bo"})})

    assert '<a href="#id_place">Place</a>' in html
    assert '<a href="#id_name">' not in html


def test_a_placeholder_that_repeats_the_label_is_left_out() -> None:
    class SignIn(forms.Form):
        login = forms.CharField(
            label="Username", widget=forms.TextInput(attrs={"placeholder": "Username"})
        )

    assert "placeholder" not in str(parse_html(widget(SignIn()["login"])))
