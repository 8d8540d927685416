"""What the register's pages send: checked here, decided in roster/restrictions.py."""

from typing import Any

from django import forms

from schoolgate.frontdesk.rule import DAYS
from schoolgate.roster.models import Effect
from schoolgate.roster.restrictions import INSTRUCTION_LENGTH, REFERENCE_LENGTH

STUDENTS, SCHOOL, DISTRICT = "students", "school", "district"
EFFECTS = (
    (Effect.NO_RELEASE.value, "No release: may not take the child"),
    (Effect.NO_CONTACT.value, "No contact at all"),
    (Effect.NO_VISIT.value, "No visit"),
    (Effect.SUPERVISED_ONLY.value, "Supervised contact only"),
    (Effect.NO_INFORMATION.value, "No information"),
    (Effect.ONLY_THESE_ADULTS.value, "Nobody but this person may take the child"),
    (Effect.PARENTING_TIMES.value, "Parenting times: only on the days named below"),
)
SCOPES = (
    (STUDENTS, "The students named here"),
    (SCHOOL, "Everybody at this school"),
    (DISTRICT, "Everybody in the district"),
)


class RestrictionForm(forms.Form):
    """One order or note, about one person."""

    given_name = forms.CharField(max_length=200, required=False, label="First name")
    family_name = forms.CharField(max_length=200, label="Last name")
    other_names = forms.CharField(
        max_length=1_000,
        required=False,
        label="Other names",
        help_text="Also known as: a name a line. All of them are matched.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    effects = forms.MultipleChoiceField(
        choices=EFFECTS, label="What is forbidden", widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedMultipleChoiceField(
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        label="Days of the order",
        help_text="For parenting times alone. On any other day an administrator decides.",
        widget=forms.CheckboxSelectMultiple,
    )
    scope = forms.ChoiceField(choices=SCOPES, label="For whom", widget=forms.RadioSelect)
    instruction = forms.CharField(
        max_length=INSTRUCTION_LENGTH,
        required=False,
        label="What the clerk should do",
        help_text=f"One sentence, {INSTRUCTION_LENGTH} characters: Call Mr. Lee at once.",
    )
    order_reference = forms.CharField(
        max_length=REFERENCE_LENGTH,
        required=False,
        label="Which order",
        help_text="Court, number, date, and who saw the copy. Clerks do not see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    from_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(
        label="Until",
        required=False,
        help_text="Empty: until reviewed. An end lifts nothing by itself: somebody is asked.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def effects_chosen(self) -> list[Effect]:
        return [Effect(one) for one in self.cleaned_data["effects"]]

    def names(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "given_name": given["given_name"],
            "family_name": given["family_name"],
            "other_names": given["other_names"].splitlines(),
        }


MEGABYTE = 1_000_000


class FileForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose a file."},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > MEGABYTE:
            raise forms.ValidationError("This file is larger than 1 MB. Make several of it.")
        return given


class LiftForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        label="Why may it be lifted?",
        help_text="For the record, as: ended by the court on 3 Nov, copy seen by Ms. Lee.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
