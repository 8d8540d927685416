"""What the visitors' pages send: checked here, decided in sign_in.py."""

from datetime import date
from typing import Any

from django import forms

from schoolgate.frontdesk.cases import SamePerson
from schoolgate.frontdesk.errands import VISIT
from schoolgate.frontdesk.forms import SAME_PERSON
from schoolgate.frontdesk.verdicts import Evidence
from schoolgate.frontdesk.visits.expected import LONGEST
from schoolgate.frontdesk.visits.sign_in import Visitor


class VisitorForm(forms.Form):
    """A visitor who comes to see no student."""

    name = forms.CharField(
        max_length=200,
        label="Name as on the ID",
        error_messages={"required": "Type the name as on the ID."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(choices=VISIT.reasons, label="Reason")
    host = forms.CharField(
        max_length=120,
        required=False,
        label="Where or with whom",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Gym, Ms. Ito"}),
    )
    photo_id = forms.BooleanField(required=False, label="Photo ID matches the person")


class ExpectedForm(forms.Form):
    """A visitor who comes again."""

    name = forms.CharField(
        max_length=200,
        label="Name as on the ID",
        error_messages={"required": "Type the name as on the ID."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(choices=VISIT.reasons, label="Reason")
    host = forms.CharField(max_length=120, required=False, label="Where or with whom")
    until_on = forms.DateField(
        label="Until",
        help_text="The last day; a school year at most.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until_on(self) -> date:
        until: date = self.cleaned_data["until_on"]
        if not self.today <= until <= self.today + LONGEST:
            raise forms.ValidationError("Choose a day from today on, within a year.")
        return until


class DecisionForm(VisitorForm):
    """The same, with what the clerk adds once the answer stands there."""

    compared = forms.BooleanField(required=False)
    same_person = forms.ChoiceField(choices=[("", ""), *SAME_PERSON], required=False)
    note = forms.CharField(max_length=500, required=False)

    def visitor(self) -> Visitor:
        given = self.cleaned_data
        seen = {
            Evidence.PHOTO_ID: given["photo_id"],
            Evidence.COMPARED_WITH_ORDER: given["compared"],
        }
        return Visitor(
            name=" ".join(given["name"].split()),
            reason=given["reason"],
            host=given["host"],
            note=given["note"],
            evidence=frozenset(evidence for evidence, is_seen in seen.items() if is_seen),
            same_person=SamePerson(given["same_person"]) if given["same_person"] else None,
        )
