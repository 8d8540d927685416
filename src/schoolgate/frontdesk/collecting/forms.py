"""What the page about who may collect a student sends: checked here, said in words.py."""

from django import forms

from schoolgate.frontdesk.collecting.words import NOT_STATED
from schoolgate.frontdesk.models import HoldKind
from schoolgate.roster.models import Pickup

STATES = (
    (NOT_STATED, "Not stated: as the list says"),
    (Pickup.ALLOWED.value, "May collect"),
    (Pickup.DENIED.value, "May not collect"),
)
HOLDS = (
    (HoldKind.ADMINISTRATOR_ONLY.value, "Only an administrator lets this student go"),
    (HoldKind.MAY_LEAVE_ALONE.value, "May sign out alone"),
)


class PickupForm(forms.Form):
    """The school's word on one contact."""

    guardian = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.ChoiceField(choices=STATES, label="Pickup")
    why = forms.CharField(
        max_length=200,
        required=False,
        label="Why",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_why(self) -> str:
        why = str(self.cleaned_data["why"]).strip()
        if not why and self.cleaned_data.get("state") != NOT_STATED:
            raise forms.ValidationError("Say why, and who said so: Card of 3 Sep, Ms. Lee.")
        return why


class HoldForm(forms.Form):
    """What the school says of the student herself."""

    kind = forms.ChoiceField(choices=HOLDS, label="What")
    why = forms.CharField(
        max_length=140,
        label="Why",
        help_text="The clerk reads it: Nurse clears first. 18 since May.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
